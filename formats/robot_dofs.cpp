#include "formats/robot_dofs.h"

#include <algorithm>

#include "formats/mjcf.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr std::string_view kSuffix = "_joint";

std::string_view bare(std::string_view name) {
  return name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : name;
}

int find(const std::vector<std::string>& names, const std::string& name) {
  auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) {
    it = std::find_if(names.begin(), names.end(),
                      [&](const std::string& n) { return bare(n) == bare(name); });
  }
  return it == names.end() ? -1 : static_cast<int>(it - names.begin());
}

}  // namespace

std::vector<std::string> robots_with(const std::vector<std::string>& dofs) {
  std::vector<std::string> out;
  for (const std::string& name : robot_names()) {
    const SkeletonPtr s = load_robot(name).skeleton;
    if (static_cast<size_t>(s->dof_count()) == dofs.size() &&
        std::all_of(s->dofs().begin(), s->dofs().end(),
                    [&](const Dof& d) { return find(dofs, d.name) >= 0; })) {
      const bool same_order =
          std::equal(dofs.begin(), dofs.end(), s->dofs().begin(),
                     [](const std::string& a, const Dof& b) { return bare(a) == bare(b.name); });
      out.insert(same_order ? out.begin() : out.end(), name);
    }
  }
  return out;
}

Robot robot_with(const std::vector<std::string>& dofs, const ReadOptions& options, Source& source) {
  if (!options.skeleton.empty()) return load_robot(options.skeleton);
  const std::vector<std::string> known = robots_with(dofs);
  if (known.empty()) {
    throw Error(Kind::bad_input,
                fmt::format("{} dofs of a robot that is not known here ({} ...)", dofs.size(),
                            dofs.empty() ? "none" : dofs[0]),
                "give its model with --skeleton");
  }
  if (known.size() > 1) {
    source.warnings.push_back(fmt::format(
        "the file names no robot: its dofs are those of '{}' and '{}', the first is taken; say it "
        "with --skeleton",
        known[0], known[1]));
  }
  return load_robot(known[0]);
}

Frames dofs_by_name(const Frames& columns, const std::vector<std::string>& names, const Skeleton& s,
                    Source& source) {
  require(static_cast<Eigen::Index>(names.size()) == columns.cols(), Kind::bad_input,
          "{} names of dofs for {} columns", names.size(), columns.cols());
  Frames out = Frames::Zero(columns.rows(), s.dof_count());
  std::string missing;
  int found = 0;
  for (int i = 0; i < s.dof_count(); ++i) {
    const std::string& name = s.dofs()[static_cast<size_t>(i)].name;
    const int column = find(names, name);
    if (column < 0) {
      missing += (missing.empty() ? "" : ", ") + name;
      continue;
    }
    out.col(i) = columns.col(column);
    ++found;
  }
  if (2 * found < s.dof_count() || found == 0) {
    throw Error(Kind::bad_input,
                fmt::format("{} of the {} dofs of '{}' are in the file (it has {} ...)", found,
                            s.dof_count(), s.name(), names.empty() ? "none" : names[0]),
                "name the right robot with --skeleton");
  }
  if (!missing.empty()) source.warnings.push_back("dofs not in the file, held at 0: " + missing);
  return out;
}

SkeletonPtr bodiless_robot(const std::string& name, const std::vector<std::string>& dofs,
                           const std::vector<Vec3>& axes) {
  Skeleton::Spec s;
  s.name = name;
  s.kind = SkeletonKind::robot;
  s.bodies.push_back({.name = "root"});
  for (size_t i = 0; i < dofs.size(); ++i) {
    s.bodies.push_back({.name = "body_of_" + dofs[i], .parent = 0});
    s.joints.push_back({.name = dofs[i],
                        .type = JointType::hinge,
                        .body = static_cast<int>(i + 1),
                        .axis = i < axes.size() ? axes[i] : Vec3(Vec3::UnitX())});
  }
  return Skeleton::build(std::move(s));
}

}  // namespace motus::formats
