#include "retarget/gmr_tables.h"

#include <algorithm>

namespace motus::retarget {

namespace {

using Q = std::array<double, 4>;
constexpr double kHalf = 0.70710678118654752;

constexpr Q kUp = {0.5, 0.5, 0.5, 0.5}, kLeg = {-0.5, 0.5, 0.5, -0.5},
            kFoot = {-kHalf, kHalf, 0, 0}, kArm = {0.5, 0.5, -0.5, -0.5},
            kForearm = {kHalf, kHalf, 0, 0};

constexpr std::array kG1Lafan = {
    GmrRow{"pelvis", "pelvis", 0.9, {0, 10}, {100, 5}, kUp},
    GmrRow{"left_hip_yaw_link", "left_upper_leg", 0.9, {0, 10}, {10, 5}, kLeg},
    GmrRow{"left_knee_link", "left_lower_leg", 0.9, {0, 10}, {10, 5}, kLeg},
    GmrRow{"left_ankle_roll_link", "left_foot", 0.9, {50, 10}, {50, 10}, kFoot},
    GmrRow{"right_hip_yaw_link", "right_upper_leg", 0.9, {0, 10}, {10, 5}, kLeg},
    GmrRow{"right_knee_link", "right_lower_leg", 0.9, {0, 10}, {10, 5}, kLeg},
    GmrRow{"right_ankle_roll_link", "right_foot", 0.9, {50, 10}, {50, 10}, kFoot},
    GmrRow{"torso_link", "chest", 0.9, {0, 100}, {0, 10}, kUp},
    GmrRow{"left_shoulder_yaw_link", "left_upper_arm", 0.75, {0, 100}, {5, 100}, kArm},
    GmrRow{"left_elbow_link", "left_lower_arm", 0.75, {0, 10}, {10, 5}, kForearm},
    GmrRow{"left_wrist_yaw_link", "left_hand", 0.75, {0, 10}, {10, 5}, kForearm},
    GmrRow{"right_shoulder_yaw_link", "right_upper_arm", 0.75, {0, 100}, {5, 100}, kArm},
    GmrRow{"right_elbow_link", "right_lower_arm", 0.75, {0, 10}, {10, 5}, kForearm},
    GmrRow{"right_wrist_yaw_link", "right_hand", 0.75, {0, 10}, {10, 5}, kForearm},
};

constexpr Q kBody = {0.5, -0.5, -0.5, -0.5}, kHip = {0.42678, -0.56379, -0.56379, -0.42678};

constexpr std::array kG1Smplx = {
    GmrRow{"pelvis", "pelvis", 0.9, {100, 10}, {100, 5}, kBody},
    GmrRow{"left_hip_roll_link", "left_upper_leg", 0.9, {0, 10}, {10, 5}, kHip},
    GmrRow{"left_knee_link", "left_lower_leg", 0.9, {0, 10}, {10, 5}, kBody},
    GmrRow{"left_ankle_roll_link",
           "left_toe",
           0.9,
           {100, 10},
           {100, 50},
           kBody,
           {0, 0.02, 0},
           {0.1, 0, -0.02}},
    GmrRow{"right_hip_roll_link", "right_upper_leg", 0.9, {0, 10}, {10, 5}, kHip},
    GmrRow{"right_knee_link", "right_lower_leg", 0.9, {0, 10}, {10, 5}, kBody},
    GmrRow{"right_ankle_roll_link",
           "right_toe",
           0.9,
           {100, 10},
           {100, 50},
           kBody,
           {0, -0.02, 0},
           {0.1, 0, -0.02}},
    GmrRow{"torso_link", "chest", 0.9, {0, 10}, {0, 10}, kBody},
    GmrRow{
        "left_shoulder_yaw_link", "left_upper_arm", 0.8, {0, 10}, {10, 5}, {kHalf, 0, -kHalf, 0}},
    GmrRow{"left_elbow_link", "left_lower_arm", 0.8, {0, 10}, {10, 5}, {1, 0, 0, 0}},
    GmrRow{"left_wrist_yaw_link", "left_hand", 0.8, {0, 10}, {10, 5}, {1, 0, 0, 0}},
    GmrRow{
        "right_shoulder_yaw_link", "right_upper_arm", 0.8, {0, 10}, {10, 5}, {0, kHalf, 0, kHalf}},
    GmrRow{"right_elbow_link", "right_lower_arm", 0.8, {0, 10}, {10, 5}, {0, 0, 0, -1}},
    GmrRow{"right_wrist_yaw_link", "right_hand", 0.8, {0, 10}, {10, 5}, {0, 0, 0, -1}},
};

// the vendor's map names bodies, weights and scales; its rotations are not among the facts
constexpr Q kNone = {1, 0, 0, 0};
constexpr std::array kPiPlus = {
    GmrRow{"base_link", "chest", 0.36, {0, 10}, {0, 10}, kNone},
    GmrRow{"l_hip_roll_link", "left_upper_leg", 0.32, {0, 10}, {10, 5}, kNone},
    GmrRow{"l_calf_link", "left_lower_leg", 0.32, {0, 10}, {10, 5}, kNone},
    GmrRow{"l_ankle_pitch_link", "left_foot", 0.32, {100, 50}, {100, 50}, kNone, {0, 0.085, -0.04}},
    GmrRow{"r_hip_roll_link", "right_upper_leg", 0.32, {0, 10}, {10, 5}, kNone},
    GmrRow{"r_calf_link", "right_lower_leg", 0.32, {0, 10}, {10, 5}, kNone},
    GmrRow{
        "r_ankle_pitch_link", "right_foot", 0.32, {100, 50}, {100, 50}, kNone, {0, -0.085, -0.04}},
    GmrRow{"l_shoulder_roll_link", "left_upper_arm", 0.4, {0, 10}, {10, 5}, kNone},
    GmrRow{"l_elbow_link", "left_lower_arm", 0.4, {0, 10}, {10, 5}, kNone},
    GmrRow{"l_wrist_link", "left_hand", 0.4, {0, 10}, {10, 5}, kNone},
    GmrRow{"r_shoulder_roll_link", "right_upper_arm", 0.4, {0, 10}, {10, 5}, kNone},
    GmrRow{"r_elbow_link", "right_lower_arm", 0.4, {0, 10}, {10, 5}, kNone},
    GmrRow{"r_wrist_link", "right_hand", 0.4, {0, 10}, {10, 5}, kNone},
};

constexpr std::array kLafan = {
    GmrTable{"g1", "LAFAN1 to G1", 1.8, true, kG1Lafan},
    GmrTable{"pi_plus", "the vendor's map to Pi Plus", 1.7, false, kPiPlus}};
constexpr std::array kSmplx = {GmrTable{"g1", "SMPL-X to G1", 1.8, true, kG1Smplx}};

const GmrTable* find(std::span<const GmrTable> tables, std::string_view robot) {
  const auto at = std::find_if(tables.begin(), tables.end(),
                               [&](const GmrTable& t) { return t.robot == robot; });
  return at == tables.end() ? nullptr : &*at;
}

}  // namespace

const GmrTable* gmr_lafan(std::string_view robot) {
  return find(kLafan, robot);
}

const GmrTable* gmr_smplx(std::string_view robot) {
  return find(kSmplx, robot);
}

}  // namespace motus::retarget
