#pragma once
// Plain mj_step loops from given states, for benchmarks to measure environments and trainings by.
#include <mujoco/mujoco.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <thread>
#include <vector>

#include "sim/character_env.h"

namespace motus::sim {

template <typename F>
double timed(const F& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + std::ssize(v) / 2, v.end());
  return v[v.size() / 2];
}

/// Appends what `env` is about to step from: a row of mjSTATE_INTEGRATION for each robot, the targets of
/// `actions` in it.
inline void append_states(CharacterEnv& env, std::span<const float> actions,
                          std::vector<mjtNum>& rows) {
  int ctrl_size = 0;
  const EnvSpec& spec = env.spec();
  const mjtNum* const state = mjb_state(env.batch());
  const auto width = static_cast<size_t>(mjb_nstate(env.batch()));
  const auto ctrl =
      static_cast<size_t>(mjb_stateComponent(env.batch(), mjSTATE_CTRL, &ctrl_size) - state);
  const auto robots = static_cast<size_t>(spec.envs), acts = static_cast<size_t>(spec.actions);
  const size_t first = rows.size();
  rows.insert(rows.end(), state, state + width * robots);
  for (size_t e = 0; e < robots; ++e) {
    for (size_t k = 0; k < acts; ++k) {
      rows[first + e * width + ctrl + k] =
          actions[e * acts + k] * spec.action_scale[k] + spec.action_centre[k];
    }
  }
}

/// Each thread owns one mjData and every n-th row.
class PlainPhysics {
 public:
  PlainPhysics(const mjModel* model, int threads) : model_(model) {
    for (int t = 0; t < threads; ++t) data_.emplace_back(mj_makeData(model));
  }
  void run(const std::vector<mjtNum>& rows, size_t width, int substeps) {
    const auto work = [&](size_t t) {
      for (size_t r = t; r < rows.size() / width; r += data_.size()) {
        mj_setState(model_, data_[t].get(), &rows[r * width], mjSTATE_INTEGRATION);
        for (int s = 0; s < substeps; ++s) mj_step(model_, data_[t].get());
      }
    };
    std::vector<std::thread> others;
    for (size_t t = 1; t < data_.size(); ++t) others.emplace_back(work, t);
    work(0);
    for (std::thread& t : others) t.join();
  }

 private:
  const mjModel* model_;
  std::vector<DataPtr> data_;
};

}  // namespace motus::sim
