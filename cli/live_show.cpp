#include "cli/live_show.h"

#include <algorithm>
#include <cmath>

#include "cli/rollouts.h"
#include "view/bearing.h"
#include "view/window.h"

namespace motus::cli {

namespace {

Clip still(const sim::Pose& pose, const SkeletonPtr& skeleton, double fps,
           const std::string& name) {
  return clip_of(std::span(&pose, 1), skeleton, fps, name);
}

}  // namespace

LiveShow::LiveShow(sim::VecEnv& env, const SkeletonPtr& skeleton, Policy policy,
                   const std::filesystem::path& model, const std::string& name)
    : env_(env), policy_(std::move(policy)) {
  const sim::EnvSpec& spec = env.spec();
  const double fps = 1 / spec.control_dt;
  actions_.resize(static_cast<size_t>(spec.envs) * static_cast<size_t>(spec.actions));
  markers_.resize(1);
  env_.set_test(true);
  env_.reset();
  clip_ = still(env_.pose(0), skeleton, fps, name);
  const double way = view::facing(clip_, 0);
  beside_ = 0.9 * view::rest_extent(*skeleton) * Vec3(-std::sin(way), std::cos(way), 0);
  std::vector<view::Figure> figures{{.clip = &clip_, .model = model, .markers = &markers_}};
  if (const std::optional<sim::Pose> r = env_.reference_pose(0)) {
    reference_ = still(*r, skeleton, fps, "reference");
    figures.push_back({.clip = &reference_, .model = model, .alpha = 0.4});
  }
  scene_ = std::make_unique<view::Scene>(std::move(figures));
  look();
}

void LiveShow::look() {
  const double fps = clip_.fps;
  clip_ = still(env_.pose(0), clip_.skeleton, fps, clip_.name);
  if (reference_.skeleton) {
    // the reference's figure has its clip by address: it is written over, not replaced
    reference_ = still(*env_.reference_pose(0), clip_.skeleton, fps, "reference");
    for (int i = 0; i < 2; ++i) reference_.root_pos(0, i) = clip_.root_pos(0, i) + beside_[i];
  }
  markers_.front() = env_.markers(0);
  scene_->pose(0);
}

void LiveShow::simulate() {
  policy_(env_.obs(), actions_);
  env_.step(actions_);
  ++steps_;
  if (env_.done()[0] != sim::Done::no) ++episodes_, steps_ = 0;
}

void LiveShow::advance(double seconds) {
  const double dt = env_.spec().control_dt;
  // a machine that is too slow shows it slower, and does not fall further behind
  constexpr double kMost = 8;
  behind_ = std::min(behind_ + seconds, kMost * dt);
  const bool moves = behind_ >= dt;
  for (; behind_ >= dt; behind_ -= dt) simulate();
  if (moves) look();
}

void LiveShow::step(int frames) {
  for (int i = 0; i < frames; ++i) simulate();
  look();
}

std::string LiveShow::caption() const {
  return fmt::format("{}  episode {}  {:.2f} s", clip_.name, episodes_,
                     static_cast<double>(steps_) / clip_.fps);
}

bool LiveShow::pull(int body, const Vec3& force) {
  return env_.pull({.env = 0, .body = body, .force = {force.x(), force.y(), force.z()}});
}

void watch(LiveShow& show, const std::string& name) {
  view::open_window(show, {.title = "Motus: " + name, .camera = "track"});
}

}  // namespace motus::cli
