#pragma once
// The motion format of the suite: HDF5 with a fixed schema, specified in docs/format-h5.md.
// Everything that a Clip holds is kept, losslessly; equal clips give equal bytes.
#include <memory>

#include "formats/format.h"

namespace motus::formats {

Match sniff_h5(Bytes bytes);

/// All clips of a Motus file. Throws Error(bad_input) for HDF5 of another kind, a newer major
/// version, a cut-off image or bytes behind its end (two files glued together).
std::vector<Clip> read_h5(Bytes bytes, const ReadOptions& options);

/// One file with all clips; skeletons that are equal are stored once. options.extra["container"] is
/// "clips" (a group a clip), "packed" (frames end to end) or "auto": packed for more than 100 short
/// clips.
std::vector<std::byte> write_h5(std::span<const Clip> clips, const WriteOptions& options);

/// The same straight to a file on disk, for clips so long that a second copy of them in memory
/// matters. Nothing is whole before it returns. Throws Error(failed).
void write_h5_file(const std::string& path, std::span<const Clip> clips,
                   const WriteOptions& options);

/// A motion file opened once, of which any clip or any window of frames is read alone: what that
/// costs does not depend on the size of the file. May be used by several threads.
class MotionFile {
 public:
  /// Maps the file; it must not change while it is open.
  static MotionFile open(const std::string& path);
  /// `bytes` must outlive the object.
  explicit MotionFile(Bytes bytes);
  MotionFile(MotionFile&&) noexcept;
  MotionFile& operator=(MotionFile&&) noexcept;
  ~MotionFile();

  size_t size() const;
  bool packed() const;
  /// Number of frames of a clip, which is counted from 0.
  int frames(size_t clip) const;
  Clip read(size_t clip) const;
  /// Frames [first, first + count) of a clip, without the source's own arrays: those are of the
  /// whole clip. Throws Error(usage) if the clip does not have them.
  Clip read(size_t clip, int first, int count) const;

 private:
  struct Impl;
  explicit MotionFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Writes a packed file clip by clip, on disk: memory does not grow with the file, and a clip costs
/// the same however many there are. Nothing is whole before finish().
class SetWriter {
 public:
  SetWriter(const std::string& path, bool compress);
  SetWriter(const SetWriter&) = delete;
  SetWriter& operator=(const SetWriter&) = delete;
  ~SetWriter();

  /// Starts with the clips of `existing`, a motion file that is left as it is. Call it first.
  void begin_with(const std::string& existing);
  void add(const Clip& clip);
  /// Number of clips so far.
  size_t size() const;
  /// Closes the file and puts the check sum behind it. Call it last.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motus::formats
