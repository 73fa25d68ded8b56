#pragma once
// The published weight, scale and offset tables of GMR (General Motion Retargeting, MIT licence) for
// the robots and sources that it and a robot's vendor describe.
#include <array>
#include <span>
#include <string_view>

namespace motus::retarget {

/// One robot body that follows one human body. Weights are square roots of costs, per m and rad.
struct GmrRow {
  const char* body;  ///< of the robot
  const char* role;  ///< of the source, motion/roles.h
  double scale;      ///< robot metres per metre of a person of the assumed height
  std::array<double, 2> first, second;  ///< stage: position, rotation
  std::array<double, 4> turn;           ///< w x y z, after the human body's rotation
  std::array<double, 3> shift = {};     ///< m, in the turned frame
  std::array<double, 3> point = {};     ///< m, of the robot's body that is to be there
};

struct GmrTable {
  const char* robot;
  const char* name;
  double assumed_height;         ///< m
  bool turns_published;          ///< else `turn` is not used, offsets come from the rest poses
  std::span<const GmrRow> rows;  ///< the root's first
};

/// LAFAN1-like characters: bones along x; feet turn with the toes.
const GmrTable* gmr_lafan(std::string_view robot);
/// SMPL and SMPL-X bodies: x left, y up, z forward at rest.
const GmrTable* gmr_smplx(std::string_view robot);

}  // namespace motus::retarget
