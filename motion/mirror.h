#pragma once
// Left and right of a figure, and its motion seen in a mirror.
#include <string>

#include "motion/clip.h"

namespace motus {

/// Which part answers which, found from roles (left_foot and right_foot), then from names (left and
/// right, L and R), held to the tree and to the rest pose.
struct Symmetry {
  std::vector<int> body;  ///< (B) the body on the other side; itself in the middle
  Vec3 side;              ///< unit, in the root's frame: across the figure
  /// (B) from a rotation vector of body[b]'s joint, in that body's frame, to the one of b's own
  /// joint in the mirror. Entries within 1e-9 of 0 and +-1 are exact.
  std::vector<Eigen::Matrix3d> axial;
  std::vector<int> dof;          ///< (D) hinges and the first of a ball: the dof it is taken from
  std::vector<double> dof_sign;  ///< (D) 1 or -1, for hinges

  /// Throws Error(bad_input) if the figure has no left and right, or if a hinge's axis is not the
  /// mirror image of its partner's, naming it.
  static Symmetry of(const Skeleton& skeleton);
};

/// "left" for "right", "L" for "R", as one name turns into the other; "" if `known` has no such
/// name.
std::string mirrored_name(const std::string& name, const std::vector<std::string>& known);

/// The motion in a mirror: the world's y turned about, left and right exchanged. Rotations are those
/// of the other side in the mirror, measured from the rest pose; hinge angles move over bit for bit
/// but for their sign, so that a robot mirrored twice is itself (a figure within rounding). Channels
/// follow by the names of their items: contacts, points, vectors, rates of dofs. What cannot follow
/// (quaternions, items without names) is dropped. The skeleton stays, also where its sides differ a
/// little.
Clip mirror(const Clip& clip);

}  // namespace motus
