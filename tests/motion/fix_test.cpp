// Each remedy against a planted fault: the rule is quiet afterwards, what was whole is bit for bit what
// it was, and the history says what was done.
#include "motion/fix.h"

#include <algorithm>
#include <cmath>

#include "motion/edit_loop.h"
#include "motion/edit_place.h"
#include "motion/error.h"
#include "motion/fix_frames.h"
#include "motion/kinematics.h"
#include "motion/resample.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

bool finds(const Clip& c, const std::string& rule, const Robot* robot = nullptr) {
  return !check(c, robot, nullptr, rule).findings.empty();
}

/// fix() with the rule found before and quiet after; says what it did.
void check_fixed(Clip& c, const std::string& rule, const Robot* robot = nullptr) {
  INFO(rule);
  REQUIRE(finds(c, rule, robot));
  c.source.fingerprint = c.fingerprint();
  c.source.arrays["frames"] = {};
  const std::vector<Repair> done = fix(c, robot);
  REQUIRE(done.size() >= 1);
  CHECK(std::any_of(done.begin(), done.end(), [&](const Repair& r) { return r.rule == rule; }));
  CHECK(c.history.size() == done.size());
  CHECK(c.history[0].find("motion-check --fix") == 0);
  CHECK(c.source.arrays.empty());
  CHECK_FALSE(finds(c, rule, robot));
  c.validate();
}

/// A figure that goes forward and nods smoothly.
Clip going(int frames = 61) {
  Clip c = standing_character();
  c.root_pos.conservativeResize(frames, 3), c.root_rot.conservativeResize(frames, 4);
  c.local_rot.conservativeResize(frames, c.local_rot.cols());
  for (int f = 0; f < frames; ++f) {
    c.root_pos.row(f) << 0.02 * f, 0.01 * std::sin(0.2 * f), 0.85;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.002 * f));
    for (int b = 0; b < 10; ++b) {
      Clip::set_quat(c.local_rot, f, b,
                     b == 1 ? yaw_rotation(0.4 * std::sin(0.1 * f)) : Quat::Identity());
    }
  }
  return c;
}

}  // namespace

TEST_CASE("a clean clip is not touched") {
  Clip c = standing_character();
  const std::string before = c.fingerprint();
  CHECK(fix(c, nullptr).empty());
  CHECK(c.fingerprint() == before);
  CHECK(c.history.empty());
}

TEST_CASE("a rule that is skipped is left alone") {
  Clip c = standing_character();
  for (int f = 20; f < c.frames(); ++f) c.root_rot.row(f) *= -1;
  CHECK(fix(c, nullptr, {"quaternion-sign"}).empty());
  CHECK(finds(c, "quaternion-sign"));
}

TEST_CASE("fix quaternion-sign: the rotations stay, the signs agree") {
  Clip c = going();
  const Clip was = c;
  for (int f = 20; f < c.frames(); ++f) c.local_rot.block<1, 4>(f, 4) *= -1;
  check_fixed(c, "quaternion-sign");
  CHECK(c.local_rot == was.local_rot);
}

TEST_CASE("fix duplicate-frames: 30 Hz labelled 60 becomes 30, 24 in 30 becomes 24") {
  const Clip slow = going(31);
  Clip c = slow;
  std::vector<int> twice;
  for (int f = 0; f < 31; ++f) twice.insert(twice.end(), {f, f});
  c = pick(slow, twice);
  c.fps = 60;
  check_fixed(c, "duplicate-frames");
  CHECK(c.fps == 30);
  CHECK(c.root_pos == slow.root_pos);
  CHECK(c.local_rot == slow.local_rot);
  std::vector<int> pulled;
  for (int f = 0; f < 31; ++f) {
    pulled.push_back(f);
    if (f % 4 == 3) pulled.push_back(f);
  }
  Clip film = pick(slow, pulled);
  film.fps = 30;
  check_fixed(film, "duplicate-frames");
  CHECK(film.fps == 24);
  CHECK(film.root_pos == slow.root_pos);
}

TEST_CASE("fix duplicate-frames: scattered repeats are filled in, the rest stays") {
  Clip c = going();
  const Clip was = c;
  for (const int f : {9, 10, 11, 30}) {
    c.root_pos.row(f) = c.root_pos.row(f == 30 ? 29 : 8);
    c.root_rot.row(f) = c.root_rot.row(f == 30 ? 29 : 8);
    c.local_rot.row(f) = c.local_rot.row(f == 30 ? 29 : 8);
  }
  check_fixed(c, "duplicate-frames");
  CHECK(c.fps == was.fps);
  CHECK((c.root_pos - was.root_pos).cwiseAbs().maxCoeff() < 2e-3);
  CHECK(c.local_rot.topRows(9) == was.local_rot.topRows(9));
  CHECK(c.local_rot.bottomRows(30) == was.local_rot.bottomRows(30));
}

