#pragma once
// A tree put into a file by the HDF5 library, and the few things that are put there one by one.
// Throws Error(failed) naming what could not be written.
#include "formats/h5/h5_node.h"

namespace motus::formats::h5 {

/// An empty group.
Id make_group(hid_t parent, const std::string& name);
/// A group below `parent` by its path: "objects/box".
Id open_path(hid_t parent, const std::string& path);
void put_attr(hid_t object, const std::string& name, const std::string& value);

/// Adds attributes and children of `node`, which is a group, to `group`; with `compress` datasets
/// of 32 kB and more are chunked and deflated.
void store(hid_t group, const Node& node, bool compress);
/// Attributes alone.
void store_attributes(hid_t object, const Node& node);

}  // namespace motus::formats::h5
