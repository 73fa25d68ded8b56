#pragma once
// Repairs for what motion/check.h finds: a table from rule to remedy. A remedy touches nothing but
// what its rule blames; frames that are not at fault stay bit for bit.
#include <string>
#include <vector>

#include "motion/check.h"

namespace motus {

/// "joint-limits: 3 dofs brought inside their limits"
struct Repair {
  std::string rule;
  std::string what;
};

/// Repairs what can be repaired, rule by rule where check() has a finding, in an order in which no
/// remedy undoes another. Rules named in `skip` are left alone. The clip's history gets a line for
/// each repair. Findings without a remedy stay: check again.
std::vector<Repair> fix(Clip& clip, const Robot* robot, const std::vector<std::string>& skip = {});

/// True if fix() knows a remedy for the rule.
bool has_remedy(std::string_view rule);

/// The figure and its motion reflected at y = 0 without exchanging names: what an axis swap of
/// determinant -1 did, undone. Twice is the clip bit for bit. Characters only.
Clip unmirror(const Clip& clip);

/// Dofs that leave their limits brought inside; within `shoulder` (rad) of a limit that is broken
/// the curve bends towards it without a corner. Dofs that keep their limits stay bit for bit. The
/// three dofs of a ball are limited as its hinges' angles, without a shoulder. Returns the names of
/// the dofs changed.
std::vector<std::string> clamp_to_limits(Clip& clip, double shoulder = 0.02);

}  // namespace motus