TEST_CASE("fix repaired: holes are filled, those without an end stay and are said") {
  Clip c = going();
  const Clip was = c;
  for (int f = 20; f <= 24; ++f) Clip::set_quat(c.local_rot, f, 1, Quat::Identity());
  note_nan_hole(c.source, {"head", 20, 24});
  Clip open = c;
  check_fixed(c, "repaired");
  CHECK((c.local_rot - was.local_rot).cwiseAbs().maxCoeff() < 2e-3);
  CHECK(c.local_rot.topRows(20) == was.local_rot.topRows(20));
  note_nan_hole(open.source, {"l_shin", 0, 60});
  fix(open, nullptr);
  REQUIRE(nan_holes(open).size() == 1);
  CHECK(nan_holes(open)[0].part == "l_shin");
}

TEST_CASE("fix joint-jump and root-jump: frames out of place come back") {
  Clip c = going();
  const Clip was = c;
  for (const int f : {25, 26}) {
    Clip::set_quat(c.local_rot, f, 1,
                   c.local_rot_at(f, 1) * Quat(Eigen::AngleAxisd(0.9, Vec3::UnitY())));
  }
  c.root_pos(40, 1) += 0.3;
  Clip d = c;
  check_fixed(c, "joint-jump");
  CHECK_FALSE(finds(c, "root-jump"));
  CHECK((c.local_rot - was.local_rot).cwiseAbs().maxCoeff() < 1e-3);
  CHECK((c.root_pos - was.root_pos).cwiseAbs().maxCoeff() < 1e-3);
  CHECK(c.local_rot.topRows(25) == was.local_rot.topRows(25));
  CHECK(c.local_rot.bottomRows(34) == was.local_rot.bottomRows(34));
}

TEST_CASE("a cut is no spike: it is left alone") {
  Clip c = going();
  for (int f = 30; f < c.frames(); ++f) c.root_pos(f, 0) += 1;
  const std::string before = c.fingerprint();
  fix(c, nullptr);
  CHECK(c.fingerprint() == before);
  CHECK(finds(c, "root-jump"));
}

TEST_CASE("fix joint-limits: inside, without a corner, other dofs bit for bit") {
  const Robot robot = figure_robot();
  Clip c = standing(robot.skeleton);
  for (int f = 0; f < c.frames(); ++f) c.dof_pos(f, 1) = 1 + 1.2 * std::sin(0.1 * f);  // 0 to 2
  const Clip was = c;
  check_fixed(c, "joint-limits", &robot);
  CHECK(limit_excess(c).maxCoeff() == 0);
  CHECK(c.dof_pos.col(0) == was.dof_pos.col(0));
  for (int f = 0; f < c.frames(); ++f) {
    const double q = was.dof_pos(f, 1);
    if (q > 0.02 && q < 1.98) CHECK(c.dof_pos(f, 1) == q);
    CHECK(std::abs(c.dof_pos(f, 1) - std::clamp(q, 0.0, 2.0)) < 0.02);
  }
}

TEST_CASE("fix joint-limits of a ball: its hinges' angles") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  spec.joints = {{.name = "neck", .type = JointType::ball, .body = 1}};
  spec.dofs = {{.name = "neck_x", .lower = -0.5, .upper = 0.5},
               {.name = "neck_y", .lower = -0.5, .upper = 0.5},
               {.name = "neck_z", .lower = -1.5, .upper = 1.5}};
  Clip c = standing(Skeleton::build(spec));
  const int xyz[3] = {0, 1, 2};
  for (int f = 0; f < c.frames(); ++f)
    c.dof_pos.row(f) = log_map(from_euler(Vec3(0.2, 0.012 * f, 0.3), xyz)).transpose();
  const Clip was = c;
  check_fixed(c, "joint-limits");
  CHECK(limit_excess(c).maxCoeff() < 1e-6);
  CHECK(c.dof_pos.topRows(41) == was.dof_pos.topRows(41));
}

