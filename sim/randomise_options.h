#pragma once
// What is drawn anew for every episode of an environment so that a policy does not lean on one exact
// robot and one exact floor, and what disturbs it. No MuJoCo types. Keys and units are those of the
// block `randomise` (docs/environments.md).
#include <optional>
#include <string>
#include <vector>

namespace motus::sim {

/// Draws are uniform between the two; equal ends make a fixed value.
struct Range {
  double low = 0, high = 0;
  double at(double unit) const { return low + unit * (high - low); }
};

/// Error of one measured term of an observation, in the term's own unit, before its scale.
struct TermNoise {
  std::string term;
  double size = 0;        ///< half width of a uniform error, or standard deviation
  bool gaussian = false;  ///< normal instead of uniform
};

struct RandomiseOptions {
  std::optional<Range> friction;          ///< sliding friction against the ground
  std::optional<Range> mass;              ///< factor of all bodies' masses
  std::optional<Range> added_mass;        ///< kg on the root body
  std::optional<Range> com_offset;        ///< m, each axis of the root body's centre of mass
  std::optional<Range> gains;             ///< factor of each kp and each kd
  std::optional<Range> motor_strength;    ///< factor of all torques, after their limits
  std::optional<Range> delay;             ///< s from a policy's action to the motors
  std::optional<Range> delay_steps;       ///< the same in whole control steps
  std::optional<Range> push_interval;     ///< s from one push to the next
  std::optional<Range> push_velocity;     ///< m/s, a jump of the root in a drawn direction
  std::optional<Range> push_velocity_xy;  ///< m/s, what the root's vx and vy are set to
  std::optional<Range> push_impulse;      ///< N s at the root's centre of mass, over a control step
  std::vector<TermNoise> noise;
  bool critic_noise = false;  ///< the critic's terms have the same errors

  bool body() const { return mass || added_mass || com_offset; }
  bool any() const { return friction || body() || gains || motor_strength || delays() || pushes(); }
  bool pushes() const { return push_interval.has_value(); }
  bool delays() const { return delay || delay_steps; }
};

/// A longer delay than this many control steps is refused.
constexpr int kLongestDelay = 32;

}  // namespace motus::sim
