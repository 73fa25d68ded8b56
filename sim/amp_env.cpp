#include "sim/amp_env.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "motion/error.h"
#include "motion/nearest.h"
#include "sim/env.h"
#include "sim/lift.h"
#include "sim/random.h"

namespace motus::sim {

namespace {

constexpr uint64_t kDemoStream = ~0ull;
constexpr int kMostBodies = 256;
constexpr double kFastest = 1000;  ///< m/s or rad/s: nothing that lives moves like this

mjfLogHandler previous_handler = nullptr;

/// MuJoCo would print each diverging simulation and write a log file beside the user's files; the
/// environment counts them instead.
void without_warnings(const mjLogMessage* message) {
  if (message->level != mjLOG_WARNING && previous_handler) previous_handler(message);
}

void quiet_warnings() {
  static const bool once = [] {
    previous_handler = mju_setLogHandler(without_warnings);
    return true;
  }();
  (void)once;
}

std::vector<int> bodies_named(const Skeleton& s, const std::vector<std::string>& names,
                              const std::string& key) {
  std::vector<int> out;
  for (const std::string& name : names) {
    const int body = s.find_body(name);
    if (body < 0) {
      std::vector<std::string> known;
      for (const Body& b : s.bodies()) known.push_back(b.name);
      throw Error(Kind::usage,
                  fmt::format("{} names body '{}', which '{}' does not have", key, name, s.name()),
                  did_you_mean(name, known));
    }
    out.push_back(body);
  }
  return out;
}

int steps_in(double seconds, double dt) {
  return std::max(1, static_cast<int>(std::ceil(seconds / dt - 1e-6)));
}

PhysicsOptions physics_of(const EnvConfig& c) {
  PhysicsOptions out;
  out.sim_freq = c.sim_freq;
  out.self_collision = c.self_collision;
  out.gain_scale = c.gain_scale;
  out.jacobian = c.jacobian;
  out.cone = c.cone;
  out.impratio = c.impratio;
  out.iterations = c.solver_iterations;
  return out;
}

bool finite(const mjtNum* p, int n, double largest) {
  for (int i = 0; i < n; ++i) {
    if (!(std::abs(p[i]) < largest)) return false;  // written so that NaN fails
  }
  return true;
}

}  // namespace

AmpEnv::AmpEnv(const EnvConfig& config, Dataset dataset, const std::filesystem::path& model,
               int num_envs, uint64_t seed, int workers)
    : config_(config), seed_(seed), substeps_(config.substeps()) {
  require(num_envs > 0, Kind::usage, "the number of environments must be positive, found {}",
          num_envs);
  require(!dataset.clips.empty(), Kind::bad_input, "the dataset has no clips");
  quiet_warnings();
  const SkeletonPtr skeleton = dataset.skeleton;
  require(skeleton->body_count() <= kMostBodies, Kind::bad_input,
          "'{}' has {} bodies, more than {}", skeleton->name(), skeleton->body_count(),
          kMostBodies);
  sim_ = build_model(model, *skeleton, physics_of(config));
  if (config.clip_lift != ClipLift::none) lift_clips(dataset, *sim_.model, config.clip_lift);
  const Anatomy anatomy =
      Anatomy::of(*skeleton, bodies_named(*skeleton, config.key_bodies, "key_bodies"),
                  config.joint_obs == JointObs::angle);
  reference_ = std::make_unique<Reference>(std::move(dataset), anatomy);
  range_ = action_range(config, *reference_, sim_.kp, sim_.kd, sim_.torque_limit);
  options_ = {config.global_obs, config.root_height_obs, config.disc_dof_vel_obs};

  // an empty list of contact bodies means that any body may touch the ground
  const bool any = config.contact_bodies.empty();
  may_touch_.assign(static_cast<size_t>(skeleton->body_count()), any);
  for (int b : bodies_named(*skeleton, config.contact_bodies, "contact_bodies")) {
    may_touch_[static_cast<size_t>(b)] = true;
  }

  const SnapshotLayout& l = anatomy.layout;
  spec_.envs = num_envs;
  spec_.obs = character_obs_size(l, options_) +
              (config.enable_phase_obs ? 1 + 2 * config.num_phase_encoding : 0);
  spec_.actions = skeleton->dof_count();
  spec_.disc_obs = disc_step_size(l, options_) * config.num_disc_obs_steps;
  spec_.control_dt = config.control_dt();
  spec_.episode_length = config.episode_length;
  spec_.action_centre = range_.centre;
  spec_.action_scale = range_.scale;
  for (const Dof& d : skeleton->dofs()) spec_.dof_names.push_back(d.name);
  for (const Body& b : skeleton->bodies()) spec_.body_names.push_back(b.name);
  steps_of_episode_ = steps_in(config.episode_length, spec_.control_dt);
  train_steps_ = config.train_episode_length > 0
                     ? steps_in(config.train_episode_length, spec_.control_dt)
                     : steps_of_episode_;
  blend_ = static_cast<float>(1 - std::exp(-spec_.control_dt / config.velocity_envelope_tau));

  mjBatchConfig batch_config;
  mjb_defaultConfig(&batch_config);
  batch_config.nthread =
      workers > 0 ? workers : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::array<char, 500> error{};
  batch_.reset(mjb_makeBatch(sim_.model.get(), num_envs, &batch_config, error.data(),
                             static_cast<int>(error.size())));
  require(batch_ != nullptr, Kind::failed, "MuJoCo cannot simulate {} environments: {}", num_envs,
          error.data());

  const size_t n = static_cast<size_t>(num_envs);
  ring_size_ = static_cast<size_t>(l.size() * config.num_disc_obs_steps);
  state_size_ = static_cast<size_t>(mjb_nstate(batch_.get()));
  clocks_.resize(n);
  tallies_.resize(n);
  scratch_.resize(n);
  history_.resize(n * ring_size_);
  windows_.resize(n * ring_size_);
  obs_.resize(n * static_cast<size_t>(spec_.obs));
  next_obs_ = obs_;
  disc_obs_.resize(n * static_cast<size_t>(spec_.disc_obs));
  rewards_.resize(n);
  done_.assign(n, Done::no);
  if (config.reference_table > 0) build_table();
  reset();
}

std::pair<int, double> AmpEnv::draw(uint64_t stream, uint64_t counter) const {
  if (!table_.time.empty()) {
    const size_t rows = table_.time.size();
    const size_t i = config_.rand_reset
                         ? static_cast<size_t>(random_unit(seed_, stream, counter, 0) *
                                               static_cast<double>(rows))
                         : 0;
    return {table_.motion[i], table_.time[i]};
  }
  const MotionSampler& s = reference_->sampler();
  const int motion = s.pick(random_unit(seed_, stream, counter, 0));
  if (!config_.rand_reset) return {motion, 0.0};
  return {motion, random_unit(seed_, stream, counter, 1) * s.length(motion)};
}

/// Stratified: the i-th row's draw lies in the i-th of n equal slices of the weighted clips.
void AmpEnv::build_table() {
  const MotionSampler& s = reference_->sampler();
  const int rows = config_.rand_reset ? config_.reference_table : 1;
  Table t;
  for (int i = 0; i < rows; ++i) {
    const double u = (i + 0.5) / rows;
    const int motion = s.pick(u);
    int first = i, last = i;  // rows of the same clip
    while (first > 0 && s.pick((first - 0.5) / rows) == motion) --first;
    while (last + 1 < rows && s.pick((last + 1.5) / rows) == motion) ++last;
    const double at = (i - first + 0.5) / (last - first + 1);
    t.motion.push_back(motion);
    t.time.push_back(config_.rand_reset ? at * s.length(motion) : 0.0);
  }
  t.disc.resize(static_cast<size_t>(rows) * static_cast<size_t>(spec_.disc_obs));
  Reference::Scratch scratch;
  const int h = config_.num_disc_obs_steps;
  for (int i = 0; i < rows; ++i) {
    const size_t r = static_cast<size_t>(i);
    reference_->window(t.motion[r], t.time[r], h, spec_.control_dt, scratch, windows_.data());
    sim::disc_obs(reference_->anatomy().layout, options_, windows_.data(), h, h - 1,
                  &t.disc[r * static_cast<size_t>(spec_.disc_obs)]);
  }
  table_ = std::move(t);
}

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
    phase_obs(static_cast<float>(phase), config_.num_phase_encoding, out);
  }
}

