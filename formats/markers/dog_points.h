#pragma once
// The dog's key points of AI4Animation as motion_imitation reads them: rows of 27 points (81 numbers
// between commas), metres, y up, 60 frames a second. Peng et al. 2020 ("Learning Agile Robotic
// Locomotion Skills by Imitating Animals") use points 6..10 as the right front leg, 11..15 as the
// left one, 16..19 and 20..23 as the right and left hind legs.
#include "formats/format.h"

namespace motus::formats {

/// Yes for rows of 81 numbers that are points of one animal, no robot's state.
Match sniff_dog_points(Bytes bytes);

/// One clip (formats/points.h) of a dog with quadruped roles.
std::vector<Clip> read_dog_points(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
