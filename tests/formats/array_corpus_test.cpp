// Golden values of real files (see corpus.h); the numbers are those of the files themselves.
#include <fmt/format.h>

#include <cmath>

#include "formats/amp_humanoid.h"
#include "formats/format.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/smooth_velocity.h"
#include "motion/kinematics.h"
#include "motion/sampler.h"
#include "tests/catch.h"
#include "tests/corpus.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

Clip load(const fs::path& file) {
  ReadOptions o;
  o.name = file.filename().string();
  return read(file_bytes(file), "", o)[0];
}

std::vector<std::byte> write(const std::string& format, const Clip& clip) {
  return find_format(format).write(std::span(&clip, 1), {});
}

bool warns(const Clip& c, const std::string& text) {
  return std::any_of(c.source.warnings.begin(), c.source.warnings.end(),
                     [&](const std::string& w) { return w.find(text) != w.npos; });
}

/// Sum of all numbers, NaN left out.
double sum(const Clip& c) {
  double s = 0;
  const auto& arrays = c.source.arrays;
  const auto whole = arrays.find("frames");  // kept as they were only where they hold NaN
  for (double v : to_doubles(whole != arrays.end() ? whole->second : arrays.at("root_rotation"))) {
    s += std::isnan(v) ? 0 : v;
  }
  return whole != arrays.end() ? s : s + c.root_pos.sum() + c.dof_pos.sum();
}

/// Mean and largest of the root's stored speed, m/s.
std::pair<double, double> root_speed(const Clip& c) {
  const auto speed = c.channels.at("body_lin_vel").data.leftCols(3).rowwise().norm();
  return {speed.mean(), speed.maxCoeff()};
}

}  // namespace

TEST_CASE("poselib: the six published clips") {
  if (corpus().empty()) return;
  const struct {
    const char* name;
    int frames;
    double fps, duration, speed, top;
    const char* repeats;
  } rows[] = {{"walk", 154, 60, 2.55, 1.52, 1.8, "77 of 153"},
              {"run", 82, 60, 1.35, 3.41, 3.87, "41 of 81"},
              {"dance", 902, 60, 15.02, 0.52, 1.13, "451 of 901"},
              {"hop", 297, 60, 4.93, 0.85, 2.37, "148 of 296"},
              {"cartwheel", 287, 60, 4.77, 1.05, 2.29, "143 of 286"},
              {"backflip", 29, 16, 1.75, 0.88, 2.26, ""}};
  SkeletonPtr first;
  for (const auto& row : rows) {
    INFO(row.name);
    const Clip c = load(corpus() / "npy_poselib/IsaacGymEnvs" /
                        (std::string("amp_humanoid_") + row.name + ".npy"));
    CHECK(c.frames() == row.frames);
    CHECK(c.fps == row.fps);
    CHECK(c.duration() == Approx(row.duration).margin(0.005));
    CHECK(warns(c, "repeat") == (row.repeats[0] != 0));
    if (row.repeats[0]) CHECK(warns(c, row.repeats));
    CHECK(is_amp_humanoid(*c.skeleton));
    const auto [mean, top] = root_speed(c);
    CHECK(mean == Approx(row.speed).margin(0.006));
    CHECK(top == Approx(row.top).margin(0.006));
    if (first) CHECK(c.skeleton->same_structure(*first));
    first = c.skeleton;
    // the published velocities: central differences and a Gaussian of two frames
    const Frames& stored = c.channels.at("body_lin_vel").data;
    const Frames made = smooth_linear_velocity(body_positions(c), c.fps);
    CHECK((stored - made).cwiseAbs().maxCoeff() < 1e-3);
    CHECK((stored - made).cwiseAbs().mean() < 1e-4);
    const Frames turned = smooth_angular_velocity(body_rotations(c), c.fps);
    CHECK((c.channels.at("body_ang_vel").data - turned).cwiseAbs().mean() < 1e-3);
  }
}

TEST_CASE("poselib: the walk's numbers") {
  if (corpus().empty()) return;
  const Clip c = load(corpus() / "npy_poselib/IsaacGymEnvs/amp_humanoid_walk.npy");
  CHECK(c.root_pos_at(0).isApprox(Vec3(-2.1138, .438389, .776802), 1e-5));
  CHECK(c.root_pos_at(153).isApprox(Vec3(1.78542, .557418, .853649), 1e-5));
  CHECK(c.root_rot_at(0).isApprox(Quat(.994644, -.0417553, .0696356, -.0639519), 1e-5));
  CHECK(c.skeleton->bodies()[1].rest_pos == Vec3(0, 0, .236151));
}

