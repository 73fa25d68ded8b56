#pragma once
// Skeletons in the file: /skeletons/<id>.
#include "formats/h5/h5_node.h"
#include "motion/skeleton.h"

namespace motus::formats::h5 {

void put_skeleton(Node& skeletons, const std::string& id, const Skeleton& skeleton);

/// Throws Error(bad_input) with the path of what is missing or wrong.
SkeletonPtr read_skeleton(hid_t skeletons, const std::string& id);

/// Everything that tells two skeletons apart, to store equal ones once.
std::string identity(const Skeleton& skeleton);

}  // namespace motus::formats::h5
