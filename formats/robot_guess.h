#pragma once
// The robot of files that hold dofs without names.
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

/// The robot of options.skeleton, or a shipped one with this number of dofs (and, where `links`
/// names any, with most of these bodies), or a bodiless_robot() of hinges about `axes`. Guesses are
/// warnings that name --skeleton. Throws Error(bad_input) where options.skeleton has another number
/// of dofs.
SkeletonPtr skeleton_for_dofs(int64_t dofs, const std::vector<std::string>& links,
                              const ReadOptions& options, Source& source,
                              const std::vector<Vec3>& axes = {});

}  // namespace motus::formats
