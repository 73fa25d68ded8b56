#include "sim/env_mirror.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "motion/mirror.h"
#include "sim/feature_list.h"

namespace motus::sim {

namespace {

constexpr double kSame = 1e-4;
const std::vector<float> kPolar{1, -1, 1}, kAxial{-1, 1, -1}, kTwoPolar{1, -1, 1, 1, -1, 1};

/// Appends to a mirror: entries whose partner lies `from` that mirror's own numbers.
class Writer {
 public:
  explicit Writer(Mirror& out) : out_(out) {}
  int size() const { return static_cast<int>(out_.from.size()); }
  void own(const std::vector<float>& signs) { other(size(), signs); }
  void other(int from, const std::vector<float>& signs) {
    for (const float s : signs) {
      out_.from.push_back(from++);
      out_.sign.push_back(s);
    }
  }
  /// `block` with its indices counted from here.
  void block(const Mirror& block) {
    const int start = size();
    for (size_t i = 0; i < block.from.size(); ++i) other(start + block.from[i], {block.sign[i]});
  }

 private:
  Mirror& out_;
};

/// Body frames that mirror by their y axis, which is what features assume; otherwise throws.
void check_frames(const Skeleton& s, const Symmetry& sym) {
  require(std::abs(std::abs(sym.side.y()) - 1) < kSame, Kind::usage,
          "the root's left and right do not lie along its y axis");
  const Eigen::Matrix3d turned = Eigen::Vector3d(-1, 1, -1).asDiagonal();
  for (int b = 1; b < s.body_count(); ++b) {
    require((sym.axial[static_cast<size_t>(b)] - turned).norm() < kSame, Kind::usage,
            "body '{}' is no mirror image of its partner by its y axis",
            s.bodies()[static_cast<size_t>(b)].name);
  }
}

/// Of dof_pos: hinges as the symmetry says, balls as axial vectors.
Mirror of_dofs(const Skeleton& s, const Symmetry& sym) {
  Mirror out;
  Writer w(out);
  for (const Joint& j : s.joints()) {
    const auto d = static_cast<size_t>(j.dof);
    if (j.type == JointType::ball) {
      w.other(sym.dof[d], kAxial);
    } else {
      w.other(sym.dof[d], {static_cast<float>(sym.dof_sign[d])});
    }
  }
  return out;
}

/// Of the joint features: numbers of one body from those of its partner.
Mirror of_joints(const Skeleton& s, const Anatomy& a, const Symmetry& sym, const Mirror& dofs) {
  std::vector<int> start(static_cast<size_t>(s.body_count()), 0);
  std::vector<int> of_dof(static_cast<size_t>(s.dof_count()), -1);
  int at = 0;
  for (int b = 1; b < s.body_count(); ++b) {
    const auto i = static_cast<size_t>(b);
    start[i] = at;
    const auto [first, last] = s.joints_of(b);
    for (int j = first; j < last; ++j) {
      const auto dof = static_cast<size_t>(s.joints()[static_cast<size_t>(j)].dof);
      of_dof[dof] = at + j - first;
    }
    at += feature_count(a.joints[i - 1], a.angles);
  }
  Mirror out;
  Writer w(out);
  for (int b = 1; b < s.body_count(); ++b) {
    const auto i = static_cast<size_t>(b);
    const JointTerm& term = a.joints[i - 1];
    if (!a.angles || term.kind == JointTerm::ball) {
      w.other(start[static_cast<size_t>(sym.body[i])], kTwoPolar);
      continue;
    }
    const auto [first, last] = s.joints_of(b);
    for (int j = first; j < last; ++j) {
      const auto dof = static_cast<size_t>(s.joints()[static_cast<size_t>(j)].dof);
      w.other(of_dof[static_cast<size_t>(dofs.from[dof])], {dofs.sign[dof]});
    }
  }
  return out;
}

Mirror of_keys(const Skeleton& s, const Anatomy& a, const Symmetry& sym) {
  Mirror out;
  Writer w(out);
  for (const int body : a.keys) {
    const int partner = sym.body[static_cast<size_t>(body)];
    const auto it = std::find(a.keys.begin(), a.keys.end(), partner);
    require(it != a.keys.end(), Kind::usage, "key_bodies has '{}' but not its partner '{}'",
            s.bodies()[static_cast<size_t>(body)].name,
            s.bodies()[static_cast<size_t>(partner)].name);
    w.other(3 * static_cast<int>(it - a.keys.begin()), kPolar);
  }
  return out;
}

/// Offsets and actions have a zero of their own, which must mirror too.
void check_zero(const Mirror& dofs, const std::vector<float>& zero, const char* what) {
  for (size_t i = 0; i < zero.size(); ++i) {
    require(std::abs(dofs.sign[i] * zero[static_cast<size_t>(dofs.from[i])] - zero[i]) < kSame,
            Kind::usage, "{} of the two sides differ", what);
  }
}

void add_task(const EnvConfig& config, Writer& w) {
  if (config.env_name == "task_location") return w.own({1, -1});
  if (config.env_name == "task_steering") return w.own({1, -1, 1, 1, -1});
  if (config.env_name == "task_velocity") return w.own({1, -1, -1});
  require(config.env_name == "amp", Kind::usage,
          "the mirror of what '{}' shows of its task is not known", config.env_name);
}

void add_feature(Feature f, const Mirror& dofs, const Mirror& joints, const Mirror& keys,
                 Writer& w) {
  switch (f) {
    case Feature::root_height:
      return w.own({1});
    case Feature::root_xy:
      return w.own({1, -1});
    case Feature::root_rot:
      return w.own(kTwoPolar);
    case Feature::root_ang_vel:
      return w.own(kAxial);
    case Feature::joints:
      return w.block(joints);
    case Feature::dof_pos:
    case Feature::dof_offset:
    case Feature::dof_vel:
      return w.block(dofs);
    case Feature::key_pos:
      return w.block(keys);
    default:
      return w.own(kPolar);
  }
}

void fill(const SeenTerms& terms, const Skeleton& skeleton, const Anatomy& anatomy,
          const EnvConfig& config, const std::vector<float>& rest, EnvSpec& spec) {
  const Symmetry sym = Symmetry::of(skeleton);
  check_frames(skeleton, sym);
  const Mirror dofs = of_dofs(skeleton, sym);
  const Mirror joints = of_joints(skeleton, anatomy, sym, dofs);
  const Mirror keys = of_keys(skeleton, anatomy, sym);
  const auto mirror = [&](const std::vector<TermSpec>& list, int width) {
    Mirror out;
    Writer w(out);
    const auto add = [&](const TermSpec& t) {
      if (t.term == "task") return add_task(config, w);
      if (t.term == "last_action") {
        check_zero(dofs, spec.action_centre, "centres of the actions");
        return w.block(dofs);
      }
      const auto feature = feature_named(t.term);
      require(feature.has_value(), Kind::usage, "the mirror of '{}' is not known", t.term);
      if (*feature == Feature::dof_offset) check_zero(dofs, rest, "default poses");
      add_feature(*feature, dofs, joints, keys, w);
    };
    for (const TermSpec& t : list) {
      for (int moment = 0; moment < t.history; ++moment) add(t);
    }
    require(w.size() == width, Kind::usage, "the mirror of an observation is not known");
    return out;
  };
  spec.obs_mirror = mirror(terms.policy, spec.obs);
  spec.critic_mirror = mirror(terms.critic, spec.critic_obs);
  spec.dof_mirror = dofs;
  spec.no_mirror.clear();
}

}  // namespace

void tell_mirror(const SeenTerms& terms, const Skeleton& skeleton, const Anatomy& anatomy,
                 const EnvConfig& config, const std::vector<float>& rest, EnvSpec& spec) {
  try {
    fill(terms, skeleton, anatomy, config, rest, spec);
  } catch (const Error& e) {
    spec.obs_mirror = spec.critic_mirror = spec.dof_mirror = {};
    spec.no_mirror = e.what();
  }
}

}  // namespace motus::sim
