#include "retarget/ik.h"

#include <algorithm>
#include <cmath>

#include "retarget/balls.h"
#include "retarget/frames.h"
#include "retarget/guard.h"

namespace motus::retarget {

namespace {

constexpr double kDamping = 1e-4;
constexpr double kTrust = 0.6;        // rad or m a step may move
constexpr double kSmallStep = 0.015;  // rad or m
constexpr int kStartIterations = 60;
constexpr double kStartTrust = 0.25;
constexpr double kStartKnee = 0.4;     // rad of bend that the first frame is sought from
constexpr double kBranchMargin = 0.1;  // rad
constexpr double kMargin = 0.08;       // rad from a limit, where it begins to be felt
constexpr double kMarginShare = 0.1;   // of the range at most
constexpr double kSpeedShare = 0.92;   // of what a motor can do: planting takes a little more
constexpr double kHingeShare = 0.85;   // of a ball's speed, which its hinges add up to
constexpr double kAnySpeed = 1;        // s, in which every dof can move as far as it likes
constexpr double kNearFloor = 0.05;    // m, heights that a step may bring to the floor
constexpr double kNearBody = 0.02;     // m, likewise gaps between bodies
constexpr double kNearLimit = 0.2;     // rad, likewise
constexpr double kNearGuide = 0.5;     // rad from its guide within which a shoulder is free
constexpr double kLeastBend = 0.03;    // rad a knee or elbow stays bent

}  // namespace

Eigen::VectorXd top_speeds(const Robot& robot) {
  Eigen::VectorXd v = Eigen::VectorXd::Constant(robot.skeleton->dof_count(), kFastest);
  for (const Joint& j : robot.skeleton->joints()) {
    if (j.type == JointType::ball) v.segment<3>(j.dof) *= kHingeShare;
  }
  for (size_t i = 0; i < robot.speed_limits.size(); ++i) {
    const double limit = kSpeedShare * robot.speed_limits[i];
    if (limit > 0)
      v[static_cast<Eigen::Index>(i)] = std::min(v[static_cast<Eigen::Index>(i)], limit);
  }
  return v;
}

Solver::Solver(const RobotBody& body, Weights weights)
    : body_(body),
      w_(weights),
      model_(body.hinged),
      collider_(body),
      h_(model_.dim_parents()),
      normal_(model_) {
  const Skeleton& s = *body.robot.skeleton;
  const Eigen::Index n = model_.dims();
  g_.resize(n);
  lo_.resize(n);
  hi_.resize(n);
  rest_ = Eigen::Map<const Eigen::VectorXd>(body.robot.default_dofs.data(), n - 6);
  Balls(s).to_angles(rest_);
  fastest_ = top_speeds(body.robot);
  lower_ = model_.lower();
  upper_ = model_.upper();
  for (size_t i = 0; i < body.rig.legs.size(); ++i) {
    const Leg& leg = body.rig.legs[i];
    if (body.rig.roles.quadruped) continue;  // their limits say which way a knee bends
    knee_axes_[i] = bend_axis(s, body.zero, leg.upper, leg.lower,
                              body.zero.at(leg.knee) - body.zero.at(leg.hip), true);
    forbid_overstretch(leg.hip, leg.knee, leg.ankle, leg.upper, leg.lower, knee_axes_[i],
                       kStartKnee);
    if (const std::optional<Branch> b = branch(body.rig.pelvis, leg.upper)) {
      lower_[b->dof] = std::max(lower_[b->dof], b->lower);
      upper_[b->dof] = std::min(upper_[b->dof], b->upper);
    }
  }
  for (size_t i = 0; i < body.rig.arms.size(); ++i) {
    const Arm& arm = body.rig.arms[i];
    elbow_axes_[i] = bend_axis(s, body.zero, arm.upper, arm.lower,
                               body.zero.at(arm.elbow) - body.zero.at(arm.shoulder), false);
    const Quat neutral =
        forearm_frame(body.zero.at(arm.wrist) - body.zero.at(arm.elbow),
                      body.zero.rot[static_cast<size_t>(arm.upper)] * elbow_axes_[i]);
    hands_[i] = neutral.conjugate() * body.zero.rot[static_cast<size_t>(arm.hand)];
    turns_hand_[i] = model_.chain(arm.hand).size() > model_.chain(arm.lower).size();
    wrists_[i] = wrist(body, arm);
    branches_[i] = branch(body.rig.chest >= 0 ? body.rig.chest : body.rig.pelvis, arm.upper);
    if (const std::optional<Shoulder> s3 = shoulder(body, i)) shoulders_[i] = s3->dofs;
    forbid_overstretch(arm.shoulder, arm.elbow, arm.wrist, arm.upper, arm.lower, elbow_axes_[i],
                       0.0);
  }
  rest_ = rest_.cwiseMax(lower_).cwiseMin(upper_);
  margin_ = (kMarginShare * (model_.upper() - model_.lower())).cwiseMin(kMargin);
  const int trunk = body.rig.chest >= 0 ? body.rig.chest : body.rig.pelvis;
  turns_head_ =
      body.rig.head >= 0 && model_.chain(body.rig.head).size() > model_.chain(trunk).size();
}

/// Legs and arms that bend one way stay on that side of straight: behind it lies a mirror solution
/// that a limit cuts off.
void Solver::forbid_overstretch(const Point& a, const Point& b, const Point& c, int upper,
                                int lower, const Vec3& axis, double start) {
  const Skeleton& s = model_.skeleton();
  const ZeroPose& zero = body_.zero;
  const auto [first, last] = s.joints_of(lower);
  // one hinge, or those of a ball
  if (last - first != 1 && last - first != 3) return;
  const Vec3 bend = zero.rot[static_cast<size_t>(upper)] * axis;
  // the dof that bends the joint, and which way
  int dof = 0;
  double sign = 0;
  for (int j = first; j < last; ++j) {
    const Joint& joint = s.joints()[static_cast<size_t>(j)];
    const Vec3 about = zero.rot[static_cast<size_t>(lower)] * joint.axis;
    if (std::abs(about.dot(bend)) < 0.9) continue;
    dof = joint.dof;
    sign = about.dot(bend) > 0 ? 1 : -1;
  }
  if (sign == 0) return;
  const Vec3 u = zero.at(b) - zero.at(a), l = zero.at(c) - zero.at(b);
  // how far the zero pose is bent, and so the angle at which the limb is straight
  const double bent = std::atan2(u.cross(l).dot(bend), u.dot(l) - u.dot(bend) * l.dot(bend));
  const double straight = sign * -bent;
  double& low = lower_[dof];
  double& high = upper_[dof];
  if (sign > 0) {
    low = std::min(std::max(low, straight + kLeastBend), high);
  } else {
    high = std::max(std::min(high, straight - kLeastBend), low);
  }
  const double begin = straight + sign * start;
  if (start > 0 && sign * (rest_[dof] - begin) < 0) rest_[dof] = begin;
}

/// Three hinges in a row reach every rotation twice, on two branches that meet where the first and
/// the third axis are parallel. A limb that strays to the other branch ends at a limit with no way
/// back, so the middle hinge is kept between the two places around its zero, unless the guard has
/// looked ahead.
std::optional<Branch> Solver::branch(int trunk, int upper) const {
  const Skeleton& s = *body_.robot.skeleton;
  std::vector<const Joint*> joints;
  for (int b = upper; b > trunk; b = s.bodies()[static_cast<size_t>(b)].parent) {
    const auto [first, last] = s.joints_of(b);
    for (int j = last; j-- > first;) joints.push_back(&s.joints()[static_cast<size_t>(j)]);
  }
  const auto hinge = [](const Joint* j) { return j->type == JointType::hinge; };
  if (joints.size() != 3 || !std::all_of(joints.begin(), joints.end(), hinge)) return {};
  const auto axis = [&](const Joint* j) {
    return Vec3(body_.zero.rot[static_cast<size_t>(j->body)] * j->axis);
  };
  const Vec3 third = axis(joints[0]), second = axis(joints[1]), first = axis(joints[2]);
  if (std::abs(first.dot(second)) > 0.2 || std::abs(third.dot(second)) > 0.2) return {};
  // turning the third axis about the second by this angle lays it on the first
  const double meet = std::atan2(third.cross(first).dot(second), third.dot(first));
  const double above = meet > 0 ? meet : meet + M_PI, below = above - M_PI;
  const int dof = joints[1]->dof;
  if (lower_[dof] > above - kBranchMargin || upper_[dof] < below + kBranchMargin) return {};
  return Branch{dof, below + kBranchMargin, above - kBranchMargin};
}

/// Wrists of three hinges are set, not sought: the hand follows the forearm of this step.
void Solver::turn_hands(const Target& t, const State& state) {
  for (size_t i = 0; i < body_.rig.arms.size(); ++i) {
    if (!wrists_[i]) continue;
    const Arm& arm = body_.rig.arms[i];
    const std::vector<Quat>& zero = body_.zero.rot;
    const Quat forearm = model_.rot(arm.lower) * zero[static_cast<size_t>(arm.lower)].conjugate();
    const Quat hand = t.arms[i].hand * hands_[i] * zero[static_cast<size_t>(arm.hand)].conjugate();
    Vec3 now;
    for (size_t k = 0; k < 3; ++k)
      now[static_cast<Eigen::Index>(k)] = state.dofs[wrists_[i]->dofs[k]];
    const Vec3 off = wrist_angles(*wrists_[i], forearm.conjugate() * hand, now) - now;
    for (size_t k = 0; k < 3; ++k)
      lead(wrists_[i]->dofs[k], w_.hand, off[static_cast<Eigen::Index>(k)]);
  }
}

/// A shoulder that is on another way than its guide is brought over; one that is near to it is free
/// to do better.
void Solver::guide_shoulders(const Target& t, const State& state) {
  for (size_t i = 0; i < t.shoulders.size(); ++i) {
    if (!t.shoulders[i]) continue;
    Vec3 off;
    for (size_t k = 0; k < 3; ++k)
      off[static_cast<Eigen::Index>(k)] =
          (*t.shoulders[i])[static_cast<Eigen::Index>(k)] - state.dofs[shoulders_[i][k]];
    const double away = std::clamp((off.cwiseAbs().maxCoeff() - kNearGuide) / kNearGuide, 0.0, 1.0);
    if (away == 0) continue;
    for (size_t k = 0; k < 3; ++k)
      lead(shoulders_[i][k], w_.guide * away, off[static_cast<Eigen::Index>(k)]);
  }
}

void Solver::keep_above_floor() {
  for (const CollisionPoint& c : body_.robot.collision_points) {
    const Vec3 p = model_.at(c.body, c.pos);
    const double height = p.z() - c.radius;
    if (height > kNearFloor) continue;
    hinges_.begin(height, w_.floor);
    model_.rise(c.body, p, [&](int dim, double slope) { hinges_.derivative(dim, slope); });
  }
}

/// True if all that moves one of two bodies moves the other.
bool Solver::nested(int a, int b) const {
  const std::vector<int>&first = model_.chain(a), &second = model_.chain(b);
  const size_t shorter = std::min(first.size(), second.size()) - 1;
  return first[shorter] == second[shorter];
}

/// The gap of two capsules changes by the relative velocity of their nearest points along the line
/// between them.
void Solver::keep_apart() {
  for (const Contact& c : collider_.near(model_, kNearBody)) {
    const Vec3 along = (c.b - c.a).normalized();
    hinges_.begin(c.gap - c.margin, w_.apart, !nested(c.body_a, c.body_b));
    model_.approach(c.body_a, c.a, c.body_b, c.b, along,
                    [&](int dim, double slope) { hinges_.derivative(dim, slope); });
  }
}

void Solver::add_rotation(int body, const Quat& target, double weight) {
  normal_.rotation(body, log_map(target * model_.rot(body).conjugate()), weight * weight);
}

void Solver::add_segment(const Point& from, const Point& to, const Vec3& direction, double weight) {
  normal_.segment(model_, from.body, model_.at(from.body, from.pos), to.body,
                  model_.at(to.body, to.pos), direction, weight * weight);
}

void Solver::add_axis(int body, const Vec3& local, const Vec3& target, double weight) {
  const Vec3 now = model_.axes(body) * local;
  normal_.direction(body, now, target - now, weight * weight);
}

void Solver::add_point(int body, const Vec3& world, const Vec3& target, double weight) {
  normal_.point(body, world, target - world, weight * weight);
}

/// Anatomical frames are the zero pose's: body rotation = anatomical * zero rotation.
Quat Solver::world(const Quat& anatomical, int body) const {
  return anatomical * body_.zero.rot[static_cast<size_t>(body)];
}

void Solver::add_tasks(const Target& t) {
  const Rig& rig = body_.rig;
  const Vec3 centre = model_.at(0, body_.zero.rot[0].conjugate() * body_.centre);
  add_point(0, centre, t.centre, w_.centre);
  add_rotation(0, world(t.pelvis, 0), w_.pelvis);
  if (rig.chest >= 0) add_rotation(rig.chest, world(t.chest, rig.chest), w_.chest);
  if (turns_head_) add_rotation(rig.head, world(t.head, rig.head), w_.head);

  for (size_t i = 0; i < rig.legs.size(); ++i) {
    const Leg& leg = rig.legs[i];
    const FootTarget& foot = t.feet[i];
    if (!foot.planted) {
      const Vec3 ankle = model_.at(leg.ankle.body, leg.ankle.pos);
      add_point(leg.ankle.body, ankle, foot.ankle, w_.swing);
    }
    if (rig.roles.quadruped) continue;
    if (!foot.planted) add_rotation(leg.foot, world(foot.foot, leg.foot), w_.swing_turn);
    add_segment(leg.hip, leg.knee, t.legs[i].thigh, w_.leg_direction);
    add_segment(leg.knee, leg.ankle, t.legs[i].shin, w_.leg_direction);
    add_axis(leg.upper, knee_axes_[i], t.legs[i].knee_axis, w_.knee_axis);
  }
  for (size_t i = 0; i < rig.arms.size(); ++i) {
    const Arm& arm = rig.arms[i];
    add_segment(arm.shoulder, arm.elbow, t.arms[i].upper, w_.arm_direction);
    add_segment(arm.elbow, arm.wrist, t.arms[i].lower, w_.arm_direction);
    add_axis(arm.upper, elbow_axes_[i], t.arms[i].elbow_axis, w_.elbow_axis);
    if (turns_hand_[i] && !wrists_[i]) add_rotation(arm.hand, t.arms[i].hand * hands_[i], w_.hand);
  }
}

/// The point of the sole that a planted foot stands on stays where it is, whatever the foot turns.
void Solver::plant_feet(const Target& t) {
  for (size_t i = 0; i < body_.rig.legs.size(); ++i) {
    const Leg& leg = body_.rig.legs[i];
    const FootTarget& foot = t.feet[i];
    if (!foot.planted) continue;
    const Quat now =
        model_.rot(leg.foot) * body_.zero.rot[static_cast<size_t>(leg.foot)].conjugate();
    const Vec3 touch = model_.at(leg.ankle.body, leg.ankle.pos) + now * foot.touch;
    add_point(leg.foot, touch, foot.ankle + foot.foot * foot.touch, w_.planted);
    if (!body_.rig.roles.quadruped)
      add_rotation(leg.foot, world(foot.foot, leg.foot), w_.planted_turn);
  }
}

void Solver::keep_off_limits(const State& state) {
  for (Eigen::Index i = 0; i < rest_.size(); ++i) {
    const double below = state.dofs[i] - model_.lower()[i] - margin_[i];
    const double above = model_.upper()[i] - margin_[i] - state.dofs[i];
    const double nearest = std::min(below, above);
    if (nearest > kNearLimit) continue;
    hinges_.begin(nearest, w_.near_limit);
    hinges_.derivative(static_cast<int>(6 + i), below < above ? 1 : -1);
  }
}

void Solver::linearise(const Target& t, const State& state, const Pull& pull, Terms terms) {
  hinges_.clear();
  model_.update(state);
  normal_.begin(model_);
  if (terms == Terms::all) add_tasks(t);
  plant_feet(t);
  if (pull.turn > 0) add_rotation(0, pull.to.root_rot, pull.turn);
  if (pull.pos > 0) add_point(0, state.root_pos, pull.to.root_pos, pull.pos);
  normal_.assemble(model_, h_, g_);
  keep_above_floor();
  keep_off_limits(state);
  const double rest = terms == Terms::all ? w_.rest * w_.rest : 0, dofs = pull.dofs * pull.dofs;
  for (int i = 0; i < h_.size(); ++i) {
    h_.diagonal(i) += kDamping;
    if (i < 6) continue;
    const Eigen::Index d = i - 6;
    h_.diagonal(i) += rest + dofs;
    g_[i] += rest * (rest_[d] - state.dofs[d]) + dofs * (pull.to.dofs[d] - state.dofs[d]);
  }
  if (terms == Terms::hard) return;
  guide_shoulders(t, state);
  turn_hands(t, state);
}

void Solver::lead(int dof, double weight, double off) {
  h_.diagonal(6 + dof) += weight * weight;
  g_[6 + dof] += weight * weight * off;
}

/// Returns the largest change (m or rad).
double Solver::step(const Target& t, State& state, double trust, const Eigen::VectorXd& before,
                    double dt) {
  lo_.setConstant(-trust);
  hi_.setConstant(trust);
  // the state lies within all of these, so zero is always allowed
  for (Eigen::Index i = 0; i < rest_.size(); ++i) {
    const double q = state.dofs[i], reach = fastest_[i] * dt;
    lo_[6 + i] = std::max({-trust, lower_[i] - q, before[i] - reach - q});
    hi_[6 + i] = std::min({trust, upper_[i] - q, before[i] + reach - q});
  }
  for (size_t i = 0; i < branches_.size(); ++i) {
    if (!branches_[i] || t.shoulders[i]) continue;
    const Branch& b = *branches_[i];
    const double q = state.dofs[b.dof];
    lo_[6 + b.dof] = std::max(lo_[6 + b.dof], std::min(0.0, b.lower - q));
    hi_[6 + b.dof] = std::min(hi_[6 + b.dof], std::max(0.0, b.upper - q));
  }
  const Eigen::VectorXd& x = hinges_.solve(box_, h_, g_, lo_, hi_);
  model_.advance(state, x);
  return x.cwiseAbs().maxCoeff();
}

State Solver::start(const Target& target) {
  State state;
  state.dofs = rest_;
  state.root_rot = target.pelvis * body_.zero.rot[0];
  state.root_pos = target.centre - target.pelvis * body_.centre;
  before_.dofs = 0;
  for (int k = 0; k < kStartIterations; ++k) {
    before_.to.dofs = state.dofs;
    linearise(target, state, before_, Terms::all);
    step(target, state, kStartTrust, state.dofs, kAnySpeed);
  }
  return state;
}

void Solver::solve(const Target& target, int iterations, double dt, State& state) {
  before_.to.dofs = state.dofs;
  before_.dofs = w_.change;
  for (int k = 0; k < iterations; ++k) {
    linearise(target, state, before_, Terms::all);
    // what the next step would change is the square of this one's
    if (step(target, state, kTrust, before_.to.dofs, dt) < kSmallStep) break;
  }
}

void Solver::refine(const Target& target, const Pull& pull, Terms terms, int iterations,
                    State& state) {
  state.dofs = state.dofs.cwiseMax(lower_).cwiseMin(upper_);
  for (int k = 0; k < iterations; ++k) {
    linearise(target, state, pull, terms);
    keep_apart();
    step(target, state, kTrust, state.dofs, kAnySpeed);
  }
}

}  // namespace motus::retarget
