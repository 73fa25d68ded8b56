#include "view/show.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::view {

ClipShow::ClipShow(std::vector<Figure> figures, double start) : scene_(std::move(figures)) {
  for (const Figure& f : scene_.figures()) duration_ = std::max(duration_, f.clip->duration());
  require(start >= 0 && start <= duration_, Kind::usage, "from {} s: the motion lasts {:.3f} s",
          start, duration_);
  seek(start);
}

void ClipShow::seek(double time) {
  time_ = std::clamp(time, 0.0, duration_);
  scene_.pose(time_);
}

void ClipShow::advance(double seconds) {
  seek(time_ + seconds > duration_ ? 0 : time_ + seconds);
}

void ClipShow::step(int frames) {
  const Clip& first = *scene_.figures().front().clip;
  seek((std::round(time_ * first.fps) + frames) / first.fps);
}

std::string ClipShow::caption() const {
  const Clip& first = *scene_.figures().front().clip;
  return fmt::format("{}  {:.2f} / {:.2f} s  frame {}", first.name, time_, duration_,
                     frame_at(first, time_));
}

}  // namespace motus::view
