// How an environment is put together: model, clips, parts, sizes, MuJoCo's batch.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "motion/error.h"
#include "motion/nearest.h"
#include "motion/sha256.h"
#include "sim/character_env.h"
#include "sim/env_mirror.h"
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

PhysicsOptions physics_of(const EnvConfig& c, const Ground* ground) {
  PhysicsOptions out;
  out.sim_freq = c.sim_freq;
  out.self_collision = c.self_collision;
  out.actuation = actuation_of(c);
  out.gain_scale = c.gain_scale;
  out.jacobian = c.jacobian;
  out.cone = c.cone;
  out.impratio = c.impratio;
  out.torque_limit = c.torque_limit;
  out.iterations = c.solver_iterations;
  out.gains = c.gains;
  out.objects = c.objects;
  out.ground = ground ? &ground->map() : nullptr;
  if (c.task.task == TaskKind::dodgeball) {
    out.balls = c.task.dodgeball.balls;
    out.ball_radius = c.task.dodgeball.radius;
  }
  return out;
}

std::vector<FeatureTerm> discriminator_terms(const EnvConfig& c) {
  if (c.disc_terms.empty() && c.env_name == "add") {
    return mimickit_add(c.global_obs, c.tracking.track_root);
  }
  if (c.disc_terms.empty()) {
    return mimickit_discriminator(c.global_obs, c.root_height_obs, c.disc_dof_vel_obs);
  }
  std::vector<FeatureTerm> out;
  for (const TermSpec& t : c.disc_terms) {
    const auto feature = feature_named(t.term);
    require(feature.has_value(), Kind::usage, "disc_obs_terms: there is no feature '{}'", t.term);
    out.push_back({*feature, t.frame, t.scale});
  }
  return out;
}

bool wants_positions(const TermSpec& t) {
  return t.term == "dof_pos" || t.term == "dof_offset";
}

/// A measurement that nobody looks at has no errors.
void check_noise(const std::vector<TermNoise>& noise, const std::vector<TermSpec>& seen,
                 const std::vector<TermSpec>& critic) {
  std::vector<std::string> names;
  names.reserve(seen.size() + critic.size());
  for (const TermSpec& t : seen) names.push_back(t.term);
  for (const TermSpec& t : critic) names.push_back(t.term);
  for (const TermNoise& n : noise) {
    if (std::find(names.begin(), names.end(), n.term) != names.end()) continue;
    throw Error(
        Kind::usage,
        fmt::format("randomise: noise: term '{}' is not in this environment's observation", n.term),
        did_you_mean(n.term, names));
  }
}

/// Eight bytes of a hash over what moves, what it imitates and what it walks on.
uint64_t identity_of(const SimModel& sim, const Dataset& dataset, const Ground* ground) {
  Sha256 hash;
  const mjModel* m = sim.model.get();
  hash.add(std::as_bytes(std::span(m->body_mass, static_cast<size_t>(m->nbody))));
  hash.add(std::as_bytes(std::span(m->body_pos, static_cast<size_t>(3 * m->nbody))));
  hash.add(std::as_bytes(std::span(sim.kp)));
  hash.add(std::as_bytes(std::span(sim.kd)));
  for (const Clip& clip : dataset.clips) hash.add(clip.fingerprint());
  if (ground) {
    const Frames& heights = ground->map().heights;
    hash.add(std::as_bytes(std::span(heights.data(), static_cast<size_t>(heights.size()))));
  }
  return std::stoull(hash.hex().substr(0, 16), nullptr, 16);
}

}  // namespace

