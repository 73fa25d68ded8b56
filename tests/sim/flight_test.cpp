// Angular momentum of the authored flights, as MuJoCo computes it from the robot's model.
#include <mujoco/mujoco.h>

#include <algorithm>
#include <fstream>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/data_path.h"
#include "motion/kinematics.h"
#include "motion/math.h"
#include "motion/metrics.h"
#include "sim/model.h"
#include "tests/catch.h"

using namespace motus;

namespace {

Clip shipped(const std::string& name) {
  std::ifstream in(require_data("data/clips/" + name, "clip"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  return formats::read(std::as_bytes(std::span(bytes)), "", {}).at(0);
}

/// MuJoCo's coordinates of a frame: free root, then hinges and balls.
std::vector<double> coordinates(const Clip& c, int frame) {
  std::vector<double> q;
  const auto put = [&](const Quat& r) { q.insert(q.end(), {r.w(), r.x(), r.y(), r.z()}); };
  const Vec3 at = c.root_pos_at(frame);
  q.assign(at.data(), at.data() + 3);
  put(c.root_rot_at(frame));
  for (const Joint& j : c.skeleton->joints()) {
    if (j.type == JointType::hinge) {
      q.push_back(c.dof_pos(frame, j.dof));
    } else {
      put(exp_map(Vec3(c.dof_pos.block<1, 3>(frame, j.dof))));
    }
  }
  return q;
}

}  // namespace

TEST_CASE("angular momentum is constant while the humanoid is in the air") {
  const Robot humanoid = formats::load_robot("humanoid");
  const sim::SimModel sim = sim::build_model(humanoid.model, *humanoid.skeleton, {});
  const mjModel* m = sim.model.get();
  const sim::DataPtr data(mj_makeData(m));
  mjData* d = data.get();
  struct Flight {
    const char* name;
    Vec3 least;  ///< kg m2/s in magnitude: that it turns at all
  };
  for (const Flight& flight :
       {Flight{"humanoid_backflip.h5", Vec3(0, 40, 0)},
        Flight{"humanoid_spinkick.h5", Vec3(0, 0, 15)}, Flight{"humanoid_hop.h5", Vec3(0, 0, 0)}}) {
    INFO(flight.name);
    const Clip c = shipped(flight.name);
    REQUIRE(static_cast<int>(coordinates(c, 0).size()) == m->nq);
    const std::vector<double> lowest =
        lowest_clearance(floor_tracks(c, floor_points(humanoid), OwnFloor::no));
    Vec3 low = Vec3::Constant(1e9), high = Vec3::Constant(-1e9);
    for (int f = 0; f + 1 < c.frames(); ++f) {
      const size_t i = static_cast<size_t>(f);
      if (lowest[i] < 1e-3 || lowest[i + 1] < 1e-3) continue;
      const std::vector<double> a = coordinates(c, f), b = coordinates(c, f + 1);
      mj_differentiatePos(m, d->qvel, 1 / c.fps, a.data(), b.data());
      std::copy(a.begin(), a.end(), d->qpos);
      mj_integratePos(m, d->qpos, d->qvel, 0.5 / c.fps);
      mj_forward(m, d);
      mj_subtreeVel(m, d);
      const Vec3 momentum(d->subtree_angmom[0], d->subtree_angmom[1], d->subtree_angmom[2]);
      low = low.cwiseMin(momentum);
      high = high.cwiseMax(momentum);
    }
    CHECK((high - low).maxCoeff() < 0.6);  // of velocities that are differences of poses
    for (int k = 0; k < 3; ++k) {
      CHECK(std::max(std::abs(low[k]), std::abs(high[k])) >= flight.least[k]);
    }
  }
}
