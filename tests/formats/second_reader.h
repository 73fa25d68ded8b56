#pragma once
// Second opinions on scenes: Assimp and tinygltf, which Motus itself does without.
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus {

/// World positions (F, 3B) of the bodies of `clip`, by name, as Assimp has them in the scene, in our
/// axes and metres; sampled at the clip's frames from `start` (s) on. The file has y up; `metres` is
/// its unit. Fails the test where a body is missing.
Frames assimp_positions(const std::vector<std::byte>& bytes, const std::string& extension,
                        const Clip& clip, double metres = 1, double start = 0);

/// Errors and warnings of tinygltf on a GLB; empty if it loads without.
std::string tinygltf_complaints(const std::vector<std::byte>& glb);

}  // namespace motus
