#pragma once
// A skeleton drawn from the front with what its bodies were taken for.
#include <string>

#include "retarget/map.h"

namespace motus::retarget {

/// An SVG: bones in grey, the bodies that play a role as dots with role, name and confidence,
/// green where name and shape agree or a file says so, yellow for one of them, orange below; in red
/// the roles that are lacking.
std::string map_picture(const Skeleton& skeleton, const BodyPoses& pose, const RoleGuess& guess);

}  // namespace motus::retarget
