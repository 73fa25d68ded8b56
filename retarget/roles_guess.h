#pragma once
// Two independent opinions on which body is what: the names, and the shape of the tree.
#include <map>
#include <string>

#include "motion/kinematics.h"
#include "retarget/map.h"

namespace motus::retarget {

using Found = std::map<std::string, RoleMatch>;

inline int body_of(const Found& found, const std::string& role) {
  const auto it = found.find(role);
  return it == found.end() ? -1 : it->second.body;
}

/// Adds a role that is not there yet; a body of -1 adds nothing.
inline void put(Found& found, const std::string& role, int body, double confidence,
                const char* how) {
  if (body >= 0 && !found.contains(role)) found[role] = {role, body, confidence, how};
}

/// Legs and arms by the vocabularies of common tools, head and neck by name, adding to `found`.
/// Of a four-legged body, legs that say no corner are read as a person's: arms are front legs.
void guess_by_names(const Skeleton& skeleton, bool quadruped, Found& found);

/// What names say about the number of legs: front and rear ones, or only a tail.
enum class QuadrupedNames { no, tail, corners };
QuadrupedNames names_say_quadruped(const Skeleton& skeleton);

struct ShapeGuess {
  bool quadruped = false;
  Found found;
  std::string doubt;  ///< why nothing was found; empty if something was
};

/// By length and symmetry of the chains alone, in a pose: two equal chains whose ends are lowest
/// are legs, two that start above them arms; of four that end low the body is a quadruped. Left and
/// right follow from where the toes point (a robot's front is x).
ShapeGuess guess_by_shape(const Skeleton& skeleton, const BodyPoses& pose);

/// Pelvis, chest and spine from legs and arms, and the bodies of a robot's hips and shoulders that
/// carry their last hinge.
void complete_by_tree(const Skeleton& skeleton, bool quadruped, Found& found);

}  // namespace motus::retarget
