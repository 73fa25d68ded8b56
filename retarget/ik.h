#pragma once
// One frame: the robot pose nearest to a target, inside all joint limits. States are of
// RobotBody::hinged: a ball's dofs are the angles of its hinges.
//
// Damped Gauss-Newton on root and dofs; every step is a quadratic program whose bounds are the
// joint limits (retarget/box.h), so no pose outside them is ever formed.
#include <optional>

#include "retarget/body.h"
#include "retarget/box.h"
#include "retarget/collide.h"
#include "retarget/hinges.h"
#include "retarget/model.h"
#include "retarget/normal.h"
#include "retarget/plan.h"
#include "retarget/wrist.h"

namespace motus::retarget {

/// Square roots of cost weights: positions per m, rotations per rad, directions per unit vector.
/// The rest pose outweighs the frame before by enough for a start to be forgotten within a second.
struct Weights {
  double planted = 150, swing = 60;          ///< ankle position
  double planted_turn = 12, swing_turn = 3;  ///< foot rotation
  double centre = 25, pelvis = 4, chest = 3, head = 1;
  double leg_direction = 0.7, knee_axis = 0.7;
  double arm_direction = 2, elbow_axis = 0.5, hand = 0.7;
  double apart = 350;     ///< gap of two bodies below a margin
  double floor = 400;     ///< depth of a collision point below z = 0
  double change = 0.1;    ///< from the frame before, per rad
  double rest = 0.06;     ///< from the rest pose, per rad
  double guide = 2.5;     ///< from where a shoulder is led, per rad, when far from it
  double near_limit = 6;  ///< within a margin of a limit, per rad
};

/// A state that a frame is pulled to, and how strongly (square roots of weights).
struct Pull {
  State to;
  double pos = 0;   ///< root position, per m
  double turn = 0;  ///< root rotation, per rad
  double dofs = 0;  ///< per rad
};

/// All terms, or only those that must hold: planted feet, floor, bodies apart, limits.
enum class Terms { all, hard };

inline constexpr double kFastest = 14.9;  ///< rad/s of any dof: less than half a radian a frame at
                                          ///< 30 frames/s

/// (D) rad/s that dofs shall stay below: what is known of their motors, and kFastest.
Eigen::VectorXd top_speeds(const Robot& robot);

/// Bounds (rad) of a dof that keep a limb to one way of reaching a rotation.
struct Branch {
  Eigen::Index dof = 0;
  double lower = 0, upper = 0;
};

class Solver {
 public:
  explicit Solver(const RobotBody& body, Weights weights = {});

  /// A pose for the first frame, from the robot's default pose.
  State start(const Target& target);

  /// The next frame's pose, `dt` seconds after `state`, by `iterations` steps at most.
  void solve(const Target& target, int iterations, double dt, State& state);

  /// The pose nearest to target and pull together, its bodies apart; no frame before it is asked.
  void refine(const Target& target, const Pull& pull, Terms terms, int iterations, State& state);

  const Model& model() const { return model_; }

 private:
  void linearise(const Target& t, const State& state, const Pull& pull, Terms terms);
  double step(const Target& t, State& state, double trust, const Eigen::VectorXd& before,
              double dt);
  void add_tasks(const Target& t);
  void plant_feet(const Target& t);
  void keep_above_floor();
  void keep_apart();
  bool nested(int a, int b) const;
  void keep_off_limits(const State& state);
  Quat world(const Quat& anatomical, int body) const;
  std::optional<Branch> branch(int trunk, int upper) const;
  void lead(int dof, double weight, double off);
  void turn_hands(const Target& t, const State& state);
  void guide_shoulders(const Target& t, const State& state);
  void forbid_overstretch(const Point& a, const Point& b, const Point& c, int upper, int lower,
                          const Vec3& axis, double start);
  void add_rotation(int body, const Quat& target, double weight);
  void add_segment(const Point& from, const Point& to, const Vec3& direction, double weight);
  void add_point(int body, const Vec3& world, const Vec3& target, double weight);
  void add_axis(int body, const Vec3& local, const Vec3& target, double weight);

  const RobotBody& body_;
  Weights w_;
  Model model_;
  BoxSolver box_;
  Collider collider_;
  Eigen::VectorXd rest_, lower_, upper_;  ///< lower_, upper_: of knees and elbows, tighter than the
                                          ///< robot's
  Eigen::VectorXd fastest_;               ///< rad/s
  Eigen::VectorXd margin_;                ///< rad, from a limit to where it is felt
  Eigen::VectorXd g_, lo_, hi_;
  Pull before_;
  TreeSystem h_;
  NormalEquations normal_;
  Hinges hinges_;
  std::array<Vec3, kMaxLegs> knee_axes_;
  std::array<Vec3, kMaxArms> elbow_axes_;
  std::array<Quat, kMaxArms> hands_;  ///< of a hand's body in its neutral frame
  std::array<std::optional<Branch>, kMaxArms> branches_;
  std::array<std::array<int, 3>, kMaxArms> shoulders_{};  ///< dofs, of those that can be guided
  std::array<std::optional<Wrist>, kMaxArms> wrists_;
  std::array<bool, kMaxArms> turns_hand_{};  ///< there is a wrist
  bool turns_head_ = false;
};

}  // namespace motus::retarget
