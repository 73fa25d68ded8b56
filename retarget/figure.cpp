#include "retarget/figure.h"

#include "motion/kinematics.h"
#include "retarget/parallel.h"

namespace motus::retarget {

namespace {

constexpr int kBlock = 128;  // frames a thread takes at a time

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

}  // namespace

FigureReader::FigureReader(const Rig& rig)
    : rig_(rig), rigid_(rig.skeleton->kind() == SkeletonKind::robot) {
  for (const Leg& leg : rig.legs) tips_.push_back(foot_tip(*rig.skeleton, leg));
  add("pelvis", rig.pelvis);
  add("torso", rig.chest);
  if (!rig.roles.quadruped) {
    for (const Leg& leg : rig.legs) add(leg.name + "foot", leg.foot);
  }
  for (const Arm& arm : rig.arms) add(arm.name + "hand", arm.hand);
  if (!rigid_) return;
  const ZeroPose zero(*rig.skeleton);
  const Quat back = zero.rot[z(rig.pelvis)].conjugate();
  for (const Leg& leg : rig.legs) {
    const Vec3 hip = back * (zero.at(leg.hip) - zero.pos[z(rig.pelvis)]);
    hips_ += hip / static_cast<double>(rig.legs.size());
    left_ += leg.side * hip;
  }
}

void FigureReader::add(const std::string& name, int body) {
  if (body >= 0) bodies_.push_back({name, body});
}

Figure FigureReader::blank(double fps, int frames) const {
  const size_t n = z(frames);
  Figure out;
  out.fps = fps;
  const auto limb = [&](const std::string& name) {
    LimbTrack t;
    t.name = name;
    for (auto* v : {&t.root, &t.joint, &t.end}) v->resize(n);
    return t;
  };
  for (const Leg& leg : rig_.legs) out.legs.push_back(limb(leg.name + "leg"));
  for (const Arm& arm : rig_.arms) out.arms.push_back(limb(arm.name + "arm"));
  for (const Named& b : bodies_) out.bodies.push_back({b.name, std::vector<Quat>(n)});
  out.toes.resize(n * rig_.legs.size());
  out.centre.resize(n);
  out.left.resize(n);
  if (!rig_.arms.empty()) out.neck.resize(n);
  return out;
}

void FigureReader::finish(Figure& out) const {
  if (out.centre.empty()) return;
  for (auto* limbs : {&out.legs, &out.arms}) {
    for (LimbTrack& t : *limbs)
      t.length = (t.joint[0] - t.root[0]).norm() + (t.end[0] - t.joint[0]).norm();
  }
  for (const LimbTrack& t : out.legs)
    out.leg_length += t.length / static_cast<double>(out.legs.size());
}

Figure figure(const Clip& clip, const Rig& rig, int jobs) {
  const FigureReader reader(rig);
  Figure out = reader.blank(clip.fps, clip.frames());
  for_blocks(clip.frames(), kBlock, jobs, [&] {
    return [&, rotations = std::vector<Quat>(), p = BodyPoses()](int first, int last) mutable {
      for (int f = first; f < last; ++f) {
        joint_rotations(clip, f, rotations);
        forward(*clip.skeleton, clip.root_pos_at(f), clip.root_rot_at(f), rotations, p);
        reader.read(
            f, [&](const Point& q) { return Vec3(p.pos[z(q.body)] + p.rot[z(q.body)] * q.pos); },
            [&](int body) { return p.rot[z(body)]; }, out);
      }
    };
  });
  reader.finish(out);
  return out;
}

}  // namespace motus::retarget