CharacterEnv::CharacterEnv(const EnvConfig& config, Dataset dataset,
                           const std::filesystem::path& model, int num_envs, uint64_t seed,
                           int workers)
    : config_(config), seed_(seed) {
  require(num_envs > 0, Kind::usage, "the number of environments must be positive, found {}",
          num_envs);
  require(!dataset.clips.empty(), Kind::bad_input, "the dataset has no clips");
  quiet_warnings();
  spec_.envs = num_envs;
  spec_.control_dt = config.control_dt();
  spec_.episode_length = config.episode_length;
  // 0: an episode ends by its rules alone
  steps_of_episode_ = config.episode_length > 0 ? steps_in(config.episode_length, spec_.control_dt)
                                                : std::numeric_limits<int>::max();
  train_steps_ = config.train_episode_length > 0
                     ? steps_in(config.train_episode_length, spec_.control_dt)
                     : steps_of_episode_;
  blend_ = static_cast<float>(1 - std::exp(-spec_.control_dt / config.velocity_envelope_tau));
  build_parts(std::move(dataset), model);
  build_batch(workers);
  reset();
}

void CharacterEnv::build_parts(Dataset dataset, const std::filesystem::path& model) {
  const SkeletonPtr skeleton = dataset.skeleton;
  require(skeleton->body_count() <= Termination::kMostBodies, Kind::bad_input,
          "'{}' has {} bodies, more than {}", skeleton->name(), skeleton->body_count(),
          Termination::kMostBodies);
  const size_t dofs = static_cast<size_t>(skeleton->dof_count());
  // a list of three is the root's place alone, as published
  std::vector<double>& pose = config_.init_pose;
  require(pose.empty() || pose.size() == 3 || pose.size() == 6 + dofs, Kind::usage,
          "init_pose has {} numbers; '{}' takes 6 + {}", pose.size(), skeleton->name(), dofs);
  if (!pose.empty()) pose.resize(6 + dofs, 0.0);
  std::vector<float> rest(dofs, 0);
  if (!pose.empty()) std::copy(pose.begin() + 6, pose.end(), rest.begin());

  require(config_.joint_err_w.empty() ||
              config_.joint_err_w.size() + 1 == static_cast<size_t>(skeleton->body_count()),
          Kind::usage, "joint_err_w has {} numbers; '{}' has {} joints, rigid ones counted",
          config_.joint_err_w.size(), skeleton->name(), skeleton->body_count() - 1);
  if (config_.task.task == TaskKind::dodgeball) {
    bodies_named(*skeleton, {config_.task.dodgeball.target_body}, "proj_target_body");
  }

  if (config_.terrain.any()) {
    ground_ = std::make_unique<Ground>(config_.terrain);
    curriculum_ = std::make_unique<Curriculum>(config_.terrain, spec_.envs, seed_);
  }
  sim_ = build_model(model, *skeleton, physics_of(config_, ground_.get()));
  if (config_.clip_lift != ClipLift::none) lift_clips(dataset, *sim_.model, config_.clip_lift);
  identity_ = identity_of(sim_, dataset, ground_.get());
  std::vector<TermSpec> seen = config_.obs_terms;
  if (seen.empty()) seen = default_observation(config_);
  FeatureList features{discriminator_terms(config_), rest};
  const bool positions =
      features.wants_positions() || std::any_of(seen.begin(), seen.end(), wants_positions) ||
      std::any_of(config_.critic_terms.begin(), config_.critic_terms.end(), wants_positions);
  const auto wants_bodies = [](const TermSpec& t) { return t.term == "body_pos"; };
  const bool bodies =
      features.wants_bodies() || std::any_of(seen.begin(), seen.end(), wants_bodies) ||
      std::any_of(config_.critic_terms.begin(), config_.critic_terms.end(), wants_bodies);
  const int root = config_.root_body.empty()
                       ? 0
                       : bodies_named(*skeleton, {config_.root_body}, "root_body").front();
  reference_ = std::make_unique<Reference>(
      std::move(dataset),
      Anatomy::of(*skeleton, bodies_named(*skeleton, config_.key_bodies, "key_bodies"),
                  config_.joint_obs == JointObs::angle, {positions, bodies, root}));
  demos_ =
      std::make_unique<Demos>(*reference_, Demos::Options{.features = std::move(features),
                                                          .newest_first = config_.disc_newest_first,
                                                          .steps = config_.num_disc_obs_steps,
                                                          .dt = config_.control_dt(),
                                                          .seed = seed_,
                                                          .random = config_.rand_reset,
                                                          .table = config_.reference_table});
  starts_ = std::make_unique<Starts>(config_, *reference_, *demos_);
  control_ = make_control(config_, *reference_, sim_);
  if (config_.randomise.any()) {
    randomise_ = std::make_unique<Randomise>(config_, sim_, spec_.envs);
  }
  task_ = make_task(config_, spec_.envs);
  const Observation::Parts parts{config_, *reference_, *task_, rest};
  observation_ = std::make_unique<Observation>(parts, seen);
  check_noise(config_.randomise.noise, seen, config_.critic_terms);
  // errors of measurement are the policy's: what judges it sees the truth
  std::vector<TermSpec> judged = config_.critic_terms;
  if (judged.empty() && !config_.randomise.noise.empty()) judged = seen;
  if (!judged.empty()) critic_ = std::make_unique<Observation>(parts, judged);
  observation_->add_noise(config_.randomise.noise);
  if (critic_ && config_.randomise.critic_noise) critic_->add_noise(config_.randomise.noise);

  // an empty list of contact bodies means that any body may touch the ground
  std::vector<unsigned char> may_touch(static_cast<size_t>(skeleton->body_count()),
                                       config_.contact_bodies.empty());
  for (int b : bodies_named(*skeleton, config_.contact_bodies, "contact_bodies")) {
    may_touch[static_cast<size_t>(b)] = true;
  }
  termination_ = std::make_unique<Termination>(
      Termination::Parts{config_, *reference_, *task_, sim_.floor_geom, std::move(may_touch)});

  spec_.obs = observation_->size();
  spec_.critic_obs = critic_ ? critic_->size() : 0;
  spec_.disc_obs = demos_->width();
  spec_.actions = skeleton->dof_count();
  spec_.action_centre = control_->range().centre;
  spec_.action_scale = control_->range().scale;
  for (const Dof& d : skeleton->dofs()) spec_.dof_names.push_back(d.name);
  for (const Body& b : skeleton->bodies()) spec_.body_names.push_back(b.name);
  tell_mirror({seen, judged}, *skeleton, reference_->anatomy(), config_, rest, spec_);
}

