#pragma once
// A policy at work, in a window: the first environment, stepped as the clock goes.
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/recorder.h"
#include "view/show.h"

namespace motus::cli {

class LiveShow final : public view::Show {
 public:
  /// `model` is the character's MJCF; the reference goes beside it where there is one. Puts the
  /// environment into test mode and resets it. Throws as view::Scene.
  LiveShow(sim::VecEnv& env, const SkeletonPtr& skeleton, Policy policy,
           const std::filesystem::path& model, const std::string& name);
  view::Scene& scene() override { return *scene_; }
  void advance(double seconds) override;
  void step(int frames) override;
  std::string caption() const override;
  bool pull(int body, const Vec3& force) override;

 private:
  void simulate();
  void look();
  sim::VecEnv& env_;
  Policy policy_;
  std::vector<float> actions_;
  Clip clip_, reference_;  ///< of one frame each: now
  std::vector<std::vector<Marker>> markers_;
  Vec3 beside_ = Vec3::Zero();
  std::unique_ptr<view::Scene> scene_;
  double behind_ = 0;  ///< s that the simulation lacks
  int64_t steps_ = 0, episodes_ = 1;
};

/// Opens a window on it until it is closed.
void watch(LiveShow& show, const std::string& name);

}  // namespace motus::cli
