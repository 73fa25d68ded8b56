#pragma once
// How good a motion is, in numbers: feet against the floor, joints against their limits, steps from
// frame to frame. Pure functions; units m, s, rad; the floor is z = 0.
//
// A robot touches the floor with the collision points of its model. A character has no shape: its
// feet are the bodies with the role toe (or foot, where there are no toes) and the end sites below
// them, and each point's floor is the height it rests at, the 5th percentile of its own heights. The
// ankle is not among them: it moves while a heel or a ball that stands rolls.
#include <string>
#include <vector>

#include "motion/clip.h"
#include "motion/robot.h"

namespace motus {

/// A point that may touch the floor.
struct FloorPoint {
  int body = 0;
  Vec3 pos = Vec3::Zero();  ///< m, in the body's frame
  double radius = 0;        ///< m
  int foot = -1;            ///< body of the foot that the point is part of (toes too), or -1
};

/// Collision points of a robot, or the foot points of a character's skeleton (none without roles).
std::vector<FloorPoint> floor_points(const Robot& robot);
std::vector<FloorPoint> floor_points(const Skeleton& skeleton);

/// Where the points are, frame by frame.
struct FloorTracks {
  std::vector<FloorPoint> points;
  Frames pos;        ///< (F, 3P) m, world, centres
  Frames clearance;  ///< (F, P) m above the floor, the radius taken off; negative = below
  /// (F, 2P) m, x and y: what a ball's turning since the frame before moves its lowest point against
  /// its centre; 0 for points.
  Frames rolled;
  double fps = 30;
};

/// `own_floor`: heights are counted from each point's own rest height, for characters.
enum class OwnFloor { no, yes };
FloorTracks floor_tracks(const Clip& clip, std::vector<FloorPoint> points, OwnFloor own_floor);

/// When a point counts as standing: it comes to stand below `height` and `on`, and leaves above
/// half as much again or `off`. The speed bounds are far above an acceptable slide, so that a
/// sliding foot still counts.
struct ContactRule {
  double height = 0.015;  ///< m
  double on = 0.25;       ///< m/s, horizontal
  double off = 0.4;       ///< m/s, horizontal
};

/// (F) one flag a frame for point `point`.
std::vector<char> contacts(const FloorTracks& tracks, int point, const ContactRule& rule = {});

/// Horizontal motion of a standing foot. A foot that rolls over one still point does not slide: its
/// speed is that of the slowest point that stands in both frames of a step. A ball stands still if
/// its centre does, as in motion written by hand, or if the floor under it does not rub, as where it
/// rolls.
struct Slide {
  double mean = 0;   ///< m/s
  double worst = 0;  ///< m/s, of one frame step
  int worst_frame = 0;
  int steps = 0;            ///< frame steps in contact
  int first = 0, last = 0;  ///< first and last frame in contact
};
Slide slide(const FloorTracks& tracks, int foot, const ContactRule& rule = {});

/// Bodies of the feet among the points, in order.
std::vector<int> feet(const FloorTracks& tracks);

/// (F) height of the lowest point, m.
std::vector<double> lowest_clearance(const FloorTracks& tracks);

/// A run of frames [first, last] and the largest value in it.
struct Run {
  int first = 0, last = 0, peak_frame = 0;
  double peak = 0;
};

/// Runs of frames whose value exceeds `limit`; gaps of up to `gap` frames are bridged.
std::vector<Run> runs_above(const std::vector<double>& values, double limit, int gap = 2);

/// (F, D) how far each dof is outside its limits, 0 inside, rad. The three dofs of a ball are
/// compared as the intrinsic x y z angles that their hinges would have.
Frames limit_excess(const Clip& clip);

/// (F - 1, B) angle that each body turns against its parent (the root against the world) from one
/// frame to the next, rad.
Frames rotation_steps(const Clip& clip);

/// The mean velocity of the root along its heading, m/s. Robots face along the root's x axis;
/// characters with roles across the line between their hips; else the heading is the root's.
double mean_forward_speed(const Clip& clip);

/// Unit vectors of a figure's own directions in the horizontal plane of one frame, from its roles.
struct Facing {
  bool known = false;
  Vec3 left = Vec3::Zero();     ///< from the right hip to the left one
  Vec3 forward = Vec3::Zero();  ///< where the toes point, or from the rear to the front hips
};
Facing facing(const Skeleton& skeleton, const std::vector<Vec3>& positions);

/// Mean over frames of (up x forward) . left: near +1 for a real figure, near -1 for a mirrored
/// one; 0 if the roles do not tell.
double handedness(const Clip& clip);

/// Knees of a biped must lie ahead of the line from hip to ankle, those of a dog-like robot behind
/// it. Mean over frames and legs of the signed distance to that line over the leg's length,
/// positive where right; 0 if the roles do not tell.
double knee_direction(const Clip& clip);

}  // namespace motus
