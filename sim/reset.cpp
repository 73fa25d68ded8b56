#include "sim/reset.h"

#include <algorithm>
#include <iterator>

#include "motion/error.h"

namespace motus::sim {

namespace {

struct Mode {
  const char* name;
  bool random;   ///< a clip's moment is drawn; otherwise its first
  bool in_turn;  ///< environment e starts in clip e, round and round; otherwise by weight
  /// Share of episodes that start in the default pose.
  double (*rest_share)(const EnvConfig& c);
};

/// All of them; a new one is a line here.
constexpr Mode kModes[] = {
    {"random", true, false, [](const EnvConfig&) { return 0.0; }},
    {"start", false, false, [](const EnvConfig&) { return 0.0; }},
    {"default", true, false, [](const EnvConfig&) { return 1.0; }},
    {"in_turn", false, true, [](const EnvConfig&) { return 0.0; }},
    {"hybrid", true, false, [](const EnvConfig& c) { return c.reset_default_share; }},
};

const Mode& mode_of(const EnvConfig& c) {
  return *std::find_if(std::begin(kModes), std::end(kModes),
                       [&](const Mode& m) { return c.reset_mode == m.name; });
}

constexpr uint64_t kRestDraw = 2;  ///< beside motion and time, which Demos draws

}  // namespace

Starts::Starts(const EnvConfig& config, const Reference& reference, const Demos& demos)
    : reference_(reference),
      demos_(demos),
      pose_(config.init_pose),
      random_(mode_of(config).random),
      in_turn_(mode_of(config).in_turn),
      rest_share_(mode_of(config).rest_share(config)) {
  require(rest_share_ == 0 || !pose_.empty(), Kind::usage,
          "reset_mode {} starts in the default pose: init_pose must tell it", config.reset_mode);
}

Starts::Start Starts::draw(uint64_t env, uint64_t counter) const {
  const auto [motion, time] = demos_.draw(env, counter);
  const bool rest = rest_share_ > 0 && demos_.random(env, counter, kRestDraw) < rest_share_;
  const int clips = reference_.sampler().motions();
  return {in_turn_ ? static_cast<int>(env % static_cast<uint64_t>(clips)) : motion,
          random_ ? time : 0.0, !rest};
}

void Starts::place(const Start& start, int steps, double dt, Reference::Scratch& s,
                   float* window) const {
  if (start.from_clip) {
    reference_.window(start.motion, start.time, steps, dt, s, window);
    return;
  }
  reference_.rest(pose_.data(), pose_.data() + 6, s);
  reference_.take(s, window);
  const size_t size = static_cast<size_t>(reference_.anatomy().layout.size());
  for (int i = 1; i < steps; ++i) std::copy_n(window, size, window + static_cast<size_t>(i) * size);
}

std::vector<std::string> reset_modes() {
  std::vector<std::string> out;
  for (const Mode& m : kModes) out.emplace_back(m.name);
  return out;
}

}  // namespace motus::sim
