// Episodes on a terrain: where they start, and what they walked.
#include <cmath>

#include "sim/character_env.h"

namespace motus::sim {

/// The start is moved over the middle of its tile and up by as much as keeps it no deeper in the
/// ground than the clip is in its floor. Its past goes with it.
void CharacterEnv::stand(const mjModel* m, mjData* d, int e) {
  const Clock& c = clocks_[static_cast<size_t>(e)];
  Reference::Scratch& scratch = scratch_[static_cast<size_t>(e)];
  if (!config_.terrain.curriculum) curriculum_->draw(e, c.episode);
  Post& post = curriculum_->post(e);
  post.start[0] = ground_->centre_x(post.level), post.start[1] = ground_->centre_y(post.column);
  for (int k = 0; k < 2; ++k) {
    post.offset[k] = post.start[k] - d->qpos[k];
    d->qpos[k] = post.start[k];
  }
  mj_kinematics(m, d);
  post.offset[2] = depth_in(*ground_, m, d) + lowest_point(m, d);
  d->qpos[2] += post.offset[2];
  const Vec3 offset(post.offset[0], post.offset[1], post.offset[2]);
  for (Vec3& p : scratch.poses.pos) p += offset;

  // snapshots have heights above the ground
  const double rise = post.offset[2] - ground_->height(post.start[0], post.start[1]);
  const int size = reference_->anatomy().layout.size();
  for (int i = 0; i < config_.num_disc_obs_steps; ++i) {
    float* snapshot = ring(e) + i * size;
    snapshot[0] += static_cast<float>(post.offset[0]);
    snapshot[1] += static_cast<float>(post.offset[1]);
    snapshot[2] += static_cast<float>(rise);
  }
}

/// Episodes of tests and those that diverged say nothing about the ground.
void CharacterEnv::leave(const mjData* d, int e) {
  if (test_ || !config_.terrain.curriculum) return;
  const Clock& c = clocks_[static_cast<size_t>(e)];
  const Post& post = curriculum_->post(e);
  const auto& clip = reference_->mean_velocity(c.motion);
  Walk walk;
  walk.distance = std::hypot(d->qpos[0] - post.start[0], d->qpos[1] - post.start[1]);
  walk.asked = task_->asked_speed(e).value_or(std::hypot(clip[0], clip[1]));
  walk.seconds = train_steps_ * spec_.control_dt;
  curriculum_->finish(e, walk, c.episode);
}

}  // namespace motus::sim
