#pragma once
// One clip as a group of its own: /clips/<key>.
#include <map>

#include "formats/h5/h5_get.h"
#include "formats/h5/h5_node.h"

namespace motus::formats::h5 {

/// Skeletons by their ids in the file.
using Skeletons = std::map<std::string, SkeletonPtr>;

/// `clip` must outlive the tree.
void put_clip(Node& clips, const std::string& key, const Clip& clip, const std::string& skeleton);

/// Of a window of rows, the source's own arrays stay behind: they are those of the whole clip.
Clip read_clip(hid_t clips, const std::string& key, const Skeletons& skeletons, Rows rows = {});

/// As the file spells it, or Error(bad_input) naming `place`.
LoopMode loop_mode(const std::string& text, const std::string& place);

/// Validates, with the place of the clip before what is wrong.
void check_clip(const Clip& clip, const std::string& place);

}  // namespace motus::formats::h5
