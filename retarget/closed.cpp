#include "retarget/closed.h"

#include <algorithm>
#include <cmath>

#include "motion/limits.h"
#include "retarget/frames.h"

namespace motus::retarget {

namespace {

constexpr double kSquare = 0.02;  // cosine of axes that count as square, sine of parallel ones
constexpr double kForearm = 16;   // weight of a forearm's direction against its elbow's axis
constexpr double kMet = 1e-6;     // rad or, of cosines, 1 beyond which a target is not met

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// The angle (rad) that turns the part of `a` square to a unit axis onto that of `b`.
double angle_about(const Vec3& axis, const Vec3& a, const Vec3& b) {
  return std::atan2(axis.dot(a.cross(b)), a.dot(b) - a.dot(axis) * b.dot(axis));
}

const Joint* only_joint(const Skeleton& s, int body) {
  const auto [first, last] = s.joints_of(body);
  return last - first == 1 ? &s.joints()[z(first)] : nullptr;
}

}  // namespace

ClosedForm::ClosedForm(const RobotBody& body) : body_(body) {
  const Skeleton& s = *body.robot.skeleton;
  const Eigen::Index n = s.dof_count();
  lower_.resize(n);
  upper_.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    lower_[i] = s.dofs()[static_cast<size_t>(i)].lower;
    upper_[i] = s.dofs()[static_cast<size_t>(i)].upper;
  }
  rest_ = Eigen::Map<const Eigen::VectorXd>(body.robot.default_dofs.data(), n);
  Frames rest = rest_.transpose();
  keep_limits(s, rest);
  rest_ = rest.transpose();
  const Rig& rig = body.rig;
  for (const Leg& leg : rig.legs) {
    if (rig.roles.quadruped) {
      fits_ = fits_ && fit_hinge_leg(leg);
      continue;
    }
    fits_ = fits_ && s.bodies()[z(leg.upper)].parent == 0 && leg.ankle.body == leg.foot &&
            leg.ankle.pos.isZero(1e-9) &&
            fit_limb(leg.upper, leg.lower, leg.foot, leg.knee, leg.ankle, true, legs_);
    if (fits_) hips_.push_back(body.zero.rot[0].conjugate() * body.zero.pos[z(leg.upper)]);
  }
  if (!fits_ || rig.roles.quadruped) return;
  const int trunk = rig.chest >= 0 ? rig.chest : rig.pelvis;
  fits_ = fit_spine(rig.pelvis, trunk, spine_) && fit_spine(trunk, rig.head, neck_);
  for (const Arm& arm : rig.arms) {
    fits_ = fits_ && fit_limb(arm.upper, arm.lower, -1, arm.elbow, arm.wrist, false, arms_);
    if (!fits_) return;
    BallLimb& limb = arms_.back();
    limb.neutral = forearm_frame(limb.second, limb.bend).conjugate();
    if (ball_of(arm.hand) >= 0 && s.bodies()[z(arm.hand)].parent == arm.lower) limb.end = arm.hand;
    // what lies between chest and shoulder keeps its rest
    for (int b = s.bodies()[z(arm.upper)].parent; b > trunk; b = s.bodies()[z(b)].parent) {
      const int dof = ball_of(b);
      const auto [first, last] = s.joints_of(b);
      if (dof < 0 && last > first) fits_ = false;
      if (dof < 0) continue;
      const Quat& zero = body.zero.rot[z(b)];
      arms_.back().socket =
          zero * exp_map(rest_.segment<3>(dof)) * zero.conjugate() * arms_.back().socket;
    }
  }
}

int ClosedForm::ball_of(int body) const {
  const Joint* joint = only_joint(*body_.robot.skeleton, body);
  return joint && joint->type == JointType::ball ? joint->dof : -1;
}

