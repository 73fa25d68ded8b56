#pragma once
// Where a scene is seen from.
#include <span>
#include <string>

#include "motion/clip.h"

namespace motus::view {

/// A camera that follows the first figure over the floor. Angles in degrees as MuJoCo has them:
/// azimuth 0 looks along x, 90 along y; elevation below 0 looks down.
struct Camera {
  double azimuth = 90;
  double elevation = -9;
  double distance = 0;  ///< m; 0 = as near as holds the figure in every frame
  double height = 0;    ///< m above the floor of the point looked at
};

/// The vertical field of view, degrees.
inline constexpr double kFieldOfView = 30;

/// A camera from `spec`: side (the way of travel goes left to right), front, track (from behind,
/// aslant), top, or "azimuth,elevation,distance" (degrees, degrees, m). Looks at what the clip does
/// from frame `first` to `last`. Throws Error(usage) for anything else.
Camera choose_camera(const std::string& spec, const Clip& clip, int first, int last);

/// Lifts the camera's aim to the middle of `points` (m, relative to the figure's place on the
/// floor), and, unless its distance was given, stands as near as holds all of them, and the floor
/// below them, in a picture of `aspect` = width / height.
void fit(Camera& camera, std::span<const Vec3> points, double aspect);

/// Width by height of the box around `points` as the camera sees it: a picture of this shape has no
/// empty margins.
double natural_aspect(const Camera& camera, std::span<const Vec3> points);

}  // namespace motus::view
