#pragma once
// A clip that has something in every field, for round trips.
#include <cmath>

#include "motion/clip.h"
#include "tests/motion/arm.h"

namespace motus {

inline Array sample_array(const std::string& descr, std::vector<int64_t> shape, size_t bytes) {
  Array a{.descr = descr, .shape = std::move(shape), .data = {}};
  for (size_t i = 0; i < bytes; ++i) a.data.push_back(static_cast<std::byte>((37 * i + 11) & 255));
  return a;
}

inline Clip sample_clip(int frames = 7) {
  Skeleton::Spec spec = arm_spec();
  spec.dofs = {{"shoulder_x", -1, 2},
               {"shoulder_y"},
               {"shoulder_z", -Dof::kUnlimited, 0.5},
               {"elbow", 0, 2.5}};
  spec.end_sites = {{.name = "tip", .body = 2, .pos = Vec3(0.1, 0.2, 1.0 / 3)}};
  spec.roles = {{"pelvis", 0}, {"left_hand", 2}};
  spec.model_file = "arm.xml";
  spec.model_sha256 = "00ff";
  spec.mass = 3.25;
  Clip c;
  c.name = "wave / \"täglich\"";
  c.skeleton = Skeleton::build(spec);
  c.fps = 29.876635954452137;
  c.loop = LoopMode::wrap;
  c.weight = 0.3;
  c.root_pos = Frames(frames, 3);
  c.root_rot = Frames(frames, 4);
  c.dof_pos = Frames(frames, 4);
  for (int f = 0; f < frames; ++f) {
    c.root_pos.row(f) << 0.25 * f, -0.5, 1.0;  // exact in float32
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.1 * f));
    c.dof_pos.row(f) << 0.1 * f, 0.2, -0.1 * f, 1.0 / (f + 1);
  }
  c.channels["contacts"] = {
      .data = Frames::Constant(frames, 2, 0.5), .names = {"l", "r"}, .units = "1", .frame = ""};
  c.channels["a/b"] = {.data = Frames::Constant(frames, 6, 1.0 / 3),
                       .components = 3,
                       .names = {},
                       .units = "m",
                       .frame = "world"};
  c.channels["objects/box/pos"] = {.data = Frames::Constant(frames, 3, 0.7),
                                   .components = 3,
                                   .names = {},
                                   .units = "m",
                                   .frame = "world"};
  c.events = {{"left foot down", 0.1, 0.2}, {"clap", 0.15, 0.15}};
  c.terrain = Terrain{.heights = Frames::Constant(2, 3, 0.1), .origin_x = -1, .spacing = 0.25};
  Source& s = c.source;
  s.path = "wave.npz", s.format = "npz_test", s.variant = "v2", s.size = 12345, s.sha256 = "abcd";
  s.licence = "CC0-1.0", s.fps_source = "guess";
  s.conversions = {"y up to z up", ""};
  s.warnings = {"375 NaN set to zero"};
  s.metadata = {{"gender", "neutral"}, {"empty", ""}};
  s.arrays = {{"poses", sample_array("<f8", {2, 3}, 48)},
              {"names", sample_array("<U3", {2}, 24)},
              {"dir/scalar", sample_array("<i8", {}, 8)},
              {"none", sample_array("<f4", {0, 4}, 0)},
              {"half", sample_array("<f2", {3}, 6)}};
  s.fingerprint = c.fingerprint();
  c.history = {"motion-convert wave.npz", "motion-edit --loop"};
  return c;
}

}  // namespace motus