bool ClosedForm::fit_hinge_leg(const Leg& leg) {
  const Skeleton& s = *body_.robot.skeleton;
  const ZeroPose& zero = body_.zero;
  std::vector<const Joint*> joints;
  for (int b = leg.foot; b > 0; b = s.bodies()[z(b)].parent) {
    const auto [first, last] = s.joints_of(b);
    for (int j = last; j-- > first;) joints.push_back(&s.joints()[z(j)]);
  }
  std::reverse(joints.begin(), joints.end());
  if (joints.size() != 3) return false;
  const Quat out_of_root = zero.rot[0].conjugate();
  std::array<Vec3, 3> axis, at;
  HingeLeg out;
  for (size_t i = 0; i < 3; ++i) {
    if (joints[i]->type != JointType::hinge) return false;
    const size_t b = z(joints[i]->body);
    axis[i] = out_of_root * (zero.rot[b] * joints[i]->axis);
    at[i] = out_of_root * (zero.pos[b] - zero.pos[0]);
    out.dofs[i] = joints[i]->dof;
  }
  if (std::abs(axis[0].dot(axis[1])) > kSquare * kSquare ||
      axis[1].cross(axis[2]).norm() > kSquare * kSquare)
    return false;
  const Vec3 ankle = out_of_root * (zero.at(leg.ankle) - zero.pos[0]);
  out.axes << axis[0], axis[1], axis[0].cross(axis[1]);
  out.sign = {1, 1, axis[1].dot(axis[2]) > 0 ? 1.0 : -1.0};
  out.origin = at[0];
  const Vec3 hip = out.axes.transpose() * (at[1] - at[0]);
  const Vec3 thigh = out.axes.transpose() * (at[2] - at[1]);
  const Vec3 calf = out.axes.transpose() * (ankle - at[2]);
  out.along = hip.x();
  out.out = hip.z();
  out.side = hip.y() + thigh.y() + calf.y();
  out.thigh = {thigh.z(), thigh.x()};
  out.calf = {calf.z(), calf.x()};
  out.down = hip.z() + thigh.z() + calf.z() < 0 ? -1 : 1;
  if (std::min(std::abs(out.thigh), std::abs(out.calf)) < 1e-6) return false;
  hinge_legs_.push_back(out);
  return true;
}

bool ClosedForm::fit_limb(int upper, int lower, int end, const Point& joint, const Point& tip,
                          bool knee, std::vector<BallLimb>& out) {
  const Skeleton& s = *body_.robot.skeleton;
  const ZeroPose& zero = body_.zero;
  BallLimb limb;
  limb.upper = upper;
  limb.lower = lower;
  limb.end = end;
  limb.upper_dof = ball_of(upper);
  const Joint* middle = only_joint(s, lower);
  if (limb.upper_dof < 0 || !middle || s.bodies()[z(lower)].parent != upper) return false;
  if (end >= 0) {
    limb.end_dof = ball_of(end);
    if (limb.end_dof < 0 || s.bodies()[z(end)].parent != lower) return false;
  }
  limb.lower_dof = middle->dof;
  limb.lower_ball = middle->type == JointType::ball;
  limb.first = zero.at(joint) - zero.pos[z(upper)];
  limb.second = zero.at(tip) - zero.at(joint);
  limb.bend = zero.rot[z(upper)] * bend_axis(s, zero, upper, lower, limb.first, knee);
  if (!limb.lower_ball) limb.sign = (zero.rot[z(lower)] * middle->axis).dot(limb.bend) > 0 ? 1 : -1;
  if (std::min(limb.first.cross(limb.bend).norm(), limb.second.cross(limb.bend).norm()) < 1e-3)
    return false;
  out.push_back(limb);
  return true;
}

/// Bodies with balls between two; false if other joints are there.
bool ClosedForm::fit_spine(int from, int to, std::vector<int>& out) const {
  const Skeleton& s = *body_.robot.skeleton;
  for (int b = to; b > from; b = s.bodies()[z(b)].parent) {
    const auto [first, last] = s.joints_of(b);
    if (first == last) continue;
    if (ball_of(b) < 0) return false;
    out.insert(out.begin(), b);
  }
  return true;
}

bool ClosedForm::set(int dof, double value, State& state) const {
  state.dofs[dof] = std::clamp(value, lower_[dof], upper_[dof]);
  return std::abs(state.dofs[dof] - value) < kMet;
}

