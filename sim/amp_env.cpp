#include "sim/amp_env.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "sim/env.h"
#include "sim/random.h"

namespace motus::sim {

namespace {

constexpr uint64_t kTargetStreams = 1ull << 63;  ///< beside the streams of starts
constexpr double kFastest = 1000;  ///< m/s or rad/s: nothing that lives moves like this

bool finite(const mjtNum* p, int n, double largest) {
  for (int i = 0; i < n; ++i) {
    if (!(std::abs(p[i]) < largest)) return false;  // written so that NaN fails
  }
  return true;
}

}  // namespace

const float* AmpEnv::newest(int e) const {
  const size_t i = static_cast<size_t>(e);
  return &history_[i * ring_size_ +
                   static_cast<size_t>(clocks_[i].head * reference_->anatomy().layout.size())];
}

void AmpEnv::observe(int e, const float* snapshot, float* out) const {
  out = character_obs(reference_->anatomy().layout, options_, snapshot, out);
  if (config_.enable_phase_obs) {
    const Clock& c = clocks_[static_cast<size_t>(e)];
    const double phase = reference_->phase(c.motion, c.start + c.step * spec_.control_dt);
    out = phase_obs(static_cast<float>(phase), config_.num_phase_encoding, out);
  }
  task_obs(config_.task, snapshot, targets_[static_cast<size_t>(e)], out);
}

void AmpEnv::begin(const mjModel* m, mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  Clock& c = clocks_[i];
  const auto [motion, time] = demos_->draw(i, c.episode++);
  c.motion = motion;
  c.start = time;
  c.step = 0;
  c.head = config_.num_disc_obs_steps - 1;
  std::copy_n(reference_->mean_velocity(motion).data(), 2, c.velocity);
  Reference::Scratch& s = scratch_[i];
  reference_->window(motion, time, config_.num_disc_obs_steps, spec_.control_dt, s, ring(e));
  retarget(e, newest(e));
  observe(e, newest(e), &obs_[i * static_cast<size_t>(spec_.obs)]);
  mj_resetData(m, d);
  mju_copy(d->qpos, s.qpos.data(), m->nq);
  mju_copy(d->qvel, s.qvel.data(), m->nv);
  mju_copy(d->ctrl, s.dofs.data(), m->nu);
}

/// A new target where the old one's time is over; always at the start of an episode.
void AmpEnv::retarget(int e, const float* snapshot) {
  if (config_.task.task == Task::none) return;
  const size_t i = static_cast<size_t>(e);
  Clock& c = clocks_[i];
  const float now = static_cast<float>(c.step * spec_.control_dt);
  if (command_) {
    const float velocity[3] = {static_cast<float>(command_->vx), static_cast<float>(command_->vy),
                               static_cast<float>(command_->wz)};
    const float dt = c.step > 0 ? static_cast<float>(spec_.control_dt) : 0.0f;
    return command_target(velocity, snapshot, dt, targets_[i]);
  }
  if (c.step > 0 && now < targets_[i].until) return;
  float u[4];
  for (uint64_t k = 0; k < 4; ++k) {
    u[k] = static_cast<float>(random_unit(seed_, kTargetStreams | i, c.targets, k));
  }
  ++c.targets;
  draw_target(config_.task, snapshot, now, u, targets_[i]);
}

bool AmpEnv::fell(const mjModel* m, const mjData* d) const {
  // contacts of one body are summed, so that the rule sees the body's force
  float forces[3 * kMostBodies];
  bool any = false;
  const int bodies = static_cast<int>(m->nbody) - 1;
  for (int i = 0; i < d->ncon; ++i) {
    const mjContact& contact = d->contact[i];
    const bool second = contact.geom[0] == sim_.floor_geom;
    if ((!second && contact.geom[1] != sim_.floor_geom) || contact.efc_address < 0) continue;
    const int geom = contact.geom[second ? 1 : 0];
    const int body = geom < 0 ? -1 : m->geom_bodyid[geom] - 1;
    if (body < 0 || body >= bodies || may_touch_[static_cast<size_t>(body)]) continue;
    if (!any) std::fill_n(forces, 3 * bodies, 0.0f);
    any = true;
    mjtNum local[6], world[3];
    mj_contactForce(m, d, i, local);
    mju_mulMatTVec3(world, contact.frame, local);
    for (int k = 0; k < 3; ++k) {
      forces[3 * body + k] += static_cast<float>(second ? world[k] : -world[k]);
    }
  }
  return any && ground_contact(forces, may_touch_.data(), bodies);
}

bool AmpEnv::strayed_from_pose(const mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  const Clock& c = clocks_[i];
  Reference::Scratch& s = scratch_[i];
  reference_->pose(c.motion, c.start + c.step * spec_.control_dt, s);
  const Vec3 root(d->qpos[0], d->qpos[1], d->qpos[2]);
  const Quat rot(d->qpos[3], d->qpos[4], d->qpos[5], d->qpos[6]);
  double worst = 0;
  for (size_t b = 1; b < s.poses.pos.size(); ++b) {
    Vec3 here = Vec3(d->xpos + 3 * (b + 1)) - root;
    Vec3 there = s.poses.pos[b] - s.state.root_pos;
    if (!options_.global_obs) {
      here = rot.conjugate() * here;
      there = s.state.root_rot.conjugate() * there;
    }
    worst = std::max(worst, (here - there).squaredNorm());
  }
  return worst > config_.pose_termination_dist * config_.pose_termination_dist;
}

Done AmpEnv::judge(const mjModel* m, const mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  const Clock& c = clocks_[i];
  Tally& t = tallies_[i];
  if (config_.enable_early_termination) {
    if (fell(m, d)) return ++t.falls, Done::fail;
    if (config_.pose_termination && strayed_from_pose(d, e)) return ++t.pose_fails, Done::fail;
  }
  if (!test_ && config_.velocity_envelope > 0 &&
      outside_envelope(c.velocity, reference_->mean_velocity(c.motion).data(),
                       static_cast<float>(config_.velocity_envelope))) {
    return ++t.strays, Done::fail;
  }
  if (c.step >= (test_ ? steps_of_episode_ : train_steps_)) return ++t.times, Done::time;
  return Done::no;
}

void AmpEnv::advance(const mjModel* m, mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  const SnapshotLayout& l = reference_->anatomy().layout;
  const float* action = actions_ + i * static_cast<size_t>(spec_.actions);
  float* next = &next_obs_[i * static_cast<size_t>(spec_.obs)];
  float* now = &obs_[i * static_cast<size_t>(spec_.obs)];
  Clock& c = clocks_[i];
  Tally& t = tallies_[i];

  const float before[2] = {static_cast<float>(d->qpos[0]), static_cast<float>(d->qpos[1])};
  bool sound = true;
  for (int k = 0; k < spec_.actions; ++k) {
    float a = action[k];
    if (!std::isfinite(a)) sound = false, a = 0;
    if (config_.clip_actions) a = std::clamp(a, -1.0f, 1.0f);
    d->ctrl[k] = a * range_.scale[static_cast<size_t>(k)] + range_.centre[static_cast<size_t>(k)];
  }
  // this thread's data serves other environments too: the pull is taken away again
  const bool pulled = pull_.env == e && pull_.body >= 0;
  if (pulled) mju_copy3(d->xfrc_applied + 6 * (pull_.body + 1), pull_.force);
  for (int s = 0; sound && s < substeps_; ++s) mj_step(m, d);
  if (pulled) mju_zero3(d->xfrc_applied + 6 * (pull_.body + 1));
  sound = sound && finite(d->qpos, m->nq, 1e6) && finite(d->qvel, m->nv, kFastest);
  ++c.step;
  ++t.steps;

  Done done = Done::fail;
  if (sound) {
    mj_kinematics(m, d);
    c.head = c.head + 1 < config_.num_disc_obs_steps ? c.head + 1 : 0;
    float* snapshot = ring(e) + c.head * l.size();
    const Anatomy& a = reference_->anatomy();
    take_snapshot(l, a.joints.data(), static_cast<int>(a.joints.size()), a.angles, a.keys.data(),
                  d->qpos, d->qvel, d->xpos + 3, snapshot);
    follow_velocity(snapshot, blend_, c.velocity);
    float v[3];
    to_heading(heading_of(snapshot + SnapshotLayout::kRootRot), snapshot + SnapshotLayout::kRootVel,
               v);
    t.forward += v[0];
    t.path += std::hypot(v[0], v[1]);
    retarget(e, snapshot);
    observe(e, snapshot, next);
    rewards_[i] = task_reward(config_.task, snapshot, before, static_cast<float>(spec_.control_dt),
                              targets_[i]);
    t.reward += rewards_[i];
    done = judge(m, d, e);
  } else {
    // the last sound moment stands for what cannot be shown
    std::copy_n(now, spec_.obs, next);
    rewards_[i] = 0;
    ++t.diverged;
  }
  sim::disc_obs(l, options_, ring(e), config_.num_disc_obs_steps, c.head,
                &disc_obs_[i * static_cast<size_t>(spec_.disc_obs)]);
  done_[i] = done;
  if (done == Done::no) {
    std::copy_n(next, spec_.obs, now);
  } else {
    ++t.episodes;
    t.episode_steps += c.step;
    begin(m, d, e);
  }
}

void AmpEnv::step_task(const mjModel* m, mjData* d, int sim, void* self) {
  static_cast<AmpEnv*>(self)->advance(m, d, sim);
}

void AmpEnv::reset_task(const mjModel* m, mjData* d, int sim, void* self) {
  static_cast<AmpEnv*>(self)->begin(m, d, sim);
}

void AmpEnv::reset() {
  mjb_apply(batch_.get(), nullptr, 0, reset_task, this, 1);
  std::copy(obs_.begin(), obs_.end(), next_obs_.begin());
  std::fill(done_.begin(), done_.end(), Done::no);
}

void AmpEnv::step(std::span<const float> actions) {
  require(actions.size() == static_cast<size_t>(spec_.envs) * static_cast<size_t>(spec_.actions),
          Kind::failed, "expected {} x {} actions, found {} numbers", spec_.envs, spec_.actions,
          actions.size());
  actions_ = actions.data();
  if (mjb_apply(batch_.get(), nullptr, 0, step_task, this, 1) == 0) return;
  // MuJoCo gave these up and restored the state they had before the step
  std::vector<int> lost;
  for (int e = 0; e < spec_.envs; ++e) {
    if (mjb_status(batch_.get())[e] == 0) continue;
    const size_t i = static_cast<size_t>(e);
    lost.push_back(e);
    done_[i] = Done::fail;
    rewards_[i] = 0;
    Tally& t = tallies_[i];
    ++t.diverged, ++t.episodes;
    t.episode_steps += clocks_[i].step;
    std::copy_n(&obs_[i * static_cast<size_t>(spec_.obs)], spec_.obs,
                &next_obs_[i * static_cast<size_t>(spec_.obs)]);
  }
  mjb_apply(batch_.get(), lost.data(), static_cast<int>(lost.size()), reset_task, this, 1);
}

/// Rows sim, sim + E, sim + 2E ... of the request: the pool's threads share the work.
void AmpEnv::demo_task(const mjModel*, mjData*, int sim, void* self) {
  AmpEnv& env = *static_cast<AmpEnv*>(self);
  const size_t i = static_cast<size_t>(sim), width = static_cast<size_t>(env.spec_.disc_obs);
  for (int r = sim; r < env.demo_count_; r += env.spec_.envs) {
    env.demos_->row(env.drawn_ + static_cast<uint64_t>(r), env.scratch_[i],
                    &env.windows_[i * env.ring_size_],
                    env.demo_out_ + static_cast<size_t>(r) * width);
  }
}

void AmpEnv::sample_demo(int n, std::span<float> out) {
  require(n >= 0 && out.size() == static_cast<size_t>(n) * static_cast<size_t>(spec_.disc_obs),
          Kind::failed, "expected room for {} x {} numbers, found {}", n, spec_.disc_obs,
          out.size());
  demo_count_ = n;
  demo_out_ = out.data();
  if (!demos_->tabled() && n > 1) {
    mjb_apply(batch_.get(), nullptr, 0, demo_task, this, 0);
  } else {
    for (int r = 0; r < n; ++r) {
      demos_->row(drawn_ + static_cast<uint64_t>(r), scratch_[0], windows_.data(),
                  out.data() + static_cast<size_t>(r) * static_cast<size_t>(spec_.disc_obs));
    }
  }
  drawn_ += static_cast<uint64_t>(n);
}

void AmpEnv::playback_actions(std::span<float> out) const {
  const size_t dofs = static_cast<size_t>(spec_.actions);
  require(out.size() == static_cast<size_t>(spec_.envs) * dofs, Kind::failed,
          "expected room for {} x {} actions, found {}", spec_.envs, spec_.actions, out.size());
  Reference::Scratch s;
  for (size_t e = 0; e < clocks_.size(); ++e) {
    const Clock& c = clocks_[e];
    reference_->sample(c.motion, c.start + (c.step + 1) * spec_.control_dt, s);
    for (size_t k = 0; k < dofs; ++k) {
      const double target = s.dofs[k] + sim_.kd[k] / sim_.kp[k] * s.state.dof_vel[k];
      out[e * dofs + k] = static_cast<float>((target - range_.centre[k]) / range_.scale[k]);
    }
  }
}

}  // namespace motus::sim
