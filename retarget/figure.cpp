#include "retarget/figure.h"

#include "motion/kinematics.h"

namespace motus::retarget {

namespace {

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// The point of a foot farthest from its ankle that the skeleton knows.
Point foot_tip(const Skeleton& s, const Leg& leg) {
  if (leg.toe >= 0) return {leg.toe, Vec3::Zero()};
  Point tip = leg.ankle;
  double far = 0;
  for (const EndSite& e : s.end_sites()) {
    const double d = (e.pos - leg.ankle.pos).norm();
    if (e.body == leg.foot && d > far) far = d, tip = {leg.foot, e.pos};
  }
  return tip;
}

/// A robot's hips in its pelvis, with all joints at zero: the hinges of one hip lie apart, so that
/// any one of their origins moves as others turn.
struct Hips {
  bool rigid = false;
  Vec3 centre = Vec3::Zero(), left = Vec3::Zero();
};

Hips hips_of(const Rig& rig) {
  Hips out;
  out.rigid = rig.skeleton->kind() == SkeletonKind::robot;
  if (!out.rigid) return out;
  const ZeroPose zero(*rig.skeleton);
  const Quat back = zero.rot[z(rig.pelvis)].conjugate();
  for (const Leg& leg : rig.legs) {
    const Vec3 hip = back * (zero.at(leg.hip) - zero.pos[z(rig.pelvis)]);
    out.centre += hip / static_cast<double>(rig.legs.size());
    out.left += leg.side * hip;
  }
  return out;
}

}  // namespace

Figure figure(const Clip& clip, const Rig& rig) {
  Figure out;
  out.fps = clip.fps;
  const size_t frames = z(clip.frames());
  const auto add_limb = [&](std::vector<LimbTrack>& to, const std::string& name) {
    LimbTrack t;
    t.name = name;
    for (auto* v : {&t.root, &t.joint, &t.end}) v->reserve(frames);
    to.push_back(std::move(t));
  };
  std::vector<Point> tips;
  for (const Leg& leg : rig.legs) {
    add_limb(out.legs, leg.name + "leg");
    tips.push_back(foot_tip(*rig.skeleton, leg));
  }
  for (const Arm& arm : rig.arms) add_limb(out.arms, arm.name + "arm");
  std::vector<int> bodies;
  const auto add_body = [&](const std::string& name, int body) {
    if (body < 0) return;
    bodies.push_back(body);
    out.bodies.push_back({name, {}});
    out.bodies.back().rot.reserve(frames);
  };
  add_body("pelvis", rig.pelvis);
  add_body("torso", rig.chest);
  if (!rig.roles.quadruped) {
    for (const Leg& leg : rig.legs) add_body(leg.name + "foot", leg.foot);
  }
  for (const Arm& arm : rig.arms) add_body(arm.name + "hand", arm.hand);

  const size_t legs = rig.legs.size();
  const Hips hips = hips_of(rig);
  out.toes.resize(legs * frames);
  for (int f = 0; f < clip.frames(); ++f) {
    const BodyPoses p = forward(clip, f);
    const auto at = [&](const Point& q) {
      return Vec3(p.pos[z(q.body)] + p.rot[z(q.body)] * q.pos);
    };
    Vec3 centre = Vec3::Zero(), neck = Vec3::Zero(), left = Vec3::Zero();
    for (size_t i = 0; i < legs; ++i) {
      const Leg& leg = rig.legs[i];
      LimbTrack& t = out.legs[i];
      t.root.push_back(at(leg.hip));
      t.joint.push_back(at(leg.knee));
      t.end.push_back(at(leg.ankle));
      out.toes[i * frames + z(f)] = at(tips[i]);
      centre += t.root.back() / static_cast<double>(legs);
      left += leg.side * t.root.back();
    }
    if (hips.rigid) {
      const Quat& turn = p.rot[z(rig.pelvis)];
      centre = p.pos[z(rig.pelvis)] + turn * hips.centre;
      left = turn * hips.left;
    }
    out.centre.push_back(centre);
    out.left.push_back(left);
    for (size_t i = 0; i < rig.arms.size(); ++i) {
      const Arm& arm = rig.arms[i];
      LimbTrack& t = out.arms[i];
      t.root.push_back(at(arm.shoulder));
      t.joint.push_back(at(arm.elbow));
      t.end.push_back(at(arm.wrist));
      neck += 0.5 * t.root.back();
    }
    if (!rig.arms.empty()) out.neck.push_back(neck);
    for (size_t b = 0; b < bodies.size(); ++b) out.bodies[b].rot.push_back(p.rot[z(bodies[b])]);
  }
  if (frames == 0) return out;
  for (auto* limbs : {&out.legs, &out.arms}) {
    for (LimbTrack& t : *limbs)
      t.length = (t.joint[0] - t.root[0]).norm() + (t.end[0] - t.joint[0]).norm();
  }
  for (const LimbTrack& t : out.legs) out.leg_length += t.length / static_cast<double>(legs);
  return out;
}

}  // namespace motus::retarget
