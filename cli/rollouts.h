#pragma once
// Test episodes of a policy as clips: what is judged, compared and exported.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cli/run_config.h"
#include "learn/agent.h"
#include "motion/judge.h"

namespace motus::cli {

/// Poses, one a control step, as a clip of a robot's skeleton.
Clip clip_of(std::span<const sim::Pose> poses, const SkeletonPtr& skeleton, double fps,
             const std::string& name);

/// The first `episodes` test episodes with the mean action, the same number from every environment
/// (rounded up), so that short ones are not favoured. Leaves the environments in test mode.
std::vector<Rollout> roll_out(sim::VecEnv& env, learn::Agent& agent, const SkeletonPtr& skeleton,
                              int episodes);

/// Style rewards of a second of the policy in all environments, and of as many moments of the clips.
void sample_styles(sim::VecEnv& env, learn::Agent& agent, std::vector<float>& policy,
                   std::vector<float>& clips);

/// The robot behind a model file: with its roles and feet where a robot.yaml lies beside it.
Robot robot_of(const std::filesystem::path& model);

}  // namespace motus::cli