TEST_CASE("poselib to Isaac Lab gives the published npz") {
  if (corpus().empty()) return;
  for (const char* name : {"walk", "run"}) {
    INFO(name);
    const Clip c =
        load(corpus() / "npy_poselib/IsaacGymEnvs" / fmt::format("amp_humanoid_{}.npy", name));
    const std::vector<std::byte> made = write("isaaclab", c);
    const std::vector<std::byte> real =
        file_bytes(corpus() / "npz_isaaclab_amp/humanoid_amp_zhoushanghai" /
                   fmt::format("humanoid_{}.npz", name));
    const Npz a(made), b(real);
    CHECK(a.names() == b.names());
    CHECK(to_number(a.array("fps"), "fps") == 60);
    const auto strings = [](const Npz& npz, const char* key) {
      return to_strings(npz.array(key), key);
    };
    CHECK(strings(a, "dof_names") == strings(b, "dof_names"));
    CHECK(strings(a, "body_names") == strings(b, "body_names"));
    const auto both = [&](const char* key) {
      return std::pair(to_frames(a.array(key), key), to_frames(b.array(key), key));
    };
    const auto worst = [&](const char* key) {
      CHECK(a.array(key).descr == b.array(key).descr);
      const auto [x, y] = both(key);
      return (x - y).cwiseAbs().maxCoeff();
    };
    CHECK(worst("dof_positions") < 1e-3);
    CHECK(worst("dof_velocities") < 0.06);  // 60 times the rounding of the logarithm
    CHECK(worst("body_positions") < 1e-6);
    CHECK(worst("body_linear_velocities") == 0);
    CHECK(worst("body_angular_velocities") == 0);
    const auto [p, q] = both("body_positions");
    CHECK((p - q).leftCols(3).cwiseAbs().maxCoeff() == 0);
    const auto [r, s] = both("body_rotations");
    for (int f = 0; f < r.rows(); ++f) {
      for (int i = 0; i < 15; ++i) {
        CHECK(std::abs(Clip::quat_at(r, f, i).dot(Clip::quat_at(s, f, i))) >= .9999998);
      }
    }
  }
}

TEST_CASE("Isaac Lab: the walk's numbers, and exponential maps rather than angles") {
  if (corpus().empty()) return;
  const Clip c = load(corpus() / "npz_isaaclab_amp/humanoid_amp_zhoushanghai/humanoid_walk.npz");
  CHECK(c.frames() == 154);
  CHECK(warns(c, "77 of 153"));
  CHECK(c.root_rot_at(0).isApprox(Quat(.994644, -.0417553, .0696356, -.0639519), 1e-5));
  const double dofs[] = {.134446, -.101141, .209336, -.0392785};
  for (int i = 0; i < 4; ++i) CHECK(c.dof_pos(0, i) == Approx(dofs[i]).margin(1e-6));
  const Clip poselib = load(corpus() / "npy_poselib/IsaacGymEnvs/amp_humanoid_walk.npy");
  CHECK((body_positions(c) - body_positions(poselib)).cwiseAbs().maxCoeff() < 2e-3);
  CHECK(c.skeleton->bodies()[4].rest_pos == Vec3(0, 0, -.274788));
}

TEST_CASE("MimicKit: frames, rates, loops and sums") {
  if (corpus().empty()) return;
  const struct {
    const char* file;
    int frames, dofs;
    double fps;
    LoopMode loop;
    double sum;
  } rows[] = {
      {"MimicKit/humanoid__humanoid_spinkick.pkl", 78, 28, 60, LoopMode::wrap, -24.401059},
      {"MimicKit/g1__g1_walk.pkl", 125, 29, 120, LoopMode::wrap, 476.810794},
      {"MimicKit/go2__go2_pace.pkl", 39, 12, 60, LoopMode::wrap, -71.820987},
      {"MimicKit/smpl__smpl_walk.pkl", 125, 69, 120, LoopMode::wrap, 508.277552},
      {"MimicKit/hightorque_pi_plus__pi_plus_walk.pkl", 240, 22, 50, LoopMode::clamp, -289.110617},
      {"MimicKit/humanoid__humanoid_walk.pkl", 125, 28, 120, LoopMode::wrap, 465.480063},
      {"MimicKit/humanoid__humanoid_double_kong.pkl", 156, 28, 30, LoopMode::clamp, -626.981890},
      {"MimicKit_IsaacLab/hoi__humanoid_double_kong.pkl", 156, 28, 30, LoopMode::clamp,
       -626.981890},
      {"MimicKit/g1__g1_run.pkl", 25, 29, 30, LoopMode::wrap, 86.393686},
      {"MimicKit_IsaacLab/g1__g1_run.pkl", 25, 29, 30, LoopMode::wrap, 86.393686},
      {"MimicKit_IsaacLab/go2__go2_pace.pkl", 39, 12, 60, LoopMode::wrap, -71.820987},
  };
  for (const auto& row : rows) {
    INFO(row.file);
    const Clip c = load(corpus() / "pkl_mimickit" / row.file);
    CHECK(c.frames() == row.frames);
    CHECK(c.dof_pos.cols() == row.dofs);
    CHECK(c.fps == row.fps);
    CHECK(c.loop == row.loop);
    CHECK(sum(c) == Approx(row.sum).margin(2e-5));
    CHECK(warns(c, "--skeleton"));
  }
  const Clip walk = load(corpus() / "pkl_mimickit/MimicKit/humanoid__humanoid_walk.pkl");
  CHECK(warns(walk, "375 NaN set to zero (joints: neck)"));
}

