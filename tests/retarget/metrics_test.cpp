// Planted faults: each number sees its own, and by how much.
#include "retarget/metrics.h"

#include "formats/mjcf.h"
#include "motion/error.h"
#include "motion/metrics.h"
#include "retarget/collide.h"
#include "retarget/measure_parts.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

constexpr int kFrames = 40;

const RobotBody& g1() {
  static const RobotBody body = robot_body("g1");
  return body;
}

/// The robot standing in its default pose, soles on the floor.
Clip standing() {
  const RobotBody& body = g1();
  const Skeleton& s = *body.robot.skeleton;
  Clip c;
  c.name = "standing";
  c.skeleton = body.robot.skeleton;
  c.fps = 30;
  c.root_pos = Frames::Zero(kFrames, 3);
  c.root_rot = Frames::Zero(kFrames, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos = Frames::Zero(kFrames, s.dof_count());
  for (int d = 0; d < s.dof_count(); ++d)
    c.dof_pos.col(d).setConstant(body.robot.default_dofs[static_cast<size_t>(d)]);
  Measured unused;
  const double lowest = see_poses(c, body, {}, 1, unused).ground.lowest[0];
  c.root_pos.col(2).array() -= lowest;
  return c;
}

Measured compare(const Clip& source, const Clip& clip) {
  return measure(source, g1().rig, clip, g1(), 1.0);
}

int dof(const char* name) {
  return g1().robot.skeleton->find_dof(name);
}

}  // namespace

TEST_CASE("a foot that rolls over its toes does not slide, one that is dragged does") {
  Clip rolls = standing(), dragged = standing();
  const Leg& leg = g1().rig.legs[0];
  const Foot& foot = g1().feet[0];
  const BodyPoses stood = forward(rolls, 0);
  const size_t b = static_cast<size_t>(leg.foot);
  Vec3 toe = stood.pos[b] + stood.rot[b] * leg.ankle.pos + Vec3(foot.toe, 0, 0);
  toe.z() = 0;
  for (int f = 0; f < kFrames; ++f) {
    // the whole robot turns about its toes
    const Quat turn(Eigen::AngleAxisd(0.5 * f / rolls.fps, Vec3::UnitY()));
    rolls.root_pos.row(f) = toe + turn * (rolls.root_pos_at(f) - toe);
    Clip::set_quat(rolls.root_rot, f, 0, turn);
    dragged.root_pos(f, 0) += 0.04 * f / dragged.fps;
  }
  const Measured m = compare(rolls, rolls);
  CHECK(m.metrics.contact_share > 0.5);
  CHECK(m.metrics.slide < 2e-3);
  CHECK(compare(standing(), dragged).metrics.slide == Approx(0.04).epsilon(1e-6));
}

