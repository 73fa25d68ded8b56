#pragma once
// A scene into whatever OpenGL context is current: what pictures and the window share. Internal to
// view/ (MuJoCo types).
#include <mujoco/mujoco.h>

#include <span>

#include "view/camera.h"
#include "view/scene.h"

namespace motus::view {

/// What the graphics card holds of one model, in the context that was current when it was made.
class Upload {
 public:
  explicit Upload(const mjModel* model);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  mjvScene scene;
  mjrContext context;
};

/// MuJoCo's camera over `focus`, a point on the floor.
mjvCamera seen_from(const Camera& camera, const Vec3& focus);

/// Which shapes are drawn.
mjvOption draw_options(const Scene& scene);

/// Draws the scene as it was posed last, its markers and `more`, and discs where it touches the floor: green,
/// red where it is more than 3 cm below.
void draw_scene(const Scene& scene, const mjvCamera& camera, const mjrRect& where, Upload& upload,
                std::span<const Marker> more = {});

}  // namespace motus::view
