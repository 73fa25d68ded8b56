#pragma once
// Clips as moving pictures: what filmstrips and movies are made of.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "view/renderer.h"

namespace motus::view {

/// Several clips are drawn beside each other, or all but the first as ghosts over it.
enum class Together { beside, over };

struct FilmOptions {
  int width = 0, height = 0;  ///< pixels of one picture, caption included; 0 = by the clip's shape
  std::string camera = "side";
  double start = 0;                ///< s
  std::optional<double> end = {};  ///< s; unset = the longest clip's end
  Together together = Together::beside;
};

class Film {
 public:
  /// Throws as Scene, choose_camera and EglContext do; Error(usage) for a start or end outside the
  /// clips or a size that no picture can have (64 to 4096 pixels a side).
  Film(std::vector<Figure> figures, const FilmOptions& options);
  ~Film();

  double start() const { return start_; }
  double end() const { return end_; }
  /// Pictures that draw() returns: one a clip, or one for all.
  int panels() const { return static_cast<int>(scenes_.size()); }
  int width() const { return width_; }
  int height() const { return height_; }
  /// Everything as it is at `time` s.
  std::vector<Image> draw(double time);

 private:
  void frame(const FilmOptions& options);
  std::vector<std::unique_ptr<Scene>> scenes_;
  std::vector<Camera> cameras_;
  std::unique_ptr<Renderer> renderer_;
  double start_ = 0, end_ = 0;
  int width_ = 0, height_ = 0;
};

}  // namespace motus::view
