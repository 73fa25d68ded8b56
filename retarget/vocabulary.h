#pragma once
// How tools name limbs: the words of motion-capture systems, animation packages, game engines, body
// models and robots, as parse_name() leaves them.
#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace motus::retarget {

using Words = std::vector<std::string_view>;

/// One way of naming a limb, from the trunk outwards: four parts, each with its words in the order
/// of preference.
using Vocabulary = std::array<Words, 4>;

/// Upper leg, lower leg, foot, toe.
std::span<const Vocabulary> leg_vocabularies();
/// Clavicle, upper arm, lower arm, hand.
std::span<const Vocabulary> arm_vocabularies();
/// Hip, thigh, calf, foot of a leg whose names say front or rear.
std::span<const Vocabulary> corner_vocabularies();

}  // namespace motus::retarget
