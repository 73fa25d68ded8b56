#pragma once
// What a body's name says, whatever the tool that wrote it: prefixes, sides and numbers apart.
#include <string>
#include <string_view>
#include <vector>

#include "motion/skeleton.h"

namespace motus::retarget {

/// "mixamorig:LeftUpLeg" -> {"upleg", 'l', -1}; "Spine1" -> {"spine", 0, 1}; "lfemur" -> {"femur",
/// 'l', -1}; "FL_thigh" and "LF_thigh" -> {"thigh", side 'l', end 'f'}.
struct BodyName {
  std::string base;  ///< lower case, letters only
  char side = 0;     ///< 'l', 'r' or 0
  char end = 0;      ///< 'f' front or 'r' rear of a four-legged body, else 0
  int number = -1;   ///< the last number in the name, or -1
};

BodyName parse_name(std::string_view name);

/// What each body is called: its own name, and the names of its joints, which say more in many
/// URDFs. A first word that nearly all bodies share ("Ybot_") is left out.
std::vector<std::vector<BodyName>> parse_names(const Skeleton& skeleton);

}  // namespace motus::retarget
