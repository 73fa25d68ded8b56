#pragma once
// Pictures of a scene, drawn by MuJoCo's renderer into memory.
#include <memory>
#include <string>

#include "view/camera.h"
#include "view/image.h"
#include "view/scene.h"

namespace motus::view {

/// Under each picture: what it shows, and when.
struct Caption {
  std::string left, right;
};

/// Height of a caption's strip, pixels.
inline constexpr int kCaptionHeight = 22;

class Renderer {
 public:
  /// Throws as EglContext does. `width` and `height` are of a whole picture, its caption included.
  Renderer(int width, int height);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// Draws the scene as it was posed last. Where a figure touches the floor a green disc lies under
  /// it, a red one where it is more than 3 cm below.
  Image draw(const Scene& scene, const Camera& camera, const Caption& caption);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motus::view