void CharacterEnv::build_batch(int workers) {
  mjBatchConfig batch_config;
  mjb_defaultConfig(&batch_config);
  batch_config.nthread =
      workers > 0 ? workers : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::array<char, 500> error{};
  batch_.reset(mjb_makeBatch(sim_.model.get(), spec_.envs, &batch_config, error.data(),
                             static_cast<int>(error.size())));
  require(batch_ != nullptr, Kind::failed, "MuJoCo cannot simulate {} environments: {}", spec_.envs,
          error.data());
  if (randomise_) randomise_->attach(batch_.get());

  const size_t n = static_cast<size_t>(spec_.envs);
  ring_size_ = static_cast<size_t>(reference_->anatomy().layout.size()) *
               static_cast<size_t>(config_.num_disc_obs_steps);
  state_size_ = static_cast<size_t>(mjb_nstate(batch_.get()));
  all_.resize(n);
  std::iota(all_.begin(), all_.end(), 0);
  chosen_.reserve(n);
  clocks_.resize(n);
  tallies_.resize(n);
  scratch_.resize(n);
  history_.resize(n * ring_size_);
  windows_.resize(n * ring_size_);
  obs_.resize(n * static_cast<size_t>(spec_.obs));
  next_obs_ = obs_;
  if (critic_) critic_obs_.resize(n * static_cast<size_t>(spec_.critic_obs));
  next_critic_obs_ = critic_obs_;
  disc_obs_.resize(n * static_cast<size_t>(spec_.disc_obs));
  rewards_.resize(n);
  done_.assign(n, Done::no);
}

}  // namespace motus::sim
