#pragma once
// Errors of measurement, as functions of seed, environment, episode, step and term: a policy and a
// critic that look at the same term see the same error.
#include <cstdint>

#include "sim/random.h"
#include "sim/scene.h"

namespace motus::sim {

struct Noise {
  float size = 0;         ///< half width, or standard deviation; in the unit of what is seen
  bool gaussian = false;  ///< normal instead of uniform
  uint64_t term = 0;      ///< which measurement
};

/// Adds an error to each number of [out, end).
inline void add_noise(const Noise& noise, const Scene& s, float* out, const float* end) {
  constexpr uint64_t kStreams = 1ull << 60;  // beside those of starts, tasks and randomise.cpp
  const uint64_t stream = kStreams | static_cast<uint64_t>(s.env);
  const uint64_t moment = s.clock->episode << 32 | static_cast<uint32_t>(s.clock->step);
  for (uint64_t i = noise.term << 32; out != end; ++out, i += 2) {
    const double u = random_unit(s.seed, stream, moment, i);
    const double unit =
        noise.gaussian ? random_normal(u, random_unit(s.seed, stream, moment, i + 1)) : 2 * u - 1;
    *out += noise.size * static_cast<float>(unit);
  }
}

}  // namespace motus::sim
