#pragma once
// Which body of a skeleton plays which role (motion/roles.h). Roles that the skeleton or the user
// states are taken; otherwise names are matched against the vocabularies of common tools and, where
// they do not tell, the lengths and the symmetry of the tree in a pose decide.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "motion/clip.h"
#include "motion/kinematics.h"

namespace motus::retarget {

struct RoleMatch {
  std::string role;
  int body = -1;
  double confidence = 0;  ///< 1 = said by a file, 0.97 = name and shape agree, 0.9 = name, less =
                          ///< shape or place in the tree
  std::string how;        ///< "roles", "map file", "name", "name and shape", "shape", "tree"
};

struct RoleMap {
  bool quadruped = false;
  std::vector<RoleMatch> matches;  ///< in the order of motion/roles.h

  /// Body of a role, or -1.
  int body(std::string_view role) const;
};

/// role -> body name
using RoleNames = std::map<std::string, std::string>;

/// A body that might play a role, 0 to 1.
struct Candidate {
  int body = -1;
  double score = 0;
};

/// What was found, and what is lacking.
struct RoleGuess {
  RoleMap map;
  std::vector<std::string> lacking;                          ///< needed and not found
  std::map<std::string, std::vector<Candidate>> candidates;  ///< for `lacking`, best first
  std::string doubt;  ///< why the shape of the tree does not help; may be empty
};

/// Reads a YAML mapping "role: body". Throws Error(usage) for a role that is not in motion/roles.h.
RoleNames read_role_names(const std::filesystem::path& file);

/// `pose` is one in which the body stands, if there is one (stance_frame()); else all joints are at zero.
/// Throws Error(usage) if `overrides` names a body that does not exist.
RoleGuess guess_roles(const Skeleton& skeleton, const RoleNames& overrides = {},
                      const BodyPoses* pose = nullptr);

/// Throws Error(bad_input) listing the roles not found (pelvis or trunk, and every leg's upper,
/// lower and foot are needed), the likeliest bodies for each and the bodies there are; Error(usage)
/// if `overrides` names a body that does not exist.
RoleMap map_roles(const Skeleton& skeleton, const RoleNames& overrides = {});

/// The same with the clip's most upright frame as pose.
RoleMap map_roles(const Clip& clip, const RoleNames& overrides = {});

/// The frame, of some evenly over the clip, in which the body is tallest. Throws Error(bad_input)
/// for a clip without frames.
int stance_frame(const Clip& clip);

/// A map file ready to be edited: a line for each role, those not found as comments with the
/// likeliest bodies.
std::string map_template(const Skeleton& skeleton, const RoleGuess& guess);

}  // namespace motus::retarget
