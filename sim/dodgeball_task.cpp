#include "sim/dodgeball_task.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "sim/random.h"

namespace motus::sim {

namespace {

constexpr double kPi = 3.14159265358979323846;

/// The balls' free joints are the model's last (sim/model.h).
int joint_of(const mjModel* m, int balls, int ball) {
  return static_cast<int>(m->njnt) - balls + ball;
}

}  // namespace

DodgeballTask::DodgeballTask(const EnvConfig& config, int envs)
    : options_(config.task.dodgeball),
      balls_(options_.balls),
      state_(static_cast<size_t>(envs * options_.balls)) {}

void DodgeballTask::park(Scene& s, int k) {
  const int j = joint_of(s.m, balls_, k);
  mjtNum* q = s.d->qpos + s.m->jnt_qposadr[j];
  mju_zero(s.d->qvel + s.m->jnt_dofadr[j], 6);
  q[0] = 10 + k, q[1] = 10, q[2] = options_.radius;
  q[3] = 1, q[4] = q[5] = q[6] = 0;
}

void DodgeballTask::start(Scene& s) {
  for (int k = 0; k < balls_; ++k) {
    park(s, k);
    Ball& b = ball(s, k);
    b = {};
    const mjtNum* q = s.d->qpos + s.m->jnt_qposadr[joint_of(s.m, balls_, k)];
    for (int i = 0; i < 3; ++i) b.pos[i] = static_cast<float>(q[i]);
    b.next = options_.time_min +
             task_random(s, static_cast<uint64_t>(k)) * (options_.time_max - options_.time_min);
  }
  ++s.clock->draws;
}

/// From a random place around where the target will be, so that it falls onto it: horizontal speed
/// v, flight time T = distance / v, vertical speed dh / T + g T / 2.
void DodgeballTask::launch(Scene& s, int k) {
  const auto between = [&](uint64_t i, float low, float high) {
    return low + task_random(s, i) * (high - low);
  };
  const double height = between(0, options_.h_min, options_.h_max);
  const double distance = between(1, options_.dist_min, options_.dist_max);
  const double angle = 2 * kPi * task_random(s, 2);
  const double speed = between(3, options_.speed_min, options_.speed_max);
  const double flight = distance / speed;
  const int body = mj_name2id(s.m, mjOBJ_BODY, options_.target_body.c_str());
  double aim[3];
  for (int i = 0; i < 3; ++i) {
    const uint64_t at = 4 + 2 * static_cast<uint64_t>(i);
    aim[i] = s.body_pos[3 * (body - 1) + i] +
             options_.aim_noise * random_normal(task_random(s, at), task_random(s, at + 1));
  }
  // where the root's velocity carries it meanwhile
  for (int i = 0; i < 2; ++i) aim[i] += flight * s.d->qvel[i];
  Ball& b = ball(s, k);
  b.next = static_cast<float>(s.time()) + between(10, options_.time_min, options_.time_max);
  ++s.clock->draws;
  const int j = joint_of(s.m, balls_, k);
  mjtNum* q = s.d->qpos + s.m->jnt_qposadr[j];
  mjtNum* v = s.d->qvel + s.m->jnt_dofadr[j];
  mju_zero(v, 6);
  q[0] = aim[0] + distance * std::cos(angle), q[1] = aim[1] + distance * std::sin(angle);
  q[2] = height;
  q[3] = 1, q[4] = q[5] = q[6] = 0;
  v[0] = -speed * std::cos(angle), v[1] = -speed * std::sin(angle);
  v[2] = (aim[2] - height) / flight - 0.5 * s.m->opt.gravity[2] * flight;
}

void DodgeballTask::update(Scene& s) {
  for (int k = 0; k < balls_; ++k) {
    Ball& b = ball(s, k);
    const int j = joint_of(s.m, balls_, k);
    const auto look = [&] {
      for (int i = 0; i < 3; ++i) {
        b.now[i] = static_cast<float>(s.d->qvel[s.m->jnt_dofadr[j] + i]);
        b.pos[i] = static_cast<float>(s.d->qpos[s.m->jnt_qposadr[j] + i]);
      }
    };
    std::copy_n(b.now, 3, b.before);
    look();
    double force[3] = {0, 0, 0};
    const int body = s.m->jnt_bodyid[j];
    for (int c = 0; c < s.d->ncon; ++c) {
      const mjContact& contact = s.d->contact[c];
      if (contact.efc_address < 0) continue;
      for (int side = 0; side < 2; ++side) {
        if (contact.geom[side] < 0 || s.m->geom_bodyid[contact.geom[side]] != body) continue;
        mjtNum local[6], world[3];
        mj_contactForce(s.m, s.d, c, local);
        mju_mulMatTVec3(world, contact.frame, local);
        for (int i = 0; i < 3; ++i) force[i] += side == 1 ? world[i] : -world[i];
      }
    }
    b.force = static_cast<float>(std::hypot(force[0], force[1]));
    if (static_cast<float>(s.time()) >= b.next) {
      launch(s, k);
      look();
      std::copy_n(b.now, 3, b.before);
      b.before[2] -= static_cast<float>(s.m->opt.gravity[2] * s.dt);  // no blow
      b.force = 0;
    }
  }
}

float* DodgeballTask::observe(Scene& s, float* out) const {
  const Heading h = heading_of(s.snapshot + SnapshotLayout::kRootRot);
  for (int k = 0; k < balls_; ++k, out += 6) {
    const Ball& b = ball(s, k);
    const float d[3] = {b.pos[0] - s.snapshot[0], b.pos[1] - s.snapshot[1],
                        b.pos[2] - s.snapshot[2]};
    to_heading(h, d, out);
    to_heading(h, b.now, out + 3);
  }
  return out;
}

float DodgeballTask::reward(Scene& s) const {
  float nearest = INFINITY;
  for (int k = 0; k < balls_; ++k) {
    const Ball& b = ball(s, k);
    nearest = std::min(nearest, std::hypot(b.pos[0] - s.snapshot[0], b.pos[1] - s.snapshot[1],
                                           b.pos[2] - s.snapshot[2]));
  }
  const float vx = (s.snapshot[0] - s.before[0]) / static_cast<float>(s.dt);
  const float vy = (s.snapshot[1] - s.before[1]) / static_cast<float>(s.dt);
  return dodgeball_reward(nearest, vx, vy);
}

/// A ball near a body was pushed, or its velocity changed by more than gravity does.
bool DodgeballTask::failed(Scene& s) const {
  const size_t bodies = s.reference->anatomy().joints.size() + 1;
  for (int k = 0; k < balls_; ++k) {
    const Ball& b = ball(s, k);
    const float g = static_cast<float>(s.m->opt.gravity[2] * s.dt);
    const float blow =
        std::hypot(b.now[0] - b.before[0], b.now[1] - b.before[1], b.now[2] - b.before[2] - g);
    if (b.force <= options_.hit_force && blow <= options_.hit_delta_v) continue;
    for (size_t i = 0; i < bodies; ++i) {
      const double* p = s.body_pos + 3 * i;
      if (std::hypot(p[0] - b.pos[0], p[1] - b.pos[1], p[2] - b.pos[2]) <= options_.hit_dist)
        return true;
    }
  }
  return false;
}

std::vector<Marker> DodgeballTask::markers(int env, const Vec3&, double) const {
  std::vector<Marker> out;
  for (int k = 0; k < balls_; ++k) {
    const Ball& b =
        state_.at(static_cast<size_t>(env) * static_cast<size_t>(balls_) + static_cast<size_t>(k));
    out.push_back({.name = "ball",
                   .shape = Marker::Shape::ball,
                   .pos = Vec3(b.pos[0], b.pos[1], b.pos[2]),
                   .size = options_.radius});
  }
  return out;
}

}  // namespace motus::sim
