#include <limits>

#include "formats/h5/h5_skeleton.h"

namespace motus::formats::h5 {

namespace {

void push(std::vector<double>& to, const Vec3& v) {
  to.insert(to.end(), {v.x(), v.y(), v.z()});
}

/// Joints as they are, and dof by dof for readers that think in dofs.
void put_joints(Node& group, const Skeleton& s) {
  std::vector<std::string> names;
  std::vector<int> type, body, dof_joint, dof_type, dof_body;
  std::vector<double> axis, dof_axis, range;
  for (const Joint& j : s.joints()) {
    const bool ball = j.type == JointType::ball;
    names.push_back(j.name);
    type.push_back(ball ? 1 : 0);
    body.push_back(j.body);
    push(axis, j.axis);
    for (int c = 0; c < j.dof_count(); ++c) {
      dof_joint.push_back(static_cast<int>(names.size()) - 1);
      dof_type.push_back(ball ? 2 : 0);
      dof_body.push_back(j.body);
      push(dof_axis, ball ? Vec3(Vec3::Unit(c)) : j.axis);
    }
  }
  std::vector<std::string> dof_names;
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const Dof& d : s.dofs()) {
    dof_names.push_back(d.name);
    range.push_back(d.lower > -Dof::kUnlimited ? d.lower : none);
    range.push_back(d.upper < Dof::kUnlimited ? d.upper : none);
  }
  put_texts(group, "joint_names", names);
  put_ints(group, "joint_type", type, Type::u1);
  put_ints(group, "joint_body", body, Type::i4);
  put_doubles(group, "joint_axis", {names.size(), 3}, axis, "1");
  put_texts(group, "dof_names", dof_names);
  put_ints(group, "dof_joint", dof_joint, Type::i4);
  put_ints(group, "dof_type", dof_type, Type::u1);
  put_ints(group, "dof_body", dof_body, Type::i4);
  put_doubles(group, "dof_axis", {dof_names.size(), 3}, dof_axis, "1");
  put_doubles(group, "dof_range", {dof_names.size(), 2}, range, "rad");
}

}  // namespace

void put_skeleton(Node& skeletons, const std::string& id, const Skeleton& s) {
  Node& group = make_group(skeletons, id);
  put_attr(group, "name", s.name());
  put_attr(group, "kind", s.kind() == SkeletonKind::robot ? "robot" : "character");
  put_attr(group, "root_body", int64_t{0});
  put_attr(group, "mass", s.spec().mass);
  put_attr(group, "model_file", s.spec().model_file);
  put_attr(group, "model_sha256", s.spec().model_sha256);
  std::vector<std::string> names, sites, roles;
  std::vector<int> parents, site_body, role_body;
  std::vector<double> pos, rot, site_pos;
  for (const Body& b : s.bodies()) {
    names.push_back(b.name);
    parents.push_back(b.parent);
    push(pos, b.rest_pos);
    rot.insert(rot.end(), {b.rest_rot.w(), b.rest_rot.x(), b.rest_rot.y(), b.rest_rot.z()});
  }
  for (const EndSite& e : s.end_sites()) {
    sites.push_back(e.name);
    site_body.push_back(e.body);
    push(site_pos, e.pos);
  }
  for (const auto& [role, body] : s.roles()) {
    roles.push_back(role);
    role_body.push_back(body);
  }
  put_texts(group, "body_names", names);
  put_ints(group, "parents", parents, Type::i4);
  put_doubles(group, "rest_pos", {names.size(), 3}, pos, "m");
  put_doubles(group, "rest_rot", {names.size(), 4}, rot, "1");
  put_joints(group, s);
  put_texts(group, "end_sites", sites);
  put_ints(group, "end_site_body", site_body, Type::i4);
  put_doubles(group, "end_site_pos", {sites.size(), 3}, site_pos, "m");
  put_texts(group, "role_names", roles);
  put_ints(group, "role_body", role_body, Type::i4);
}

std::string identity(const Skeleton& s) {
  const Skeleton::Spec& p = s.spec();
  std::string k = fmt::format("{}|{}|{:a}|{}|{}|", p.name, static_cast<int>(p.kind), p.mass,
                              p.model_file, p.model_sha256);
  const auto num = [&](auto... x) {  // bit for bit: words for them would take longer than the rest
    ((k.append(reinterpret_cast<const char*>(&x), sizeof(x))), ...);
  };
  for (const Body& b : p.bodies) {
    k += fmt::format("b{}:{}:", b.name, b.parent);
    num(b.rest_pos.x(), b.rest_pos.y(), b.rest_pos.z());
    num(b.rest_rot.w(), b.rest_rot.x(), b.rest_rot.y(), b.rest_rot.z());
  }
  for (const Joint& j : p.joints) {
    k += fmt::format("j{}:{}:{}:", j.name, static_cast<int>(j.type), j.body);
    num(j.axis.x(), j.axis.y(), j.axis.z());
  }
  for (const Dof& d : p.dofs) {
    k += fmt::format("d{}:", d.name);
    num(d.lower, d.upper);
  }
  for (const EndSite& e : p.end_sites) {
    k += fmt::format("e{}:{}:", e.name, e.body);
    num(e.pos.x(), e.pos.y(), e.pos.z());
  }
  for (const auto& [role, body] : p.roles) k += fmt::format("r{}:{};", role, body);
  return k;
}

}  // namespace motus::formats::h5