/// `turn`: of a body against its parent, both relative to their zero poses.
bool ClosedForm::set_ball(int body, const Quat& turn, State& state) const {
  const Quat& zero = body_.zero.rot[z(body)];
  const int dof = ball_of(body);
  // past half a turn the same rotation is one the other way round: that nearer to the frame before
  return set(dof, zero.conjugate() * turn * zero, state);
}

bool ClosedForm::set(int dof, const Quat& ball, State& state) const {
  Vec3 e = log_map_near(state.dofs.segment<3>(dof), ball);
  const bool cut = clamp_ball(&body_.robot.skeleton->dofs()[z(dof)], ball, e);
  state.dofs.segment<3>(dof) = e;
  return !cut;
}

bool ClosedForm::bend(const BallLimb& limb, double angle, State& state) const {
  if (!limb.lower_ball) return set(limb.lower_dof, limb.sign * angle, state);
  const Vec3 axis = body_.zero.rot[z(limb.lower)].conjugate() * limb.bend;
  return set(limb.lower_dof, Quat(Eigen::AngleAxisd(angle, axis)), state);
}

/// The same part of a turn at every ball.
void ClosedForm::spread(const std::vector<int>& bodies, const Quat& turn, State& state) const {
  if (bodies.empty()) return;
  const Quat part = exp_map(log_map(turn) / static_cast<double>(bodies.size()));
  for (const int b : bodies) set_ball(b, part, state);
}

bool ClosedForm::place_hinges(const HingeLeg& leg, const Vec3& ankle, State& state) const {
  const Vec3 v =
      leg.axes.transpose() * (state.root_rot.conjugate() * (ankle - state.root_pos) - leg.origin);
  // turning about the first axis leaves the distance across it
  const double across = v.y() * v.y() + v.z() * v.z() - leg.side * leg.side;
  bool met = across >= 0;
  const double out = leg.down * std::sqrt(std::max(0.0, across));
  const double first =
      std::remainder(std::atan2(v.z(), v.y()) - std::atan2(out, leg.side), 2 * M_PI);
  const std::complex<double> wanted(out - leg.out, v.x() - leg.along);
  // the law of cosines, and the branch that the limits leave
  const double cosine = (std::norm(wanted) - std::norm(leg.thigh) - std::norm(leg.calf)) /
                        (2 * std::abs(leg.thigh) * std::abs(leg.calf));
  met = met && std::abs(cosine) <= 1 + kMet;
  const double open = std::acos(std::clamp(cosine, -1.0, 1.0));
  const double zero = std::arg(leg.calf) - std::arg(leg.thigh);
  const int knee = leg.dofs[2];
  const double middle = 0.5 * (lower_[knee] + upper_[knee]);
  double third = 0, best = 1e9;
  for (const double way : {open, -open}) {
    const double angle = middle + std::remainder(leg.sign[2] * (way - zero) - middle, 2 * M_PI);
    if (std::abs(angle - middle) < best) best = std::abs(angle - middle), third = angle;
  }
  met = set(knee, third, state) && met;
  const std::complex<double> bent =
      leg.thigh + std::polar(1.0, leg.sign[2] * state.dofs[knee]) * leg.calf;
  const int hip = leg.dofs[1];
  const double centre = 0.5 * (lower_[hip] + upper_[hip]);
  const double second =
      centre + std::remainder(std::arg(wanted) - std::arg(bent) - centre, 2 * M_PI);
  met = set(hip, second, state) && met;
  return set(leg.dofs[0], first, state) && met;
}

