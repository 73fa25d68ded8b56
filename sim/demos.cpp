#include "sim/demos.h"

#include <algorithm>

#include "sim/random.h"

namespace motus::sim {

namespace {
constexpr uint64_t kStream = ~0ull;  ///< no environment has this number
}

Demos::Demos(const Reference& reference, const Options& options)
    : reference_(reference),
      options_(options),
      width_(features_width(reference.anatomy().layout, options.features.view()) * options.steps) {
  if (options.table > 0) build_table();
}

std::pair<int, double> Demos::draw(uint64_t stream, uint64_t counter) const {
  const double u = random_unit(options_.seed, stream, counter, 0);
  if (tabled()) {
    const size_t i = static_cast<size_t>(u * static_cast<double>(times_.size()));
    return {motions_[i], times_[i]};
  }
  const MotionSampler& s = reference_.sampler();
  const int motion = s.pick(u);
  if (!options_.random) return {motion, 0.0};
  return {motion, random_unit(options_.seed, stream, counter, 1) * s.length(motion)};
}

void Demos::observe(int motion, double time, Reference::Scratch& s, float* window,
                    float* out) const {
  reference_.window(motion, time, options_.steps, options_.dt, s, window);
  see(window, options_.steps - 1, out);
}

double Demos::random(uint64_t stream, uint64_t counter, uint64_t index) const {
  return random_unit(options_.seed, stream, counter, index);
}

void Demos::see(const float* ring, int head, float* out) const {
  write_window(reference_.anatomy().layout, options_.features.view(), ring, options_.steps, head,
               options_.newest_first, out);
}

void Demos::row(uint64_t counter, Reference::Scratch& s, float* window, float* out) const {
  if (tabled()) {
    const double u = random_unit(options_.seed, kStream, counter, 0);
    const size_t i = static_cast<size_t>(u * static_cast<double>(times_.size()));
    std::copy_n(&rows_[i * static_cast<size_t>(width_)], width_, out);
    return;
  }
  const auto [motion, time] = draw(kStream, counter);
  observe(motion, time, s, window, out);
}

/// Stratified: rows are shared out among the clips by weight, and a clip's rows are its evenly
/// spaced moments.
void Demos::build_table() {
  const MotionSampler& s = reference_.sampler();
  const int rows = options_.table;
  std::vector<int> motions, count(static_cast<size_t>(s.motions()), 0);
  for (int i = 0; i < rows; ++i) {
    motions.push_back(s.pick((i + 0.5) / rows));
    ++count[static_cast<size_t>(motions.back())];
  }
  std::vector<double> times;
  std::vector<int> done(count.size(), 0);
  std::vector<float> observations(static_cast<size_t>(rows) * static_cast<size_t>(width_));
  std::vector<float> window(
      static_cast<size_t>(options_.steps * reference_.anatomy().layout.size()));
  Reference::Scratch scratch;
  for (int i = 0; i < rows; ++i) {
    const int motion = motions[static_cast<size_t>(i)];
    const size_t m = static_cast<size_t>(motion);
    const double at = (done[m]++ + 0.5) / count[m];
    times.push_back(options_.random ? at * s.length(motion) : 0.0);
    observe(motion, times.back(), scratch, window.data(),
            &observations[static_cast<size_t>(i) * static_cast<size_t>(width_)]);
  }
  motions_ = std::move(motions), times_ = std::move(times), rows_ = std::move(observations);
}

}  // namespace motus::sim
