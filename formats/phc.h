#pragma once
// What PHC, HumanoidVerse, ASAP, PBHC and H2O train on (.pkl, written by joblib): a dict of clips
// {root_trans_offset, pose_aa, dof, root_rot x y z w, fps ...}. pose_aa is the root's rotation
// vector, then axis * angle of each hinge, then joints of the writer's own that stay at rest.
#include "formats/format.h"
#include "formats/pickle/pickle_value.h"

namespace motus::formats {

Match sniff_phc(Bytes bytes);

/// A clip an entry, named by its key. The skeleton is options.skeleton, else guessed from the
/// number of dofs with a warning; an unknown robot gets its axes from pose_aa. Entries of PHC's
/// SMPL flavour (pose_quat) become clips of the robot 'smpl'.
std::vector<Clip> read_phc(Bytes bytes, const ReadOptions& options);

/// The same from the dict alone.
std::vector<Clip> phc_clips(const Value& root, const ReadOptions& options);

/// Takes clips of robots whose joints are hinges, each with a name of its own; joblib.load() of any
/// version reads the result.
std::vector<std::byte> write_phc(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
