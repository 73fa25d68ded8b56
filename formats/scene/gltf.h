#pragma once
// glTF 2.0: .glb, and .gltf with buffers inside it or beside it. Read by hand rather than with a
// library: what makes a scene safe to hand to one is most of what reads it, and animation needs
// only nodes, skins, samplers and accessors. Files are y up, z forward, metres.
#include "formats/format.h"

namespace motus::formats {

/// Yes for a GLB of any version.
Match sniff_glb(Bytes bytes);

/// Yes for JSON that says "asset" and looks like a scene.
Match sniff_gltf(Bytes bytes);

/// Either form: one clip an animation (formats/scene/scene.h). Buffers beside the file come through
/// options.sibling. Throws Error(bad_input) naming the accessor, node or animation at fault.
std::vector<Clip> read_gltf(Bytes bytes, const ReadOptions& options);

/// A GLB with a skinned stick figure: a node a body, an octahedron a bone, an animation a clip.
/// Hinges become rotations. Clips must share one skeleton: else Error(usage).
std::vector<std::byte> write_glb(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
