#pragma once
// Test episodes with the deterministic policy, and what a policy is judged by.
//
// Every environment runs the same number of episodes, ceil(n / E), and only those count: counting
// whatever ends first would favour short ones.
#include <cstdint>
#include <functional>
#include <vector>

#include "learn/agent.h"
#include "sim/vec_env.h"

namespace motus::learn {

struct TestResult {
  double mean_return = 0;    ///< of the task reward
  double mean_length = 0;    ///< control steps
  double length_ratio = 0;   ///< of the longest episode possible
  double forward_speed = 0;  ///< m/s along the heading, mean over counted steps
  double net_speed = 0;      ///< m/s, first to last position of an episode: circles score low
  int64_t episodes = 0;
};

/// A test episode as it went, for a closer look.
struct TestEpisode {
  std::vector<sim::Pose> poses;  ///< one a control step; the last one is lost to the reset
  bool fell = false;
  double task_return = 0;
};

/// The first `most` episodes that end, in that order.
struct EpisodeLog {
  size_t most = 0;
  std::vector<TestEpisode> episodes = {};
};

/// Control steps of a full episode.
int64_t episode_steps(const sim::EnvSpec& spec);

/// Forward speed of a pose: the root's velocity along its heading, m/s.
double forward_speed(const sim::Pose& pose);

/// Leaves the environments reset and out of test mode. `stop` is asked after each step; a stopped
/// test returns what it has. Fills `log`, if there is one.
TestResult run_test(sim::VecEnv& env, Agent& agent, int64_t episodes,
                    const std::function<bool()>& stop = {}, EpisodeLog* log = nullptr);

}  // namespace motus::learn
