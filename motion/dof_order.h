#pragma once
#include <optional>
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus {

/// An order of the dofs under which a clip's numbers lie inside the limits that they break as read.
struct DofOrder {
  static constexpr double kShare = 0.1;  ///< of all numbers, outside by 0.1 rad: something is wrong
  std::string name;
  std::vector<int> column;   ///< (D) for each dof the column that holds it
  double outside_as_is = 0;  ///< share of numbers outside
};

/// The best of the orders in use (left and right legs exchanged as Unitree numbers them; level by
/// level as PhysX does, and back), if the clip breaks its limits and that order would leave less
/// than a tenth of it.
std::optional<DofOrder> better_dof_order(const Clip& clip);

}  // namespace motus
