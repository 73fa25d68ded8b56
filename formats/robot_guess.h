#pragma once
// The robot of files that hold dofs without names.
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

/// The robot of options.skeleton, or a shipped one with this number of dofs (and, where `links`
/// names any, with most of these bodies), or a stand-in that has only the number: one hinge a dof,
/// all at the root, about `axes` if known. Frames, times and dofs are right then, body positions
/// are not, so it has no roles and cannot be retargeted. Guesses are warnings that name
/// --skeleton. Throws Error(bad_input) where options.skeleton has another number of dofs.
SkeletonPtr skeleton_for_dofs(int64_t dofs, const std::vector<std::string>& links,
                              const ReadOptions& options, Source& source,
                              const std::vector<Vec3>& axes = {});

}  // namespace motus::formats
