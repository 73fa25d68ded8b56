#include "sim/termination.h"

#include <algorithm>
#include <cmath>
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

/// A body that is not among contact_bodies is pushed by anything, harder than contact_force
/// (AMP_for_hardware).
bool pushed(const Termination::Parts& p, Scene& s) {
  float forces[3 * Termination::kMostBodies];
  const int bodies = bodies_of(s);
  if (!body_forces(s.m, s.d, p.may_touch.data(), bodies, -1, forces)) return false;
  const float most = static_cast<float>(p.config.contact_force);
  for (int b = 0; b < bodies; ++b) {
    const float* f = forces + 3 * b;
    if (f[0] * f[0] + f[1] * f[1] + f[2] * f[2] > most * most) return true;
  }
  return false;
}

/// Such a body is pushed along some axis, and such a body is low (IsaacGymEnvs, whose own code sees
/// only pushes towards plus; a push is one either way here). Not at the first step.
bool pushed_and_low(const Termination::Parts& p, Scene& s) {
  if (s.clock->step <= 1) return false;
  const int bodies = bodies_of(s);
  bool low = false;
  for (int b = 0; b < bodies && !low; ++b) {
    low = !p.may_touch[static_cast<size_t>(b)] &&
          s.body_pos[3 * b + 2] - s.ground < p.config.termination_height;
  }
  if (!low) return false;
  float forces[3 * Termination::kMostBodies];
  if (!body_forces(s.m, s.d, p.may_touch.data(), bodies, -1, forces)) return false;
  const float most = static_cast<float>(p.config.contact_force);
  return std::any_of(forces, forces + 3 * bodies, [&](float f) { return std::abs(f) > most; });
}

/// The root, or the body that stands for it, is lower than termination_height (Isaac Lab).
bool sank(const Termination::Parts& p, Scene& s) {
  return s.snapshot[2] < static_cast<float>(p.config.termination_height);
}

/// Some body is farther than pose_termination_dist from where the clip has it: in the world where the
/// root is tracked, else relative to the root (in its full frame with heading-local observations).
bool strayed_from_pose(const Termination::Parts& p, Scene& s) {
  const Reference::Scratch& clip = s.clip();
  const bool tracked = p.config.tracking.track_root;
  const Vec3 root(s.d->qpos[0], s.d->qpos[1], s.d->qpos[2]);
  const Quat rot(s.d->qpos[3], s.d->qpos[4], s.d->qpos[5], s.d->qpos[6]);
  double worst = 0;
  for (size_t b = tracked ? 0 : 1; b < clip.poses.pos.size(); ++b) {
    Vec3 here = Vec3(s.body_pos + 3 * b);
    Vec3 there = clip.poses.pos[b];
    if (!tracked) here -= root, there -= clip.state.root_pos;
    if (!tracked && !p.config.global_obs) {
      here = rot.conjugate() * here;
      there = clip.state.root_rot.conjugate() * there;
    }
    worst = std::max(worst, (here - there).squaredNorm());
  }
  return worst > p.config.pose_termination_dist * p.config.pose_termination_dist;
}

/// The clip is over; a wrapping one never is.
bool clip_ended(const Termination::Parts& p, Scene& s) {
  const MotionSampler& clips = p.reference.sampler();
  return !clips.wraps(s.clock->motion) && s.motion_time() >= clips.length(s.clock->motion) - 1e-9;
}

/// The clip was shown once, a wrapping one five times.
bool clip_shown(const Termination::Parts& p, Scene& s) {
  const MotionSampler& clips = p.reference.sampler();
  const double times = clips.wraps(s.clock->motion) ? 5 : 1;
  return s.motion_time() >= times * clips.length(s.clock->motion) - 1e-9;
}

bool failed_task(const Termination::Parts& p, Scene& s) {
  return p.task.failed(s);
}

/// The low-passed velocity is far from the clip's mean.
bool left_envelope(const Termination::Parts& p, Scene& s) {
  return outside_envelope(s.clock->velocity, p.reference.mean_velocity(s.clock->motion).data(),
                          static_cast<float>(p.config.velocity_envelope));
}

bool ends_by(const EnvConfig& c, const char* rule) {
  return c.enable_early_termination && c.termination == rule;
}

/// All of them, in the order in which they judge; a new one is a line here.
constexpr TerminationRule kRules[] = {
    {"fall", Done::fail, true, [](const EnvConfig& c) { return ends_by(c, "ground"); }, fell},
    {"fall", Done::fail, true, [](const EnvConfig& c) { return ends_by(c, "push"); }, pushed},
    {"fall", Done::fail, true, [](const EnvConfig& c) { return ends_by(c, "push_and_low"); },
     pushed_and_low},
    {"fall", Done::fail, true, [](const EnvConfig& c) { return ends_by(c, "low"); }, sank},
    {"pose", Done::fail, true,
     [](const EnvConfig& c) { return c.enable_early_termination && c.pose_termination; },
     strayed_from_pose},
    {"envelope", Done::fail, false, [](const EnvConfig& c) { return c.velocity_envelope > 0; },
     left_envelope},
    {"hit", Done::fail, true, [](const EnvConfig& c) { return c.task.task == TaskKind::dodgeball; },
     failed_task},
    {"end", Done::success, true,
     [](const EnvConfig& c) { return c.task.task == TaskKind::tracking || c.env_name == "add"; },
     clip_ended},
    {"shown", Done::time, true, [](const EnvConfig& c) { return c.env_name == "view_motion"; },
     clip_shown},
};
static_assert(std::size(kRules) <= Termination::kMostRules + 3);  // one of the first four watches

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

std::vector<std::string> termination_names() {
  return {"ground", "push", "push_and_low", "low"};
}

std::vector<std::string> Termination::names() const {
  std::vector<std::string> out;
  out.reserve(rules_.size());
  for (const TerminationRule* r : rules_) out.emplace_back(r->name);
  return out;
}

}  // namespace motus::sim
