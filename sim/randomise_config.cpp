// The block `randomise` of an environment's YAML.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/config_read.h"
#include "sim/observation.h"

namespace motus::sim {

namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

struct Key {
  const char* name;
  std::optional<Range> RandomiseOptions::* range;
  double least;
  bool open;  ///< `least` itself is not allowed
};

/// All ranges; a new one is a line here.
constexpr Key kKeys[] = {
    {"friction", &RandomiseOptions::friction, 0, false},
    {"mass", &RandomiseOptions::mass, 0, true},
    {"added_mass", &RandomiseOptions::added_mass, -kAny, true},
    {"com_offset", &RandomiseOptions::com_offset, -kAny, true},
    {"gains", &RandomiseOptions::gains, 0, true},
    {"motor_strength", &RandomiseOptions::motor_strength, 0, true},
    {"delay", &RandomiseOptions::delay, 0, false},
    {"delay_steps", &RandomiseOptions::delay_steps, 0, false},
    {"push_interval", &RandomiseOptions::push_interval, 0, true},
    {"push_velocity", &RandomiseOptions::push_velocity, 0, false},
    {"push_velocity_xy", &RandomiseOptions::push_velocity_xy, -kAny, true},
    {"push_impulse", &RandomiseOptions::push_impulse, 0, false},
};

/// [lowest, highest], or one number for both.
Range read_range(const Config& c, const Key& key) {
  const bool one = !c.node(key.name).IsSequence();
  const auto v =
      one ? std::vector<double>(2, c.get<double>(key.name)) : c.get<std::vector<double>>(key.name);
  const std::string place = fmt::format("{}: {}", line_of(c, key.name), key.name);
  require(v.size() == 2, Kind::usage, "{} must be [lowest, highest], found {} numbers", place,
          v.size());
  require(std::isfinite(v[0]) && std::isfinite(v[1]), Kind::usage,
          "{} must be finite, found [{}, {}]", place, v[0], v[1]);
  require(v[0] <= v[1], Kind::usage, "{} must be [lowest, highest], found [{}, {}]", place, v[0],
          v[1]);
  require(v[0] > key.least || (!key.open && v[0] == key.least), Kind::usage,
          "{} must {} {}, found {}", place, key.open ? "be larger than" : "not be less than",
          key.least, v[0]);
  return {v[0], v[1]};
}

/// noise: {term: 0.1} is uniform, {term: {gaussian: 0.1}} is normal.
void read_noise(const Config& c, RandomiseOptions& o) {
  const Config list = c.child("noise");
  const std::vector<std::string> known = observation_names();
  for (const std::string& term : list.keys()) {
    if (std::find(known.begin(), known.end(), term) == known.end()) {
      throw Error(Kind::usage, fmt::format("{}: there is no term '{}'", line_of(list, term), term),
                  did_you_mean(term, known));
    }
    TermNoise noise{.term = term};
    noise.gaussian = list.node(term).IsMap();
    noise.size = noise.gaussian ? list.child(term).get<double>("gaussian") : list.get<double>(term);
    not_negative(list, term, noise.size);
    o.noise.push_back(noise);
  }
  o.critic_noise = c.get("critic_noise", false);
}

void check_delay(const Config& c, const EnvConfig& e) {
  const RandomiseOptions& o = e.randomise;
  require(!o.delay || !o.delay_steps, Kind::usage,
          "{}: delay is in seconds, delay_steps in control steps: only one of them can be",
          line_of(c, "delay_steps"));
  if (o.delay_steps) {
    for (const double end : {o.delay_steps->low, o.delay_steps->high}) {
      require(end == std::floor(end), Kind::usage, "{}: delay_steps must be whole, found {}",
              line_of(c, "delay_steps"), end);
    }
    require(o.delay_steps->high <= kLongestDelay, Kind::usage,
            "{}: delay_steps {} is more than {} control steps", line_of(c, "delay_steps"),
            o.delay_steps->high, kLongestDelay);
  }
  require(!o.delay || o.delay->high <= kLongestDelay * e.control_dt(), Kind::usage,
          "{}: delay {} s is more than {} control steps ({:.3g} s)", line_of(c, "delay"),
          o.delay->high, kLongestDelay, kLongestDelay * e.control_dt());
}

void check_pushes(const Config& c, const RandomiseOptions& o) {
  const int kinds = static_cast<int>(o.push_velocity.has_value()) +
                    static_cast<int>(o.push_velocity_xy.has_value()) +
                    static_cast<int>(o.push_impulse.has_value());
  require(kinds <= 1, Kind::usage,
          "{}: push_velocity, push_velocity_xy and push_impulse are three ways to push: only one "
          "of them can be",
          c.place());
  require((kinds == 1) == o.pushes(), Kind::usage, "{}: {}", c.place(),
          o.pushes() ? "push_interval needs a push_velocity, push_velocity_xy or push_impulse"
                     : "pushes need a push_interval, in s");
}

}  // namespace

void read_randomise(const Config& c, EnvConfig& out) {
  const Config block = c.child("randomise");
  for (const Key& key : kKeys) {
    if (block.has(key.name)) out.randomise.*key.range = read_range(block, key);
  }
  read_noise(block, out.randomise);
  check_delay(block, out);
  check_pushes(block, out.randomise);
}

}  // namespace motus::sim
