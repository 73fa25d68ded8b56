#include "sim/randomise.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "sim/control.h"
#include "sim/random.h"

namespace motus::sim {

namespace {

// beside the streams of starts (the environment's number) and of tasks (bit 63)
constexpr uint64_t kEpisodes = 1ull << 62, kPushes = 1ull << 61;

/// Numbers of an episode's draw.
enum Index : uint64_t {
  kFriction = 0,
  kMass = 1,
  kAddedMass = 2,
  kComOffset = 3,  // and 4, 5
  kStrength = 6,
  kDelay = 7,
  kFirstPush = 8,
  kGains = 1000  // two a dof
};

constexpr int kRoot = 1;  ///< MuJoCo's number of the root body
constexpr double kTurn = 6.28318530717958648;

}  // namespace

Randomise::Randomise(const EnvConfig& config, const SimModel& model, int envs)
    : options_(config.randomise),
      sim_(model),
      actuation_(actuation_of(config)),
      control_dt_(config.control_dt()),
      substeps_(config.substeps()) {
  RandomiseOptions& o = options_;
  mjModel* m = sim_.model.get();
  if (o.added_mass) {
    const double lightest = m->body_mass[kRoot] * (o.mass ? o.mass->low : 1) + o.added_mass->low;
    require(lightest > 0 && m->body_mass[kRoot] > 0, Kind::usage,
            "randomise: added_mass {} leaves nothing of the root body's {:.3g} kg",
            o.added_mass->low, m->body_mass[kRoot]);
  }
  // a centre of mass that moves is not the body's origin, even where the file has it there
  if (o.com_offset && o.com_offset->low == 0 && o.com_offset->high == 0) o.com_offset.reset();
  if (o.com_offset) m->body_sameframe[kRoot] = mjSAMEFRAME_NONE;
  if (o.delays()) {
    const int longest =
        o.delay ? physics_steps(o.delay->high) : static_cast<int>(o.delay_steps->high) * substeps_;
    delay_ = std::make_unique<Delay>(envs, static_cast<int>(m->nu), substeps_, longest);
  }
  if (o.pushes()) pushes_.resize(static_cast<size_t>(envs));
}

void Randomise::attach(mjBatch* batch) {
  batch_ = batch;
  const auto expand = [&](const char* name) {
    Field f;
    f.rows = static_cast<mjtNum*>(mjb_expand(batch, name, &f.width, nullptr));
    require(f.rows != nullptr, Kind::failed, "MuJoCo has no room for {} of each environment", name);
    return f;
  };
  const RandomiseOptions& o = options_;
  if (o.friction) friction_ = expand("geom_friction");
  if (o.mass || o.added_mass) mass_ = expand("body_mass"), inertia_ = expand("body_inertia");
  if (o.com_offset) ipos_ = expand("body_ipos");
  if (o.gains || o.motor_strength) {
    gain_ = expand("actuator_gainprm");
    bias_ = expand("actuator_biasprm");
    force_ = expand("actuator_forcerange");
  }
}

double Randomise::draw(const Scene& s, const Range& range, uint64_t index) const {
  return range.at(
      random_unit(s.seed, kEpisodes | static_cast<uint64_t>(s.env), s.clock->episode, index));
}

int Randomise::physics_steps(double seconds) const {
  return static_cast<int>(std::lround(seconds * substeps_ / control_dt_));
}

void Randomise::start(const Scene& s) {
  resume(s);
  if (!options_.pushes()) return;
  // somewhere in an interval that is under way, so that short episodes are pushed too
  const double share = draw(s, {0, 1}, kFirstPush);
  pushes_[static_cast<size_t>(s.env)] = {static_cast<int32_t>(share * steps_until(s, 0)), 0};
}

void Randomise::resume(const Scene& s) {
  const RandomiseOptions& o = options_;
  if (o.friction) draw_friction(s);
  if (o.body()) draw_body(s);
  if (o.gains || o.motor_strength) draw_motors(s);
  if (o.delay) delay_->start(s.env, physics_steps(draw(s, *o.delay, kDelay)));
  if (o.delay_steps) {
    // whole numbers, both ends included
    const Range whole{o.delay_steps->low, o.delay_steps->high + 1};
    const int steps = static_cast<int>(draw(s, whole, kDelay));
    delay_->start(s.env, steps * substeps_);
  }
}

/// Ground and objects have the drawn friction; a shape of the character has no more than that, since
/// a contact has the larger one of its two shapes.
void Randomise::draw_friction(const Scene& s) {
  const mjModel* m = sim_.model.get();
  const double friction = draw(s, *options_.friction, kFriction);
  const std::span<mjtNum> row = friction_.row(s.env);
  for (int g = 0; g < m->ngeom; ++g) {
    const size_t i = 3 * static_cast<size_t>(g);
    const bool fixed = m->body_weldid[m->geom_bodyid[g]] == 0;
    row[i] = fixed ? friction : std::min(m->geom_friction[i], friction);
  }
}

/// Inertia goes with mass: the same shape, heavier stuff.
void Randomise::draw_body(const Scene& s) {
  const mjModel* m = sim_.model.get();
  const RandomiseOptions& o = options_;
  const double scale = o.mass ? draw(s, *o.mass, kMass) : 1;
  const double added = o.added_mass ? draw(s, *o.added_mass, kAddedMass) : 0;
  if (o.mass || o.added_mass) {
    for (int b = kRoot; b < m->nbody; ++b) {
      if (m->body_rootid[b] != kRoot) continue;
      const size_t i = static_cast<size_t>(b);
      const double mass = m->body_mass[b];
      const double factor = b == kRoot ? scale + added / mass : scale;
      mass_.row(s.env)[i] = factor * mass;
      for (size_t k = 3 * i; k < 3 * i + 3; ++k) {
        inertia_.row(s.env)[k] = factor * m->body_inertia[k];
      }
    }
  }
  for (uint64_t k = 0; o.com_offset && k < 3; ++k) {
    const size_t i = 3 * kRoot + k;
    ipos_.row(s.env)[i] = m->body_ipos[i] + draw(s, *o.com_offset, kComOffset + k);
  }
}

/// The strength scales gain, bias and limit, and so the torque after its limit.
void Randomise::draw_motors(const Scene& s) {
  const mjModel* m = sim_.model.get();
  const RandomiseOptions& o = options_;
  const double strength = o.motor_strength ? draw(s, *o.motor_strength, kStrength) : 1;
  for (int k = 0; k < m->nu; ++k) {
    const uint64_t index = kGains + 2 * static_cast<uint64_t>(k);
    const double kp = o.gains ? draw(s, *o.gains, index) : 1;
    const double kd = o.gains ? draw(s, *o.gains, index + 1) : 1;
    // a motor's bias holds gains for a PD whose output it scales as a whole
    const double bias = actuation_ == Actuation::torque ? 1 : strength;
    const double gain = actuation_ == Actuation::position   ? kp
                        : actuation_ == Actuation::velocity ? kd
                                                            : 1;
    const size_t g = static_cast<size_t>(mjNGAIN * k), b = static_cast<size_t>(mjNBIAS * k);
    gain_.row(s.env)[g] = m->actuator_gainprm[g] * gain * strength;
    bias_.row(s.env)[b + 1] = m->actuator_biasprm[b + 1] * kp * bias;
    bias_.row(s.env)[b + 2] = m->actuator_biasprm[b + 2] * kd * bias;
    for (size_t i = 2 * static_cast<size_t>(k); i < 2 * static_cast<size_t>(k) + 2; ++i) {
      force_.row(s.env)[i] = m->actuator_forcerange[i] * strength;
    }
  }
}

void Randomise::settle(std::span<const int> envs) {
  if (options_.body() && !envs.empty()) {
    mjb_setConst(batch_, envs.data(), static_cast<int>(envs.size()));
  }
}

/// Control steps of interval number `push` of this episode.
int Randomise::steps_until(const Scene& s, uint64_t push) const {
  const double u =
      random_unit(s.seed, kPushes | static_cast<uint64_t>(s.env), s.clock->episode, 3 * push);
  return std::max(1, static_cast<int>(std::lround(options_.push_interval->at(u) / control_dt_)));
}

bool Randomise::push(const Scene& s) {
  if (!options_.pushes()) return false;
  PushClock& clock = pushes_[static_cast<size_t>(s.env)];
  if (s.clock->step < clock.next) return false;
  const uint64_t n = static_cast<uint64_t>(clock.count++);
  clock.next = s.clock->step + steps_until(s, n + 1);
  double u[2];
  for (uint64_t k = 0; k < 2; ++k) {
    u[k] = random_unit(s.seed, kPushes | static_cast<uint64_t>(s.env), s.clock->episode,
                       3 * n + 1 + k);
  }
  mjtNum* velocity = s.d->qvel;
  const auto add = [&](mjtNum* to, double size) {
    to[0] += size * std::cos(kTurn * u[1]);
    to[1] += size * std::sin(kTurn * u[1]);
  };
  const RandomiseOptions& o = options_;
  if (o.push_velocity_xy) {
    for (size_t k = 0; k < 2; ++k) velocity[k] = o.push_velocity_xy->at(u[k]);
  } else if (o.push_velocity) {
    add(velocity, o.push_velocity->at(u[0]));
  } else {
    add(s.d->xfrc_applied + 6 * kRoot, o.push_impulse->at(u[0]) / control_dt_);
  }
  return o.push_impulse.has_value();
}

std::vector<std::span<std::byte>> Randomise::state() {
  std::vector<std::span<std::byte>> out{std::as_writable_bytes(std::span(pushes_))};
  if (delay_) {
    out.push_back(delay_->commands());
    out.push_back(delay_->heads());
  }
  return out;
}

}  // namespace motus::sim
