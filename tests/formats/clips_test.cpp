// The clips that this project ships keep the promises of data/clips/README.md.
#include <cmath>
#include <filesystem>
#include <fstream>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/check.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/source_dir.h"

using namespace motus;

namespace {

Clip shipped(const std::string& name) {
  const auto path = std::filesystem::path(source_dir()) / "data" / "clips" / name;
  std::ifstream in(path, std::ios::binary);
  INFO(path.string());
  REQUIRE(in.good());
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  formats::ReadOptions options;
  options.name = name;
  std::vector<Clip> clips = formats::read(std::as_bytes(std::span(bytes)), "", options);
  REQUIRE(clips.size() == 1);
  return clips[0];
}

/// The largest angle (rad) between the rotations of two frames, the root included.
double pose_gap(const Clip& c, int a, int b) {
  std::vector<Quat> p, q;
  joint_rotations(c, a, p);
  joint_rotations(c, b, q);
  double worst = log_map(c.root_rot_at(a).conjugate() * c.root_rot_at(b)).norm();
  for (size_t i = 0; i < p.size(); ++i)
    worst = std::max(worst, log_map(p[i].conjugate() * q[i]).norm());
  return worst;
}

struct Sole {
  const char* body;
  Vec3 pos;
};

}  // namespace

TEST_CASE("walk.bvh: soles stand still on the floor and never sink into it") {
  const Clip c = shipped("walk.bvh");
  REQUIRE(c.frames() == 265);
  CHECK(c.fps == Approx(60));
  // of the recipe, z up and in metres: heel and ball of the sole
  const Sole soles[] = {{"LeftFoot", Vec3(-0.05, 0, -0.083)},
                        {"LeftToeBase", Vec3(0, 0, -0.02)},
                        {"RightFoot", Vec3(-0.05, 0, -0.083)},
                        {"RightToeBase", Vec3(0, 0, -0.02)}};
  std::vector<FloorPoint> points;
  for (const Sole& s : soles) {
    const int body = c.skeleton->find_body(s.body);
    REQUIRE(body >= 0);
    points.push_back({.body = body, .pos = s.pos});
  }
  const FloorTracks t = floor_tracks(c, points, OwnFloor::no);
  CHECK(t.clearance.minCoeff() > -1e-4);
  for (int p = 0; p < 4; ++p) {
    int standing = 0;
    for (int f = 0; f + 1 < c.frames(); ++f) {
      if (t.clearance(f, p) > 2e-4 || t.clearance(f + 1, p) > 2e-4) continue;
      ++standing;
      const Vec3 step = (t.pos.block<1, 3>(f + 1, 3 * p) - t.pos.block<1, 3>(f, 3 * p)).transpose();
      CHECK(step.norm() * c.fps < 0.005);
    }
    // heel to 36 %, ball to 48 % of four cycles of 66 frames
    CHECK(standing > 80);
  }
}

TEST_CASE("walk.bvh: four equal cycles straight on, left like right, knees that bend") {
  const Clip c = shipped("walk.bvh");
  for (const int f : {0, 20, 50}) {
    for (int k = 1; k * 66 + f < c.frames(); ++k) CHECK(pose_gap(c, f, f + 66 * k) < 1e-6);
  }
  const Vec3 travel = c.root_pos_at(264) - c.root_pos_at(0);
  CHECK(travel.x() == Approx(5.04).epsilon(1e-6));
  CHECK(travel.tail<2>().norm() < 1e-6);
  const Skeleton& s = *c.skeleton;
  for (int f = 0; f < 66; ++f) {
    const BodyPoses a = forward(c, f), b = forward(c, f + 33);
    for (const char* part : {"Hand", "ForeArm", "Leg", "Foot", "ToeBase"}) {
      const size_t l = static_cast<size_t>(s.find_body(std::string("Left") + part));
      const size_t r = static_cast<size_t>(s.find_body(std::string("Right") + part));
      Vec3 left = a.pos[l] - a.pos[0];
      left.y() *= -1;
      CHECK((left - (b.pos[r] - b.pos[0])).norm() < 1e-5);
    }
    const size_t knee = static_cast<size_t>(s.find_body("LeftLeg"));
    const double bend = log_map(c.local_rot_at(f, static_cast<int>(knee))).y();
    CHECK(bend > 0.05);
    CHECK(bend < 1.2);
  }
}

TEST_CASE("the Go2 gaits: planted, level with the floor, closed, at their speed") {
  struct Gait {
    const char* name;
    double speed;
  };
  const Robot go2 = formats::load_robot("go2");
  for (const Gait& g : {Gait{"go2_pace.h5", 1.1}, Gait{"go2_trot.h5", 1.0}}) {
    INFO(g.name);
    const Clip c = shipped(g.name);
    for (const Finding& f : check(c, &go2).findings) FAIL(describe(f));
    CHECK(c.loop == LoopMode::wrap);
    CHECK(mean_forward_speed(c) == Approx(g.speed).epsilon(0.01));
    CHECK(pose_gap(c, 0, c.frames() - 1) < 1e-6);
    const FloorTracks t = floor_tracks(c, floor_points(go2), OwnFloor::no);
    CHECK(t.clearance.minCoeff() > -1e-5);
    REQUIRE(feet(t).size() == 4);
    ContactRule touching;
    touching.height = 1e-4;
    for (const int foot : feet(t)) {
      const Slide s = slide(t, foot, touching);
      CHECK(s.steps >= 12);
      CHECK(s.mean < 0.001);
    }
    CHECK(limit_excess(c).maxCoeff() == 0);
    CHECK(dof_velocities(c).cwiseAbs().maxCoeff() < 20);
  }
}

TEST_CASE("the spin-kick: one turn, a leg out, a flight of 0.38 s, feet planted on both sides") {
  const Robot humanoid = formats::load_robot("humanoid");
  const Clip c = shipped("humanoid_spinkick.h5");
  for (const Finding& f : check(c, &humanoid).findings) FAIL(describe(f));
  CHECK(limit_excess(c).maxCoeff() == 0);
  CHECK(pose_gap(c, 0, c.frames() - 1) < 1e-6);
  double turned = 0, kick = 0;
  int aloft = 0;
  const FloorTracks t = floor_tracks(c, floor_points(humanoid), OwnFloor::no);
  const std::vector<double> lowest = lowest_clearance(t);
  const int foot = humanoid.skeleton->find_body("right_foot");
  for (int f = 0; f < c.frames(); ++f) {
    if (f > 0) {
      turned += std::remainder(heading(c.root_rot_at(f)) - heading(c.root_rot_at(f - 1)), 2 * M_PI);
    }
    kick = std::max(kick, forward(c, f).pos[static_cast<size_t>(foot)].z());
    aloft += lowest[static_cast<size_t>(f)] > 0.002;
  }
  CHECK(turned == Approx(2 * M_PI).epsilon(1e-6));
  CHECK(kick > 0.9);
  CHECK(aloft / c.fps == Approx(0.37).margin(0.04));
  CHECK(t.clearance.minCoeff() > -0.002);
}