TEST_CASE("fix mirrored: twice is itself, and the figure is right-handed again") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  for (Body& b : spec.bodies) b.rest_pos.y() *= -1;
  Clip c = going();
  c.skeleton = Skeleton::build(spec);
  const Clip was = c;
  const Clip back = unmirror(unmirror(c));
  CHECK(back.fingerprint() == c.fingerprint());
  CHECK(back.skeleton->same_structure(*c.skeleton));
  check_fixed(c, "mirrored");
  CHECK(handedness(c) == Approx(1).epsilon(1e-3));
  const Frames p = body_positions(was), q = body_positions(c);
  for (int b = 0; b < 10; ++b) {
    CHECK((p.col(3 * b) - q.col(3 * b)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((p.col(3 * b + 1) + q.col(3 * b + 1)).cwiseAbs().maxCoeff() < 1e-12);
  }
  CHECK_THROWS_AS(unmirror(standing(figure_robot().skeleton)), Error);
}

TEST_CASE("fix units: centimetres, millimetres, degrees") {
  for (const double scale : {100.0, 1000.0}) {
    Clip c = going();
    const Clip was = c;
    c.root_pos *= scale;
    check_fixed(c, "units");
    CHECK((c.root_pos - was.root_pos).cwiseAbs().maxCoeff() < 1e-12);
  }
  const Robot robot = figure_robot();
  Clip r = standing(robot.skeleton);
  for (int f = 0; f < r.frames(); ++f) r.dof_pos.row(f) << 20 * std::sin(0.1 * f), 30 + 0.2 * f, 40;
  check_fixed(r, "units", &robot);
  CHECK(r.dof_pos(0, 2) == Approx(40 * M_PI / 180));
}

TEST_CASE("fix dof-order: the columns change places") {
  Robot robot = figure_robot();
  Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  spec.dofs[1].lower = 0.3, spec.dofs[2].upper = -0.3, spec.dofs[2].lower = -2;
  robot.skeleton = Skeleton::build(spec);
  Clip c = standing(robot.skeleton);
  for (int f = 0; f < c.frames(); ++f)
    c.dof_pos.row(f) << 0.1 * std::sin(0.1 * f), -0.6, 0.5 + 0.01 * f;
  const Clip was = c;
  check_fixed(c, "dof-order", &robot);
  CHECK(c.dof_pos.col(1) == was.dof_pos.col(2));
  CHECK(c.dof_pos.col(2) == was.dof_pos.col(1));
}

TEST_CASE("fix loop-seam and loop-heading") {
  Clip c = going();
  c.loop = LoopMode::wrap;
  REQUIRE(finds(c, "loop-seam"));
  check_fixed(c, "loop-heading");
  CHECK_FALSE(finds(c, "loop-seam"));
  Clip turning = going();
  turning.loop = LoopMode::wrap;
  for (int f = 0; f < 61; ++f) Clip::set_quat(turning.root_rot, f, 0, yaw_rotation(0.026 * f));
  fix(turning, nullptr);
  CHECK(finds(turning, "loop-heading"));  // a quarter turn is meant: said, not taken off
}

TEST_CASE("fix floor-penetration and floating: one shift, or none") {
  const Robot robot = figure_robot();
  for (const double z : {-0.05, 0.2}) {
    Clip c = standing(robot.skeleton);
    c.root_pos.col(2).array() += z;
    const Clip was = c;
    check_fixed(c, z < 0 ? "floor-penetration" : "floating", &robot);
    CHECK(c.dof_pos == was.dof_pos);
    const std::vector<double> low = lowest_points(c, &robot);
    CHECK(std::abs(*std::min_element(low.begin(), low.end())) < 1e-12);
  }
  // deep for a moment only: a shift would leave the rest in the air
  Clip c = standing(robot.skeleton);
  for (int f = 20; f < 25; ++f) c.root_pos(f, 2) -= 0.05;
  const std::string before = c.fingerprint();
  fix(c, &robot);
  CHECK(c.fingerprint() == before);
}

TEST_CASE("fix stored-velocity: rates that are not the motion's are left out") {
  Clip c = going();
  Channel v;
  v.data = Frames::Constant(61, 3, 1.0);
  v.data.col(0) *= -3;
  c.channels["root_lin_vel"] = v;
  const std::string before = c.fingerprint();
  check_fixed(c, "stored-velocity");
  CHECK(c.channels.empty());
  CHECK(c.fingerprint() == before);
}

TEST_CASE("bridge: a smooth curve comes back, the ends must be there") {
  Clip c = going();
  const Clip was = c;
  for (int f = 30; f <= 32; ++f)
    c.root_pos.row(f).setZero(), Clip::set_quat(c.root_rot, f, 0, Quat::Identity());
  bridge(c, 0, 30, 32);
  CHECK((c.root_pos - was.root_pos).cwiseAbs().maxCoeff() < 1e-3);
  CHECK((c.root_rot - was.root_rot).cwiseAbs().maxCoeff() < 1e-3);
  CHECK_THROWS_AS(bridge(c, 0, 0, 3), Error);
  CHECK_THROWS_AS(bridge(c, 0, 58, 60), Error);
}
