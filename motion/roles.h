#pragma once
// Names for what a body is, whatever its own name: the common language of retargeting, checking and
// judging.
#include <array>
#include <string_view>

namespace motus::roles {

/// Biped roles. A hand is the wrist's body, a foot the ankle's, a clavicle the shoulder girdle.
inline constexpr std::array kBiped = {std::string_view("pelvis"),
                                      std::string_view("spine"),
                                      std::string_view("chest"),
                                      std::string_view("neck"),
                                      std::string_view("head"),
                                      std::string_view("left_clavicle"),
                                      std::string_view("left_upper_arm"),
                                      std::string_view("left_lower_arm"),
                                      std::string_view("left_hand"),
                                      std::string_view("right_clavicle"),
                                      std::string_view("right_upper_arm"),
                                      std::string_view("right_lower_arm"),
                                      std::string_view("right_hand"),
                                      std::string_view("left_upper_leg"),
                                      std::string_view("left_lower_leg"),
                                      std::string_view("left_foot"),
                                      std::string_view("left_toe"),
                                      std::string_view("right_upper_leg"),
                                      std::string_view("right_lower_leg"),
                                      std::string_view("right_foot"),
                                      std::string_view("right_toe")};

/// Quadruped roles: front/rear, left/right. The trunk is the pelvis of a biped.
inline constexpr std::array kQuadruped = {std::string_view("trunk"),
                                          std::string_view("front_left_hip"),
                                          std::string_view("front_left_thigh"),
                                          std::string_view("front_left_calf"),
                                          std::string_view("front_left_foot"),
                                          std::string_view("front_right_hip"),
                                          std::string_view("front_right_thigh"),
                                          std::string_view("front_right_calf"),
                                          std::string_view("front_right_foot"),
                                          std::string_view("rear_left_hip"),
                                          std::string_view("rear_left_thigh"),
                                          std::string_view("rear_left_calf"),
                                          std::string_view("rear_left_foot"),
                                          std::string_view("rear_right_hip"),
                                          std::string_view("rear_right_thigh"),
                                          std::string_view("rear_right_calf"),
                                          std::string_view("rear_right_foot")};

}  // namespace motus::roles
