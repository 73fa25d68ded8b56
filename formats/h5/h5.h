#pragma once
// The motion format of the suite: HDF5 with a fixed schema, specified in docs/format-h5.md.
// Everything that a Clip holds is kept, losslessly; equal clips give equal bytes.
#include "formats/format.h"

namespace motus::formats {

Match sniff_h5(Bytes bytes);

/// All clips of a Motus file. Throws Error(bad_input) for HDF5 of another kind, a newer major
/// version, a cut-off image or bytes behind its end (two files glued together).
std::vector<Clip> read_h5(Bytes bytes, const ReadOptions& options);

/// One file with all clips; skeletons that are equal are stored once.
std::vector<std::byte> write_h5(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
