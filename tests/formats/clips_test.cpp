// The clips that this project ships keep the promises of data/clips/README.md.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/check.h"
#include "motion/dataset.h"
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

Vec3 mass_centre(const Robot& robot, const Clip& c, int frame) {
  const BodyPoses pose = forward(c, frame);
  Vec3 sum = Vec3::Zero();
  double mass = 0;
  for (size_t b = 0; b < robot.masses.size(); ++b) {
    sum += robot.masses[b] * (pose.pos[b] + pose.rot[b] * robot.mass_centres[b]);
    mass += robot.masses[b];
  }
  return sum / mass;
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

TEST_CASE(
    "the Go2's locomotion: planted, clean, as fast ahead, aside and around as its name says") {
  struct Way {
    const char* name;
    double ahead, aside, around;  ///< m/s, m/s, rad/s
  };
  const Robot go2 = formats::load_robot("go2");
  for (const Way& w :
       {Way{"stand", 0, 0, 0}, Way{"trot_0.4", 0.4, 0, 0}, Way{"trot_1.3", 1.3, 0, 0},
        Way{"aside_left", 0, 0.3, 0}, Way{"turn_right", 0, 0, -1},
        Way{"trot_0.8_left", 0.8, 0, 0.8}, Way{"trot_1.2_right", 1.2, 0, -0.5}}) {
    INFO(w.name);
    const Clip c = shipped(fmt::format("go2_locomotion/{}.h5", w.name));
    for (const Finding& f : check(c, &go2).findings) FAIL(describe(f));
    CHECK(c.loop == (w.around == 0 ? LoopMode::wrap : LoopMode::clamp));
    // one step, seen from the body
    const Vec3 step = c.root_rot_at(0).conjugate() * (c.root_pos_at(1) - c.root_pos_at(0)) * c.fps;
    CHECK(step.x() == Approx(w.ahead).margin(0.02));
    CHECK(step.y() == Approx(w.aside).margin(0.02));
    const Vec3 turn = log_map(c.root_rot_at(0).conjugate() * c.root_rot_at(1)) * c.fps;
    CHECK(turn.z() == Approx(w.around).margin(1e-6));
    const FloorTracks t = floor_tracks(c, floor_points(go2), OwnFloor::no);
    CHECK(t.clearance.minCoeff() > -1e-5);
    ContactRule touching;
    touching.height = 1e-4;
    for (const int foot : feet(t)) CHECK(slide(t, foot, touching).mean < 0.001);
    CHECK(limit_excess(c).maxCoeff() == 0);
  }
}

TEST_CASE("the skills of the humanoid are clean and end as they began, so that they can repeat") {
  const Robot humanoid = formats::load_robot("humanoid");
  for (const char* name : {"run", "hop", "dance", "backflip", "spinkick", "cartwheel"}) {
    INFO(name);
    const Clip c = shipped(std::string("humanoid_") + name + ".h5");
    for (const Finding& f : check(c, &humanoid).findings) FAIL(describe(f));
    CHECK(c.loop == LoopMode::wrap);
    CHECK(pose_gap(c, 0, c.frames() - 1) < 1e-6);
    CHECK(limit_excess(c).maxCoeff() == 0);
    CHECK(floor_tracks(c, floor_points(humanoid), OwnFloor::no).clearance.minCoeff() > -0.002);
  }
}

TEST_CASE("whoever of the humanoid's clips leaves the floor falls freely") {
  const Robot humanoid = formats::load_robot("humanoid");
  struct Flight {
    const char* name;
    double seconds;  ///< in the air, as the recipe plans it
  };
  for (const Flight& flight :
       {Flight{"humanoid_run.h5", 0.2}, Flight{"humanoid_hop.h5", 0.3},
        Flight{"humanoid_dance.h5", 0.27}, Flight{"humanoid_backflip.h5", 0.63},
        Flight{"humanoid_spinkick.h5", 0.42}, Flight{"humanoid_locomotion/run_4.5.h5", 0.27},
        Flight{"humanoid_locomotion/run_2.5_left.h5", 0.6}}) {
    INFO(flight.name);
    const Clip c = shipped(flight.name);
    std::vector<Vec3> com;
    for (int f = 0; f < c.frames(); ++f) com.push_back(mass_centre(humanoid, c, f));
    const std::vector<double> lowest =
        lowest_clearance(floor_tracks(c, floor_points(humanoid), OwnFloor::no));
    int aloft = 0;
    double worst = 0;
    for (size_t f = 1; f + 1 < com.size(); ++f) {
      if (lowest[f] < 1e-3) continue;
      ++aloft;
      const Vec3 fall = (com[f + 1] - 2 * com[f] + com[f - 1]) * c.fps * c.fps;
      worst = std::max(worst, (fall - Vec3(0, 0, -9.81)).norm());
    }
    CHECK(aloft / c.fps == Approx(flight.seconds).margin(0.09));
    CHECK(worst < 0.05);
  }
}

TEST_CASE("the spin-kick turns once and kicks level; the back-flip and the cartwheel go round") {
  const Robot humanoid = formats::load_robot("humanoid");
  const size_t foot = static_cast<size_t>(humanoid.skeleton->find_body("right_foot"));
  const size_t thigh = static_cast<size_t>(humanoid.skeleton->find_body("right_thigh"));
  const Clip c = shipped("humanoid_spinkick.h5");
  double turned = 0, kick = 0;
  Vec3 leg = Vec3::Zero();
  for (int f = 0; f < c.frames(); ++f) {
    if (f > 0) {
      turned += std::remainder(heading(c.root_rot_at(f)) - heading(c.root_rot_at(f - 1)), 2 * M_PI);
    }
    const BodyPoses pose = forward(c, f);
    const Vec3 now = c.root_rot_at(f).conjugate() * (pose.pos[foot] - pose.pos[thigh]);
    if (pose.pos[foot].z() < 0.6 || now.norm() < leg.norm()) continue;
    leg = now;
    kick = pose.pos[foot].z();
  }
  // the leg is straightest ahead of the pelvis, not behind, and near level
  CHECK(leg.norm() > 0.81);
  CHECK(leg.x() > 0.5);
  CHECK(turned == Approx(2 * M_PI).epsilon(1e-6));
  CHECK(kick > 0.8);
  for (const char* name : {"humanoid_backflip.h5", "humanoid_cartwheel.h5"}) {
    INFO(name);
    const Clip flip = shipped(name);
    double lowest = 1, around = 0;
    for (int f = 0; f < flip.frames(); ++f) {
      lowest = std::min(lowest, (flip.root_rot_at(f) * Vec3::UnitZ()).z());
      if (f > 0)
        around += log_map(flip.root_rot_at(f - 1).conjugate() * flip.root_rot_at(f)).norm();
    }
    CHECK(lowest < -0.95);
    CHECK(around > 2 * M_PI);
  }
}

TEST_CASE(
    "the locomotion sets list every clip of their folder, clean and at the speed of its name") {
  const auto folder = std::filesystem::path(source_dir()) / "data" / "clips";
  for (const std::string robot : {"humanoid", "humanoid_sword_shield"}) {
    const Robot figure = formats::load_robot(robot);
    const std::string set = robot + "_locomotion";
    const std::vector<DatasetEntry> entries = read_dataset_list(folder / (set + ".yaml"));
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / set)) {
      files += entry.path().extension() == ".h5";
    }
    CHECK(entries.size() == files);
    for (const DatasetEntry& entry : entries) {
      INFO(entry.file);
      REQUIRE(entry.file.starts_with("data/clips/" + set));
      CHECK(entry.weight > 0);
      const std::string name = entry.file.substr(std::string("data/clips/").size());
      const Clip c = shipped(name);
      for (const Finding& f : check(c, &figure).findings) FAIL(describe(f));
      CHECK(limit_excess(c).maxCoeff() == 0);
      double path = 0;
      for (int f = 1; f < c.frames(); ++f) {
        path += (c.root_pos_at(f) - c.root_pos_at(f - 1)).head<2>().norm();
      }
      const std::string stem = std::filesystem::path(name).stem().string();
      const size_t digit = stem.find_first_of("0123456789");
      const double speed = digit == std::string::npos ? 0 : std::stod(stem.substr(digit));
      CHECK(path / c.duration() == Approx(speed).epsilon(0.06).margin(0.1));
      const bool turns =
          stem.find("left") != std::string::npos || stem.find("right") != std::string::npos;
      CHECK((c.loop == LoopMode::wrap) == !turns);
      if (!turns) CHECK(pose_gap(c, 0, c.frames() - 1) < 1e-6);
    }
  }
}
