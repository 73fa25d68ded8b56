#include "sim/character_env.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::sim {

namespace {

constexpr double kFastest = 1000;  ///< m/s or rad/s: nothing that lives moves like this

bool finite(const mjtNum* p, int n, double largest) {
  for (int i = 0; i < n; ++i) {
    if (!(std::abs(p[i]) < largest)) return false;  // written so that NaN fails
  }
  return true;
}

/// The limits stay.
void forget(Effort& e) {
  e.seconds = 0;
  for (std::vector<double>* v : {&e.work, &e.at_limit, &e.peak}) std::fill(v->begin(), v->end(), 0);
}

}  // namespace

Scene CharacterEnv::scene(const mjModel* m, mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  Scene s;
  s.env = e, s.m = m, s.d = d;
  s.clock = &clocks_[i];
  s.dt = spec_.control_dt;
  s.seed = seed_;
  s.delay = randomise_ ? randomise_->delay() : nullptr;
  s.test = test_;
  s.reference = reference_.get();
  s.scratch = &scratch_[i];
  return s;
}

void CharacterEnv::begin(const mjModel* m, mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  Clock& c = clocks_[i];
  Reference::Scratch& scratch = scratch_[i];
  const Starts::Start start = starts_->draw(i, c.episode++);
  c.motion = start.motion;
  c.start = start.time;
  c.step = 0;
  c.head = config_.num_disc_obs_steps - 1;
  std::copy_n(reference_->mean_velocity(c.motion).data(), 2, c.velocity);
  starts_->place(start, config_.num_disc_obs_steps, spec_.control_dt, scratch, ring(e));

  mj_resetData(m, d);
  std::copy(scratch.qpos.begin(), scratch.qpos.end(), d->qpos);
  std::copy(scratch.qvel.begin(), scratch.qvel.end(), d->qvel);
  if (ground_) stand(m, d, e);
  Scene s = scene(m, d, e);
  s.snapshot = newest(e);
  s.body_pos = scratch.poses.pos.data()->data();
  if (ground_) s.ground = ground_->height(d->qpos[0], d->qpos[1]);
  s.posed = start.from_clip && !ground_;
  std::copy_n(d->qpos, 2, s.before);
  if (randomise_) randomise_->start(s);
  control_->start(s, scratch.dofs.data());
  task_->start(s);
  observation_->write(s, nullptr, obs_row(obs_, e));
  if (critic_) critic_->write(s, nullptr, critic_row(critic_obs_, e));
}

void CharacterEnv::copy_obs(bool back, int e) {
  std::copy_n(obs_row(back ? obs_ : next_obs_, e), spec_.obs, obs_row(back ? next_obs_ : obs_, e));
  if (!critic_) return;
  std::copy_n(critic_row(back ? critic_obs_ : next_critic_obs_, e), spec_.critic_obs,
              critic_row(back ? next_critic_obs_ : critic_obs_, e));
}

Done CharacterEnv::look(Scene& s) {
  const size_t i = static_cast<size_t>(s.env);
  Clock& c = *s.clock;
  Tally& t = tallies_[i];
  const mjData* d = s.d;
  mj_kinematics(s.m, s.d);
  c.head = c.head + 1 < config_.num_disc_obs_steps ? c.head + 1 : 0;
  float* snapshot = newest(s.env);
  reference_->anatomy().take(d->qpos, d->qvel, d->xpos + 3, d->xquat + 4, snapshot);
  if (ground_) {
    s.ground = ground_->height(snapshot[0], snapshot[1]);
    snapshot[2] -= static_cast<float>(s.ground);
  }
  s.snapshot = snapshot;
  s.body_pos = d->xpos + 3;
  follow_velocity(snapshot, blend_, c.velocity);
  float v[3];
  to_heading(heading_of(snapshot + SnapshotLayout::kRootRot), snapshot + SnapshotLayout::kRootVel,
             v);
  t.forward += v[0];
  t.path += std::hypot(v[0], v[1]);
  if (test_ && config_.log_tracking_error) t.tracking.add(s);
  task_->update(s);
  observation_->write(s, obs_row(obs_, s.env), obs_row(next_obs_, s.env));
  if (critic_)
    critic_->write(s, critic_row(critic_obs_, s.env), critic_row(next_critic_obs_, s.env));
  rewards_[i] = task_->reward(s);
  t.reward += rewards_[i];
  int rule = -1;
  const Done done = termination_->judge(s, rule);
  if (rule >= 0) ++t.ended[rule];
  if (done != Done::no) return done;
  if (ground_ && !ground_->holds(d->qpos[0], d->qpos[1])) return ++t.times, Done::time;
  if (c.step >= (test_ ? steps_of_episode_ : train_steps_)) return ++t.times, Done::time;
  return Done::no;
}

bool CharacterEnv::move(Scene& s) {
  const bool pulled = pull_.env == s.env && pull_.body >= 0;
  mjtNum* pull = s.d->xfrc_applied + 6 * (pull_.body + 1);
  if (pulled) mju_copy3(pull, pull_.force);
  const bool pushed = randomise_ && randomise_->push(s);
  const bool moved = control_->step(s, s.action);
  // this thread's data serves other environments too: forces are taken away again
  if (pulled) mju_zero3(pull);
  if (pushed) mju_zero3(s.d->xfrc_applied + 6);
  return moved;
}

