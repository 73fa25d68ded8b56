#include "retarget/source_frames.h"

#include <algorithm>

#include "motion/clip.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::retarget {

namespace {

/// True of every body that the rig speaks about.
std::vector<char> named_bodies(const Rig& rig) {
  std::vector<char> named(rig.skeleton->bodies().size(), 0);
  const auto name = [&](std::initializer_list<int> bodies) {
    for (const int b : bodies) {
      if (b >= 0) named[static_cast<size_t>(b)] = 1;
    }
  };
  name({rig.pelvis, rig.chest, rig.neck, rig.head});
  for (const Leg& l : rig.legs)
    name({l.upper, l.lower, l.foot, l.toe, l.hip.body, l.knee.body, l.ankle.body});
  for (const Arm& a : rig.arms)
    name({a.upper, a.lower, a.hand, a.shoulder.body, a.elbow.body, a.wrist.body});
  return named;
}

}  // namespace

SourceFrames::SourceFrames(const Clip& clip, const Rig& rig, int jobs)
    : rig_(rig), jobs_(jobs), frames_(static_cast<size_t>(clip.frames())) {
  for (const char named : named_bodies(rig))
    slots_.push_back(named ? static_cast<int>(bodies_++) : -1);
  pos_.resize(frames_ * bodies_);
  rot_.resize(frames_ * bodies_);
  constexpr int kBlock = 64;
  for_blocks(clip.frames(), kBlock, jobs, [&] {
    return [&, rotations = std::vector<Quat>(), pose = BodyPoses()](int first, int last) mutable {
      for (int f = first; f < last; ++f) {
        joint_rotations(clip, f, rotations);
        forward(*clip.skeleton, clip.root_pos_at(f), clip.root_rot_at(f), rotations, pose);
        for (size_t b = 0; b < slots_.size(); ++b) {
          if (slots_[b] < 0) continue;
          const size_t to = slot(static_cast<size_t>(f), static_cast<int>(b));
          pos_[to] = pose.pos[b];
          rot_[to] = pose.rot[b];
        }
      }
    };
  });
}

std::vector<double> SourceFrames::leg_lengths() const {
  std::vector<double> out;
  const auto name = [&](int body) {
    return rig_.skeleton->bodies()[static_cast<size_t>(body)].name;
  };
  for (const Leg& leg : rig_.legs) {
    const double thigh = (at(0, leg.knee) - at(0, leg.hip)).norm();
    const double shin = (at(0, leg.ankle) - at(0, leg.knee)).norm();
    require(std::min(thigh, shin) > 1e-4, Kind::bad_input,
            "the source's {}leg has no length between '{}' and '{}': name other bodies with --map",
            leg.name, name(thigh > 1e-4 ? leg.lower : leg.upper),
            name(thigh > 1e-4 ? leg.foot : leg.lower));
    out.push_back(thigh + shin);
  }
  return out;
}

Vec3 SourceFrames::mid_hips(size_t f) const {
  Vec3 sum = Vec3::Zero();
  for (const Leg& leg : rig_.legs) sum += at(f, leg.hip);
  return sum / static_cast<double>(rig_.legs.size());
}

Vec3 SourceFrames::hips_left(size_t f) const {
  Vec3 sum = Vec3::Zero();
  for (const Leg& leg : rig_.legs) sum += leg.side * at(f, leg.hip);
  return sum;
}

Vec3 SourceFrames::neck(size_t f, const Quat& pelvis) const {
  if (rig_.neck >= 0) return pos(f, rig_.neck);
  if (!rig_.arms.empty())
    return 0.5 * (at(f, rig_.arms[0].shoulder) + at(f, rig_.arms[1].shoulder));
  if (rig_.head >= 0) return pos(f, rig_.head);
  if (rig_.chest >= 0 && rig_.chest != rig_.pelvis) return pos(f, rig_.chest);
  return mid_hips(f) + rot(f, rig_.pelvis) * pelvis.conjugate() * Vec3::UnitZ();
}

Vec3 SourceFrames::hips_ahead(size_t f) const {
  return at(f, rig_.legs[0].hip) + at(f, rig_.legs[1].hip) - at(f, rig_.legs[2].hip) -
         at(f, rig_.legs[3].hip);
}

}  // namespace motus::retarget
