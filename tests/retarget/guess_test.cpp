// Roles from the names of common tools, and from the shape of the tree where names do not tell.
#include "motion/error.h"
#include "retarget/map.h"
#include "tests/catch.h"
#include "tests/retarget/figures.h"

using namespace motus;
using namespace motus::retarget;

namespace {

const std::map<std::string, int> kPerson = {{"pelvis", 0},
                                            {"chest", 2},
                                            {"head", 4},
                                            {"left_clavicle", 5},
                                            {"left_upper_arm", 6},
                                            {"left_lower_arm", 7},
                                            {"left_hand", 8},
                                            {"right_clavicle", 11},
                                            {"right_upper_arm", 12},
                                            {"right_lower_arm", 13},
                                            {"right_hand", 14},
                                            {"left_upper_leg", 17},
                                            {"left_lower_leg", 18},
                                            {"left_foot", 19},
                                            {"left_toe", 20},
                                            {"right_upper_leg", 21},
                                            {"right_lower_leg", 22},
                                            {"right_foot", 23},
                                            {"right_toe", 24}};

void check_person(const SkeletonPtr& s, double least, const std::string& how = "") {
  const RoleMap m = map_roles(*s);
  CHECK_FALSE(m.quadruped);
  for (const auto& [role, body] : kPerson) {
    INFO(s->bodies()[0].name << " " << role);
    CHECK(m.body(role) == body);
  }
  for (const RoleMatch& r : m.matches) {
    INFO(r.role << " " << r.how);
    CHECK(r.confidence <= 1);
    if (r.role.find("leg") != std::string::npos) CHECK(r.confidence >= least);
    if (!how.empty() && r.role == "left_foot") CHECK(r.how == how);
  }
}

/// Names of the 25 parts from those of the middle and of one side, with a mark for the side.
std::vector<std::string> named(const std::vector<std::string>& middle, const std::string& left,
                               const std::string& right, const std::vector<std::string>& arm,
                               const std::vector<std::string>& leg, bool side_last = false) {
  std::vector<std::string> out = middle;
  for (const auto* list : {&arm, &leg}) {
    for (const std::string& side : {left, right}) {
      for (const std::string& part : *list) out.push_back(side_last ? part + side : side + part);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("people named by each tool are found by name and confirmed by shape") {
  const std::vector<std::vector<std::string>> people = {
      named({"Hips", "Spine", "Spine1", "Neck", "Head"}, "Left", "Right",
            {"Shoulder", "Arm", "ForeArm", "Hand", "HandIndex1", "HandMiddle1"},
            {"UpLeg", "Leg", "Foot", "ToeBase"}),
      named({"mixamorig1:Hips", "mixamorig1:Spine", "mixamorig1:Spine1", "mixamorig1:Neck",
             "mixamorig1:Head"},
            "mixamorig1:Left", "mixamorig1:Right",
            {"Shoulder", "Arm", "ForeArm", "Hand", "HandIndex1", "HandMiddle1"},
            {"UpLeg", "Leg", "Foot", "ToeBase"}),
      // MVN's BVH
      named({"Hips", "Chest", "Chest4", "Neck", "Head"}, "Left", "Right",
            {"Collar", "Shoulder", "Elbow", "Wrist", "Finger0", "Finger1"},
            {"Hip", "Knee", "Ankle", "Toe"}),
      // Xsens segments
      named({"Pelvis", "L5", "T8", "Neck", "Head"}, "Left", "Right",
            {"Shoulder", "UpperArm", "ForeArm", "Hand", "Index", "Middle"},
            {"UpperLeg", "LowerLeg", "Foot", "Toe"}),
      // SMPL-X
      named({"pelvis", "spine1", "spine3", "neck", "head"}, "left_", "right_",
            {"collar", "shoulder", "elbow", "wrist", "index1", "middle1"},
            {"hip", "knee", "ankle", "foot"}),
      // the SMPL of PHC
      named({"Pelvis", "Torso", "Chest", "Neck", "Head"}, "L_", "R_",
            {"Thorax", "Shoulder", "Elbow", "Wrist", "Hand", "Thumb"},
            {"Hip", "Knee", "Ankle", "Toe"}),
      // SOMA
      named({"Hips", "Spine1", "Chest", "Neck1", "Head"}, "Left", "Right",
            {"Shoulder", "Arm", "ForeArm", "Hand", "HandIndex1", "HandPinky1"},
            {"Leg", "Shin", "Foot", "ToeBase"}),
      // OptiTrack
      named({"Skeleton:Hip", "Skeleton:Ab", "Skeleton:Chest", "Skeleton:Neck", "Skeleton:Head"},
            "Skeleton:L", "Skeleton:R", {"Shoulder", "UArm", "FArm", "Hand", "Index1", "Middle1"},
            {"Thigh", "Shin", "Foot", "Toe"}),
      // Kinect
      named({"SpineBase", "SpineMid", "SpineShoulder", "Neck", "Head"}, "Left", "Right",
            {"Clavicle", "Shoulder", "Elbow", "Wrist", "HandTip", "Thumb"},
            {"Hip", "Knee", "Ankle", "Foot"}, true),
      // Rigify
      named({"DEF-spine", "DEF-spine.001", "DEF-spine.003", "DEF-spine.004", "DEF-head"}, ".L",
            ".R",
            {"DEF-shoulder", "DEF-upper_arm", "DEF-forearm", "DEF-hand", "DEF-palm.01",
             "DEF-palm.02"},
            {"DEF-thigh", "DEF-shin", "DEF-foot", "DEF-toe"}, true),
      // Unreal
      named({"pelvis", "spine_01", "spine_03", "neck_01", "head"}, "_l", "_r",
            {"clavicle", "upperarm", "lowerarm", "hand", "index_01", "middle_01"},
            {"thigh", "calf", "foot", "ball"}, true),
      // 3ds Max Biped
      named({"Bip01 Pelvis", "Bip01 Spine", "Bip01 Spine2", "Bip01 Neck", "Bip01 Head"}, "Bip01 L ",
            "Bip01 R ", {"Clavicle", "UpperArm", "Forearm", "Hand", "Finger0", "Finger1"},
            {"Thigh", "Calf", "Foot", "Toe0"}),
      // VRM
      named({"J_Bip_C_Hips", "J_Bip_C_Spine", "J_Bip_C_UpperChest", "J_Bip_C_Neck", "J_Bip_C_Head"},
            "J_Bip_L_", "J_Bip_R_",
            {"Shoulder", "UpperArm", "LowerArm", "Hand", "Index1", "Middle1"},
            {"UpperLeg", "LowerLeg", "Foot", "ToeBase"}),
      // Daz
      named({"hip", "abdomenLower", "chestUpper", "neckLower", "head"}, "l", "r",
            {"Collar", "ShldrBend", "ForearmBend", "Hand", "Index1", "Mid1"},
            {"ThighBend", "Shin", "Foot", "Toe"}),
      // ASF
      named({"root", "lowerback", "thorax", "lowerneck", "head"}, "l", "r",
            {"clavicle", "humerus", "radius", "hand", "fingers", "thumb"},
            {"femur", "tibia", "foot", "toes"}),
      // one word before all names
      named({"Ybot_Hips", "Ybot_Spine", "Ybot_Chest", "Ybot_Neck", "Ybot_Head"}, "Ybot_Left",
            "Ybot_Right", {"Shoulder", "Arm", "ForeArm", "Hand", "Index", "Middle"},
            {"UpLeg", "Leg", "Foot", "Toe"})};
  for (const std::vector<std::string>& names : people)
    check_person(person_named(names), 0.97, "name and shape");
}

TEST_CASE("a person without telling names is found by shape, whichever way it faces") {
  check_person(person_named({}), 0.6, "shape");
  // seen from behind: the same tree turned about the vertical keeps its left
  std::vector<Part> turned = person_parts();
  const Quat half(Eigen::AngleAxisd(2.5, Vec3::UnitZ()));
  for (Part& p : turned) p.at = half * p.at;
  check_person(figure(turned), 0.6, "shape");
}

TEST_CASE("left is where the toes say: a mirrored figure has its sides exchanged") {
  std::vector<Part> mirrored = person_parts();
  for (Part& p : mirrored) p.at.y() = -p.at.y();
  const RoleMap m = map_roles(*figure(mirrored));
  CHECK(m.body("right_foot") == 19);
  CHECK(m.body("left_hand") == 14);
}

TEST_CASE("extra roots, helper joints without length, twist bones and props do no harm") {
  std::vector<Part> p = {{"Armature", -1, {0, 0, 0}}, {"root", 0, {0, 0, 0}}};
  for (Part part : person_parts()) {
    part.parent += 2;
    if (part.parent < 2) part.parent = 1;
    p.push_back(part);
  }
  // on the left thigh and both forearms; a staff in the right hand
  p.push_back({"twist_a", 2 + 17, {0, 0.01, -0.2}});
  p.push_back({"twist_b", 2 + 7, {0, 0.1, 0}});
  p.push_back({"twist_c", 2 + 13, {0, -0.1, 0}});
  p.push_back({"ik_a", 1, {0, 0, 0}});
  p.push_back({"ik_b", 1, {0, 0, 0}});
  // depth first, as skeletons are
  std::vector<Part> sorted;
  std::vector<int> index(p.size(), -1);
  const auto add = [&](auto&& self, int i, int parent) -> void {
    index[static_cast<size_t>(i)] = static_cast<int>(sorted.size());
    const int own = static_cast<int>(sorted.size());
    sorted.push_back({p[static_cast<size_t>(i)].name, parent, p[static_cast<size_t>(i)].at});
    for (size_t k = 0; k < p.size(); ++k) {
      if (p[k].parent == i) self(self, static_cast<int>(k), own);
    }
  };
  add(add, 0, -1);
  const RoleMap m = map_roles(*figure(sorted));
  for (const auto& [role, body] : kPerson) {
    INFO(role);
    CHECK(m.body(role) == index[static_cast<size_t>(body) + 2]);
  }
}

TEST_CASE("a person whose sides cannot be told is refused, with the reason") {
  std::vector<Part> p = person_parts();
  for (const int foot : {19, 23}) p[static_cast<size_t>(foot) + 1].at = {0, 0, -0.07};
  p[4].at.x() = 0;
  try {
    map_roles(*figure(p));
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(std::string(e.what()).find("which is the left one") != std::string::npos);
  }
}

TEST_CASE("arms that are called so are no legs, where the feet hang elsewhere") {
  std::vector<Part> p = {{"Hips", -1, {0, 0, 1}},
                         {"Abdomen", 0, {0, 0, 0.2}},
                         {"Torso", 1, {0, 0, 0.3}},
                         {"Head", 2, {0, 0, 0.2}}};
  for (const double y : {1.0, -1.0}) {
    const std::string side = y > 0 ? ".L" : ".R";
    const int n = static_cast<int>(p.size());
    p.push_back({"Shoulder" + side, 2, {0, 0.1 * y, 0}});
    p.push_back({"UpperArm" + side, n, {0, 0.1 * y, 0}});
    p.push_back({"LowerArm" + side, n + 1, {-0.03, 0, -0.5}});
    p.push_back({"Palm" + side, n + 2, {0.03, 0, -0.6}});
    p.push_back({"Ring" + side, n + 3, {0.15, 0, -0.1}});
  }
  for (const double y : {1.0, -1.0}) {
    const std::string side = y > 0 ? ".L" : ".R";
    p.push_back({"UpperLeg" + side, 0, {0, 0.1 * y, 0}});
    p.push_back({"LowerLeg" + side, static_cast<int>(p.size()) - 1, {0, 0, -0.45}});
  }
  try {
    map_roles(*figure(p));
    FAIL("accepted");
  } catch (const Error& e) {
    const std::string words = e.what();
    CHECK(words.find("no body found for left_foot") != std::string::npos);
    CHECK(words.find("right_foot") != std::string::npos);
    CHECK(words.find("upper_leg") == std::string::npos);
  }
}

TEST_CASE("a dog: legs named like a person's arms and legs, or not named at all") {
  std::vector<Part> dog = {{"Hips", -1, {0, 0, 0.5}},
                           {"Spine", 0, {0.25, 0, 0}},
                           {"Neck", 1, {0.2, 0, 0.1}},
                           {"Head", 2, {0.1, 0, 0.1}}};
  for (const double y : {1.0, -1.0}) {
    const std::string w = y > 0 ? "Left" : "Right";
    const int n = static_cast<int>(dog.size());
    dog.push_back({w + "Shoulder", 1, {0.15, 0.05 * y, 0}});
    dog.push_back({w + "Arm", n, {0, 0, -0.1}});
    dog.push_back({w + "ForeArm", n + 1, {-0.02, 0, -0.18}});
    dog.push_back({w + "Hand", n + 2, {0.02, 0, -0.19}});
  }
  for (const double y : {1.0, -1.0}) {
    const std::string w = y > 0 ? "Left" : "Right";
    const int n = static_cast<int>(dog.size());
    dog.push_back({w + "UpLeg", 0, {-0.05, 0.06 * y, -0.02}});
    dog.push_back({w + "Leg", n, {0.05, 0, -0.17}});
    dog.push_back({w + "Foot", n + 1, {-0.1, 0, -0.16}});
    dog.push_back({w + "Toe", n + 2, {0.03, 0, -0.12}});
  }
  dog.push_back({"Tail", 0, {-0.2, 0, 0.05}});
  const RoleMap m = map_roles(*figure(dog));
  CHECK(m.quadruped);
  CHECK(m.body("trunk") == 0);
  CHECK(m.body("front_left_thigh") == 5);
  CHECK(m.body("front_right_foot") == 11);
  CHECK(m.body("rear_left_calf") == 13);
  CHECK(m.body("rear_left_foot") == 15);  // it stands on its toes

  for (size_t i = 0; i < dog.size(); ++i) dog[i].name = "bone" + std::to_string(i);
  const RoleMap shape = map_roles(*figure(dog));
  CHECK(shape.quadruped);
  CHECK(shape.body("rear_right_thigh") == 16);
  CHECK(shape.body("front_left_foot") == 7);
}

TEST_CASE("the template of a map says what was found, and what is lacking with candidates") {
  std::vector<Part> p = person_parts();
  const std::vector<std::string> names = {"Hips", "Spine", "Chest", "Neck", "Head"};
  p.resize(5);
  for (size_t i = 0; i < names.size(); ++i) p[i].name = names[i];
  p.push_back({"LeftUpLeg", 0, {0, 0.1, 0}});
  p.push_back({"LeftLeg", 5, {0, 0, -0.4}});
  p.push_back({"LeftFootEnd", 6, {0, 0, -0.4}});
  p.push_back({"RightUpLeg", 0, {0, -0.1, 0}});
  p.push_back({"RightLeg", 8, {0, 0, -0.5}});
  const SkeletonPtr s = figure(p);
  const RoleGuess g = guess_roles(*s);
  REQUIRE(g.lacking == std::vector<std::string>{"left_foot", "right_foot"});
  REQUIRE_FALSE(g.candidates.at("left_foot").empty());
  const std::string text = map_template(*s, g);
  CHECK(text.find("left_upper_leg: \"LeftUpLeg\"") != std::string::npos);
  CHECK(text.find("# left_foot: NEEDED  # likeliest: \"LeftFootEnd\"") != std::string::npos);
}
