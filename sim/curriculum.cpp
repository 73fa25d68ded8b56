#include "sim/curriculum.h"

#include <algorithm>

#include "sim/random.h"

namespace motus::sim {

namespace {

constexpr uint64_t kStreams = 3ull << 61;  ///< beside the streams of starts and tasks

int drawn(int levels, double u) {
  return std::min(levels - 1, static_cast<int>(u * levels));
}

}  // namespace

int next_level(int level, int levels, double tile, const Walk& walk, double u) {
  if (walk.distance > tile / 2) {
    return level + 1 < levels ? level + 1 : drawn(levels, u);
  }
  return walk.distance < walk.asked * walk.seconds / 2 ? std::max(0, level - 1) : level;
}

Curriculum::Curriculum(const TerrainOptions& options, int envs, uint64_t seed)
    : options_(options), seed_(seed), posts_(static_cast<size_t>(envs)) {
  const int lowest = std::min(options.levels, options.start_levels);
  for (int e = 0; e < envs; ++e) {
    post(e).column = e % static_cast<int>(options.columns.size());
    post(e).level = drawn(lowest, random(e, ~0ull));
  }
}

double Curriculum::random(int env, uint64_t counter) const {
  return random_unit(seed_, kStreams | static_cast<uint64_t>(env), counter, 0);
}

void Curriculum::finish(int env, const Walk& walk, uint64_t counter) {
  Post& p = post(env);
  p.level = next_level(p.level, options_.levels, options_.tile, walk, random(env, counter));
}

void Curriculum::draw(int env, uint64_t counter) {
  post(env).level = drawn(options_.levels, random(env, counter));
}

double Curriculum::mean_level() const {
  double sum = 0;
  for (const Post& p : posts_) sum += p.level;
  return sum / static_cast<double>(std::max<size_t>(posts_.size(), 1));
}

}  // namespace motus::sim