bool ClosedForm::place_foot(size_t leg, const Vec3& ankle, const Quat& foot, const LegAxes& like,
                            State& state) const {
  if (!hinge_legs_.empty()) return place_hinges(hinge_legs_[leg], ankle, state);
  const BallLimb& l = legs_[leg];
  const Quat pelvis = state.root_rot * body_.zero.rot[0].conjugate();
  const Vec3 wanted = ankle - state.root_pos - state.root_rot * hips_[leg];
  const double u = l.first.dot(l.bend), v = l.second.dot(l.bend);
  const double a = l.first.squaredNorm() - u * u, b = l.second.squaredNorm() - v * v;
  const double cosine = (wanted.squaredNorm() - (u + v) * (u + v) - a - b) / (2 * std::sqrt(a * b));
  bool met = std::abs(cosine) <= 1 + kMet;
  const double angle =
      std::acos(std::clamp(cosine, -1.0, 1.0)) - angle_about(l.bend, l.first, l.second);
  met = bend(l, angle, state) && met;
  const Quat bent(Eigen::AngleAxisd(angle, l.bend));
  const Vec3 reach = l.first + bent * l.second;
  Quat thigh = frame_zy(wanted, like.knee_axis) * frame_zy(reach, l.bend).conjugate();
  // turning about the line from hip to ankle that brings all directions nearest (Wahba's problem
  // with one axis)
  const Vec3 line = unit(wanted, -Vec3::UnitZ());
  double across = 0, with = 0;
  const auto compare = [&](const Vec3& now, const Vec3& to) {
    across += line.dot(now.cross(to));
    with += now.dot(to) - line.dot(now) * line.dot(to);
  };
  compare(thigh * l.bend, like.knee_axis);
  compare(thigh * l.first.normalized(), like.thigh);
  compare(thigh * (bent * l.second.normalized()), like.shin);
  if (std::hypot(across, with) > 1e-6)
    thigh = Quat(Eigen::AngleAxisd(std::atan2(across, with), line)) * thigh;
  met = set_ball(l.upper, pelvis.conjugate() * thigh, state) && met;
  return set_ball(l.end, (thigh * bent).conjugate() * foot, state) && met;
}

Vec3 ClosedForm::knee_axis(size_t leg, const Model& model) const {
  if (legs_.empty()) return Vec3::UnitY();
  const BallLimb& l = legs_[leg];
  return model.axes(l.upper) * (body_.zero.rot[z(l.upper)].conjugate() * l.bend);
}

void ClosedForm::place_arm(const BallLimb& l, const ArmPose& arm, const Quat& chest,
                           State& state) const {
  Vec3 axis = arm.elbow_axis;
  const Vec3 normal = arm.upper.cross(arm.lower);
  if (!l.lower_ball) {
    // a hinge meets the forearm's direction by turning the upper arm: the more it is bent, the more
    // that is worth, the compromise of the solver's weights for the two
    const double bent = kForearm * normal.squaredNorm();
    axis = Eigen::AngleAxisd(bent / (1 + bent) * angle_about(arm.upper, axis, normal), arm.upper) *
           axis;
  }
  const Quat upper = frame_zy(arm.upper, axis) * frame_zy(l.first, l.bend).conjugate();
  const Vec3 forearm = upper.conjugate() * arm.lower;
  set_ball(l.upper, (chest * l.socket).conjugate() * upper, state);
  Quat bent = Quat::FromTwoVectors(l.second, forearm);
  if (l.lower_ball) {
    set_ball(l.lower, bent, state);
  } else {
    const double angle = angle_about(l.bend, l.second, forearm);
    bend(l, angle, state);
    bent = Eigen::AngleAxisd(angle, l.bend);
  }
  // a hand turns as far as its wrist lets it
  if (l.end >= 0) set_ball(l.end, (upper * bent).conjugate() * arm.hand * l.neutral, state);
}

bool ClosedForm::pose(const Target& t, State& state) const {
  if (state.dofs.size() == 0) state.dofs = rest_;
  state.root_rot = t.pelvis * body_.zero.rot[0];
  state.root_pos = t.centre - t.pelvis * body_.centre;
  const Rig& rig = body_.rig;
  bool met = true;
  for (size_t i = 0; i < rig.legs.size(); ++i) {
    const bool placed = place_foot(i, t.feet[i].ankle, t.feet[i].foot, t.legs[i], state);
    met = met && (placed || !t.feet[i].planted);
  }
  if (rig.roles.quadruped) return met;
  const Quat chest = spine_.empty() ? t.pelvis : t.chest;
  spread(spine_, t.pelvis.conjugate() * chest, state);
  spread(neck_, chest.conjugate() * t.head, state);
  for (size_t i = 0; i < arms_.size(); ++i) place_arm(arms_[i], t.arms[i], chest, state);
  return met;
}

}  // namespace motus::retarget