void AmpEnv::begin(const mjModel* m, mjData* d, int e) {
  const size_t i = static_cast<size_t>(e);
  Clock& c = clocks_[i];
  const auto [motion, time] = draw(i, c.episode++);
  c.motion = motion;
  c.start = time;
  c.step = 0;
  c.head = config_.num_disc_obs_steps - 1;
  std::copy_n(reference_->mean_velocity(motion).data(), 2, c.velocity);
  Reference::Scratch& s = scratch_[i];
  reference_->window(motion, time, config_.num_disc_obs_steps, spec_.control_dt, s, ring(e));
  observe(e, newest(e), &obs_[i * static_cast<size_t>(spec_.obs)]);
  mj_resetData(m, d);
  mju_copy(d->qpos, s.qpos.data(), m->nq);
  mju_copy(d->qvel, s.qvel.data(), m->nv);
  mju_copy(d->ctrl, s.dofs.data(), m->nu);
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

  bool sound = true;
  for (int k = 0; k < spec_.actions; ++k) {
    float a = action[k];
    if (!std::isfinite(a)) sound = false, a = 0;
    if (config_.clip_actions) a = std::clamp(a, -1.0f, 1.0f);
    d->ctrl[k] = a * range_.scale[static_cast<size_t>(k)] + range_.centre[static_cast<size_t>(k)];
  }
  for (int s = 0; sound && s < substeps_; ++s) mj_step(m, d);
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
    observe(e, snapshot, next);
    done = judge(m, d, e);
  } else {
    // the last sound moment stands for what cannot be shown
    std::copy_n(now, spec_.obs, next);
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
    Tally& t = tallies_[i];
    ++t.diverged, ++t.episodes;
    t.episode_steps += clocks_[i].step;
    std::copy_n(&obs_[i * static_cast<size_t>(spec_.obs)], spec_.obs,
                &next_obs_[i * static_cast<size_t>(spec_.obs)]);
  }
  mjb_apply(batch_.get(), lost.data(), static_cast<int>(lost.size()), reset_task, this, 1);
}

