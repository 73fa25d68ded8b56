#include "cli/rollouts.h"

#include <cmath>
#include <utility>

#include "formats/mjcf.h"
#include "learn/tester.h"
#include "motion/error.h"

namespace motus::cli {

namespace fs = std::filesystem;

Clip clip_of(std::span<const sim::Pose> poses, const SkeletonPtr& skeleton, double fps,
             const std::string& name) {
  const auto frames = static_cast<Eigen::Index>(poses.size());
  Clip c;
  c.name = name;
  c.skeleton = skeleton;
  c.fps = fps;
  c.root_pos.resize(frames, 3);
  c.root_rot.resize(frames, 4);
  c.dof_pos.resize(frames, skeleton->dof_count());
  for (Eigen::Index f = 0; f < frames; ++f) {
    const sim::Pose& p = poses[static_cast<size_t>(f)];
    for (int i = 0; i < 3; ++i) c.root_pos(f, i) = p.root_pos[i];
    for (int i = 0; i < 4; ++i) c.root_rot(f, i) = p.root_rot[i];
    for (int i = 0; i < skeleton->dof_count(); ++i) {
      c.dof_pos(f, i) = p.dof_pos[static_cast<size_t>(i)];
    }
  }
  make_continuous(c.root_rot);
  return c;
}

std::vector<Rollout> roll_out(sim::VecEnv& env, learn::Agent& agent, const SkeletonPtr& skeleton,
                              int episodes) {
  struct Episode {
    std::vector<sim::Pose> poses;
    double task_return = 0;
    Effort effort;
    int finished = 0;
  };
  const auto count = static_cast<size_t>(env.spec().envs);
  const int each = (episodes + env.spec().envs - 1) / env.spec().envs;
  const double fps = 1 / env.spec().control_dt;
  const auto longest = static_cast<double>(learn::episode_steps(env.spec()));
  std::vector<Episode> running(count);
  std::vector<float> actions(count * static_cast<size_t>(env.spec().actions));
  std::vector<Rollout> out;
  env.set_test(true);
  env.watch_effort();
  env.reset();
  for (size_t e = 0; e < count; ++e) running[e].poses = {env.pose(static_cast<int>(e))};
  for (size_t busy = each > 0 ? count : 0; busy > 0;) {
    agent.act(env.obs(), actions);
    env.step(actions);
    for (size_t e = 0; e < count; ++e) {
      Episode& r = running[e];
      if (r.finished == each) continue;
      r.task_return += env.rewards()[e];
      if (env.done()[e] == sim::Done::no) {
        r.poses.push_back(env.pose(static_cast<int>(e)));
        r.effort.add(env.effort(static_cast<int>(e)));
        continue;
      }
      // pose() already shows the next episode: the last moment is lost
      out.push_back({.clip = clip_of(r.poses, skeleton, fps, fmt::format("episode_{}", out.size())),
                     .fell = env.done()[e] == sim::Done::fail,
                     .length_ratio = static_cast<double>(r.poses.size()) / longest,
                     .task_return = r.task_return,
                     .effort = std::exchange(r.effort, {})});
      r.task_return = 0;
      r.poses = {env.pose(static_cast<int>(e))};
      if (++r.finished == each) --busy;
    }
  }
  return out;
}

void sample_styles(sim::VecEnv& env, learn::Agent& agent, std::vector<float>& policy,
                   std::vector<float>& clips) {
  const auto count = static_cast<size_t>(env.spec().envs);
  const auto width = static_cast<size_t>(env.spec().disc_obs);
  const auto steps = static_cast<size_t>(std::lround(1 / env.spec().control_dt));
  std::vector<float> actions(count * static_cast<size_t>(env.spec().actions));
  policy.resize(count * steps);
  env.reset();
  for (size_t s = 0; s < steps; ++s) {
    agent.act(env.obs(), actions);
    env.step(actions);
    agent.style(env.disc_obs(), std::span(policy).subspan(s * count, count));
  }
  std::vector<float> rows(policy.size() * width);
  env.sample_demo(static_cast<int>(policy.size()), rows);
  clips.resize(policy.size());
  agent.style(rows, clips);
}

Robot robot_of(const fs::path& model) {
  const fs::path folder = fs::absolute(model).parent_path();
  return formats::load_robot(fs::exists(folder / "robot.yaml") ? folder.string() : model.string());
}

}  // namespace motus::cli
