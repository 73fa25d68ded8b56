#pragma once
// Moving a motion about in the world without changing it: shift, turn, put on the floor, scale.
#include "motion/clip.h"
#include "motion/robot.h"

namespace motus {

/// The whole clip moved by `shift` (m). Zero returns the clip bit for bit.
Clip translate(const Clip& clip, const Vec3& shift);

/// The whole clip turned by `angle` (rad) about the vertical through the root of frame 0. Zero
/// returns the clip bit for bit.
Clip turn(const Clip& clip, double angle);

/// Where the figure faces in a frame, rad from +x: the root's heading for robots and figures
/// without roles, else across the line between the hips, towards the toes.
double facing_angle(const Clip& clip, int frame);

/// Turned so that frame 0 faces `angle` (rad; 0 = +x, pi / 2 = +y).
Clip face(const Clip& clip, double angle);

/// Height (m) of the lowest point in each frame: the collision points of a robot, else bodies and
/// end sites.
std::vector<double> lowest_points(const Clip& clip, const Robot* robot);

/// Shifted in height so that the lowest point of the whole clip touches the floor, z = 0. A robot
/// stands on its collision points, other figures on their lowest body or end site.
Clip ground(const Clip& clip, const Robot* robot);

/// The figure and its path `factor` times as large; rotations stay. Throws Error(usage) for a robot
/// (its size is its own) and for factors that are not positive.
Clip scale(const Clip& clip, double factor);

}  // namespace motus