void AmpEnv::demo_row(uint64_t counter, Reference::Scratch& s, float* window, float* out) const {
  if (!table_.time.empty()) {
    const size_t rows = table_.time.size(), width = static_cast<size_t>(spec_.disc_obs);
    const size_t r = static_cast<size_t>(random_unit(seed_, kDemoStream, counter, 0) *
                                         static_cast<double>(rows));
    std::copy_n(&table_.disc[r * width], width, out);
    return;
  }
  const auto [motion, time] = draw(kDemoStream, counter);
  const int h = config_.num_disc_obs_steps;
  reference_->window(motion, time, h, spec_.control_dt, s, window);
  sim::disc_obs(reference_->anatomy().layout, options_, window, h, h - 1, out);
}

/// Rows sim, sim + E, sim + 2E ... of the request: the pool's threads share the work.
void AmpEnv::demo_task(const mjModel*, mjData*, int sim, void* self) {
  AmpEnv& env = *static_cast<AmpEnv*>(self);
  const size_t i = static_cast<size_t>(sim), width = static_cast<size_t>(env.spec_.disc_obs);
  for (int r = sim; r < env.demo_count_; r += env.spec_.envs) {
    env.demo_row(env.demos_ + static_cast<uint64_t>(r), env.scratch_[i],
                 &env.windows_[i * env.ring_size_], env.demo_out_ + static_cast<size_t>(r) * width);
  }
}

void AmpEnv::sample_demo(int n, std::span<float> out) {
  require(n >= 0 && out.size() == static_cast<size_t>(n) * static_cast<size_t>(spec_.disc_obs),
          Kind::failed, "expected room for {} x {} numbers, found {}", n, spec_.disc_obs,
          out.size());
  demo_count_ = n;
  demo_out_ = out.data();
  if (table_.time.empty() && n > 1) {
    mjb_apply(batch_.get(), nullptr, 0, demo_task, this, 0);
  } else {
    for (int r = 0; r < n; ++r) {
      demo_row(demos_ + static_cast<uint64_t>(r), scratch_[0], windows_.data(),
               out.data() + static_cast<size_t>(r) * static_cast<size_t>(spec_.disc_obs));
    }
  }
  demos_ += static_cast<uint64_t>(n);
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
