#pragma once
// Collada, DirectX X, Blitz3D, MilkShape and 3ds Max ASCII scenes, through Assimp 5. FBX and glTF
// have readers of their own (docs/scenes.md). Assimp brings each into y up and, where the file says
// its unit, metres.
#include "formats/format.h"

namespace motus::formats {

/// Yes where the file begins as one of these does.
Match sniff_assimp(Bytes bytes);

/// One clip an animation (formats/scene/scene.h). Assimp reads in a process of its own with limits
/// on memory and time; a crash there is Error(bad_input).
std::vector<Clip> read_assimp(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
