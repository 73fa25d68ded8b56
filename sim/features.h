#pragma once
// The features of a pose: what policies and discriminators are shown of a character, as lists of
// named terms that a configuration puts together. One definition of every term, inline over plain
// float views so that g++ and nvcc compile the same text; names and lists are in features.cpp.
//
// A term has a frame that its vectors are written in, and a scale. Discriminators see a window of
// several control steps, so a term can also look at the newest of them.
#include "sim/terms.h"

namespace motus::sim {

enum class Feature : unsigned char {
  root_height,   ///< 1: z of the root, m
  root_xy,       ///< 2: x and y from the newest step's root, m
  root_pos,      ///< 3: the same, then the height
  root_place,    ///< 3: where the root is in the world, m
  root_rot,      ///< 6: tangent and normal
  gravity,       ///< 3: the unit vector of gravity, in the root's own frame whatever the frame
  root_vel,      ///< 3: m/s
  root_ang_vel,  ///< 3: rad/s
  joints,        ///< joint rotations as joint_obs says: 6 numbers each, or angles
  dof_pos,       ///< D: rad, exponential maps for balls
  dof_offset,    ///< D: the same minus the default pose
  dof_vel,       ///< D: rad/s
  key_pos,       ///< 3K: key bodies minus the same step's root, m
  body_pos,      ///< 3 (B - 1): all bodies but the root, likewise
};

/// The axes of positions, velocities and rotations.
enum class Frame : unsigned char {
  world,
  heading,  ///< the world turned by the step's own yaw
  newest,   ///< turned by the yaw of the window's newest step
  base      ///< the root's own axes
};

struct FeatureTerm {
  Feature feature = Feature::root_height;
  Frame frame = Frame::world;
  float scale = 1;
  bool operator==(const FeatureTerm&) const = default;
};

MOTUS_HD inline int feature_width(const SnapshotLayout& l, Feature f) {
  switch (f) {
    case Feature::root_height:
      return 1;
    case Feature::root_xy:
      return 2;
    case Feature::root_rot:
      return 6;
    case Feature::joints:
      return l.joint_features;
    case Feature::dof_pos:
    case Feature::dof_offset:
    case Feature::dof_vel:
      return l.dofs;
    case Feature::key_pos:
      return 3 * l.keys;
    case Feature::body_pos:
      return 3 * l.bodies;
    default:
      return 3;
  }
}

/// One moment and the newest of its window, with their headings.
struct View {
  const float *now, *newest;
  Heading own, last;
};

MOTUS_HD inline View view_of(const float* now, const float* newest, const Heading& last) {
  return {now, newest, now == newest ? last : heading_of(now + SnapshotLayout::kRootRot), last};
}

/// v in the axes of `frame`.
MOTUS_HD inline void turn(const View& view, Frame frame, const float v[3], float out[3]) {
  if (frame == Frame::base) {
    const float* q = view.now + SnapshotLayout::kRootRot;
    const float back[4] = {q[0], -q[1], -q[2], -q[3]};
    rotate(back, v, out);
  } else {
    to_heading(frame == Frame::heading  ? view.own
               : frame == Frame::newest ? view.last
                                        : Heading{},
               v, out);
  }
}

/// Writes one term; `rest` is the default pose of the dofs. Returns the end.
MOTUS_HD inline float* write_feature(const SnapshotLayout& l, const float* rest,
                                     const FeatureTerm& t, const View& view, float* out) {
  using L = SnapshotLayout;
  const float* s = view.now;
  const int width = feature_width(l, t.feature);
  const auto copy = [&](const float* from) {
    for (int i = 0; i < width; ++i) out[i] = from[i];
  };
  switch (t.feature) {
    case Feature::root_height:
      out[0] = s[2];
      break;
    case Feature::root_xy:
    case Feature::root_pos: {
      const float d[3] = {s[0] - view.newest[0], s[1] - view.newest[1], s[2]};
      float turned[3];
      turn(view, t.frame, d, turned);
      for (int i = 0; i < width; ++i) out[i] = turned[i];
      break;
    }
    case Feature::root_place:
      turn(view, t.frame, s, out);
      break;
    case Feature::root_rot: {
      float six[6];
      tangent_normal(s + L::kRootRot, six);
      turn(view, t.frame, six, out);
      turn(view, t.frame, six + 3, out + 3);
      break;
    }
    case Feature::gravity: {
      const float down[3] = {0, 0, -1};
      turn(view, Frame::base, down, out);
      break;
    }
    case Feature::root_vel:
      turn(view, t.frame, s + L::kRootVel, out);
      break;
    case Feature::root_ang_vel:
      turn(view, t.frame, s + L::kRootAngVel, out);
      break;
    case Feature::joints:
      copy(s + L::kJoints);
      break;
    case Feature::dof_pos:
      copy(s + l.dof_pos());
      break;
    case Feature::dof_offset:
      for (int i = 0; i < width; ++i) out[i] = s[l.dof_pos() + i] - rest[i];
      break;
    case Feature::dof_vel:
      copy(s + l.dof_vel());
      break;
    case Feature::key_pos:
      for (int i = 0; i < l.keys; ++i) turn(view, t.frame, s + l.key_pos() + 3 * i, out + 3 * i);
      break;
    case Feature::body_pos:
      for (int i = 0; i < l.bodies; ++i) turn(view, t.frame, s + l.body_pos() + 3 * i, out + 3 * i);
      break;
  }
  if (t.scale != 1) {
    for (int i = 0; i < width; ++i) out[i] *= t.scale;
  }
  return out + width;
}

/// A list of terms as both machines read it.
struct FeatureView {
  const FeatureTerm* terms = nullptr;
  int count = 0;
  const float* rest = nullptr;  ///< (D) default pose
};

MOTUS_HD inline int features_width(const SnapshotLayout& l, const FeatureView& f) {
  int width = 0;
  for (int i = 0; i < f.count; ++i) width += feature_width(l, f.terms[i].feature);
  return width;
}

MOTUS_HD inline float* write_features(const SnapshotLayout& l, const FeatureView& f,
                                      const View& view, float* out) {
  for (int i = 0; i < f.count; ++i) out = write_feature(l, f.rest, f.terms[i], view, out);
  return out;
}

/// A whole window out of a ring of `steps` snapshots whose entry `head` is the newest: oldest step
/// first, or newest first.
MOTUS_HD inline void write_window(const SnapshotLayout& l, const FeatureView& f, const float* ring,
                                  int steps, int head, bool newest_first, float* out) {
  const float* newest = ring + head * l.size();
  const Heading last = heading_of(newest + SnapshotLayout::kRootRot);
  for (int i = 1; i <= steps; ++i) {
    const int age = newest_first ? steps + 1 - i : i;
    const int at = head + age < steps ? head + age : head + age - steps;
    out = write_features(l, f, view_of(ring + at * l.size(), newest, last), out);
  }
}

}  // namespace motus::sim
