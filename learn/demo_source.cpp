#include "learn/demo_source.h"

#include <algorithm>

namespace motus::learn {

namespace {
constexpr int64_t kChunk = 4096;  ///< rows drawn at a time
}

DemoSource::DemoSource(const AgentConfig& config, int width, uint64_t seed)
    : width_(width),
      capacity_(config.demo_buffer_size),
      refresh_(config.demo_refresh),
      replacement_(config.disc_replacement),
      ring_(std::max<int64_t>(capacity_, 1), width),
      rng_(seed, 50) {}

void DemoSource::preload(sim::VecEnv& env) {
  for (int64_t left = capacity_; left > 0; left -= std::min(left, kChunk)) {
    const int64_t n = std::min(left, kChunk);
    fresh_.resize(static_cast<size_t>(n * width_));
    env.sample_demo(static_cast<int>(n), fresh_);
    ring_.push(fresh_, n, -1, rng_);
  }
}

void DemoSource::fill(sim::VecEnv& env, std::span<float> out) {
  if (capacity_ == 0) {
    env.sample_demo(static_cast<int>(out.size() / static_cast<size_t>(width_)), out);
    return;
  }
  if (refresh_ > 0) {
    fresh_.resize(static_cast<size_t>(refresh_ * width_));
    env.sample_demo(static_cast<int>(refresh_), fresh_);
    ring_.push(fresh_, refresh_, -1, rng_);
  }
  ring_.sample(out, replacement_, rng_);
}

void DemoSource::save(Archive& a) const {
  if (capacity_ == 0) return;
  a.put<uint64_t>("rng.demo", rng_.state());
  if (refresh_ > 0) {
    ring_.save(a, "demo");
  } else {
    ring_.save_order(a, "demo");
  }
}

void DemoSource::load(const Archive& a) {
  if (capacity_ == 0) return;
  a.get<uint64_t>("rng.demo", rng_.state());
  if (refresh_ > 0) {
    ring_.load(a, "demo");
  } else {
    ring_.load_order(a, "demo");
  }
}

}  // namespace motus::learn
