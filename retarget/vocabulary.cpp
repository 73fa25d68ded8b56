#include "retarget/vocabulary.h"

namespace motus::retarget {

std::span<const Vocabulary> leg_vocabularies() {
  static const std::array kLegs = {
      // LAFAN1, CMU, Mixamo, HumanIK, Rokoko; 3ds Max Biped, Unreal, Rigify, OptiTrack; ASF; VRM;
      // Daz; Xsens segments
      Vocabulary{{{"upleg", "upperleg", "thigh", "thighbend", "femur", "uthigh"},
                  {"leg", "lowerleg", "lowleg", "shin", "shinbend", "calf", "tibia", "shank"},
                  {"foot"},
                  {"toebase", "toe", "toes", "ball", "forefoot", "metatarsals"}}},
      // SMPL, MVN's BVH, Kinect: the joint's name
      Vocabulary{{{"hip"}, {"knee"}, {"ankle"}, {"toe", "toebase", "foot", "ball"}}},
      // SOMA; rigs that number both bones of the leg
      Vocabulary{{{"leg"}, {"shin", "lowerleg", "leg"}, {"foot", "leg"}, {"toebase", "toe"}}},
      // robots: the axis is part of the name, the last hinge of the hip carries the thigh
      Vocabulary{{{"hipyaw", "hiproll", "hippitch", "thigh", "thighpitch", "hip", "upperleg",
                   "legyaw", "legroll", "legpitch"},
                  {"knee", "kneepitch", "calf", "shank", "shin", "lowerleg", "tibia"},
                  {"ankleroll", "foot", "anklepitch", "ankle", "sole"},
                  {"toe"}}}};
  return kLegs;
}

std::span<const Vocabulary> arm_vocabularies() {
  static const std::array kArms = {
      Vocabulary{{{"shoulder", "clavicle", "collar", "clav"},
                  {"arm", "uparm", "upperarm", "uarm", "humerus", "shldr", "shldrbend"},
                  {"forearm", "forearmbend", "lowerarm", "lowarm", "farm", "radius", "ulna"},
                  {"hand", "wrist"}}},
      Vocabulary{{{"collar", "thorax", "clavicle"}, {"shoulder"}, {"elbow"}, {"wrist", "hand"}}},
      Vocabulary{{{"shoulder", "clavicle"}, {"arm", "upperarm"}, {"arm"}, {"hand", "arm"}}},
      Vocabulary{{{"shoulderpitch"},
                  {"shoulderyaw", "upperarm", "shoulderroll", "armyaw"},
                  {"elbow", "elbowpitch", "forearm", "lowerarm"},
                  {"wristyaw", "wrist", "wristpitch", "wristroll", "hand", "rubberhand", "palm",
                   "elbowyaw", "elbowroll"}}}};
  return kArms;
}

std::span<const Vocabulary> corner_vocabularies() {
  static const std::array kCorners = {
      Vocabulary{{{"hip", "abduction", "abduct", "abad", "haa", "hiproll", "hipx", "shoulder"},
                  {"thigh", "upperleg", "upper", "hfe", "hippitch", "hipy", "uleg", "femur"},
                  {"calf", "lowerleg", "lower", "shank", "kfe", "shin", "lleg", "tibia", "knee"},
                  {"foot", "toe", "feet", "paw", "ankle"}}},
      Vocabulary{{{"hx"}, {"hy"}, {"kn"}, {"ee", "foot"}}},
      Vocabulary{{{"shoulder", "scapula"},
                  {"leg", "arm"},
                  {"leg", "arm", "forearm"},
                  {"foot", "hand", "paw", "leg"}}}};
  return kCorners;
}

}  // namespace motus::retarget
