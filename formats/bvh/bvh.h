#pragma once
// BVH, in the dialects found in use: any channel order for each joint, positions on any joint (they
// replace OFFSET), any unit, y or z up.
//
// Read: file axes (x left, y up, z forward) become x forward, y left, z up, a change of basis of the
// world and of every joint's frame; so a rest pose stays a rest pose with identity rotations.
// Written: the reverse. Joint rotations of clips from elsewhere get their rest rotations baked into
// the offsets, since BVH has none.
#include "formats/format.h"

namespace motus::formats {

/// Yes for text that begins with HIERARCHY, after a byte-order mark and blanks.
Match sniff_bvh(Bytes bytes);

/// One clip. `options.units` and `options.up_axis` override what is guessed from the figure.
std::vector<Clip> read_bvh(Bytes bytes, const ReadOptions& options);

/// One clip; more throw Error(usage). Options in `extra`:
///   preset       raw (default: a clip that came from BVH keeps its channels, units and up axis),
///                blender (metres), motionbuilder (centimetres, HumanIK names)
///   units        m | cm | mm | inch | metres per unit
///   order        rotation order such as ZYX (default) or XYZ
///   merge_hinges "1": a chain of one-axis joints becomes one joint with three rotations
///   tpose_frame  "1": the rest pose goes before the first frame
std::vector<std::byte> write_bvh(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
