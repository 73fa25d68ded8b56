// Two seconds of physics: with the published gains (scaled as the golden file says) each robot
// holds its default pose on the floor, and ends where the published model ended.
#include <algorithm>
#include <cmath>

#include "tests/catch.h"
#include "tests/sim/golden_robot.h"

using namespace motus;

namespace {

/// The model on a floor, its springs turned into position actuators.
golden::Model drive(const std::string& name, const golden::Stand& s) {
  const golden::Spec spec = golden::parse(name);
  spec->option.timestep = 1 / s.steps_per_second;
  spec->option.integrator = mjINT_IMPLICITFAST;
  if (!s.self_collision) {
    for (mjsElement* e = mjs_firstElement(spec.get(), mjOBJ_GEOM); e;
         e = mjs_nextElement(spec.get(), e)) {
      mjs_asGeom(e)->contype = 0;  // conaffinity stays: the floor still finds them
    }
  }
  mjsGeom* floor = mjs_addGeom(mjs_findBody(spec.get(), "world"), nullptr);
  floor->type = mjGEOM_PLANE;
  std::fill_n(floor->size, 3, 10.0);
  floor->condim = s.floor_condim;
  floor->margin = s.floor_margin;
  golden::Model m = golden::compile(spec.get());
  for (int a = 0; a < m->nu; ++a) {
    const int joint = m->actuator_trnid[2 * a], dof = m->jnt_dofadr[joint];
    const double kp = s.gains * m->jnt_stiffness[joint];
    const double kd = std::sqrt(s.gains) * m->dof_damping[dof];
    m->actuator_gear[6 * a] = 1;
    m->actuator_ctrllimited[a] = 0;
    m->actuator_gainprm[mjNGAIN * a] = kp;
    m->actuator_biastype[a] = mjBIAS_AFFINE;
    m->actuator_biasprm[mjNBIAS * a + 1] = -kp;
    m->actuator_biasprm[mjNBIAS * a + 2] = -kd;
    m->jnt_stiffness[joint] = 0;
    m->dof_damping[dof] = 0;
  }
  return m;
}

/// Root height (m) and tilt (degrees) after two seconds.
std::pair<double, double> hold(const golden::Robot& r, const mjModel* m) {
  const golden::Data data = golden::make_data(m);
  mjData* d = data.get();
  golden::set_pose(r, m, d, golden::Pose::rest);
  d->qpos[2] -= golden::lowest(m, d);
  for (int a = 0; a < m->nu; ++a) {
    d->ctrl[a] = d->qpos[m->jnt_qposadr[m->actuator_trnid[2 * a]]];
  }
  while (d->time < 2 - m->opt.timestep / 2) mj_step(m, d);
  const double turned = 2 * std::acos(std::min(1.0, std::abs(d->qpos[3])));
  return {d->qpos[2], turned * 180 / mjPI};
}

}  // namespace

TEST_CASE("robots stand as the published models stand") {
  for (const char* name : golden::kRobots) {
    const golden::Robot r = golden::read(name);
    // a guard in which nobody balances is no pose to hold
    if (r.values.count("yaml_dofs") > 0) continue;
    REQUIRE_FALSE(r.stands.empty());
    for (const golden::Stand& s : r.stands) {
      const golden::Model m = drive(name, s);
      const auto [height, degrees] = hold(r, m.get());
      INFO(name << ": height " << height << " m, turned " << degrees << " degrees");
      CHECK(std::abs(height - s.height) < 1e-4);
      CHECK(std::abs(degrees - s.degrees) < 0.2);
    }
  }
}

TEST_CASE("a G1 without balance falls with its own gains") {
  const golden::Model m = drive("g1", {1, true, 3, 0, 240, 0, 0});
  CHECK(hold(golden::read("g1"), m.get()).first < 0.3);
}
