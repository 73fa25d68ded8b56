#include "view/film.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::view {

namespace {

constexpr int kDefaultSide = 300;  ///< of a picture's longer side, caption excluded
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

  if (options.together == Together::over) {
    for (size_t i = 1; i < figures.size(); ++i) figures[i].alpha = 0.4;
    scenes_.push_back(std::make_unique<Scene>(std::move(figures)));
  } else {
    for (const Figure& f : figures)
      scenes_.push_back(std::make_unique<Scene>(std::vector<Figure>{f}));
  }
  frame(options);
  renderer_ = std::make_unique<Renderer>(width_, height_);
}

void Film::frame(const FilmOptions& options) {
  std::vector<std::vector<Vec3>> seen;
  double aspect = 0;
  for (size_t i = 0; i < scenes_.size(); ++i) {
    const Clip& clip = *scenes_[i]->figures().front().clip;
    cameras_.push_back(
        choose_camera(options.camera, clip, frame_at(clip, start_), frame_at(clip, end_)));
    seen.push_back(scenes_[i]->corners(start_, end_));
    aspect = std::max(aspect, natural_aspect(cameras_[i], seen[i]));
  }
  // a walker makes narrow pictures, a dog broad and low ones
  aspect = std::clamp(aspect, 0.7, 2.0);
  const double tall = aspect > 1 ? kDefaultSide / aspect : kDefaultSide;
  height_ = options.height > 0 ? options.height
                               : 2 * static_cast<int>(std::round(0.5 * tall)) + kCaptionHeight;
  width_ = options.width > 0
               ? options.width
               : 2 * static_cast<int>(std::round(0.5 * aspect * (height_ - kCaptionHeight)));
  for (const int side : {width_, height_}) {
    require(side >= kLeastSide && side <= kMostSide, Kind::usage,
            "a picture of {} x {} pixels: expected {} to {} a side", width_, height_, kLeastSide,
            kMostSide);
  }
  for (size_t i = 0; i < scenes_.size(); ++i)
    fit(cameras_[i], seen[i], static_cast<double>(width_) / (height_ - kCaptionHeight));
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
