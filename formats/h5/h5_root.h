#pragma once
// The root of a motion file: what it says about itself, and what is refused.
#include "formats/h5/h5_clip.h"

namespace motus::formats::h5 {

void put_root_attrs(Node& file, const std::string& container);

/// Throws Error(bad_input) for HDF5 of another kind and for a version that this program does not
/// read. True if the container is packed.
bool check_root(hid_t file);

Skeletons read_skeletons(hid_t file);

}  // namespace motus::formats::h5
