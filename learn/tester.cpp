#include "learn/tester.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace motus::learn {

int64_t episode_steps(const sim::EnvSpec& spec) {
  return std::llround(spec.episode_length / spec.control_dt);
}

double forward_speed(const sim::Pose& p) {
  const double w = p.root_rot[0], x = p.root_rot[1], y = p.root_rot[2], z = p.root_rot[3];
  // the body's x axis on the ground
  const double hx = 1 - 2 * (y * y + z * z), hy = 2 * (x * y + w * z);
  const double n = std::hypot(hx, hy);
  return n > 1e-9 ? (p.root_vel[0] * hx + p.root_vel[1] * hy) / n : 0;
}

TestResult run_test(sim::VecEnv& env, Agent& agent, int64_t episodes,
                    const std::function<bool()>& stop, EpisodeLog* log) {
  struct Runner {
    int64_t finished = 0, length = 0;
    double reward = 0, start[2] = {0, 0}, last[2] = {0, 0};
    std::vector<sim::Pose> poses;
  };
  const auto count = static_cast<size_t>(env.spec().envs);
  const int64_t each = (episodes + env.spec().envs - 1) / env.spec().envs;
  std::vector<Runner> runners(count);
  std::vector<float> actions(count * static_cast<size_t>(env.spec().actions));
  TestResult r;
  double speed = 0, net = 0;
  int64_t steps = 0;
  const auto begin = [&](size_t e) {
    const sim::Pose p = env.pose(static_cast<int>(e));
    for (int i = 0; i < 2; ++i) runners[e].start[i] = runners[e].last[i] = p.root_pos[i];
    runners[e].length = 0;
    runners[e].reward = 0;
    if (log) runners[e].poses = {p};
  };
  env.set_test(true);
  env.reset();
  for (size_t e = 0; e < count; ++e) begin(e);
  for (size_t busy = count; busy > 0;) {
    agent.act(env.obs(), actions);
    env.step(actions);
    for (size_t e = 0; e < count; ++e) {
      Runner& u = runners[e];
      if (u.finished == each) continue;
      ++u.length;
      u.reward += env.rewards()[e];
      if (env.done()[e] == sim::Done::no) {
        const sim::Pose p = env.pose(static_cast<int>(e));
        speed += forward_speed(p);
        ++steps;
        for (int i = 0; i < 2; ++i) u.last[i] = p.root_pos[i];
        if (log) u.poses.push_back(p);
        continue;
      }
      if (log && log->episodes.size() < log->most) {
        log->episodes.push_back({std::move(u.poses), env.done()[e] == sim::Done::fail, u.reward});
      }
      r.mean_return += u.reward;
      r.mean_length += static_cast<double>(u.length);
      net += std::hypot(u.last[0] - u.start[0], u.last[1] - u.start[1]);
      ++r.episodes;
      if (++u.finished == each) {
        --busy;
      } else {
        begin(e);
      }
    }
    if (stop && stop()) break;
  }
  env.set_test(false);
  env.reset();
  const double n = static_cast<double>(std::max<int64_t>(r.episodes, 1));
  const double time = r.mean_length * env.spec().control_dt;
  r.net_speed = time > 0 ? net / time : 0;
  r.mean_return /= n;
  r.mean_length /= n;
  r.length_ratio = r.mean_length / static_cast<double>(episode_steps(env.spec()));
  r.forward_speed = steps > 0 ? speed / static_cast<double>(steps) : 0;
  return r;
}

}  // namespace motus::learn
