#pragma once
// poselib's SkeletonMotion and SkeletonState (.npy): what Isaac Gym, ASE and their users store. One
// pickled OrderedDict inside a NumPy object array; quaternions x y z w, z up, metres.
#include "formats/format.h"

namespace motus::formats {

Match sniff_poselib(Bytes bytes);

/// One clip: a character. Stored velocities become the channels "body_lin_vel" and "body_ang_vel"
/// (world). A SkeletonState (a T-pose) becomes a clip of one frame.
std::vector<Clip> read_poselib(Bytes bytes, const ReadOptions& options);

/// A SkeletonMotion with local rotations, f32, and poselib's smoothed velocities; takes one clip.
std::vector<std::byte> write_poselib(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