TEST_CASE("MimicKit: the spin kick as a function of time") {
  if (corpus().empty()) return;
  const Clip c = load(corpus() / "pkl_mimickit/MimicKit/humanoid__humanoid_spinkick.pkl");
  CHECK(c.duration() == Approx(1.283).margin(5e-4));
  CHECK(log_map(c.root_rot_at(0)).isApprox(Vec3(-.201375, -.0972712, 2.79801), 1e-5));
  const MotionSampler sampler(Dataset::from({c}));
  MotionState m;
  sampler.sample(0, 0.5, m);
  CHECK((m.root_pos - Vec3(-.09262, .18550, .88752)).norm() < 2e-5);
  CHECK(std::abs(m.root_rot.dot(Quat(.854933, .158101, -.235720, -.434201))) > .9999999);
  CHECK((m.root_vel - Vec3(-1.1736, -1.0362, 1.457402)).norm() < 1e-4);
  CHECK((m.root_ang_vel - Vec3(-4.928758, -.657188, 7.403933)).norm() < 1e-4);
  sampler.sample(0, 1.5, m);
  CHECK((m.root_pos - Vec3(-.29139, .38913, .72755)).norm() < 2e-5);
  sampler.sample(0, -0.1, m);
  CHECK((m.root_pos - Vec3(.06352, -.01758, .786)).norm() < 2e-5);
}

TEST_CASE("GMR: rates, links, and lengths of quaternions") {
  if (corpus().empty()) return;
  const fs::path folder = corpus() / "pkl_gmr";
  const Clip walk = load(folder / "twist2/0807_yanjie_walk_003.pkl");
  CHECK(walk.frames() == 490);
  CHECK(walk.fps == 29.876635954452137);
  CHECK(walk.root_pos(0, 2) == Approx(.811301).margin(1e-6));
  CHECK(walk.skeleton->name() == "g1");
  CHECK(walk.channels.at("local_body_pos").names.size() == 38);
  const Clip jog = load(folder / "TienKung_history/0005_Jogging001_stageii.pkl");
  CHECK(jog.frames() == 344);
  CHECK(jog.fps == 29.978213507625274);
  CHECK(jog.channels.at("local_body_pos").names.size() == 32);
  CHECK(warns(jog, "not known here"));
  const Clip swing = load(folder / "twist2/accad_A3___Swing_t2.pkl");
  CHECK(swing.frames() == 245);
  CHECK(warns(swing, "off unit length by up to 0.0187"));
}

TEST_CASE("every file returns its arrays bit for bit by way of h5") {
  if (corpus().empty()) return;
  for (const char* folder : {"npy_poselib", "npz_isaaclab_amp", "pkl_mimickit", "pkl_gmr"}) {
    for (const fs::path& file : files_below(corpus() / folder)) {
      INFO(file.string());
      const Clip clip = load(file);
      const Clip stored = read(write("h5", clip), "", {})[0];
      const Clip back = read(write(clip.source.format, stored), clip.source.format, {})[0];
      CHECK(back.source.arrays == clip.source.arrays);
    }
  }
}

TEST_CASE("files of other layouts are named in one line") {
  if (corpus().empty()) return;
  const std::pair<const char*, const char*> rows[] = {
      {"npy_array", "(122,) of '|b1': numbers that do not say what they are"}};
  for (const auto& [folder, expected] : rows) {
    for (const fs::path& file : files_below(corpus() / folder)) {
      INFO(file.string());
      CHECK_THROWS_WITH(load(file), Contains(expected));
    }
  }
}
