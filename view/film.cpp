#include "view/film.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::view {

namespace {

constexpr int kDefaultHeight = 320;
constexpr int kLeastSide = 64, kMostSide = 4096;

/// "0.85 m" from where the clip was at the film's start.
std::string covered(const Clip& clip, double from, double to) {
  const Vec3 way = clip.root_pos_at(frame_at(clip, to)) - clip.root_pos_at(frame_at(clip, from));
  return fmt::format("{:.2f} m", std::hypot(way.x(), way.y()));
}

}  // namespace

Film::Film(std::vector<Figure> figures, const FilmOptions& options) : start_(options.start) {
  double longest = 0;
  for (const Figure& f : figures) {
    require(f.clip->frames() > 0, Kind::bad_input, "clip '{}' has no frames", f.clip->name);
    longest = std::max(longest, f.clip->duration());
  }
  end_ = options.end.value_or(longest);
  require(start_ >= 0 && start_ <= longest && end_ >= start_ && end_ <= longest + 1e-9, Kind::usage,
          "from {} s to {} s: the motion lasts {:.3f} s", start_, end_, longest);

  const Clip& first = *figures.front().clip;
  height_ = options.height > 0 ? options.height : kDefaultHeight;
  width_ = options.width;
  if (width_ <= 0) {
    // a walker makes narrow pictures, a dog broad ones
    double aspect = 0;
    for (const Figure& f : figures) {
      const Clip& c = *f.clip;
      aspect = std::max(aspect, natural_aspect(c, frame_at(c, start_), frame_at(c, end_)));
    }
    aspect = std::clamp(aspect, 0.75, 1.6);
    width_ = 2 * static_cast<int>(std::round(0.5 * aspect * (height_ - kCaptionHeight)));
  }
  for (const int side : {width_, height_}) {
    require(side >= kLeastSide && side <= kMostSide, Kind::usage,
            "a picture of {} x {} pixels: expected {} to {} a side", width_, height_, kLeastSide,
            kMostSide);
  }

  const double aspect = static_cast<double>(width_) / (height_ - kCaptionHeight);
  const auto camera = [&](const Clip& c) {
    return choose_camera(options.camera, c, frame_at(c, start_), frame_at(c, end_), aspect);
  };
  renderer_ = std::make_unique<Renderer>(width_, height_);
  if (options.together == Together::over) {
    cameras_.push_back(camera(first));
    for (const Figure& f : figures)
      cameras_[0].distance = std::max(cameras_[0].distance, camera(*f.clip).distance);
    for (size_t i = 1; i < figures.size(); ++i) figures[i].alpha = 0.4;
    scenes_.push_back(std::make_unique<Scene>(std::move(figures)));
    return;
  }
  for (const Figure& f : figures) {
    cameras_.push_back(camera(*f.clip));
    scenes_.push_back(std::make_unique<Scene>(std::vector<Figure>{f}));
  }
}

Film::~Film() = default;

std::vector<Image> Film::draw(double time) {
  std::vector<Image> out;
  for (size_t i = 0; i < scenes_.size(); ++i) {
    Scene& scene = *scenes_[i];
    scene.pose(time);
    const Clip& clip = *scene.figures().front().clip;
    out.push_back(renderer_->draw(scene, cameras_[i],
                                  {fmt::format("{:.2f} s", time), covered(clip, start_, time)}));
  }
  return out;
}

}  // namespace motus::view
