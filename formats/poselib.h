#pragma once
// poselib's SkeletonMotion and SkeletonState (.npy): what Isaac Gym, ASE and their users store. One
// pickled OrderedDict inside a NumPy object array; quaternions x y z w, z up, metres. The .json twin
// holds the same, its arrays as {"__ndarray__": nested lists, "dtype", "shape"}.
#include "formats/format.h"
#include "formats/pickle/pickle_value.h"

namespace motus::formats {

Match sniff_poselib(Bytes bytes);

/// One clip: a character. Stored velocities become the channels "body_lin_vel" and "body_ang_vel"
/// (world). A SkeletonState (a T-pose) becomes a clip of one frame.
std::vector<Clip> read_poselib(Bytes bytes, const ReadOptions& options);

Match sniff_poselib_json(Bytes bytes);
std::vector<Clip> read_poselib_json(Bytes bytes, const ReadOptions& options);

/// The same from the dict alone, whatever container it came in.
Clip poselib_clip(const Value& root, const ReadOptions& options);

/// A SkeletonMotion (a SkeletonState if the clip is one pose) with local rotations, f32, and poselib's smoothed velocities; takes one clip.
std::vector<std::byte> write_poselib(std::span<const Clip> clips, const WriteOptions& options);
std::vector<std::byte> write_poselib_json(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
