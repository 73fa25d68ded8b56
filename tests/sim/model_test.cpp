#include "sim/model.h"

#include <cmath>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "sim/lift.h"
#include "sim/reference.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

const std::vector<std::string> kRobots{"go2", "g1", "humanoid", "smpl", "pi_plus"};

SimModel built(const Robot& robot, const PhysicsOptions& options = {}) {
  return build_model(robot.model, *robot.skeleton, options);
}

}  // namespace

TEST_CASE("a model that does not fit its skeleton is refused") {
  const Robot go2 = formats::load_robot("go2"), g1 = formats::load_robot("g1");
  CHECK_THROWS_WITH(build_model("nowhere.xml", *go2.skeleton, {}),
                    Catch::Contains("no such model file"));
  CHECK_THROWS_WITH(build_model(g1.model, *go2.skeleton, {}), Catch::Contains("17 bodies"));
  Skeleton::Spec spec = go2.skeleton->spec();
  spec.bodies[3].name = "shank";
  CHECK_THROWS_WITH(build_model(go2.model, *Skeleton::build(spec), {}),
                    Catch::Contains("expected 'shank'"));
}

TEST_CASE("MuJoCo and the skeleton put every body in the same place") {
  for (const std::string& name : kRobots) {
    INFO(name);
    const Robot robot = formats::load_robot(name);
    const SimModel sim = built(robot);
    const DataPtr d(mj_makeData(sim.model.get()));
    const Reference reference(Dataset::from({swinging(robot, 1.0, 0.7)}),
                              Anatomy::of(*robot.skeleton, {0}, false));
    Reference::Scratch s;
    double worst = 0;
    for (const double t : {0.0, 0.31, 0.77}) {
      reference.pose(0, t, s);
      REQUIRE(static_cast<int>(s.qpos.size()) == sim.model->nq);
      REQUIRE(static_cast<int>(s.qvel.size()) == sim.model->nv);
      mju_copy(d->qpos, s.qpos.data(), static_cast<int>(sim.model->nq));
      mj_kinematics(sim.model.get(), d.get());
      for (size_t b = 0; b < s.poses.pos.size(); ++b) {
        worst = std::max(worst, (Vec3(d->xpos + 3 * (b + 1)) - s.poses.pos[b]).norm());
        const Quat q(d->xquat[4 * (b + 1)], d->xquat[4 * (b + 1) + 1], d->xquat[4 * (b + 1) + 2],
                     d->xquat[4 * (b + 1) + 3]);
        worst = std::max(worst, q.angularDistance(s.poses.rot[b]));
      }
    }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("velocities mean the same in the clip and in MuJoCo") {
  // integrating qvel for a millisecond must lead to the clip's pose a millisecond later
  const double dt = 1e-3;
  for (const char* name : {"go2", "humanoid"}) {
    INFO(name);
    const Robot robot = formats::load_robot(name);
    const SimModel sim = built(robot);
    Clip clip = swinging(robot, 1.0, 0.5);
    for (int f = 0; f < clip.frames(); ++f) {
      // a turning, tilting root, so that world and body frame differ
      const double t = f / clip.fps;
      Clip::set_quat(clip.root_rot, f, 0,
                     yaw_rotation(1.0 + 0.5 * std::sin(2 * M_PI * t)) *
                         exp_map(Vec3(0.4 * std::sin(2 * M_PI * t), 0.3, 0)));
    }
    const Reference reference(Dataset::from({clip}), Anatomy::of(*robot.skeleton, {}, false));
    Reference::Scratch a, b;
    reference.sample(0, 0.2, a);
    reference.sample(0, 0.2 + dt, b);
    mj_integratePos(sim.model.get(), a.qpos.data(), a.qvel.data(), dt);
    double worst = 0;
    for (size_t i = 0; i < a.qpos.size(); ++i)
      worst = std::max(worst, std::abs(a.qpos[i] - b.qpos[i]));
    CHECK(worst < 1e-5);
  }
}

TEST_CASE("springs become position control with the file's gains and limits") {
  const Robot robot = formats::load_robot("go2");
  PhysicsOptions options;
  options.gain_scale = 4;
  const SimModel sim = built(robot, options);
  const mjModel* m = sim.model.get();
  REQUIRE(m->nu == 12);
  CHECK(sim.kp[0] == Approx(60));
  CHECK(sim.kd[0] == Approx(4));
  CHECK(sim.torque_limit[0] == Approx(23.7));
  CHECK(sim.torque_limit[2] == Approx(35.5));
  for (int v = 0; v < m->nv; ++v) CHECK(m->dof_damping[v] == 0);
  for (int j = 0; j < m->njnt; ++j) CHECK(m->jnt_stiffness[j] == 0);
  CHECK(m->dof_armature[6] == Approx(0.01));
  CHECK(m->dof_frictionloss[6] == Approx(0.2));
  CHECK(m->body_subtreemass[1] == Approx(15.384817).epsilon(1e-5));

  const DataPtr d(mj_makeData(m));
  d->qpos[2] = 5;
  for (int j = 0; j < 12; ++j) d->qpos[7 + j] = robot.default_dofs[static_cast<size_t>(j)];
  for (int j = 0; j < 12; ++j) d->ctrl[j] = d->qpos[7 + j];
  d->ctrl[3] += 0.1;  // front right hip
  d->qvel[6 + 4] = 2;
  d->ctrl[5] += 5;  // beyond the limit
  mj_forward(m, d.get());
  CHECK(d->qfrc_actuator[6 + 3] == Approx(60 * 0.1));
  CHECK(d->qfrc_actuator[6 + 4] == Approx(-4 * 2));
  CHECK(d->qfrc_actuator[6 + 5] == Approx(35.5));
  CHECK(std::string(mj_id2name(m, mjOBJ_ACTUATOR, 3)) == "FR_hip_joint");
}

TEST_CASE("three hinges become a ball that is driven by its exponential map") {
  const Robot robot = formats::load_robot("humanoid");
  const SimModel sim = built(robot);
  const mjModel* m = sim.model.get();
  CHECK(m->nq == 7 + 8 * 4 + 4);
  CHECK(m->nv == 34);
  CHECK(m->jnt_type[1] == mjJNT_BALL);
  CHECK(!m->jnt_limited[1]);
  const DataPtr d(mj_makeData(m));
  const Vec3 e(0.3, -0.5, 0.7);
  const Quat q = exp_map(e);
  d->qpos[7] = q.w(), d->qpos[8] = q.x(), d->qpos[9] = q.y(), d->qpos[10] = q.z();
  d->ctrl[0] = 0.35;
  d->ctrl[1] = -0.5;
  d->ctrl[2] = 0.5;
  mj_forward(m, d.get());
  CHECK(d->actuator_length[0] == Approx(0.3));
  CHECK(d->actuator_length[2] == Approx(0.7));
  // abdomen: kp 1000, limit 200, torque about the ball's own axes
  CHECK(d->qfrc_actuator[6] == Approx(50));
  CHECK(d->qfrc_actuator[7] == Approx(0).margin(1e-9));
  CHECK(d->qfrc_actuator[8] == Approx(-200));
}

TEST_CASE("self-collision is a choice, the floor is not") {
  const Robot robot = formats::load_robot("humanoid");
  for (const bool self : {false, true}) {
    PhysicsOptions options;
    options.self_collision = self;
    const SimModel sim = built(robot, options);
    const mjModel* m = sim.model.get();
    const DataPtr d(mj_makeData(m));
    // thighs into each other, in the air
    d->qpos[2] = 5;
    const int right = m->jnt_qposadr[m->body_jntadr[mj_name2id(m, mjOBJ_BODY, "right_thigh")]];
    const Quat q = exp_map(Vec3(0.4, 0, 0));
    d->qpos[right] = q.w(), d->qpos[right + 1] = q.x();
    mj_forward(m, d.get());
    CHECK((d->ncon > 0) == self);
    mj_resetData(m, d.get());
    d->qpos[2] = 0.875;  // the soles are 0.881 m below the pelvis
    mj_forward(m, d.get());
    REQUIRE(d->ncon == 8);
    for (int i = 0; i < d->ncon; ++i) {
      CHECK(d->contact[i].dim == 3);
      CHECK(d->contact[i].friction[0] == 1);
    }
  }
}

TEST_CASE("the lowest point and the lift that follows from it") {
  const Robot robot = formats::load_robot("humanoid");
  const SimModel sim = built(robot);
  const DataPtr d(mj_makeData(sim.model.get()));
  mj_kinematics(sim.model.get(), d.get());
  CHECK(lowest_point(sim.model.get(), d.get()) == Approx(-0.88142).margin(1e-5));

  const Robot go2 = formats::load_robot("go2");
  const SimModel go2_sim = built(go2);
  Clip clip = swinging(go2, 1, 0.0);
  // the default pose reaches 0.016806 m below the floor; one frame in five is lower still
  for (int f = 0; f < clip.frames(); f += 5) clip.root_pos(f, 2) -= 0.01;
  Dataset median = Dataset::from({clip}), lowest = Dataset::from({clip});
  lift_clips(median, *go2_sim.model, ClipLift::median);
  lift_clips(lowest, *go2_sim.model, ClipLift::lowest);
  CHECK(median.clips[0].root_pos(1, 2) - clip.root_pos(1, 2) == Approx(0.016806).margin(1e-5));
  CHECK(lowest.clips[0].root_pos(1, 2) - clip.root_pos(1, 2) == Approx(0.026806).margin(1e-5));
  clip.root_pos.col(2).array() += 1;
  Dataset high = Dataset::from({clip});
  lift_clips(high, *go2_sim.model, ClipLift::lowest);
  CHECK(high.clips[0].root_pos == clip.root_pos);
}
