#pragma once
// What amp-train shows of a policy: films, pages, BVH files, a window.
#include "cli/training.h"

namespace motus::learn {
class Agent;
}

namespace motus::cli {

/// Where the film of a rollout goes: what --video (or --capture_video, the Isaac Gym examples' name)
/// names, rollout.mp4 in the run's folder where it just says true, empty where it says false or
/// nothing. Throws Error(usage) for a name that is no film's.
std::string film_path(const TrainFlags& flags);

/// Rolls one test environment out under `agent` (null: actions of zero) and writes what --video and
/// --export_bvh ask for; nothing where they ask for nothing.
void write_rollout(const TrainFlags& flags, const RunConfig& config, const World& world,
                   learn::Agent* agent);

/// --mode visualize: a film where one is asked for, else a window.
int visualize_run(const TrainFlags& flags, const RunConfig& config);

}  // namespace motus::cli
