#pragma once
// Which body of a skeleton plays which role (motion/roles.h). Roles that the skeleton carries are
// taken; otherwise names are matched against the vocabularies of common tools and checked against
// the tree.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "motion/skeleton.h"

namespace motus::retarget {

struct RoleMatch {
  std::string role;
  int body = -1;
  double confidence = 0;  ///< 1 = said by a file, 0.9 = by name, 0.6 = by place in the tree
  std::string how;        ///< "roles", "map file", "name", "tree"
};

struct RoleMap {
  bool quadruped = false;
  std::vector<RoleMatch> matches;  ///< in the order of motion/roles.h

  /// Body of a role, or -1.
  int body(std::string_view role) const;
};

/// role -> body name
using RoleNames = std::map<std::string, std::string>;

/// Reads a YAML mapping "role: body". Throws Error(usage) for a role that is not in motion/roles.h.
RoleNames read_role_names(const std::filesystem::path& file);

/// Throws Error(bad_input) listing the roles not found (pelvis or trunk, and every leg's upper,
/// lower and foot are needed) and the bodies there are; Error(usage) if `overrides` names a body
/// that does not exist.
RoleMap map_roles(const Skeleton& skeleton, const RoleNames& overrides = {});

}  // namespace motus::retarget
