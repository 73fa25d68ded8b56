// Arms and hands: full circles of the shoulder, raised arms, wrists.
#include <array>
#include <numbers>

#include "motion/kinematics.h"
#include "retarget/guard.h"
#include "retarget/model.h"
#include "retarget/wrist.h"
#include "tests/catch.h"
#include "tests/retarget/figures.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

constexpr int kLeftArm = 6, kLeftHand = 8, kRightArm = 12;  // of person_parts()
constexpr double kPi = std::numbers::pi;

Quat about(double angle, const Vec3& axis) {
  return Quat(Eigen::AngleAxisd(angle, axis));
}

/// A person who stands with its arms hanging.
Clip standing(int frames) {
  Clip c;
  c.name = "arms";
  c.skeleton = person_named({});
  c.fps = 30;
  c.root_pos = Frames::Zero(frames, 3);
  c.root_pos.col(2).setConstant(0.94);
  c.root_rot.resize(frames, 4);
  c.local_rot.resize(frames, 4 * c.skeleton->body_count());
  for (int f = 0; f < frames; ++f) {
    Clip::set_quat(c.root_rot, f, 0, Quat::Identity());
    for (int b = 0; b < c.skeleton->body_count(); ++b)
      Clip::set_quat(c.local_rot, f, b, Quat::Identity());
    Clip::set_quat(c.local_rot, f, kLeftArm, about(-1.4, Vec3::UnitX()));
    Clip::set_quat(c.local_rot, f, kRightArm, about(1.4, Vec3::UnitX()));
  }
  return c;
}

const RobotBody& g1() {
  static const RobotBody body = robot_body("g1");
  return body;
}

double largest_difference(const Clip& c, int a, int b) {
  return (c.dof_pos.row(a) - c.dof_pos.row(b)).cwiseAbs().maxCoeff();
}

double angle(const Vec3& a, const Vec3& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b));
}

}  // namespace

TEST_CASE("a full circle of the shoulder ends where it began, either way round") {
  for (const double way : {-1.0, 1.0}) {
    const int frames = 150, begin = 30, end = 90;
    Clip c = standing(frames);
    for (int f = begin; f < end; ++f) {
      const double turned = way * 2 * kPi * (f - begin) / (end - begin);
      for (const int arm : {kLeftArm, kRightArm})
        Clip::set_quat(c.local_rot, f, arm, about(turned, Vec3::UnitY()) * c.local_rot_at(f, arm));
    }
    const Result r = run(c, g1());
    INFO(way);
    CHECK(largest_difference(r.clip, 0, frames - 1) < 0.02);
    CHECK(r.report.metrics.jump_share == 0);
    CHECK(r.report.metrics.limit_outside == 0);
  }
}

TEST_CASE("arms that are raised past the shoulder point where the source's do") {
  const int frames = 120, up = 60;
  Clip c = standing(frames);
  for (int f = 0; f < frames; ++f) {
    const double raise = 2.6 * std::min(1.0, static_cast<double>(f) / up);
    for (const int arm : {kLeftArm, kRightArm})
      Clip::set_quat(
          c.local_rot, f, arm,
          about(arm == kLeftArm ? raise : -raise, Vec3::UnitX()) * c.local_rot_at(f, arm));
  }
  const Result r = run(c, g1());
  const BodyPoses p = forward(r.clip, frames - 1), s = forward(c, frames - 1);
  for (const Arm& arm : g1().rig.arms) {
    const auto at = [&](const Point& q) {
      const size_t b = static_cast<size_t>(q.body);
      return Vec3(p.pos[b] + p.rot[b] * q.pos);
    };
    const size_t upper = static_cast<size_t>(arm.side > 0 ? kLeftArm : kRightArm);
    CHECK(angle(at(arm.elbow) - at(arm.shoulder), s.pos[upper + 1] - s.pos[upper]) < 0.2);
    CHECK(angle(at(arm.wrist) - at(arm.elbow), s.pos[upper + 2] - s.pos[upper + 1]) < 0.2);
  }
}

TEST_CASE("a guide is made only for arms that come where a shoulder's ways meet") {
  std::vector<Target> targets(60);
  for (Target& t : targets) {
    for (ArmPose& a : t.arms) a = {-Vec3::UnitZ(), Vec3::UnitX(), -Vec3::UnitY(), Quat::Identity()};
  }
  CHECK(guide_shoulders(g1(), 30, targets).arms == 0);
  CHECK_FALSE(targets[30].shoulders[0]);
  targets[30].arms[0].upper = Vec3(0, 0.6, 0.8);
  CHECK(guide_shoulders(g1(), 30, targets).arms == 1);
  REQUIRE(targets[30].shoulders[0]);
  const Shoulder s = *shoulder(g1(), 0);
  for (const Target& t : targets) {
    for (Eigen::Index k = 0; k < 3; ++k) {
      CHECK((*t.shoulders[0])[k] >= s.lower[k]);
      CHECK((*t.shoulders[0])[k] <= s.upper[k]);
    }
  }
}

TEST_CASE("a wrist's angles are exact within its limits and do not hop at them") {
  const Arm& arm = g1().rig.arms[0];
  const Wrist w = *wrist(g1(), arm);
  const Skeleton& s = *g1().robot.skeleton;
  Model model(g1().robot.skeleton);
  State state;
  state.dofs = Eigen::VectorXd::Zero(s.dof_count());
  const size_t hand = static_cast<size_t>(arm.hand), lower = static_cast<size_t>(arm.lower);
  for (const Vec3& q :
       std::array<Vec3, 3>{Vec3(0.3, -0.7, 1.1), Vec3(-1.8, 1.4, -1.5), Vec3(0, 0, 0)}) {
    for (size_t k = 0; k < 3; ++k) state.dofs[w.dofs[k]] = q[static_cast<Eigen::Index>(k)];
    model.update(state);
    const Quat forearm = model.rot(arm.lower) * g1().zero.rot[lower].conjugate();
    const Quat turn = forearm.conjugate() * model.rot(arm.hand) * g1().zero.rot[hand].conjugate();
    CHECK((wrist_angles(w, turn, Vec3::Zero()) - q).norm() < 1e-9);
  }
  const Quat half = about(kPi, w.axes.col(0));
  CHECK(wrist_angles(w, half, w.upper)[0] == Approx(w.upper[0]));
  CHECK(wrist_angles(w, half, w.lower)[0] == Approx(w.lower[0]));
}

TEST_CASE("hands turn as the source's do") {
  const int frames = 90;
  for (const Vec3& axis : std::array<Vec3, 3>{Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()}) {
    Clip c = standing(frames);
    for (int f = 0; f < frames; ++f)
      Clip::set_quat(c.local_rot, f, kLeftHand, about(0.6 * std::sin(2 * kPi * f / frames), axis));
    const Result r = run(c, g1());
    const size_t hand = static_cast<size_t>(g1().rig.arms[0].hand);
    const BodyPoses before = forward(r.clip, 0), s0 = forward(c, 0);
    for (const int f : {22, 67}) {
      const BodyPoses p = forward(r.clip, f), s = forward(c, f);
      const Quat robot = p.rot[hand] * before.rot[hand].conjugate();
      const Quat source = s.rot[kLeftHand] * s0.rot[kLeftHand].conjugate();
      CHECK(robot.angularDistance(source) < 0.1);
    }
  }
}
