#pragma once
// Robots whose files name their dofs.
#include <string>
#include <vector>

#include "formats/format.h"
#include "motion/robot.h"

namespace motus::formats {

/// The shipped robots that have all of these dofs and no others; those in the same order first.
std::vector<std::string> robots_with(const std::vector<std::string>& dofs);

/// The robot of options.skeleton, else the shipped one that has exactly these dofs, with a warning if
/// there are several. Throws Error(bad_input) naming --skeleton.
Robot robot_with(const std::vector<std::string>& dofs, const ReadOptions& options, Source& source);

/// dof_pos of `s` from columns (F, N) by name: exact, or with "_joint" at the end of one of them.
/// Dofs that are not there are held at 0 with a warning. Throws Error(bad_input) if that would be
/// more than half of them.
Frames dofs_by_name(const Frames& columns, const std::vector<std::string>& names, const Skeleton& s,
                    Source& source);

/// A robot of which only its dofs are known: every hinge sits at the root. Frames, times and dofs
/// are right, body positions are not, so it has no roles and cannot be retargeted. `axes` of the
/// hinges, x where there are none.
SkeletonPtr bodiless_robot(const std::string& name, const std::vector<std::string>& dofs,
                           const std::vector<Vec3>& axes = {});

}  // namespace motus::formats
