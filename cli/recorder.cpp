#include "cli/recorder.h"

#include <algorithm>
#include <cmath>

#include "cli/app.h"
#include "cli/clips.h"
#include "cli/io.h"
#include "cli/rollouts.h"
#include "motion/error.h"
#include "view/bearing.h"
#include "view/html_player.h"
#include "view/movie.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

/// The part of a terrain within `margin` m of a path; nothing if they lie apart.
std::optional<Terrain> around(const Terrain& all, const Frames& path, double margin) {
  const auto nodes = [&](int axis, double origin, Eigen::Index count) {
    const double last = static_cast<double>(count - 1);
    const auto index = [&](double x) { return std::clamp((x - origin) / all.spacing, 0.0, last); };
    return std::pair{
        static_cast<Eigen::Index>(std::floor(index(path.col(axis).minCoeff() - margin))),
        static_cast<Eigen::Index>(std::ceil(index(path.col(axis).maxCoeff() + margin)))};
  };
  const auto [left, right] = nodes(0, all.origin_x, all.heights.rows());
  const auto [low, high] = nodes(1, all.origin_y, all.heights.cols());
  if (right <= left || high <= low) return {};
  Terrain out = all;
  out.heights = all.heights.block(left, low, right - left + 1, high - low + 1);
  out.origin_x += static_cast<double>(left) * all.spacing;
  out.origin_y += static_cast<double>(low) * all.spacing;
  return out;
}

}  // namespace

Recorder::Recorder(const sim::VecEnv& env, SkeletonPtr skeleton, const sim::TerrainOptions& terrain,
                   int index)
    : env_(env), skeleton_(std::move(skeleton)), index_(index) {
  if (terrain.any()) ground_.emplace(terrain);
}

void Recorder::add() {
  poses_.push_back(env_.pose(index_));
  if (std::optional<sim::Pose> r = env_.reference_pose(index_)) references_.push_back(*r);
  markers_.push_back(env_.markers(index_));
}

Clip Recorder::clip(const std::string& name) const {
  Clip c = clip_of(poses_, skeleton_, 1 / env_.spec().control_dt, name);
  constexpr double kMargin = 6;  // m, as far as a camera beside the character sees
  if (ground_) c.terrain = around(ground_->map(), c.root_pos, kMargin);
  return c;
}

std::optional<Clip> Recorder::reference() const {
  if (references_.size() != poses_.size()) return {};
  return clip_of(references_, skeleton_, 1 / env_.spec().control_dt, "reference");
}

std::optional<Clip> Recorder::reference(const Vec3& offset) const {
  std::optional<Clip> c = reference();
  for (int f = 0; c && f < c->frames(); ++f) {
    const sim::Pose& p = poses_[static_cast<size_t>(f)];
    for (int i = 0; i < 2; ++i) c->root_pos(f, i) = p.root_pos[i] + offset[i];
    if (!ground_) continue;
    c->root_pos(f, 2) += ground_->height(c->root_pos(f, 0), c->root_pos(f, 1)) -
                         ground_->start_height(p.root_pos[0], p.root_pos[1]);
  }
  return c;
}

Recorder record(sim::VecEnv& env, const SkeletonPtr& skeleton, const sim::TerrainOptions& terrain,
                const Policy& policy, double seconds) {
  const sim::EnvSpec& spec = env.spec();
  const auto steps = std::max<int64_t>(1, std::llround(seconds / spec.control_dt));
  std::vector<float> actions(static_cast<size_t>(spec.envs) * static_cast<size_t>(spec.actions));
  Recorder out(env, skeleton, terrain);
  env.set_test(true);
  env.reset();
  out.add();
  for (int64_t i = 0; i < steps; ++i) {
    policy(env.obs(), actions);
    env.step(actions);
    out.add();
  }
  return out;
}

void check_film(const std::string& path) {
  const std::string kind = fs::path(path).extension();
  if (kind == ".mp4" || kind == ".gif" || kind == ".html") return;
  throw_error(Kind::usage, "'{}' is no film: expected {}", path, kFilmNames);
}

void write_film(const Recorder& rollout, const fs::path& model, const std::string& name,
                const std::string& path) {
  check_film(path);
  const Clip clip = rollout.clip(name);
  const std::string kind = fs::path(path).extension();
  const double way = view::bearing(clip, 0, clip.frames() - 1);
  const Vec3 left(-std::sin(way), std::cos(way), 0);
  std::vector<view::Figure> figures{
      {.clip = &clip, .model = model, .note = "policy", .markers = &rollout.markers()}};
  const std::optional<Clip> reference =
      rollout.reference(0.9 * view::rest_extent(*clip.skeleton) * left);
  if (reference) figures.push_back({.clip = &*reference, .model = model, .alpha = 0.4});
  if (kind == ".html") {
    write_output(path,
                 view::player_page(figures, {.title = name, .camera = "track", .over = true}));
    return;
  }
  view::Film film(
      std::move(figures),
      {.width = 400, .height = 330, .camera = "track", .together = view::Together::over});
  const bool gif = kind == ".gif";
  write_output(path, view::make_movie(film, gif ? view::MovieFormat::gif : view::MovieFormat::mp4,
                                      gif ? 25 : 30,
                                      [](int done, int all) { progress("picture", done, all); }));
}

void export_bvh(const Recorder& rollout, const fs::path& folder, const std::string& name) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  require(!ec, Kind::failed, "{}: {}", folder.string(), ec.message());
  const auto write = [&](const Clip& c, const char* file) {
    write_clips((folder / file).string(), "bvh", std::span(&c, 1));
  };
  write(rollout.clip(name), "rollout.bvh");
  if (const std::optional<Clip> r = rollout.reference()) write(*r, "reference.bvh");
}

}  // namespace motus::cli