TEST_CASE("toes that bend are measured where they are") {
  const RobotBody body(formats::load_robot("smpl"));
  const Robot& smpl = body.robot;
  Clip c;
  c.name = "tiptoe";
  c.skeleton = smpl.skeleton;
  c.fps = 30;
  c.root_pos = Frames::Zero(kFrames, 3);
  c.root_rot = Frames::Zero(kFrames, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos = Frames::Zero(kFrames, smpl.skeleton->dof_count());
  // heels up, toes flat on the floor
  for (const std::string side : {"L", "R"}) {
    c.dof_pos.col(smpl.skeleton->find_dof(side + "_Ankle_y")).setConstant(0.5);
    c.dof_pos.col(smpl.skeleton->find_dof(side + "_Toe_y")).setConstant(-0.5);
  }
  c.root_pos.col(2).array() -=
      floor_tracks(c, floor_points(smpl), OwnFloor::no).clearance.minCoeff();
  const Metrics m = measure(c, body.rig, c, body, 1.0).metrics;
  CHECK(m.penetration_max < 1e-6);
  CHECK(m.float_mean < 0.002);
}

TEST_CASE("a motion compared with itself has no fault") {
  const Measured m = compare(standing(), standing());
  for (const MetricRow& row : metric_rows()) {
    INFO(row.key);
    const double v = m.metrics.*row.value;
    if (row.value == &Metrics::contact_f1 || row.value == &Metrics::contact_share ||
        row.value == &Metrics::scale)
      CHECK(v == 1);
    else if (row.value != &Metrics::balance_error)
      CHECK(std::abs(v) < 1e-9);
  }
  CHECK(judge(m.metrics).grade == Grade::pass);
}

TEST_CASE("a sliding foot: speed, share and grade") {
  Clip c = standing();
  for (int f = 0; f < kFrames; ++f) c.root_pos(f, 0) += 0.08 * f / c.fps;
  const Metrics m = compare(standing(), c).metrics;
  CHECK(m.slide == Approx(0.08));
  CHECK(m.source_slide == 0);
  CHECK(m.skate_share == 1);
  CHECK(m.skate_fast_share == 0);
  CHECK(m.path_error == Approx(0.08 * (kFrames - 1) / 2.0 / c.fps));
  CHECK(judge(m).grade == Grade::reject);  // skating in more than half of the contacts
  // a source that slides as much counts as standing still
  CHECK(compare(c, c).metrics.source_slide == Approx(0.08));
}

TEST_CASE("feet that float, feet that sink") {
  Clip up = standing(), down = standing();
  up.root_pos.col(2).array() += 0.05;
  down.root_pos.col(2).array() -= 0.03;
  const Metrics a = compare(standing(), up).metrics, b = compare(standing(), down).metrics;
  CHECK(a.float_mean == Approx(0.045));
  CHECK(a.float_share == 1);
  CHECK(a.contact_f1 == 0);
  CHECK(a.penetration_share == 0);
  CHECK(a.height_error < 1e-9);          // a constant is the floor's, not the motion's
  CHECK(a.force_residual == Approx(1));  // nothing holds it up
  CHECK(b.penetration_share == 1);
  CHECK(b.penetration_mean == Approx(0.03));
  CHECK(b.penetration_max == Approx(0.03));
  CHECK(b.float_mean == 0);
  CHECK(b.contact_f1 == 1);
}

TEST_CASE("limits: outside, and at them") {
  Clip c = standing();
  const int knee = dof("left_knee_joint"), wrist = dof("left_wrist_yaw_joint");
  const std::vector<Dof>& dofs = g1().robot.skeleton->dofs();
  for (int f = 0; f < kFrames / 2; ++f)
    c.dof_pos(f, knee) = dofs[static_cast<size_t>(knee)].lower - 0.01;
  for (int f = 0; f < kFrames; ++f)
    c.dof_pos(f, wrist) = dofs[static_cast<size_t>(wrist)].upper - 0.005;
  const Metrics m = compare(standing(), c).metrics;
  const double n = static_cast<double>(dofs.size());
  CHECK(m.limit_outside == Approx(0.5 / n));
  CHECK(m.limit_saturated == Approx(1.5 / n));
  CHECK(m.saturated_worst == 1);
  CHECK(m.saturated_dof == "left_wrist_yaw_joint");
  CHECK(judge(m).grade == Grade::reject);
}

TEST_CASE("speed, jump and jerk of one joint") {
  Clip c = standing();
  const int elbow = dof("right_elbow_joint");
  for (int f = 20; f < kFrames; ++f) c.dof_pos(f, elbow) -= 0.6;  // 18 rad/s, below its motor's 37
  const Metrics m = compare(standing(), c).metrics;
  CHECK(m.speed_max == Approx(18));
  CHECK(m.speed_dof == "right_elbow_joint");
  CHECK(m.jump_share == Approx(1.0 / (kFrames - 1)));
  CHECK(m.speed_3pi_share == Approx(1.0 / (kFrames - 1)));
  CHECK(m.speed_share == 0);
  c.dof_pos(30, elbow) += 1.5;  // 45 rad/s there and back
  CHECK(compare(standing(), c).metrics.speed_share == Approx(2.0 / (kFrames - 1)));
  // nobody is faster than a motor that nobody knows
  Robot bare = g1().robot;
  bare.speed_limits.clear();
  const RobotBody unknown(bare);
  const Metrics free = measure(standing(), g1().rig, c, unknown, 1.0).metrics;
  CHECK(free.speed_share == 0);
  CHECK(free.speed_3pi_share > 0);

  Clip cubic = standing();
  for (int f = 0; f < kFrames; ++f) cubic.dof_pos(f, elbow) -= 0.1 * std::pow(f / cubic.fps, 3);
  const double dofs = g1().robot.skeleton->dof_count();
  CHECK(compare(standing(), cubic).metrics.jerk == Approx(0.6 / dofs));
  Clip root = standing();
  for (int f = 0; f < kFrames; ++f) root.root_pos(f, 1) += 0.1 * std::pow(f / root.fps, 3);
  CHECK(compare(standing(), root).metrics.root_jerk == Approx(0.6));
}

TEST_CASE("an arm through the trunk is self-collision, the default pose is not") {
  Clip c = standing();
  CHECK(!g1().pairs.empty());
  CHECK(compare(c, c).metrics.collision_share == 0);
  for (int f = 0; f < 10; ++f) {
    c.dof_pos(f, dof("left_shoulder_yaw_joint")) = -1.5;  // the forearm turns across the body
    c.dof_pos(f, dof("left_shoulder_roll_joint")) = -0.3;
    c.dof_pos(f, dof("left_elbow_joint")) = 0;
  }
  const Measured m = compare(standing(), c);
  CHECK(m.metrics.collision_share == Approx(10.0 / kFrames));
  CHECK(m.metrics.collision_mean > 0.01);
  CHECK(m.metrics.collision_pair.find("torso_link") != std::string::npos);
  CHECK(m.timeline.collision[20] == 0);
}

TEST_CASE("a bent forearm: bone direction and key point") {
  Clip c = standing();
  const double angle = 0.3;
  c.dof_pos.col(dof("left_elbow_joint")).array() -= angle;
  const Metrics m = compare(standing(), c).metrics;
  CHECK(m.bone_angle == Approx(angle / 10).epsilon(1e-3));  // the forearm is not quite across
  const LimbTrack arm = figure(c, g1().rig).arms[0];
  const double forearm = (arm.end[0] - arm.joint[0]).norm();
  CHECK(m.keypoint_error == Approx(2 * forearm * std::sin(angle / 2) / 8).epsilon(1e-3));
  CHECK(m.orientation_error < 1e-6);  // the hand is turned by a constant
}

TEST_CASE("orientation: what varies counts, heading counts whole") {
  Clip c = standing(), turned = standing();
  const int yaw = dof("waist_yaw_joint");
  for (int f = 0; f < kFrames; ++f) c.dof_pos(f, yaw) += f % 2 ? 0.1 : -0.1;
  // torso and both hands of six bodies turn by 0.1 from their mean
  CHECK(compare(standing(), c).metrics.orientation_error == Approx(0.1 * 3 / 6));
  for (int f = 0; f < kFrames; ++f) Clip::set_quat(turned.root_rot, f, 0, yaw_rotation(0.2));
  const Metrics m = compare(standing(), turned).metrics;
  CHECK(m.heading_error == Approx(0.2));
  CHECK(m.orientation_error < 1e-6);
}

TEST_CASE("the way of the root, at the source's size") {
  Clip source = standing(), c = standing();
  for (int f = 0; f < kFrames; ++f) {
    source.root_pos(f, 0) += 0.1 * f;
    c.root_pos(f, 0) += 0.05 * f;
  }
  CHECK(measure(source, g1().rig, c, g1(), 0.5).metrics.path_error < 1e-9);
  CHECK(compare(source, c).metrics.path_error == Approx(0.05 * (kFrames - 1) / 2.0));
}

TEST_CASE("a foot stands where its ankle and toe are slow and low") {
  Clip c = walk();
  const Rig rig = make_rig(c.skeleton, map_roles(*c.skeleton));
  const auto feet = stands(figure(c, rig));
  REQUIRE(feet.size() == 2);
  int left = 0, right = 0, none = 0;
  for (int f = 0; f < c.frames(); ++f) {
    const size_t i = static_cast<size_t>(f);
    left += feet[0][i];
    right += feet[1][i];
    none += !feet[0][i] && !feet[1][i];
  }
  // flat between heel strike and heel rise: about a third of the cycle
  CHECK(left > 0.2 * c.frames());
  CHECK(right == Approx(left).epsilon(0.1));
  CHECK(left + right < 0.9 * c.frames());
  CHECK(none < 0.5 * c.frames());
}

TEST_CASE("outside a hull") {
  using P = Eigen::Vector2d;
  const std::vector<P> square = {P(0, 0), P(1, 0), P(1, 1), P(0, 1), P(0.5, 0.5)};
  CHECK(distance_outside(P(0.2, 0.9), square) == 0);
  CHECK(distance_outside(P(1.5, 0.5), square) == Approx(0.5));
  CHECK(distance_outside(P(2, 2), square) == Approx(std::sqrt(2.0)));
  CHECK(distance_outside(P(0, 2), {P(0, 0)}) == Approx(2));
  CHECK(distance_outside(P(1, 1), {P(0, 0), P(2, 0)}) == Approx(1));
}

TEST_CASE("forces that friction can give, and others") {
  CHECK(unsupported(Vec3(0.5, 0, 1), true) == 0);
  CHECK(unsupported(Vec3(1.5, 0, 0.5), true) == Approx(1 / std::sqrt(2.0)));
  CHECK(unsupported(Vec3(0, 0, -1), true) == Approx(1));
  CHECK(unsupported(Vec3(0, 0, 1), false) == Approx(1));
}

TEST_CASE("other frames, other legs: refused; one frame: measured") {
  Clip c = standing();
  Clip shorter = c;
  for (Frames* m : {&shorter.root_pos, &shorter.root_rot, &shorter.dof_pos})
    *m = Frames(m->topRows(1));
  CHECK_THROWS_AS(compare(c, shorter), Error);
  CHECK(compare(shorter, shorter).metrics.contact_f1 == 1);
  const Clip trot = shipped_clip("go2_trot.h5");
  const Rig four = make_rig(trot.skeleton, map_roles(*trot.skeleton));
  CHECK_THROWS_AS(measure(trot, four, trot, g1(), 1), Error);
}

TEST_CASE("one JSON form, one row a number") {
  const Metrics m = compare(standing(), standing()).metrics;
  const std::string text = json(m);
  for (const auto& [key, value] : numbers(m))
    CHECK(text.find("\"" + key + "\": ") != std::string::npos);
  CHECK(numbers(m).size() == metric_rows().size() + 1);
}
