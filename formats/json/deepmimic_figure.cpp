#include "formats/json/deepmimic_figure.h"

#include <array>
#include <string>
#include <vector>

#include "formats/amp_humanoid.h"

namespace motus::formats {

namespace {

using Part = DeepMimicPart;

constexpr std::array kHumanoid = {
    Part{"torso", 8, false},           Part{"head", 12, false},
    Part{"right_thigh", 16, false},    Part{"right_shin", 20, true},
    Part{"right_foot", 21, false},     Part{"right_upper_arm", 25, false},
    Part{"right_lower_arm", 29, true}, Part{"left_thigh", 30, false},
    Part{"left_shin", 34, true},       Part{"left_foot", 35, false},
    Part{"left_upper_arm", 39, false}, Part{"left_lower_arm", 43, true}};

constexpr std::array kDog = {Part{"spine0", 8, false},
                             Part{"spine1", 12, false},
                             Part{"neck", 16, false},
                             Part{"head", 20, false},
                             Part{"left_shoulder", 24, false},
                             Part{"left_forearm", 28, true},
                             Part{"left_hand", 29, false},
                             Part{"left_finger", 33, false},
                             Part{"right_shoulder", 37, false},
                             Part{"right_forearm", 41, true},
                             Part{"right_hand", 42, false},
                             Part{"right_finger", 46, false},
                             Part{"left_upper_leg", 50, false},
                             Part{"left_leg", 54, true},
                             Part{"left_foot", 55, false},
                             Part{"left_toe", 59, false},
                             Part{"right_upper_leg", 63, false},
                             Part{"right_leg", 67, true},
                             Part{"right_foot", 68, false},
                             Part{"right_toe", 72, false},
                             Part{"tail0", 76, false},
                             Part{"tail1", 80, false}};

SkeletonPtr humanoid_skeleton() {
  std::vector<Vec3> rest;
  for (const AmpBody& b : amp_bodies()) rest.emplace_back(b.x, b.y, b.z);
  return amp_skeleton(rest);
}

/// Offsets as the file has them (x forward, y up, z right), m.
struct DogBody {
  const char* name;
  int parent;
  double x, y, z;
};
constexpr std::array kDogBodies = {DogBody{"root", -1, 0, 0, 0},
                                   DogBody{"spine0", 0, 0, 0, 0},
                                   DogBody{"spine1", 1, 0.2375, 0, 0},
                                   DogBody{"neck", 2, 0.28135, 0, 0},
                                   DogBody{"head", 3, 0.175, 0, 0},
                                   DogBody{"left_shoulder", 2, 0.304074, -0.109983, -0.106071},
                                   DogBody{"left_forearm", 5, 0, -0.19, 0},
                                   DogBody{"left_hand", 6, 0, -0.2225, 0},
                                   DogBody{"left_finger", 7, 0, -0.09, 0},
                                   DogBody{"right_shoulder", 2, 0.304074, -0.109983, 0.106071},
                                   DogBody{"right_forearm", 9, 0, -0.19, 0},
                                   DogBody{"right_hand", 10, 0, -0.2225, 0},
                                   DogBody{"right_finger", 11, 0, -0.09, 0},
                                   DogBody{"left_upper_leg", 0, -0.074803, -0.095825, -0.05986},
                                   DogBody{"left_leg", 13, 0, -0.2, 0},
                                   DogBody{"left_foot", 14, 0, -0.225, 0},
                                   DogBody{"left_toe", 15, 0, -0.135, 0},
                                   DogBody{"right_upper_leg", 0, -0.074803, -0.095825, 0.05986},
                                   DogBody{"right_leg", 17, 0, -0.2, 0},
                                   DogBody{"right_foot", 18, 0, -0.225, 0},
                                   DogBody{"right_toe", 19, 0, -0.135, 0},
                                   DogBody{"tail0", 0, -0.086, 0, 0},
                                   DogBody{"tail1", 21, -0.2, 0, 0}};

SkeletonPtr dog_skeleton() {
  Skeleton::Spec s;
  s.name = "dog3d";
  for (const DogBody& b : kDogBodies) {
    s.bodies.push_back(
        {.name = b.name, .parent = b.parent, .rest_pos = deepmimic_axes() * Vec3(b.x, b.y, b.z)});
  }
  // a dog stands on its fingers and toes
  s.roles = {{"trunk", 0},
             {"front_left_thigh", 5},
             {"front_left_calf", 6},
             {"front_left_foot", 8},
             {"front_right_thigh", 9},
             {"front_right_calf", 10},
             {"front_right_foot", 12},
             {"rear_left_thigh", 13},
             {"rear_left_calf", 14},
             {"rear_left_foot", 16},
             {"rear_right_thigh", 17},
             {"rear_right_calf", 18},
             {"rear_right_foot", 20}};
  return Skeleton::build(std::move(s));
}

const std::array kFigures = {
    DeepMimicFigure{"humanoid3d", 44, kHumanoid, humanoid_skeleton},
    DeepMimicFigure{"dog3d", 84, kDog, dog_skeleton},
};

}  // namespace

Quat deepmimic_axes() {
  return Quat(Eigen::AngleAxisd(M_PI / 2, Vec3::UnitX()));
}

const DeepMimicFigure* deepmimic_figure(long columns) {
  for (const DeepMimicFigure& f : kFigures) {
    if (f.columns == columns) return &f;
  }
  return nullptr;
}

const DeepMimicFigure* deepmimic_figure(const Skeleton& skeleton) {
  if (is_amp_humanoid(skeleton)) return kFigures.data();
  return skeleton.same_structure(*dog_skeleton()) ? &kFigures[1] : nullptr;
}

}  // namespace motus::formats
