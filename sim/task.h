#pragma once
// What a character is asked to do besides moving like the clips: its targets, what it sees of them,
// its reward, and what counts as failing. A task is a class in a file of its own and a line in the
// table of task.cpp; formulas are inline functions over plain floats (sim/task_terms.h).
//
// One object serves all environments, from several threads at once: what belongs to one environment
// lies in arrays by its number, and state() shows them all so that a saved run goes on exactly.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/env_config.h"
#include "sim/scene.h"
#include "sim/vec_env.h"

namespace motus::sim {

class Task {
 public:
  virtual ~Task() = default;

  /// Width of observe().
  virtual int obs_size() const { return 0; }

  // in the order of a control step
  /// An episode begins at this moment.
  virtual void start(Scene&) {}
  /// A control step has led to this moment, of which nothing has been seen yet.
  virtual void update(Scene&) {}
  /// Writes obs_size() numbers and returns their end.
  virtual float* observe(Scene&, float* out) const { return out; }
  /// Of the step that led to this moment.
  virtual float reward(Scene&) const { return 0; }
  /// This moment ends the episode as a failure.
  virtual bool failed(Scene&) const { return false; }

  /// What a viewer draws for environment `env`, whose root is at `root` and has this heading, rad.
  virtual std::vector<Marker> markers(int /*env*/, const Vec3& /*root*/, double /*heading*/) const {
    return {};
  }
  /// From the next start or step on, targets follow this velocity. False if none can.
  virtual bool command(const Command&) { return false; }

  /// How fast environment `env` is asked to go, m/s; nothing where that is up to the clip.
  virtual std::optional<double> asked_speed(int /*env*/) const { return {}; }

  /// The diagnostics have a column for its reward.
  virtual bool rewarded() const { return true; }
  /// All that changes, as bytes.
  virtual std::span<std::byte> state() { return {}; }
};

/// The task of a configuration for `envs` environments.
std::unique_ptr<Task> make_task(const EnvConfig& config, int envs);

/// Uniform in [0, 1): number `index` of the task's draw that `clock.draws` counts.
float task_random(const Scene& scene, uint64_t index);

}  // namespace motus::sim
