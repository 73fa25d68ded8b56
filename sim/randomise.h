#pragma once
// Draws a robot, a floor and its disturbances for each episode: model fields of MuJoCo's batch that
// have a value a simulation, the delay of actions, pushes. A draw is a function of seed, environment
// and episode, so a saved state needs none of the values. Internal to sim/ (MuJoCo types).
//
// One object serves all environments, from several threads at once. Values that are drawn at an
// episode's start hold from its first physics step on.
#include <mujoco/mujoco.h>
// mjbatch.h stands on the types of mujoco.h
#include <mujoco/mjbatch.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/delay.h"
#include "sim/env_config.h"
#include "sim/model.h"
#include "sim/scene.h"

namespace motus::sim {

class Randomise {
 public:
  /// Throws Error(usage) for masses that could become negative. May change flags of the model, so it
  /// stands before the batch is made of it.
  Randomise(const EnvConfig& config, const SimModel& model, int envs);
  /// Gives the batch's simulations their own values.
  void attach(mjBatch* batch);

  /// The episode that s.clock counts begins.
  void start(const Scene& s);
  /// The same for an episode under way: of start() what state() does not hold.
  void resume(const Scene& s);
  /// What follows from masses is computed anew for these environments: once after start() or
  /// resume(), not while the batch is at work.
  void settle(std::span<const int> envs);
  /// Before a control step: pushes if it is time. True if the push is a force, which holds during
  /// the step and is the caller's to take away.
  bool push(const Scene& s);

  /// Null if nothing is delayed.
  Delay* delay() { return delay_.get(); }

  /// All that changes and does not follow from seed and episode.
  std::vector<std::span<std::byte>> state();

 private:
  /// A model field with a row for every simulation.
  struct Field {
    mjtNum* rows = nullptr;
    int width = 0;
    std::span<mjtNum> row(int env) const {
      return {rows + static_cast<size_t>(env) * static_cast<size_t>(width),
              static_cast<size_t>(width)};
    }
  };
  struct PushClock {
    int32_t next = 0;   ///< control step before which the next push comes
    int32_t count = 0;  ///< of this episode
  };
  double draw(const Scene& s, const Range& range, uint64_t index) const;
  void draw_body(const Scene& s);
  void draw_motors(const Scene& s);
  void draw_friction(const Scene& s);
  int physics_steps(double seconds) const;
  int steps_until(const Scene& s, uint64_t push) const;

  RandomiseOptions options_;
  const SimModel& sim_;
  Actuation actuation_;
  double control_dt_;
  int substeps_;
  mjBatch* batch_ = nullptr;
  Field mass_, inertia_, ipos_, gain_, bias_, force_, friction_;
  std::unique_ptr<Delay> delay_;
  std::vector<PushClock> pushes_;  ///< (E)
};

}  // namespace motus::sim
