#pragma once
// The smallest world an AMP agent can learn in: a point on a line whose velocity follows the action.
// The clip moves at 1 m/s. Leaving |v| < 3 fails, 60 steps time out.
#include <cmath>
#include <cstring>

#include "learn/rng.h"
#include "motion/error.h"
#include "sim/vec_env.h"

namespace motus::learn {

class PointEnv : public sim::VecEnv {
 public:
  explicit PointEnv(int envs, uint64_t seed = 0) : rng_(seed, 99) {
    spec_.envs = envs;
    spec_.obs = 3;
    spec_.actions = 2;
    spec_.disc_obs = 4;
    spec_.control_dt = 1.0 / 30;
    spec_.episode_length = 2;
    spec_.action_centre = {0, 0};
    spec_.action_scale = {1, 1};
    spec_.dof_names = {"push", "idle"};
    spec_.body_names = {"point"};
    spec_.obs_mirror = {{0, 1, 2}, {1, -1, 1}};  // what idles may idle the other way
    spec_.dof_mirror = {{0, 1}, {1, -1}};
    for (int e = 0; e < envs; ++e) clip_.insert(clip_.end(), {1, 0, 1, 0});
    points_.resize(static_cast<size_t>(envs));
    obs_.resize(points_.size() * 3);
    next_obs_ = obs_;
    disc_obs_.resize(points_.size() * 4);
    rewards_.resize(points_.size());
    done_.resize(points_.size(), sim::Done::no);
    reset();
  }
  const sim::EnvSpec& spec() const override { return spec_; }
  void reset() override {
    for (Point& p : points_) start(p);
    observe(obs_);
  }
  void step(std::span<const float> a) override {
    for (size_t e = 0; e < points_.size(); ++e) {
      Point& p = points_[e];
      const double before = p.v, idle = p.idle;
      p.v += 0.3 * (2 * a[2 * e] - p.v);
      p.idle += 0.3 * (a[2 * e + 1] - p.idle);
      p.x += p.v * spec_.control_dt;
      ++p.t;
      const float d[4] = {static_cast<float>(before), static_cast<float>(idle),
                          static_cast<float>(p.v), static_cast<float>(p.idle)};
      std::memcpy(disc_obs_.data() + 4 * e, d, sizeof d);
      done_[e] = std::abs(p.v) > 3 ? sim::Done::fail : p.t >= 60 ? sim::Done::time : sim::Done::no;
      rewards_[e] = static_cast<float>(p.v);
    }
    observe(next_obs_);
    for (size_t e = 0; e < points_.size(); ++e)
      if (done_[e] != sim::Done::no) start(points_[e]);
    observe(obs_);
  }
  std::span<const float> obs() const override { return obs_; }
  std::span<const float> next_obs() const override { return next_obs_; }
  std::span<const float> disc_obs() const override { return disc_obs_; }
  std::span<const float> rewards() const override { return rewards_; }
  std::span<const sim::Done> done() const override { return done_; }
  void sample_demo(int n, std::span<float> out) override {
    for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
      for (size_t k = 0; k < 4; ++k) {
        const double mean = k % 2 ? 0.0 : 1.0;
        out[4 * i + k] = static_cast<float>(mean + 0.05 * rng_.uniform(-1, 1));
      }
    }
  }
  bool align_demo() override { return true; }
  std::span<const float> aligned_demo() const override { return clip_; }
  void playback_actions(std::span<float> out) const override {
    for (size_t e = 0; e < points_.size(); ++e) out[2 * e] = 0.5F, out[2 * e + 1] = 0;
  }
  void set_test(bool) override {}
  sim::Pose pose(int env) const override {
    const Point& p = points_[static_cast<size_t>(env)];
    return {{p.x, 0, 0}, {1, 0, 0, 0}, {p.v, 0, 0}, {0, 0}, {0, 0}};
  }
  std::map<std::string, double> diagnostics() override { return {}; }
  std::vector<std::byte> save() const override {
    std::vector<std::byte> out(sizeof(Point) * points_.size() + sizeof(uint64_t) * 4);
    std::memcpy(out.data(), points_.data(), sizeof(Point) * points_.size());
    std::memcpy(out.data() + sizeof(Point) * points_.size(), rng_.state().data(), 32);
    return out;
  }
  void load(std::span<const std::byte> in) override {
    require(in.size() == sizeof(Point) * points_.size() + 32, Kind::bad_input, "another env");
    std::memcpy(points_.data(), in.data(), sizeof(Point) * points_.size());
    std::memcpy(rng_.state().data(), in.data() + sizeof(Point) * points_.size(), 32);
    observe(obs_);
  }

 private:
  struct Point {
    double x = 0, v = 0, idle = 0;
    int64_t t = 0;
  };
  void start(Point& p) { p = {0, rng_.uniform(-1, 1), rng_.uniform(-1, 1), 0}; }
  void observe(std::vector<float>& out) const {
    for (size_t e = 0; e < points_.size(); ++e) {
      out[3 * e] = static_cast<float>(points_[e].v);
      out[3 * e + 1] = static_cast<float>(points_[e].idle);
      out[3 * e + 2] = static_cast<float>(points_[e].t) / 60.0F;
    }
  }
  sim::EnvSpec spec_;
  Rng rng_;
  std::vector<Point> points_;
  std::vector<float> obs_, next_obs_, disc_obs_, rewards_, clip_;
  std::vector<sim::Done> done_;
};

}  // namespace motus::learn
