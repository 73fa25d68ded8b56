// What the judge says of motions whose faults are known.
#include <fstream>
#include <iterator>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/edit_time.h"
#include "motion/error.h"
#include "motion/judge.h"
#include "motion/mirror.h"
#include "motion/repeat.h"
#include "motion/resample.h"
#include "tests/catch.h"
#include "tests/source_dir.h"

using namespace motus;

namespace {

constexpr double kFps = 30;

Clip shipped(const std::string& name) {
  std::ifstream in(std::string(source_dir()) + "/data/clips/" + name, std::ios::binary);
  const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
  return formats::read(std::as_bytes(std::span(text)), "", {})[0];
}

struct Known {
  Clip clip;
  Robot robot;
  Judge judge;
  Known(const std::string& file, const std::string& name)
      : clip(shipped(file)),
        robot(formats::load_robot(name)),
        judge(Dataset::from({clip}), robot, kFps) {}

  Clip played(double seconds = 10) const { return repeat(clip, seconds, kFps); }
  Quality of(const Clip& c, bool fell = false, double length = 1) const {
    return judge.quality({Rollout{.clip = c, .fell = fell, .length_ratio = length}});
  }
};

const Known& g1_walk() {
  static const Known known("g1_walk.h5", "g1");
  return known;
}

bool says(const Quality& q, const std::string& words) {
  const std::vector<std::string> all = Judge::diagnose(q);
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& s) { return s.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("the reference played as a policy scores best and has no fault") {
  const Quality q = g1_walk().of(g1_walk().played());
  CAPTURE(q.pose_error, q.speed, q.clip_speed, q.foot_slip, q.jerk);
  for (const std::string& s : Judge::diagnose(q)) UNSCOPED_INFO(s);
  CHECK(Judge::diagnose(q).empty());
  CHECK(q.pose_error < 0.005);
  CHECK(q.speed == Approx(q.clip_speed).epsilon(0.02));
  CHECK(q.jerk == Approx(1).epsilon(0.1));
  CHECK(q.coverage == 1);
  CHECK(Judge::score(q) > 0.98);
  REQUIRE(q.gait.feet.size() == 2);
  CHECK(q.gait.period == Approx(q.clip_gait.period));
  CHECK(q.gait.feet[1].phase == Approx(0.5).margin(0.05));
  CHECK(q.gait.feet[0].duty > 0.5);
  CHECK(q.gait.feet[0].duty < 0.8);
}

TEST_CASE("a pacing dog's left feet stand together") {
  const Known go2("go2_pace.h5", "go2");
  const Gait g = gait_of(go2.played(), go2.robot);
  REQUIRE(g.feet.size() == 4);
  const auto phase = [&](const std::string& part) {
    for (const FootGait& f : g.feet) {
      if (f.name.find(part) != std::string::npos) return f.phase;
    }
    FAIL(part);
    return 0.0;
  };
  CHECK(std::abs(std::remainder(phase("FL") - phase("RL"), 1.0)) < 0.1);
  CHECK(std::abs(std::remainder(phase("FL") - phase("FR"), 1.0)) == Approx(0.5).margin(0.1));
}

TEST_CASE("standing still is called so, however good the postures are") {
  Clip still = g1_walk().played();
  for (int f = 0; f < still.frames(); ++f) {
    still.root_pos.row(f) = still.root_pos.row(0);
    still.root_rot.row(f) = still.root_rot.row(0);
    still.dof_pos.row(f) = still.dof_pos.row(0);
  }
  const Quality q = g1_walk().of(still);
  CHECK(says(q, "stands still"));
  CHECK(q.gait.period == 0);
  CHECK(Judge::score(q) < 0.2);
}

TEST_CASE("half the speed shows in the speed and in the strides, not in the postures") {
  const Clip slow = resample(change_speed(g1_walk().played(5), 0.5), kFps);
  const Quality q = g1_walk().of(slow);
  CHECK(says(q, "too slow"));
  CHECK(says(q, "strides take"));
  CHECK(q.pose_error < 0.06);
  CHECK(q.gait.period == Approx(2 * q.clip_gait.period).epsilon(0.1));
}

TEST_CASE("a motion in the mirror is told from itself where it has sides") {
  const Known kick("humanoid_spinkick.h5", "humanoid");
  const Quality right = kick.of(kick.played(4)), wrong = kick.of(mirror(kick.played(4)));
  CHECK_FALSE(says(right, "exchanged"));
  CHECK(says(wrong, "left and right are exchanged"));
  CHECK(Judge::score(right) > Judge::score(wrong));
}

TEST_CASE("a foot that is spared is a limp") {
  Clip limping = g1_walk().played();
  const int knee = limping.skeleton->find_dof("right_knee_joint");
  const int hip = limping.skeleton->find_dof("right_hip_pitch_joint");
  REQUIRE(knee >= 0);
  REQUIRE(hip >= 0);
  limping.dof_pos.col(knee).setConstant(1.4);
  limping.dof_pos.col(hip).array() -= 0.5;
  const Quality q = g1_walk().of(limping);
  CHECK(says(q, "limps: left"));
  CHECK(Judge::score(q) < Judge::score(g1_walk().of(g1_walk().played())));
}

TEST_CASE("falls are counted first") {
  const Quality q = g1_walk().of(g1_walk().played(2), true, 0.2);
  const std::vector<std::string> words = Judge::diagnose(q);
  REQUIRE(!words.empty());
  CHECK(words[0].find("falls in 1 of 1 episodes") == 0);
  CHECK(Judge::score(q) < 0.25);
}

TEST_CASE("power, cost of transport and motors at their limit are told") {
  const size_t dofs = g1_walk().robot.default_dofs.size();
  const std::vector<double> each(dofs, 0.0), limits(dofs, 50.0);
  // a joule a second and motor for 10 s, one knee at its limit for 1.2 of them
  Effort effort{.seconds = 10,
                .work = std::vector<double>(dofs, 10.0),
                .at_limit = each,
                .peak = std::vector<double>(dofs, 20.0),
                .limit = limits};
  const auto knee = static_cast<size_t>(g1_walk().clip.skeleton->find_dof("left_knee_joint"));
  effort.at_limit[knee] = 1.2, effort.peak[knee] = 50;
  const Quality q =
      g1_walk().judge.quality({Rollout{.clip = g1_walk().played(), .effort = effort}});
  CHECK(q.power == Approx(static_cast<double>(dofs)));
  double mass = 0;
  for (const double m : g1_walk().robot.masses) mass += m;
  REQUIRE(mass > 30);
  CHECK(q.cost_of_transport == Approx(q.power / (mass * 9.81 * q.speed)));
  REQUIRE(q.motors.size() == dofs);
  CHECK(q.motors[knee].first == "left_knee_joint");
  CHECK(q.motors[knee].second.at_limit == Approx(0.12));
  CHECK(says(q, "torque limit too long: left_knee_joint 12 % of the time"));
  CHECK(Judge::diagnose(q).size() == 1);
  effort.at_limit[knee] = 0.3;
  CHECK(Judge::diagnose(
            g1_walk().judge.quality({Rollout{.clip = g1_walk().played(), .effort = effort}}))
            .empty());
}

TEST_CASE("circles are seen") {
  Clip round = g1_walk().played();
  const double speed = g1_walk().judge.quality({Rollout{.clip = round}}).speed;
  Vec3 at = round.root_pos_at(0);
  for (int f = 0; f < round.frames(); ++f) {
    const double angle = 2 * M_PI * f / round.frames();
    Clip::set_quat(round.root_rot, f, 0, yaw_rotation(angle) * round.root_rot_at(f));
    at += yaw_rotation(angle) * Vec3(speed / kFps, 0, 0);
    round.root_pos.row(f).head<2>() = at.head<2>().transpose();
  }
  CHECK(says(g1_walk().of(round), "circles"));
}

TEST_CASE("warping pairs every moment of both sides") {
  Frames a(4, 3), b(3, 3);
  a << 0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0;
  b << 0, 0, 0, 2, 0, 0, 3, 0, 0;
  // (0,0) (1,1 or 1,0) (2,1) (3,2): one pair is 1 m apart
  CHECK(warped_distance(a, b) == Approx(0.25));
  CHECK(warped_distance(b, a) == Approx(0.25));
  CHECK(warped_distance(a, a) == 0);
}

TEST_CASE("no rollouts, no judgement") {
  CHECK_THROWS_AS(g1_walk().judge.quality({}), Error);
}
