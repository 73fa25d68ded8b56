#include "formats/bvh/bvh_rig.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace motus::formats::bvh {

namespace {

class RigBuilder {
 public:
  RigBuilder(const Skeleton& s, bool merge) : s_(s), merge_(merge), children_(bodies().size(), 0) {
    for (const Body& b : bodies()) {
      if (b.parent >= 0) ++children_[static_cast<size_t>(b.parent)];
    }
    for (const auto& [role, body] : s.roles()) has_role_.insert(body);
  }

  Rig build() {
    rest_pose();
    std::vector<int> bone_of(bodies().size(), -1);
    for (int b = 0; b < s_.body_count(); ++b) {
      const auto i = static_cast<size_t>(b);
      if (bone_of[i] >= 0) continue;  // within a chain
      Bone bone{.name = bodies()[i].name, .first = b, .last = chain_end(b)};
      const int index = static_cast<int>(rig_.bones.size());
      for (int k = b; k <= bone.last; ++k) bone_of[static_cast<size_t>(k)] = index;
      // a chain is called after the body whose rotation it ends with
      bone.name = bodies()[static_cast<size_t>(bone.last)].name;
      if (b > 0) {
        bone.parent = bone_of[static_cast<size_t>(bodies()[i].parent)];
        Bone& parent = rig_.bones[static_cast<size_t>(bone.parent)];
        bone.offset = rig_.positions[i] - rig_.positions[static_cast<size_t>(parent.first)];
        parent.leaf = false;
      }
      rig_.bones.push_back(bone);
    }
    for (Bone& bone : rig_.bones) {
      if (bone.leaf) bone.tip = tip_of(bone);
    }
    return std::move(rig_);
  }

 private:
  const std::vector<Body>& bodies() const { return s_.bodies(); }

  void rest_pose() {
    rig_.rest.assign(bodies().size(), Quat::Identity());
    rig_.positions.assign(bodies().size(), Vec3::Zero());
    for (size_t b = 1; b < bodies().size(); ++b) {
      const auto p = static_cast<size_t>(bodies()[b].parent);
      rig_.rest[b] = rig_.rest[p] * bodies()[b].rest_rot;
      rig_.positions[b] = rig_.positions[p] + rig_.rest[p] * bodies()[b].rest_pos;
    }
  }

  /// The hinge axis of a body with exactly one hinge, in the root's frame at rest; else zero.
  Vec3 hinge_axis(int body) const {
    const auto [first, last] = s_.joints_of(body);
    if (last - first != 1) return Vec3::Zero();
    const Joint& j = s_.joints()[static_cast<size_t>(first)];
    if (j.type != JointType::hinge) return Vec3::Zero();
    return rig_.rest[static_cast<size_t>(body)] * j.axis;
  }

  int chain_end(int body) const {
    if (!merge_ || hinge_axis(body).isZero()) return body;
    std::vector<Vec3> axes{hinge_axis(body)};
    int last = body;
    // in depth-first order an only child is the next body
    while (axes.size() < 3 && children_[static_cast<size_t>(last)] == 1 &&
           !has_role_.contains(last) && bodies()[static_cast<size_t>(last) + 1].parent == last) {
      const Vec3 axis = hinge_axis(last + 1);
      const bool parallel = std::any_of(axes.begin(), axes.end(),
                                        [&](const Vec3& a) { return std::abs(a.dot(axis)) > 0.9; });
      if (axis.isZero() || parallel) break;
      axes.push_back(axis);
      ++last;
    }
    return last;
  }

  Vec3 tip_of(const Bone& bone) const {
    const auto first = static_cast<size_t>(bone.first), last = static_cast<size_t>(bone.last);
    const Vec3 to_last = rig_.positions[last] - rig_.positions[first];
    for (const EndSite& e : s_.end_sites()) {
      if (e.body == bone.last) return to_last + rig_.rest[last] * e.pos;
    }
    // a bone without length cannot be seen or picked: go on a little the way it came
    const double length = bone.offset.norm();
    if (length < 1e-6) return to_last + Vec3(0, 0, 0.05);
    return to_last + bone.offset / length * std::clamp(0.3 * length, 0.02, 0.1);
  }

  const Skeleton& s_;
  bool merge_;
  std::vector<int> children_;
  std::set<int> has_role_;
  Rig rig_;
};

constexpr std::array kHumanIk = {
    std::pair("pelvis", "Hips"),
    std::pair("spine", "Spine"),
    std::pair("chest", "Spine1"),
    std::pair("neck", "Neck"),
    std::pair("head", "Head"),
    std::pair("left_clavicle", "LeftShoulder"),
    std::pair("left_upper_arm", "LeftArm"),
    std::pair("left_lower_arm", "LeftForeArm"),
    std::pair("left_hand", "LeftHand"),
    std::pair("right_clavicle", "RightShoulder"),
    std::pair("right_upper_arm", "RightArm"),
    std::pair("right_lower_arm", "RightForeArm"),
    std::pair("right_hand", "RightHand"),
    std::pair("left_upper_leg", "LeftUpLeg"),
    std::pair("left_lower_leg", "LeftLeg"),
    std::pair("left_foot", "LeftFoot"),
    std::pair("left_toe", "LeftToeBase"),
    std::pair("right_upper_leg", "RightUpLeg"),
    std::pair("right_lower_leg", "RightLeg"),
    std::pair("right_foot", "RightFoot"),
    std::pair("right_toe", "RightToeBase"),
};

}  // namespace

Rig make_rig(const Skeleton& s, bool merge_hinges) {
  return RigBuilder(s, merge_hinges).build();
}

void name_for_human_ik(Rig& rig, const Skeleton& s) {
  std::set<std::string> taken;
  for (const Bone& b : rig.bones) taken.insert(b.name);
  for (const auto& [role, name] : kHumanIk) {
    const int body = s.role(role);
    if (body < 0) continue;
    for (Bone& b : rig.bones) {
      if (body < b.first || body > b.last || !taken.insert(name).second) continue;
      b.name = name;
      break;
    }
  }
}

void bone_rotations(const Rig& rig, const BodyPoses& poses, std::vector<Quat>& out) {
  out.resize(rig.bones.size());
  const auto world = [&](int body) {
    const auto i = static_cast<size_t>(body);
    return poses.rot[i] * rig.rest[i].conjugate();
  };
  for (size_t i = 0; i < rig.bones.size(); ++i) {
    const Bone& b = rig.bones[i];
    const Quat own = world(b.last);
    out[i] =
        b.parent < 0 ? own : world(rig.bones[static_cast<size_t>(b.parent)].last).conjugate() * own;
  }
}

}  // namespace motus::formats::bvh
