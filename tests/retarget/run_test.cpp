// The whole way from a clip to a robot's clip.
#include <algorithm>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

double lowest_sole(const Clip& clip, const RobotBody& robot, int frame) {
  const BodyPoses p = forward(clip, frame);
  double lowest = 1e9;
  for (size_t i = 0; i < robot.rig.legs.size(); ++i) {
    const Leg& leg = robot.rig.legs[i];
    const size_t b = static_cast<size_t>(leg.foot);
    const Vec3 ankle = p.pos[b] + p.rot[b] * leg.ankle.pos;
    lowest = std::min(lowest,
                      sole_height(robot.feet[i], ankle, p.rot[b] * robot.zero.rot[b].conjugate()));
  }
  return lowest;
}

/// Which of the three axes a character's left hip lies along.
int left_axis(const Clip& clip) {
  const Vec3 v =
      clip.skeleton->bodies()[static_cast<size_t>(clip.skeleton->find_body("LeftUpLeg"))].rest_pos;
  int axis = 0;
  v.cwiseAbs().maxCoeff(&axis);
  return axis;
}

}  // namespace

TEST_CASE("a person is no quadruped, a quadruped no person") {
  CHECK_THROWS_AS(run(walk(), robot_body("go2")), Error);
  CHECK_THROWS_AS(run(shipped_clip("go2_trot.h5"), robot_body("g1")), Error);
}

TEST_CASE("a robot's own clip keeps its joint angles") {
  const RobotBody g1 = robot_body("g1");
  const Clip first = run(walk(), g1).clip;
  const Clip again = run(first, g1).clip;
  CHECK(again.dof_pos == first.dof_pos);
  CHECK(again.root_pos == first.root_pos);
}

TEST_CASE("a robot's own clip solved anew comes back") {
  const RobotBody g1 = robot_body("g1");
  const Clip first = run(walk(), g1).clip;
  Options options;
  options.copy_same_dofs = false;
  const Clip again = run(first, g1, options).clip;
  CHECK((again.root_pos - first.root_pos).cwiseAbs().maxCoeff() < 0.01);
  CHECK((again.dof_pos - first.dof_pos).cwiseAbs().mean() < 0.02);
  CHECK((again.dof_pos - first.dof_pos).cwiseAbs().maxCoeff() < 0.2);
}

TEST_CASE("the walk on every biped: limits, soles, slide, direction of travel") {
  for (const std::string name : {"g1", "g1_23dof", "humanoid", "smpl", "pi_plus"}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    const Result r = run(walk(), robot);
    CHECK_NOTHROW(r.clip.validate());
    CHECK(dofs_within_limits(r.clip));
    CHECK(r.report.metrics.limit_outside == 0);
    CHECK(r.report.plant_slide_max < 0.02);
    CHECK(r.report.metrics.penetration_max < 0.005);
    CHECK(r.report.metrics.float_mean < 0.002);
    CHECK(r.report.metrics.bone_angle < 0.12);
    CHECK(r.report.planted_share > 0.4);
    // it walks the way that it faces
    const int last = r.clip.frames() - 1;
    const Vec3 way = r.clip.root_pos_at(last) - r.clip.root_pos_at(0);
    for (int f = 0; f <= last; f += 20) {
      CHECK((r.clip.root_rot_at(f) * Vec3::UnitX()).dot(way.normalized()) > 0.95);
      CHECK((r.clip.root_rot_at(f) * Vec3::UnitZ()).z() > 0.95);
    }
  }
}

TEST_CASE("the G1 of 23 hinges is that of 29 with six of them held") {
  const Robot whole = formats::load_robot("g1"), held = formats::load_robot("g1_23dof");
  const std::vector<std::string> gone = {"waist_roll_joint",        "waist_pitch_joint",
                                         "left_wrist_pitch_joint",  "left_wrist_yaw_joint",
                                         "right_wrist_pitch_joint", "right_wrist_yaw_joint"};
  std::vector<std::string> kept;
  for (size_t i = 0; i < whole.skeleton->dofs().size(); ++i) {
    const Dof& d = whole.skeleton->dofs()[i];
    if (std::count(gone.begin(), gone.end(), d.name)) continue;
    const int at = held.skeleton->find_dof(d.name);
    REQUIRE(at == static_cast<int>(kept.size()));
    kept.push_back(d.name);
    CHECK(held.skeleton->dofs()[static_cast<size_t>(at)].lower == d.lower);
    CHECK(held.skeleton->dofs()[static_cast<size_t>(at)].upper == d.upper);
    CHECK(held.speed_limits[static_cast<size_t>(at)] == whole.speed_limits[i]);
  }
  CHECK(kept.size() == 23);
  CHECK(held.skeleton->dof_count() == 23);
  REQUIRE(held.skeleton->body_count() == whole.skeleton->body_count());
  for (size_t b = 0; b < held.skeleton->bodies().size(); ++b) {
    CHECK(held.skeleton->bodies()[b].name == whole.skeleton->bodies()[b].name);
    CHECK(held.skeleton->bodies()[b].rest_pos == whole.skeleton->bodies()[b].rest_pos);
    CHECK(held.masses[b] == Approx(whole.masses[b]));
  }
}

