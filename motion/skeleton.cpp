#include "motion/skeleton.h"

#include <cmath>
#include <set>

#include "motion/error.h"

namespace motus {

namespace {

void check_bodies(const Skeleton::Spec& spec) {
  require(!spec.bodies.empty(), Kind::bad_input, "skeleton '{}' has no bodies", spec.name);
  std::set<std::string_view> names;
  for (size_t i = 0; i < spec.bodies.size(); ++i) {
    const Body& b = spec.bodies[i];
    require(!b.name.empty(), Kind::bad_input, "body {} has no name", i);
    require(names.insert(b.name).second, Kind::bad_input, "two bodies are named '{}'", b.name);
    const bool ok = i == 0 ? b.parent == -1 : b.parent >= 0 && b.parent < static_cast<int>(i);
    require(ok, Kind::bad_input, "body '{}' (index {}) has parent {}; parents come first", b.name,
            i, b.parent);
    require(b.rest_pos.allFinite() && b.rest_rot.coeffs().allFinite(), Kind::bad_input,
            "body '{}' has a rest pose that is not finite", b.name);
    require(std::abs(b.rest_rot.norm() - 1.0) < 1e-6, Kind::bad_input,
            "body '{}' has a rest rotation of norm {}", b.name, b.rest_rot.norm());
  }
}

/// Numbers the dofs and names them where the source had none.
void number_dofs(Skeleton::Spec& spec) {
  int dof = 0, last_body = 0;
  std::vector<Dof> named;
  for (Joint& j : spec.joints) {
    require(j.body > 0 && j.body < static_cast<int>(spec.bodies.size()), Kind::bad_input,
            "joint '{}' belongs to body {}, which cannot have one", j.name, j.body);
    require(j.body >= last_body, Kind::bad_input, "joint '{}' is out of body order", j.name);
    require(j.type == JointType::ball || std::abs(j.axis.norm() - 1.0) < 1e-6, Kind::bad_input,
            "joint '{}' has an axis of length {}", j.name, j.axis.norm());
    last_body = j.body;
    j.dof = dof;
    dof += j.dof_count();
    if (j.type == JointType::hinge) {
      named.push_back({.name = j.name});
    } else {
      for (const char* axis : {"_x", "_y", "_z"}) named.push_back({.name = j.name + axis});
    }
  }
  if (spec.dofs.empty()) spec.dofs = std::move(named);
  require(static_cast<int>(spec.dofs.size()) == dof, Kind::bad_input,
          "skeleton '{}' has {} dofs but names {}", spec.name, dof, spec.dofs.size());
}

}  // namespace

SkeletonPtr Skeleton::build(Spec spec) {
  check_bodies(spec);
  number_dofs(spec);
  const int bodies = static_cast<int>(spec.bodies.size());
  for (const auto& [role, body] : spec.roles) {
    require(body >= 0 && body < bodies, Kind::bad_input, "role '{}' names body {}", role, body);
  }
  for (const EndSite& s : spec.end_sites) {
    require(s.body >= 0 && s.body < bodies, Kind::bad_input, "end site '{}' names body {}", s.name,
            s.body);
  }
  auto skeleton = std::shared_ptr<Skeleton>(new Skeleton(std::move(spec)));
  const auto& joints = skeleton->spec_.joints;
  int j = 0;
  for (int b = 0; b < bodies; ++b) {
    const int first = j;
    while (j < static_cast<int>(joints.size()) && joints[static_cast<size_t>(j)].body == b) ++j;
    skeleton->joints_of_.emplace_back(first, j);
  }
  return skeleton;
}

int Skeleton::find_body(std::string_view name) const {
  for (int i = 0; i < body_count(); ++i) {
    if (spec_.bodies[static_cast<size_t>(i)].name == name) return i;
  }
  return -1;
}

int Skeleton::find_dof(std::string_view name) const {
  for (int i = 0; i < dof_count(); ++i) {
    if (spec_.dofs[static_cast<size_t>(i)].name == name) return i;
  }
  return -1;
}

int Skeleton::role(std::string_view name) const {
  const auto it = spec_.roles.find(std::string(name));
  return it == spec_.roles.end() ? -1 : it->second;
}

bool Skeleton::same_structure(const Skeleton& other) const {
  const Spec &a = spec_, &b = other.spec_;
  if (a.bodies.size() != b.bodies.size() || a.joints.size() != b.joints.size()) return false;
  for (size_t i = 0; i < a.bodies.size(); ++i) {
    const Body &p = a.bodies[i], &q = b.bodies[i];
    if (p.name != q.name || p.parent != q.parent) return false;
    if ((p.rest_pos - q.rest_pos).norm() > 1e-9) return false;
    if (p.rest_rot.angularDistance(q.rest_rot) > 1e-7) return false;
  }
  for (size_t i = 0; i < a.joints.size(); ++i) {
    const Joint &p = a.joints[i], &q = b.joints[i];
    if (p.name != q.name || p.type != q.type || p.body != q.body) return false;
    if (p.type == JointType::hinge && !p.axis.isApprox(q.axis, 1e-9)) return false;
  }
  return true;
}

}  // namespace motus
