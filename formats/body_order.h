#pragma once
// Body states without names: which column is which body depends on the simulator that wrote them.
// MuJoCo lists bodies depth-first, PhysX (Isaac Lab) breadth-first, and PhysX drops bodies that
// cannot move. Kinematics tells them apart.
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus::formats {

enum class TreeOrder { depth, breadth };
inline constexpr const char* kTreeOrders[] = {"depth", "breadth"};

/// Bodies of `s` in that order; `movable`: the root and those with joints only.
std::vector<int> bodies_in_order(const Skeleton& s, TreeOrder order, bool movable);

/// Dof columns of the skeleton in the order in which a simulator lists them: of the bodies in order.
std::vector<int> dofs_in_order(const Skeleton& s, TreeOrder order);

/// What the columns of a file are.
struct ColumnOrder {
  TreeOrder dofs = TreeOrder::depth, bodies = TreeOrder::depth;
  bool movable = false;      ///< bodies without joints are left out
  double error = 0;          ///< m, mean distance of the file's bodies from forward kinematics
  double next = 0;           ///< m, of the best reading that differs from this one
  std::vector<int> columns;  ///< body of each column
};

/// Tries every order of `dofs` (F, D) against the bodies that are stored, pos (F, 3B) and the root's
/// pose in column 0. Throws Error(bad_input) if no selection of the skeleton's bodies has B.
ColumnOrder find_order(const Skeleton& s, const Frames& dofs, const Frames& pos, const Frames& rot);

}  // namespace motus::formats
