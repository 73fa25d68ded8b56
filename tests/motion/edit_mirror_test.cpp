// The motion in a mirror: body positions are the mirror image, twice is once, names find their side.
#include "motion/edit_place.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/mirror.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

/// A walk of sorts in which no side does what the other does.
Clip lopsided(SkeletonPtr skeleton) {
  Clip c = standing(std::move(skeleton));
  const bool robot = c.dof_pos.size() > 0;
  for (int f = 0; f < c.frames(); ++f) {
    const double t = f / c.fps;
    c.root_pos.row(f) = Vec3(t, 0.4 * t, 0.8).transpose();
    Clip::set_quat(
        c.root_rot, f, 0,
        yaw_rotation(0.3 * t) * Quat(Eigen::AngleAxisd(0.3 * t, Vec3(1, 2, 3).normalized())));
    for (int d = 0; robot && d < c.dof_pos.cols(); ++d) c.dof_pos(f, d) = 0.3 * std::sin(t + d);
    for (int b = 1; !robot && b < c.skeleton->body_count(); ++b) {
      Clip::set_quat(c.local_rot, f, b,
                     Quat(Eigen::AngleAxisd(0.4 * std::sin(t + b), Vec3(1, b, -2).normalized())));
    }
  }
  return c;
}

/// The bodies of `m` stand where their partners of `c` stand in the mirror y -> -y.
void check_mirrored(const Clip& c, const Clip& m) {
  const Symmetry s = Symmetry::of(*c.skeleton);
  const Frames p = body_positions(c), q = body_positions(m);
  for (int b = 0; b < c.skeleton->body_count(); ++b) {
    const int other = s.body[static_cast<size_t>(b)];
    INFO(c.skeleton->bodies()[static_cast<size_t>(b)].name);
    CHECK((q.col(3 * b) - p.col(3 * other)).cwiseAbs().maxCoeff() < 1e-9);
    CHECK((q.col(3 * b + 1) + p.col(3 * other + 1)).cwiseAbs().maxCoeff() < 1e-9);
    CHECK((q.col(3 * b + 2) - p.col(3 * other + 2)).cwiseAbs().maxCoeff() < 1e-9);
  }
}

}  // namespace

TEST_CASE("a figure without sides cannot be mirrored") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  spec.roles.clear();
  for (size_t i = 0; i < spec.bodies.size(); ++i) spec.bodies[i].name = "b" + std::to_string(i);
  CHECK_THROWS_AS(mirror(standing(Skeleton::build(spec))), Error);
  Skeleton::Spec crooked = figure_spec(SkeletonKind::robot);
  crooked.joints[1].axis = Vec3::UnitX();
  CHECK_THROWS_AS(Symmetry::of(*Skeleton::build(crooked)), Error);
}

TEST_CASE("names of the other side") {
  const std::vector<std::string> known{"LeftFoot", "RightFoot", "FL_hip", "FR_hip", "RL_hip",
                                       "RR_hip",   "lfemur",    "rfemur", "L_Knee", "R_Knee",
                                       "Spine",    "arm.L",     "arm.R"};
  CHECK(mirrored_name("LeftFoot", known) == "RightFoot");
  CHECK(mirrored_name("FR_hip", known) == "FL_hip");
  CHECK(mirrored_name("RL_hip", known) == "RR_hip");
  CHECK(mirrored_name("rfemur", known) == "lfemur");
  CHECK(mirrored_name("L_Knee", known) == "R_Knee");
  CHECK(mirrored_name("arm.R", known) == "arm.L");
  CHECK(mirrored_name("Spine", known).empty());
}

TEST_CASE("mirrored bodies are the mirror image, with roles and with names alone") {
  for (const SkeletonKind kind : {SkeletonKind::character, SkeletonKind::robot}) {
    for (const bool roles : {true, false}) {
      Skeleton::Spec spec = figure_spec(kind);
      if (!roles) spec.roles.clear();
      const Clip c = lopsided(Skeleton::build(spec));
      const Clip m = mirror(c);
      check_mirrored(c, m);
      CHECK(m.root_pos.col(1) == -c.root_pos.col(1));
    }
  }
}

TEST_CASE("mirrored twice is the clip: bit for bit by dofs, within rounding by rotations") {
  const Clip robot = lopsided(Skeleton::build(figure_spec(SkeletonKind::robot)));
  CHECK(mirror(mirror(robot)).fingerprint() == robot.fingerprint());
  CHECK(mirror(robot).fingerprint() != robot.fingerprint());
  const Clip c = lopsided(Skeleton::build(figure_spec(SkeletonKind::character)));
  CHECK((mirror(mirror(c)).local_rot - c.local_rot).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("rest poses with turned frames, and a figure that faces along y") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  // the whole figure turned inside its root, and each leg's frames turned their own way
  for (Body& b : spec.bodies) {
    if (b.parent == 0)
      b.rest_pos = yaw_rotation(M_PI / 2) * b.rest_pos, b.rest_rot = yaw_rotation(M_PI / 2);
  }
  const Quat twist(Eigen::AngleAxisd(0.9, Vec3(1, 1, 0).normalized()));
  spec.bodies[3].rest_rot = twist;
  spec.bodies[4].rest_pos = twist.conjugate() * spec.bodies[4].rest_pos;
  spec.bodies[4].rest_rot = twist.conjugate();
  const Clip c = lopsided(Skeleton::build(spec));
  check_mirrored(c, mirror(c));
  CHECK((body_positions(mirror(mirror(c))) - body_positions(c)).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("channels change sides by their names") {
  Clip c = lopsided(Skeleton::build(figure_spec(SkeletonKind::robot)));
  Frames contacts = Frames::Zero(c.frames(), 2);
  contacts.col(0).setOnes();
  c.channels["contacts"] = {
      .data = contacts, .components = 1, .names = {"l_foot", "r_foot"}, .units = "1", .frame = ""};
  c.channels["root_lin_vel"] = {.data = linear_velocities(c.root_pos, c.fps),
                                .components = 3,
                                .names = {},
                                .units = "m/s",
                                .frame = "world"};
  c.channels["root_ang_vel"] = {.data = angular_velocities(c.root_rot, c.fps),
                                .components = 3,
                                .names = {},
                                .units = "rad/s",
                                .frame = "world"};
  c.channels["dof_vel"] = {.data = dof_velocities(c),
                           .components = 1,
                           .names = {"neck", "l_knee", "r_knee"},
                           .units = "rad/s",
                           .frame = "joint"};
  c.channels["nameless"] = {
      .data = contacts, .components = 1, .names = {}, .units = "1", .frame = ""};
  const Clip m = mirror(c);
  CHECK(m.channels.at("contacts").data.col(1) == contacts.col(0));
  CHECK((m.channels.at("root_lin_vel").data - linear_velocities(m.root_pos, m.fps))
            .cwiseAbs()
            .maxCoeff() < 1e-9);
  CHECK((m.channels.at("root_ang_vel").data - angular_velocities(m.root_rot, m.fps))
            .cwiseAbs()
            .maxCoeff() < 1e-9);
  CHECK((m.channels.at("dof_vel").data - dof_velocities(m)).cwiseAbs().maxCoeff() < 1e-9);
  CHECK_FALSE(m.channels.contains("nameless"));
}
