#pragma once
// The parts of measure(), each filling in its own numbers.
#include "retarget/figure.h"
#include "retarget/metrics.h"

namespace motus::retarget {

/// (legs, F): see retarget/metrics.h; frame 0 takes the speed of the first step.
std::vector<std::vector<char>> stands(const Figure& source);

/// World heights and places of the robot's lowest points.
struct Ground {
  std::vector<std::vector<double>> sole;   ///< (legs, F) m, lowest of each foot
  std::vector<std::vector<double>> slide;  ///< (legs, F) m/s, horizontal, of the sole where it is
                                           ///< lowest: none for a foot that rolls
  std::vector<double> lowest;              ///< (F) m, of all collision points
  std::vector<Vec3> mass_centre;           ///< (F) m; empty if masses are unknown
  std::vector<double> outside_support;  ///< (F) m from the mass centre's foot point to the hull of
                                        ///< the soles where the source stands on all feet; empty
                                        ///< likewise
};

/// What one look at every pose of a robot tells.
struct Seen {
  Figure figure;
  Ground ground;
};
/// `stands` is the source's. Measures collisions too.
Seen see_poses(const Clip& clip, const RobotBody& body,
               const std::vector<std::vector<char>>& stands, int jobs, Measured& out);

/// out.timeline.source_stands is known.
void measure_feet(const Figure& source, const Figure& robot, const Ground& ground, Measured& out);
void measure_joints(const Clip& clip, const RobotBody& body, Measured& out);
/// What of measure_joints() can be asked of any source; `size`: robot over source.
void measure_source(const Clip& source, double size, Measured& out);
void measure_shape(const Figure& source, const Figure& robot, Measured& out);
void measure_balance(const Ground& ground, double fps, Measured& out);

/// The distance (m) of a point from the convex hull of points in the plane; 0 inside.
double distance_outside(const Eigen::Vector2d& p, std::vector<Eigen::Vector2d> points);

/// The part of a contact force that friction cannot give: distance from the cone of friction
/// coefficient 1 about z; of any force at all if there is no contact.
double unsupported(const Vec3& force, bool contact);

/// A mean that is 0 of nothing.
struct Mean {
  double sum = 0;
  int n = 0;
  void add(double v) { sum += v, ++n; }
  double value() const { return n ? sum / n : 0.0; }
};

}  // namespace motus::retarget
