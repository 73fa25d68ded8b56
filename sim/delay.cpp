#include "sim/delay.h"

#include <algorithm>

namespace motus::sim {

Delay::Delay(int envs, int width, int substeps, int longest)
    : width_(static_cast<size_t>(width)),
      substeps_(substeps),
      depth_(1 + (longest + substeps - 1) / substeps),
      commands_(static_cast<size_t>(envs) * static_cast<size_t>(depth_) * width_),
      heads_(static_cast<size_t>(envs)),
      delays_(static_cast<size_t>(envs)) {}

size_t Delay::slot(int env, int place) const {
  return (static_cast<size_t>(env) * static_cast<size_t>(depth_) + static_cast<size_t>(place)) *
         width_;
}

void Delay::fill(int env, const double* command) {
  for (int place = 0; place < depth_; ++place) {
    std::copy_n(command, width_, &commands_[slot(env, place)]);
  }
}

void Delay::give(int env, const double* command) {
  int32_t& head = heads_[static_cast<size_t>(env)];
  head = head + 1 < depth_ ? head + 1 : 0;
  std::copy_n(command, width_, &commands_[slot(env, head)]);
}

const double* Delay::heard(int env, int substep) const {
  // the newest command that is at least `delay` physics steps old
  const int late = std::max(0, delays_[static_cast<size_t>(env)] - substep);
  const int place = heads_[static_cast<size_t>(env)] - (late + substeps_ - 1) / substeps_;
  return &commands_[slot(env, place >= 0 ? place : place + depth_)];
}

}  // namespace motus::sim
