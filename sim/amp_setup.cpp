// How an AMP environment is put together: model, reference, actions, sizes, MuJoCo's batch.
#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

#include "motion/error.h"
#include "motion/nearest.h"
#include "motion/sha256.h"
#include "sim/amp_env.h"
#include "sim/lift.h"

namespace motus::sim {

namespace {

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

/// Eight bytes of a hash over what moves and what it imitates.
uint64_t identity_of(const SimModel& sim, const Dataset& dataset) {
  Sha256 hash;
  const mjModel* m = sim.model.get();
  hash.add(std::as_bytes(std::span(m->body_mass, static_cast<size_t>(m->nbody))));
  hash.add(std::as_bytes(std::span(m->body_pos, static_cast<size_t>(3 * m->nbody))));
  hash.add(std::as_bytes(std::span(sim.kp)));
  hash.add(std::as_bytes(std::span(sim.kd)));
  for (const Clip& clip : dataset.clips) hash.add(clip.fingerprint());
  return std::stoull(hash.hex().substr(0, 16), nullptr, 16);
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
  identity_ = identity_of(sim_, dataset);
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
              (config.enable_phase_obs ? 1 + 2 * config.num_phase_encoding : 0) +
              task_obs_size(config.task.task);
  spec_.actions = skeleton->dof_count();
  demos_ = std::make_unique<Demos>(*reference_, Demos::Options{.terms = options_,
                                                               .steps = config.num_disc_obs_steps,
                                                               .dt = config.control_dt(),
                                                               .seed = seed,
                                                               .random = config.rand_reset,
                                                               .table = config.reference_table});
  spec_.disc_obs = demos_->width();
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
  ring_size_ = static_cast<size_t>(l.size()) * static_cast<size_t>(config.num_disc_obs_steps);
  state_size_ = static_cast<size_t>(mjb_nstate(batch_.get()));
  clocks_.resize(n);
  targets_.resize(n);
  tallies_.resize(n);
  scratch_.resize(n);
  history_.resize(n * ring_size_);
  windows_.resize(n * ring_size_);
  obs_.resize(n * static_cast<size_t>(spec_.obs));
  next_obs_ = obs_;
  disc_obs_.resize(n * static_cast<size_t>(spec_.disc_obs));
  rewards_.resize(n);
  done_.assign(n, Done::no);
  reset();
}

}  // namespace motus::sim