TEST_CASE("arms swing against legs, knees bend forwards") {
  const RobotBody g1 = robot_body("g1");
  const Clip c = run(walk(), g1).clip;
  const int hip = c.skeleton->find_dof("left_hip_pitch_joint");
  const int shoulder = c.skeleton->find_dof("left_shoulder_pitch_joint");
  const int knee = c.skeleton->find_dof("left_knee_joint");
  const auto centred = [&](int d) {
    return Eigen::VectorXd(c.dof_pos.col(d).array() - c.dof_pos.col(d).mean());
  };
  const Eigen::VectorXd a = centred(hip), b = centred(shoulder);
  CHECK(a.dot(b) / (a.norm() * b.norm()) < -0.5);
  CHECK(c.dof_pos.col(knee).minCoeff() > 0.05);
  CHECK(c.dof_pos.col(knee).maxCoeff() > 0.7);
}

TEST_CASE("a mirrored source gives the mirrored motion") {
  const RobotBody g1 = robot_body("g1");
  const Clip source = walk();
  const int axis = left_axis(source);
  // the walk is symmetric: make one side different first
  Clip odd = source;
  const int arm = source.skeleton->find_body("LeftForeArm");
  for (int f = 0; f < odd.frames(); ++f) {
    const Quat q = odd.local_rot_at(f, arm);
    Clip::set_quat(odd.local_rot, f, arm, slerp(q, Quat::Identity(), 0.7));
  }
  const Clip a = run(odd, g1).clip, b = run(mirrored(odd, axis), g1).clip;
  REQUIRE(a.frames() == b.frames());
  double worst = 0, size = 0;
  for (int d = 0; d < a.skeleton->dof_count(); ++d) {
    const std::string& name = a.skeleton->dofs()[static_cast<size_t>(d)].name;
    const int other = a.skeleton->find_dof(other_side(name));
    const bool turns =
        name.find("roll") != std::string::npos || name.find("yaw") != std::string::npos;
    const double sign = turns ? -1 : 1;
    worst = std::max(worst, (a.dof_pos.col(d) - sign * b.dof_pos.col(other)).cwiseAbs().maxCoeff());
    size = std::max(size, (a.dof_pos.col(d) - b.dof_pos.col(d)).cwiseAbs().maxCoeff());
  }
  CHECK(worst < 0.01);  // the robot's own left and right differ by hundredths of a millimetre
  CHECK(size > 0.1);
}

TEST_CASE("flight stays flight") {
  for (const std::string name : {"g1", "humanoid"}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    const double apex = 0.3;
    const Result r = run(jump(apex), robot);
    double top = 0;
    for (int f = 0; f < r.clip.frames(); ++f) top = std::max(top, lowest_sole(r.clip, robot, f));
    CHECK(top == Approx(r.report.metrics.scale * apex).epsilon(0.1));
    CHECK(r.clip.channels.at("contacts").data.row(55).maxCoeff() == 0);
    CHECK(r.clip.channels.at("contacts").data.row(5).maxCoeff() == 1);
    CHECK(lowest_sole(r.clip, robot, 5) < 0.003);
    CHECK(lowest_sole(r.clip, robot, r.clip.frames() - 5) < 0.003);
  }
}

TEST_CASE("a loop closes: the last frame is the first, further on") {
  const RobotBody g1 = robot_body("g1");
  Clip source = walk();
  source.loop = LoopMode::wrap;
  const Result r = run(source, g1);
  const int last = r.clip.frames() - 1;
  CHECK(r.clip.loop == LoopMode::wrap);
  CHECK(r.clip.dof_pos.row(0) == r.clip.dof_pos.row(last));
  CHECK(r.clip.root_pos(0, 2) == r.clip.root_pos(last, 2));
  CHECK(r.clip.root_rot_at(0).angularDistance(r.clip.root_rot_at(last)) < 1e-9);
  CHECK(r.report.loop_residual < 1e-3);
  // velocity across the seam as elsewhere
  const double seam = (r.clip.dof_pos.row(1) - r.clip.dof_pos.row(last - 1)).cwiseAbs().maxCoeff();
  CHECK(seam * 0.5 * r.clip.fps < r.report.metrics.speed_max + 0.1);
}

TEST_CASE("the same clip gives the same bits") {
  const RobotBody g1 = robot_body("g1");
  const Clip a = run(walk(), g1).clip, b = run(walk(), g1).clip;
  CHECK(a.dof_pos == b.dof_pos);
  CHECK(a.root_pos == b.root_pos);
  CHECK(a.root_rot == b.root_rot);
}

TEST_CASE("one frame is enough, none is not") {
  const RobotBody g1 = robot_body("g1");
  Clip one = walk();
  for (Frames* m : {&one.root_pos, &one.root_rot, &one.local_rot}) *m = Frames(m->topRows(1));
  CHECK(run(one, g1).clip.frames() == 1);
  for (Frames* m : {&one.root_pos, &one.root_rot, &one.local_rot}) *m = Frames(m->topRows(0));
  CHECK_THROWS_AS(run(one, g1), Error);
}

TEST_CASE("another frame rate, another scale") {
  const RobotBody g1 = robot_body("g1");
  Options options;
  options.fps = 30;
  options.scale = 0.5;
  const Result r = run(walk(), g1, options);
  CHECK(r.clip.fps == 30);
  CHECK(r.report.metrics.scale == 0.5);
}

TEST_CASE("a quadruped's clip on itself: copied, and solved") {
  const RobotBody go2 = robot_body("go2");
  const Clip trot = shipped_clip("go2_trot.h5");
  CHECK(run(trot, go2).clip.root_pos == trot.root_pos);
  Options options;
  options.copy_same_dofs = false;
  const Result r = run(trot, go2, options);
  CHECK(dofs_within_limits(r.clip));
  CHECK(r.report.metrics.penetration_max < 0.005);
  CHECK((r.clip.dof_pos - trot.dof_pos).cwiseAbs().mean() < 0.1);
}
