// What a motion asks of motors: torques against equilibria that are known otherwise.
#include "sim/clip_physics.h"

#include <algorithm>
#include <cmath>

#include "formats/mjcf.h"
#include "motion/metrics.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::sim;

namespace {

constexpr double kFps = 30;
constexpr int kFrames = 5, kMiddle = 2;

/// The default pose, or one changed from it, with the soles on the floor in the middle frame and the
/// root going up or down at `acceleration`.
Clip still(const Robot& robot, const std::vector<double>& dofs, double acceleration) {
  Clip c;
  c.name = "still";
  c.skeleton = robot.skeleton;
  c.fps = kFps;
  c.root_pos = Frames::Zero(kFrames, 3);
  c.root_rot = Frames::Zero(kFrames, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos.resize(kFrames, robot.skeleton->dof_count());
  for (int f = 0; f < kFrames; ++f)
    c.dof_pos.row(f) =
        Eigen::Map<const Eigen::RowVectorXd>(dofs.data(), static_cast<Eigen::Index>(dofs.size()));
  const double lowest = floor_tracks(c, floor_points(robot), OwnFloor::no).clearance.minCoeff();
  for (int f = 0; f < kFrames; ++f) {
    const double t = (f - kMiddle) / kFps;
    c.root_pos(f, 2) = 0.5 * acceleration * t * t - lowest;
  }
  return c;
}

size_t index(const Robot& robot, const std::string& dof) {
  const auto& dofs = robot.skeleton->dofs();
  const auto at =
      std::find_if(dofs.begin(), dofs.end(), [&](const Dof& d) { return d.name == dof; });
  REQUIRE(at != dofs.end());
  return static_cast<size_t>(at - dofs.begin());
}

double torque(const CheckPhysics& p, const Robot& robot, const std::string& dof) {
  return p.torque(kMiddle, static_cast<Eigen::Index>(index(robot, dof)));
}

}  // namespace

TEST_CASE("standing asks little of motors, falling nothing") {
  const Robot g1 = formats::load_robot("g1");
  const CheckPhysics stands = clip_physics(still(g1, g1.default_dofs, 0), g1);
  for (size_t d = 0; d < g1.default_dofs.size(); ++d)
    CHECK(std::abs(stands.torque(kMiddle, static_cast<Eigen::Index>(d))) < stands.torque_limit[d]);
  CHECK(torque(stands, g1, "left_knee_joint") ==
        Approx(torque(stands, g1, "right_knee_joint")).margin(1));
  // a free fall asks nothing of anybody
  const CheckPhysics falls = clip_physics(still(g1, g1.default_dofs, -9.81), g1);
  CHECK(falls.torque.row(kMiddle).cwiseAbs().maxCoeff() < 0.5);
}

TEST_CASE("feet wide apart press together where that spares the motors") {
  const Robot g1 = formats::load_robot("g1");
  std::vector<double> wide = g1.default_dofs;
  wide[index(g1, "left_hip_roll_joint")] = 0.9;
  wide[index(g1, "right_hip_roll_joint")] = -0.9;
  const double up = 6;
  const CheckPhysics p = clip_physics(still(g1, wide, up), g1);
  // legs that only carry turn the hips by half the weight times how far the feet stand out: the leg is
  // 0.6 m long, and a fifth of the weight is its own
  double mass = 0;
  for (const double m : g1.masses) mass += m;
  const double carried = 0.5 * 0.8 * mass * (9.81 + up) * 0.6 * std::sin(0.9);
  const size_t hip = index(g1, "left_hip_roll_joint");
  REQUIRE(carried > 1.1 * p.torque_limit[hip]);
  CHECK(std::abs(torque(p, g1, "left_hip_roll_joint")) < p.torque_limit[hip]);
  CHECK(std::abs(torque(p, g1, "right_hip_roll_joint")) < p.torque_limit[hip]);
}
