#include "motion/kinematics.h"

#include "motion/sampler.h"
#include "tests/catch.h"
#include "tests/motion/arm.h"

using namespace motus;

namespace {

/// Two frames a tenth of a second apart, the root moving 1 m forward and turning 0.2 rad.
Clip swing() {
  Clip c;
  c.name = "swing";
  c.skeleton = arm();
  c.fps = 10;
  c.root_pos = Frames::Zero(2, 3);
  c.root_pos(1, 0) = 1;
  c.root_rot = Frames::Zero(2, 4);
  Clip::set_quat(c.root_rot, 0, 0, Quat::Identity());
  Clip::set_quat(c.root_rot, 1, 0, yaw_rotation(0.2));
  c.dof_pos = Frames::Zero(2, 4);
  c.dof_pos.row(0) << 0.1, 0, 0, 0.5;
  c.dof_pos.row(1) << 0.3, 0, 0, 0.9;
  return c;
}

}  // namespace

TEST_CASE("the elbow's hand lies where trigonometry says") {
  Clip c = swing();
  c.dof_pos.row(0) << 0, 0, 0, M_PI / 2;
  const BodyPoses p = forward(c, 0);
  CHECK((p.pos[2] - Vec3(1, 0, 1)).norm() < 1e-12);
  // a turn by +90 degrees about y takes x to -z
  CHECK((p.rot[2] * Vec3::UnitX() - Vec3(0, 0, -1)).norm() < 1e-12);
}

TEST_CASE("dofs to rotations and back") {
  const SkeletonPtr s = arm();
  const double dofs[4] = {0.3, -0.4, 0.5, -1.2};
  std::vector<Quat> q(3, Quat::Identity());
  for (int b = 1; b < 3; ++b) q[static_cast<size_t>(b)] = joint_rotation(*s, b, dofs);
  double back[4] = {};
  dofs_from_rotations(*s, q, back);
  for (int i = 0; i < 4; ++i) CHECK(back[i] == Approx(dofs[i]).margin(1e-12));
}

TEST_CASE("several hinges on one body share its rotation, left-handed triples too") {
  for (const Vec3& third : {Vec3(0, 0, 1), Vec3(0, 0, -1)}) {
    Skeleton::Spec spec = arm_spec();
    spec.joints = {{.name = "a", .body = 1, .axis = Vec3::UnitX()},
                   {.name = "b", .body = 1, .axis = Vec3::UnitY()},
                   {.name = "c", .body = 1, .axis = third}};
    const SkeletonPtr s = Skeleton::build(spec);
    const double dofs[3] = {0.3, -0.4, 0.5};
    std::vector<Quat> q(3, Quat::Identity());
    q[1] = joint_rotation(*s, 1, dofs);
    double back[3] = {};
    dofs_from_rotations(*s, q, back);
    for (int i = 0; i < 3; ++i) CHECK(back[i] == Approx(dofs[i]).margin(1e-12));
  }
}

TEST_CASE("velocities are forward differences, the last one repeated") {
  const Clip c = swing();
  const Frames v = linear_velocities(c.root_pos, c.fps), w = angular_velocities(c.root_rot, c.fps);
  CHECK(v(0, 0) == Approx(10));
  CHECK(v(1, 0) == Approx(10));
  CHECK(w(0, 2) == Approx(2));
  const Frames d = dof_velocities(c);
  CHECK(d(0, 0) == Approx(2));
  CHECK(d(0, 3) == Approx(4));
}

TEST_CASE("sampling interpolates, holds the ends and carries a cycle's travel on") {
  Clip c = swing();
  MotionState m;
  {
    const MotionSampler s(Dataset::from({c}));
    s.sample(0, 0.05, m);
    CHECK(m.root_pos.x() == Approx(0.5));
    CHECK(heading(m.root_rot) == Approx(0.1));
    CHECK(twist_angle(m.joint_rot[2], Vec3::UnitY()) == Approx(0.7));
    s.sample(0, 5, m);
    CHECK(m.root_pos.x() == Approx(1));
    s.sample(0, -5, m);
    CHECK(m.root_pos.x() == Approx(0));
  }
  c.loop = LoopMode::wrap;
  const MotionSampler s(Dataset::from({c}));
  s.sample(0, 0.25, m);
  CHECK(m.root_pos.x() == Approx(2.5));
  CHECK(heading(m.root_rot) == Approx(0.1));
  s.sample(0, -0.05, m);
  CHECK(m.root_pos.x() == Approx(-0.5));
}

TEST_CASE("motions are picked by weight") {
  Clip a = swing(), b = swing();
  a.weight = 1, b.weight = 3;
  const MotionSampler s(Dataset::from({a, b}));
  CHECK(s.pick(0.0) == 0);
  CHECK(s.pick(0.24) == 0);
  CHECK(s.pick(0.26) == 1);
  CHECK(s.pick(0.999) == 1);
}
