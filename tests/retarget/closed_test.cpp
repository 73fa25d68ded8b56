// Poses by formulas: legs against forward kinematics, clips against the iterative solver.
#include "retarget/closed.h"

#include <random>

#include "retarget/ik.h"
#include "retarget/metrics.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

State random_state(const Model& m, std::mt19937& rng) {
  std::uniform_real_distribution<double> u(0.02, 0.98);
  State s;
  s.root_pos = Vec3(0.4, -0.3, 0.5);
  s.root_rot = exp_map(Vec3(u(rng) - 0.5, u(rng) - 0.5, 2 * u(rng)));
  s.dofs.resize(m.dims() - 6);
  for (Eigen::Index i = 0; i < s.dofs.size(); ++i)
    s.dofs[i] = m.lower()[i] + u(rng) * (m.upper()[i] - m.lower()[i]);
  return s;
}

Vec3 ankle(const RobotBody& robot, const Model& m, size_t leg) {
  const Point& p = robot.rig.legs[leg].ankle;
  return m.at(p.body, p.pos);
}

Quat foot(const RobotBody& robot, const Model& m, size_t leg) {
  const int b = robot.rig.legs[leg].foot;
  return m.rot(b) * robot.zero.rot[static_cast<size_t>(b)].conjugate();
}

Result solved(const Clip& clip, const RobotBody& robot, bool formulas, int jobs = 1) {
  Options o;
  o.copy_same_dofs = false;
  o.formulas = formulas;
  o.jobs = jobs;
  return run(clip, robot, o);
}

}  // namespace

TEST_CASE("which robots have formulas") {
  for (const std::string name : {"go2", "a1", "smpl", "humanoid", "humanoid_sword_shield"})
    CHECK(ClosedForm(robot_body(name)).fits());
  for (const std::string name : {"g1", "pi_plus"}) CHECK_FALSE(ClosedForm(robot_body(name)).fits());
}

TEST_CASE("a leg of three hinges comes back from its foot's place") {
  std::mt19937 rng(2);
  for (const std::string name : {"go2", "a1"}) {
    const RobotBody robot = robot_body(name);
    const ClosedForm form(robot);
    Model m(robot.robot.skeleton);
    int met = 0;
    for (int round = 0; round < 100; ++round) {
      State s = random_state(m, rng);
      // the ankle stays on the outer side of its hip's plane, as the formula takes it to
      for (Eigen::Index i = 1; i < s.dofs.size(); i += 3) s.dofs[i] = 0.5 * s.dofs[i] + 0.4;
      m.update(s);
      State back = s;
      back.dofs.setZero();
      for (size_t leg = 0; leg < 4; ++leg) {
        const Vec3 at = ankle(robot, m, leg);
        const bool reached = form.place_foot(leg, at, Quat::Identity(), {}, back);
        met += reached ? 1 : 0;
        if (!reached) continue;
        Model again(robot.robot.skeleton);
        again.update(back);
        CHECK((ankle(robot, again, leg) - at).norm() < 1e-9);
      }
      CHECK((back.dofs - m.lower()).minCoeff() >= 0);
      CHECK((m.upper() - back.dofs).minCoeff() >= 0);
    }
    CHECK(met > 300);  // of 400; the others lie behind the hip's plane
  }
}

TEST_CASE("a place out of reach is said to be, and ends within the limits") {
  const RobotBody robot = robot_body("go2");
  const ClosedForm form(robot);
  State s;
  s.dofs = Eigen::Map<const Eigen::VectorXd>(robot.robot.default_dofs.data(), 12);
  CHECK_FALSE(form.place_foot(0, Vec3(0.3, 0.1, -5), Quat::Identity(), {}, s));
  CHECK_FALSE(form.place_foot(1, Vec3::Zero(), Quat::Identity(), {}, s));
  CHECK(s.dofs.allFinite());
  const Model m(robot.robot.skeleton);
  CHECK((s.dofs - m.lower()).minCoeff() >= 0);
  CHECK((m.upper() - s.dofs).minCoeff() >= 0);
}

TEST_CASE("a person's pose meets its target: root, chest, ankles, feet, arms") {
  const Clip source = walk();
  for (const std::string name : {"smpl", "humanoid"}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    const ClosedForm form(robot);
    const Plan plan = make_plan(observe(source, map_roles(*source.skeleton)), robot);
    Model m(robot.robot.skeleton);
    Solver solver(robot);
    State s;
    for (size_t f = 0; f < plan.targets.size(); f += 20) {
      const Target& t = plan.targets[f];
      REQUIRE(form.pose(t, s));
      m.update(s);
      for (size_t leg = 0; leg < 2; ++leg) {
        CHECK((ankle(robot, m, leg) - t.feet[leg].ankle).norm() < 1e-9);
        CHECK(foot(robot, m, leg).angularDistance(t.feet[leg].foot) < 1e-7);
      }
      const int chest = robot.rig.chest;
      CHECK(m.rot(chest).angularDistance(t.chest * robot.zero.rot[static_cast<size_t>(chest)]) <
            1e-6);
      for (size_t i = 0; i < 2; ++i) {
        const Arm& arm = robot.rig.arms[i];
        const Vec3 upper =
            (m.at(arm.elbow.body, arm.elbow.pos) - m.at(arm.shoulder.body, arm.shoulder.pos))
                .normalized();
        CHECK((upper - t.arms[i].upper).norm() < 1e-6);
      }
      // the solver, started there, finds little to improve
      State better = s;
      solver.refine(t, {s, 0, 0, 0}, Terms::all, 5, better);
      CHECK((better.dofs - s.dofs).cwiseAbs().mean() < 0.05);
      CHECK((better.root_pos - s.root_pos).norm() < 0.005);
    }
  }
}

TEST_CASE("whole clips by formulas are as good as the solver's") {
  for (const auto& [name, clip] :
       {std::pair("go2", "go2_trot.h5"), {"go2", "go2_pace.h5"}, {"smpl", "walk.bvh"}}) {
    INFO(name << " " << clip);
    const RobotBody robot = robot_body(name);
    const Clip source = shipped_clip(clip);
    const Metrics with = solved(source, robot, true).report.metrics,
                  without = solved(source, robot, false).report.metrics;
    CHECK(with.slide < without.slide + 1e-4);
    CHECK(with.penetration_share == 0);
    CHECK(with.limit_outside == 0);
    CHECK(with.jump_share == 0);
    CHECK(with.contact_f1 >= without.contact_f1 - 1e-9);
    CHECK(with.bone_angle < without.bone_angle + 0.015);
    CHECK(with.jerk < 1.3 * without.jerk);
    CHECK(with.root_jerk < without.root_jerk);
  }
}

TEST_CASE("formulas: the number of threads does not change a bit") {
  const RobotBody robot = robot_body("go2");
  Clip source = shipped_clip("go2_trot.h5");
  source.loop = LoopMode::clamp;
  const Clip one = solved(source, robot, true, 1).clip, three = solved(source, robot, true, 3).clip;
  CHECK(one.dof_pos == three.dof_pos);
  CHECK(one.root_pos == three.root_pos);
  CHECK(one.root_rot == three.root_rot);
}
