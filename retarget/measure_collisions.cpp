#include <algorithm>
#include <map>

#include "retarget/collide.h"
#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

constexpr double kDeep = 0.005;  // m

}  // namespace

void measure_collisions(const Clip& clip, const RobotBody& body, Measured& out) {
  Collider collider(body);
  Model model(body.robot.skeleton);
  State state;
  out.timeline.collision.assign(static_cast<size_t>(clip.frames()), 0);
  std::map<std::pair<int, int>, int> counts;  // of bodies
  Mean deep;
  for (int f = 0; f < clip.frames(); ++f) {
    state.root_pos = clip.root_pos_at(f);
    state.root_rot = clip.root_rot_at(f);
    state.dofs = clip.dof_pos.row(f);
    model.update(state);
    double& worst = out.timeline.collision[static_cast<size_t>(f)];
    for (const Contact& c : collider.near(model, 0)) {
      worst = std::max(worst, -c.gap);
      if (-c.gap > kDeep) ++counts[{c.body_a, c.body_b}];
    }
    if (worst > kDeep) deep.add(worst);
  }
  out.metrics.collision_share = static_cast<double>(deep.n) / std::max(1, clip.frames());
  out.metrics.collision_mean = deep.value();
  int most = 0;
  const std::vector<Body>& bodies = clip.skeleton->bodies();
  for (const auto& [pair, count] : counts) {
    if (count <= most) continue;
    most = count;
    out.metrics.collision_pair = bodies[static_cast<size_t>(pair.first)].name + " and " +
                                 bodies[static_cast<size_t>(pair.second)].name;
  }
}

}  // namespace motus::retarget
