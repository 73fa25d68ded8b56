#include "sim/termination.h"

#include <algorithm>
#include <iterator>

namespace motus::sim {

struct TerminationRule {
  const char* name;
  Done done;
  bool tests_too;  ///< judges the episodes of tests as well
  bool (*watches)(const EnvConfig& c);
  bool (*judge)(const Termination::Parts& p, Scene& s);
};

bool body_forces(const mjModel* m, const mjData* d, const unsigned char* skip, int bodies,
                 int only_geom, float* forces) {
  bool any = false;
  for (int i = 0; i < d->ncon; ++i) {
    const mjContact& contact = d->contact[i];
    if (contact.efc_address < 0) continue;
    if (only_geom >= 0 && contact.geom[0] != only_geom && contact.geom[1] != only_geom) continue;
    mjtNum world[3];
    bool known = false;
    for (int side = 0; side < 2; ++side) {
      const int geom = contact.geom[side];
      const int body = geom < 0 ? -1 : m->geom_bodyid[geom] - 1;
      if (body < 0 || body >= bodies || skip[body]) continue;
      if (!any) std::fill_n(forces, 3 * bodies, 0.0f);
      any = true;
      if (!known) {
        mjtNum local[6];
        mj_contactForce(m, d, i, local);
        mju_mulMatTVec3(world, contact.frame, local);
        known = true;
      }
      // a contact's force acts on its second geom
      for (int k = 0; k < 3; ++k) {
        forces[3 * body + k] += static_cast<float>(side == 1 ? world[k] : -world[k]);
      }
    }
  }
  return any;
}

namespace {

int bodies_of(const Scene& s) {
  return static_cast<int>(s.reference->anatomy().joints.size()) + 1;
}

/// A body that is not among contact_bodies feels the ground.
bool fell(const Termination::Parts& p, Scene& s) {
  // contacts of one body are summed, so that the rule sees the body's force
  float forces[3 * Termination::kMostBodies];
  const int bodies = bodies_of(s);
  return body_forces(s.m, s.d, p.may_touch.data(), bodies, p.floor_geom, forces) &&
         ground_contact(forces, p.may_touch.data(), bodies);
}

/// Some body is farther than pose_termination_dist from where the clip has it, relative to the root
/// (in its full frame with heading-local observations).
bool strayed_from_pose(const Termination::Parts& p, Scene& s) {
  const Reference::Scratch& clip = s.clip();
  const Vec3 root(s.d->qpos[0], s.d->qpos[1], s.d->qpos[2]);
  const Quat rot(s.d->qpos[3], s.d->qpos[4], s.d->qpos[5], s.d->qpos[6]);
  double worst = 0;
  for (size_t b = 1; b < clip.poses.pos.size(); ++b) {
    Vec3 here = Vec3(s.body_pos + 3 * b) - root;
    Vec3 there = clip.poses.pos[b] - clip.state.root_pos;
    if (!p.config.global_obs) {
      here = rot.conjugate() * here;
      there = clip.state.root_rot.conjugate() * there;
    }
    worst = std::max(worst, (here - there).squaredNorm());
  }
  return worst > p.config.pose_termination_dist * p.config.pose_termination_dist;
}

/// The low-passed velocity is far from the clip's mean.
bool left_envelope(const Termination::Parts& p, Scene& s) {
  return outside_envelope(s.clock->velocity, p.reference.mean_velocity(s.clock->motion).data(),
                          static_cast<float>(p.config.velocity_envelope));
}

/// All of them, in the order in which they judge; a new one is a line here.
constexpr TerminationRule kRules[] = {
    {"fall", Done::fail, true, [](const EnvConfig& c) { return c.enable_early_termination; }, fell},
    {"pose", Done::fail, true,
     [](const EnvConfig& c) { return c.enable_early_termination && c.pose_termination; },
     strayed_from_pose},
    {"envelope", Done::fail, false, [](const EnvConfig& c) { return c.velocity_envelope > 0; },
     left_envelope},
};
static_assert(std::size(kRules) <= Termination::kMostRules);

}  // namespace

Termination::Termination(Parts parts) : parts_(std::move(parts)) {
  for (const TerminationRule& r : kRules) {
    if (r.watches(parts_.config)) rules_.push_back(&r);
  }
}

Done Termination::judge(Scene& s, int& rule) const {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (s.test && !rules_[i]->tests_too) continue;
    if (!rules_[i]->judge(parts_, s)) continue;
    rule = static_cast<int>(i);
    return rules_[i]->done;
  }
  rule = -1;
  return Done::no;
}

std::vector<std::string> Termination::names() const {
  std::vector<std::string> out;
  for (const TerminationRule* r : rules_) out.emplace_back(r->name);
  return out;
}

}  // namespace motus::sim
