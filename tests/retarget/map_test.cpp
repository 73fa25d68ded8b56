#include "retarget/map.h"

#include <fstream>

#include "motion/error.h"
#include "retarget/names.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::retarget;

namespace {

/// Bodies as "name<parent index": enough for matching.
SkeletonPtr tree(const std::vector<std::pair<std::string, int>>& bodies) {
  Skeleton::Spec s;
  s.name = "tree";
  for (const auto& [name, parent] : bodies) {
    Body b;
    b.name = name;
    b.parent = parent;
    s.bodies.push_back(b);
  }
  return Skeleton::build(std::move(s));
}

/// A biped in one tool's words: {pelvis, chest, upper leg, lower leg, foot, upper arm, forearm,
/// hand}.
SkeletonPtr person(const std::string& left, const std::string& right,
                   const std::vector<std::string>& w) {
  return tree({{w[0], -1},
               {w[1], 0},
               {left + w[5], 1},
               {left + w[6], 2},
               {left + w[7], 3},
               {right + w[5], 1},
               {right + w[6], 5},
               {right + w[7], 6},
               {left + w[2], 0},
               {left + w[3], 8},
               {left + w[4], 9},
               {right + w[2], 0},
               {right + w[3], 11},
               {right + w[4], 12}});
}

void check_person(const SkeletonPtr& s) {
  const RoleMap m = map_roles(*s);
  CHECK_FALSE(m.quadruped);
  const std::pair<const char*, int> expected[] = {
      {"pelvis", 0},         {"chest", 1},           {"left_upper_arm", 2},   {"left_lower_arm", 3},
      {"left_hand", 4},      {"right_upper_arm", 5}, {"right_hand", 7},       {"left_upper_leg", 8},
      {"left_lower_leg", 9}, {"left_foot", 10},      {"right_upper_leg", 11}, {"right_foot", 13}};
  for (const auto& [role, body] : expected) {
    INFO(s->bodies()[0].name << " " << role);
    CHECK(m.body(role) == body);
  }
}

}  // namespace

TEST_CASE("a source without legs is refused, naming what is missing and what there is") {
  const SkeletonPtr s = tree({{"Hips", -1}, {"Spine", 0}, {"LeftUpLeg", 0}});
  try {
    map_roles(*s);
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::bad_input);
    const std::string text = e.what();
    CHECK(text.find("right_foot") != std::string::npos);
    CHECK(text.find("left_lower_leg") != std::string::npos);
    CHECK(text.find("LeftUpLeg") != std::string::npos);
    CHECK(e.hint().find("--map") != std::string::npos);
  }
}

TEST_CASE("a leg whose parts do not hang on one another is refused") {
  // the foot is a child of the pelvis, not of the shin
  const SkeletonPtr s = tree({{"Hips", -1},
                              {"LeftUpLeg", 0},
                              {"LeftLeg", 1},
                              {"LeftFoot", 0},
                              {"RightUpLeg", 0},
                              {"RightLeg", 4},
                              {"RightFoot", 5}});
  CHECK_THROWS_AS(map_roles(*s), Error);
}

TEST_CASE("an override names a body that must exist, and wins") {
  const SkeletonPtr s =
      person("Left", "Right", {"Hips", "Spine2", "UpLeg", "Leg", "Foot", "Arm", "ForeArm", "Hand"});
  CHECK_THROWS_AS(map_roles(*s, {{"pelvis", "hips"}}), Error);
  CHECK(map_roles(*s, {{"head", "Spine2"}}).body("head") == 1);
}

TEST_CASE("names of common tools are read") {
  const BodyName a = parse_name("mixamorig:LeftUpLeg");
  CHECK((a.base == "upleg" && a.side == 'l'));
  const BodyName b = parse_name("mixamorig1:RightForeArm");
  CHECK((b.base == "forearm" && b.side == 'r'));
  const BodyName c = parse_name("Bip01 L Thigh");
  CHECK((c.base == "thigh" && c.side == 'l'));
  const BodyName d = parse_name("lfemur");
  CHECK((d.base == "femur" && d.side == 'l'));
  const BodyName e = parse_name("left_hip_yaw_link");
  CHECK((e.base == "hipyaw" && e.side == 'l'));
  const BodyName f = parse_name("upperarm_r");
  CHECK((f.base == "upperarm" && f.side == 'r'));
  const BodyName g = parse_name("FL_thigh");
  CHECK((g.base == "thigh" && g.side == 'l' && g.end == 'f'));
  const BodyName h = parse_name("Spine1");
  CHECK((h.base == "spine" && h.side == 0 && h.number == 1));
  const BodyName i = parse_name("rig|LeftFoot_$AssimpFbx$_Rotation");
  CHECK((i.base == "foot" && i.side == 'l'));
}

TEST_CASE("every vocabulary finds the same parts") {
  check_person(person("Left", "Right",
                      {"Hips", "Spine2", "UpLeg", "Leg", "Foot", "Arm", "ForeArm", "Hand"}));
  check_person(person(
      "mixamorig:Left", "mixamorig:Right",
      {"mixamorig:Hips", "mixamorig:Spine2", "UpLeg", "Leg", "Foot", "Arm", "ForeArm", "Hand"}));
  check_person(person("Left", "Right",
                      {"Hips", "Chest4", "Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist"}));
  check_person(person("L_", "R_",
                      {"Pelvis", "Spine3", "Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist"}));
  check_person(
      person("left_", "right_",
             {"pelvis", "torso", "thigh", "shin", "foot", "upper_arm", "lower_arm", "hand"}));
  check_person(
      person("Left", "Right", {"Hips", "Chest", "Leg", "Shin", "Foot", "Arm", "ForeArm", "Hand"}));
  check_person(
      person("l", "r", {"root", "thorax", "femur", "tibia", "foot", "humerus", "radius", "hand"}));
  check_person(person("left_", "right_",
                      {"pelvis", "torso_link", "hip_yaw_link", "knee_link", "ankle_roll_link",
                       "shoulder_yaw_link", "elbow_link", "wrist_yaw_link"}));
}

TEST_CASE("four legs make a quadruped") {
  std::vector<std::pair<std::string, int>> bodies = {{"trunk", -1}};
  for (const std::string leg : {"FL", "FR", "RL", "RR"}) {
    const int first = static_cast<int>(bodies.size());
    bodies.emplace_back(leg + "_hip", 0);
    bodies.emplace_back(leg + "_thigh", first);
    bodies.emplace_back(leg + "_calf", first + 1);
    bodies.emplace_back(leg + "_foot", first + 2);
  }
  const RoleMap m = map_roles(*tree(bodies));
  CHECK(m.quadruped);
  CHECK(m.body("trunk") == 0);
  CHECK(m.body("rear_left_calf") == 11);
}
