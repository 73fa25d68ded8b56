#pragma once
// Poses by formulas, where a robot's joints allow it: no iteration, no frame before, no start.
//
//  - four legs of three hinges (abduction, then thigh and calf about parallel axes that are square
//    to it): the abduction angle from the plane across it, the knee by the law of cosines;
//  - people whose hips, ankles and shoulders are balls and whose knees and elbows are balls or
//    hinges: rotations are carried over. A leg is a two-bone chain in the plane that fits the
//    target's best, the foot and the chest take their targets' rotations.
#include <complex>
#include <optional>

#include "retarget/model.h"
#include "retarget/plan.h"

namespace motus::retarget {

/// A leg of three hinges, in the trunk's frame at zero joint angles.
struct HingeLeg {
  std::array<int, 3> dofs{};                           ///< abduction, thigh, calf
  std::array<double, 3> sign{};                        ///< of the joints' axes against those below
  Vec3 origin = Vec3::Zero();                          ///< a point of the abduction axis
  Eigen::Matrix3d axes = Eigen::Matrix3d::Identity();  ///< columns: abduction, thigh, their normal
  double along = 0;                  ///< from origin to thigh joint, along the abduction axis
  double side = 0;                   ///< from origin to ankle along the thigh's axis
  double out = 0;                    ///< from origin to thigh joint along the normal
  std::complex<double> thigh, calf;  ///< segments in the leg's plane: normal + i abduction
  double down = -1;                  ///< sign of the normal on which the ankle lies
};

/// A limb of two bones that hangs on a ball.
struct BallLimb {
  int upper = -1, lower = -1, end = -1;  ///< bodies; the end's is -1 if it keeps its rest
  int upper_dof = 0, lower_dof = 0, end_dof = 0;
  bool lower_ball = false;
  double sign = 1;                                   ///< of a hinged knee's axis
  Vec3 bend = Vec3::UnitY();                         ///< axis that bends the joint, at zero angles
  Vec3 first = Vec3::Zero(), second = Vec3::Zero();  ///< bones, at zero angles
  Quat neutral = Quat::Identity();                   ///< from a hand at ease to the zero pose
  Quat socket = Quat::Identity();  ///< turn of what the ball sits in against the trunk
};

class ClosedForm {
 public:
  explicit ClosedForm(const RobotBody& body);

  /// Whether the robot is of one of these kinds.
  bool fits() const { return fits_; }

  /// The pose of a target. False if a limit or a leg's reach keeps a planted foot from its place; all
  /// else that a limit cuts off goes as far as it can, hinge by hinge. `state` is the frame before,
  /// which tells two forms of one rotation apart, or has no dofs.
  bool pose(const Target& target, State& state) const;

  /// Puts one foot's ankle at a place and gives the foot (but not a point foot) a rotation, for the
  /// root as it is. The leg's plane is as near as can be to the knee axis and the directions (zero:
  /// not asked) of `like`, which is not asked of four-legged robots. Returns as pose() does.
  bool place_foot(size_t leg, const Vec3& ankle, const Quat& foot, const LegAxes& like,
                  State& state) const;

  /// The world axis that bends a knee in the pose that `model` shows.
  Vec3 knee_axis(size_t leg, const Model& model) const;

 private:
  bool fit_hinge_leg(const Leg& leg);
  bool fit_limb(int upper, int lower, int end, const Point& joint, const Point& tip, bool knee,
                std::vector<BallLimb>& out);
  bool fit_spine(int from, int to, std::vector<int>& out) const;
  bool place_hinges(const HingeLeg& leg, const Vec3& ankle, State& state) const;
  void place_arm(const BallLimb& limb, const ArmPose& arm, const Quat& chest, State& state) const;
  bool set_ball(int body, const Quat& turn, State& state) const;
  bool set(int dof, double value, State& state) const;
  bool set(int dof, const Quat& ball, State& state) const;
  bool bend(const BallLimb& limb, double angle, State& state) const;
  void spread(const std::vector<int>& bodies, const Quat& turn, State& state) const;
  int ball_of(int body) const;

  const RobotBody& body_;
  bool fits_ = true;
  Eigen::VectorXd rest_, lower_, upper_;
  std::vector<HingeLeg> hinge_legs_;
  std::vector<BallLimb> legs_, arms_;
  std::vector<Vec3> hips_;         ///< of the ball legs, from the root, in its frame
  std::vector<int> spine_, neck_;  ///< bodies with balls
};

}  // namespace motus::retarget