void CharacterEnv::advance(const mjModel* m, mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  Tally& t = tallies_[i];
  Scene s = scene(m, d, e);
  s.action = actions_ + i * static_cast<size_t>(spec_.actions);
  std::copy_n(d->qpos, 2, s.before);
  if (!efforts_.empty()) {
    s.effort = &efforts_[i];
    forget(efforts_[i]);
  }
  const bool moved = move(s);
  const bool sound = moved && finite(d->qpos, m->nq, 1e6) && finite(d->qvel, m->nv, kFastest);
  ++s.clock->step;
  ++t.steps;

  Done done = Done::fail;
  if (sound) {
    done = look(s);
  } else {
    // the last sound moment stands for what cannot be shown
    copy_obs(true, e);
    rewards_[i] = 0;
    ++t.diverged;
  }
  demos_->see(ring(e), s.clock->head, &disc_obs_[i * static_cast<size_t>(spec_.disc_obs)]);
  if (!aligned_.empty()) {
    reference_->window(s.clock->motion, s.motion_time(), config_.num_disc_obs_steps, s.dt,
                       *s.scratch, &windows_[i * ring_size_]);
    demos_->see(&windows_[i * ring_size_], config_.num_disc_obs_steps - 1,
                &aligned_[i * static_cast<size_t>(spec_.disc_obs)]);
  }
  done_[i] = done;
  if (done == Done::no) {
    copy_obs(false, e);
  } else {
    ++t.episodes;
    t.episode_steps += s.clock->step;
    if (ground_ && sound) leave(d, e);
    begin(m, d, e);
  }
}

void CharacterEnv::step_task(const mjModel* m, mjData* d, int sim, void* self) {
  static_cast<CharacterEnv*>(self)->advance(m, d, sim);
}

void CharacterEnv::reset_task(const mjModel* m, mjData* d, int sim, void* self) {
  static_cast<CharacterEnv*>(self)->begin(m, d, sim);
}

void CharacterEnv::reset() {
  mjb_apply(batch_.get(), nullptr, 0, reset_task, this, 1);
  if (randomise_) randomise_->settle(all_);
  std::copy(obs_.begin(), obs_.end(), next_obs_.begin());
  std::copy(critic_obs_.begin(), critic_obs_.end(), next_critic_obs_.begin());
  std::fill(done_.begin(), done_.end(), Done::no);
}

void CharacterEnv::step(std::span<const float> actions) {
  require(actions.size() == static_cast<size_t>(spec_.envs) * static_cast<size_t>(spec_.actions),
          Kind::failed, "expected {} x {} actions, found {} numbers", spec_.envs, spec_.actions,
          actions.size());
  actions_ = actions.data();
  if (mjb_apply(batch_.get(), nullptr, 0, step_task, this, 1) != 0) restart_lost();
  if (!randomise_) return;
  chosen_.clear();
  for (int e = 0; e < spec_.envs; ++e) {
    if (done_[static_cast<size_t>(e)] != Done::no) chosen_.push_back(e);
  }
  randomise_->settle(chosen_);
}

void CharacterEnv::restart_lost() {
  // MuJoCo gave these up and restored the state they had before the step
  chosen_.clear();
  for (int e = 0; e < spec_.envs; ++e) {
    if (mjb_status(batch_.get())[e] == 0) continue;
    const size_t i = static_cast<size_t>(e);
    chosen_.push_back(e);
    done_[i] = Done::fail;
    rewards_[i] = 0;
    Tally& t = tallies_[i];
    ++t.diverged, ++t.episodes;
    t.episode_steps += clocks_[i].step;
    copy_obs(true, e);
  }
  mjb_apply(batch_.get(), chosen_.data(), static_cast<int>(chosen_.size()), reset_task, this, 1);
}

/// Rows sim, sim + E, sim + 2E ... of the request: the pool's threads share the work.
void CharacterEnv::demo_task(const mjModel*, mjData*, int sim, void* self) {
  CharacterEnv& env = *static_cast<CharacterEnv*>(self);
  const size_t i = static_cast<size_t>(sim), width = static_cast<size_t>(env.spec_.disc_obs);
  for (int r = sim; r < env.demo_count_; r += env.spec_.envs) {
    env.demos_->row(env.drawn_ + static_cast<uint64_t>(r), env.scratch_[i],
                    &env.windows_[i * env.ring_size_],
                    env.demo_out_ + static_cast<size_t>(r) * width);
  }
}

void CharacterEnv::sample_demo(int n, std::span<float> out) {
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

bool CharacterEnv::align_demo() {
  aligned_.resize(disc_obs_.size());
  return true;
}

void CharacterEnv::playback_actions(std::span<float> out) const {
  const size_t dofs = static_cast<size_t>(spec_.actions);
  require(out.size() == static_cast<size_t>(spec_.envs) * dofs, Kind::failed,
          "expected room for {} x {} actions, found {}", spec_.envs, spec_.actions, out.size());
  Reference::Scratch s;
  for (size_t e = 0; e < clocks_.size(); ++e) {
    const Clock& c = clocks_[e];
    reference_->sample(c.motion, c.start + (c.step + 1) * spec_.control_dt, s);
    control_->playback(s, &out[e * dofs]);
  }
}

}  // namespace motus::sim
