#include <cmath>

#include "formats/h5/h5_get.h"
#include "formats/h5/h5_skeleton.h"

namespace motus::formats::h5 {

namespace {

Vec3 row3(const Frames& a, size_t i) {
  const auto r = static_cast<Eigen::Index>(i);
  return {a(r, 0), a(r, 1), a(r, 2)};
}

/// Whole numbers that must be there.
std::vector<int> ints(hid_t group, const char* name, size_t count) {
  require(count == 0 || has(group, name), Kind::bad_input, "{}: expected a dataset '{}'",
          path_of(group), name);
  return get_ints(group, name, count);
}

/// A hinge's axis, made unit; people write (0, 0, 2) or leave a ball's at zero.
Vec3 unit_axis(hid_t group, const char* name, const Frames& axes, size_t i, bool ball) {
  const Vec3 a = row3(axes, i);
  if (ball) return Vec3::UnitX();
  const double n = a.norm();
  require(std::isfinite(n) && n > 1e-6, Kind::bad_input, "{}/{}: the axis of row {} has no length",
          path_of(group), name, i);
  return std::abs(n - 1) < 1e-9 ? a : Vec3(a / n);
}

void joints_by_name(Skeleton::Spec& s, hid_t group, const std::vector<std::string>& names) {
  const std::vector<int> type = ints(group, "joint_type", names.size());
  const std::vector<int> body = ints(group, "joint_body", names.size());
  const Frames axis = get_matrix(group, "joint_axis", names.size(), 3);
  for (size_t j = 0; j < names.size(); ++j) {
    require(type[j] == 0 || type[j] == 1, Kind::bad_input,
            "{}/joint_type: entry {} is {}, expected 0 (hinge) or 1 (ball)", path_of(group), j,
            type[j]);
    const bool ball = type[j] == 1;
    s.joints.push_back(
        {.name = names[j],
         .type = ball ? JointType::ball : JointType::hinge,
         .body = body[j],
         .axis = ball ? row3(axis, j) : unit_axis(group, "joint_axis", axis, j, ball)});
  }
}

/// Without joints: a hinge is a joint, and so are three ball components of one body in a row.
void joints_of_dofs(Skeleton::Spec& s, hid_t group, const std::vector<std::string>& dofs) {
  const std::vector<int> type = ints(group, "dof_type", dofs.size());
  const std::vector<int> body = ints(group, "dof_body", dofs.size());
  const Frames axis = get_matrix(group, "dof_axis", dofs.size(), 3);
  for (size_t i = 0; i < dofs.size(); ++i) {
    require(type[i] == 0 || type[i] == 2, Kind::bad_input,
            "{}/dof_type: entry {} is {}, expected 0 (hinge) or 2 (ball component)", path_of(group),
            i, type[i]);
    const bool ball = type[i] == 2;
    const auto component = [&](size_t k) {
      return k < dofs.size() && type[k] == 2 && body[k] == body[i];
    };
    require(!ball || (component(i + 1) && component(i + 2)), Kind::bad_input,
            "{}/dof_type: the ball that begins at entry {} has no three components", path_of(group),
            i);
    s.joints.push_back({.name = dofs[i],
                        .type = ball ? JointType::ball : JointType::hinge,
                        .body = body[i],
                        .axis = unit_axis(group, "dof_axis", axis, i, ball)});
    if (ball) i += 2;
  }
}

void read_joints(Skeleton::Spec& s, hid_t group) {
  const std::vector<std::string> dofs = get_texts(group, "dof_names");
  if (dofs.empty()) return;
  const std::vector<std::string> names = get_texts(group, "joint_names");
  names.empty() ? joints_of_dofs(s, group, dofs) : joints_by_name(s, group, names);
  Frames range = Frames::Constant(static_cast<Eigen::Index>(dofs.size()), 2, std::nan(""));
  if (has(group, "dof_range")) range = get_matrix(group, "dof_range", dofs.size(), 2);
  for (size_t i = 0; i < dofs.size(); ++i) {
    const auto r = static_cast<Eigen::Index>(i);
    Dof dof{.name = dofs[i]};
    if (std::isfinite(range(r, 0))) dof.lower = range(r, 0);
    if (std::isfinite(range(r, 1))) dof.upper = range(r, 1);
    s.dofs.push_back(dof);
  }
}

}  // namespace

SkeletonPtr read_skeleton(hid_t skeletons, const std::string& id) {
  const Id group = open_group(skeletons, id);
  const std::string place = path_of(group);
  Skeleton::Spec s;
  s.name = text_attr(group, "name").value_or(id);
  s.kind = text_attr(group, "kind").value_or("character") == "robot" ? SkeletonKind::robot
                                                                     : SkeletonKind::character;
  s.mass = number_attr(group, "mass").value_or(0);
  s.model_file = text_attr(group, "model_file").value_or("");
  s.model_sha256 = text_attr(group, "model_sha256").value_or("");
  const std::vector<std::string> names = get_texts(group, "body_names");
  require(!names.empty(), Kind::bad_input, "{}: expected a dataset 'body_names'", place);
  const size_t n = names.size();
  const std::vector<int> parents = ints(group, "parents", n);
  const Frames pos = get_matrix(group, "rest_pos", n, 3);
  Frames rot;
  if (has(group, "rest_rot")) rot = get_matrix(group, "rest_rot", n, 4);
  for (size_t b = 0; b < n; ++b) {
    Body body{.name = names[b], .parent = parents[b], .rest_pos = row3(pos, b)};
    if (rot.size() > 0) body.rest_rot = Clip::quat_at(rot, static_cast<int>(b), 0);
    s.bodies.push_back(body);
  }
  read_joints(s, group);
  const std::vector<std::string> sites = get_texts(group, "end_sites");
  if (!sites.empty()) {
    const std::vector<int> body = ints(group, "end_site_body", sites.size());
    const Frames at = get_matrix(group, "end_site_pos", sites.size(), 3);
    for (size_t i = 0; i < sites.size(); ++i) {
      s.end_sites.push_back({.name = sites[i], .body = body[i], .pos = row3(at, i)});
    }
  }
  const std::vector<std::string> roles = get_texts(group, "role_names");
  const std::vector<int> role_body = ints(group, "role_body", roles.size());
  for (size_t i = 0; i < roles.size(); ++i) s.roles[roles[i]] = role_body[i];
  try {
    return Skeleton::build(std::move(s));
  } catch (const Error& e) {
    throw e.at(place);
  }
}

}  // namespace motus::formats::h5
