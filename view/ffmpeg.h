#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace motus::view {

/// A running ffmpeg that reads raw video from a socket and writes a file in memory. No shell, no
/// temporary file.
class Ffmpeg {
 public:
  /// Starts `ffmpeg INPUT... OUTPUT... FILE` with the arguments between given. Throws
  /// Error(not_built) if there is no such program.
  Ffmpeg(const std::vector<std::string>& input, const std::vector<std::string>& output);
  ~Ffmpeg();
  Ffmpeg(const Ffmpeg&) = delete;
  Ffmpeg& operator=(const Ffmpeg&) = delete;

  /// Throws Error(failed) with ffmpeg's words if it went away.
  void write(std::span<const uint8_t> bytes);
  /// Waits for its end and returns the file. Throws Error(failed) with ffmpeg's words.
  std::vector<std::byte> finish();

 private:
  /// A descriptor that closes itself.
  struct Descriptor {
    ~Descriptor() { reset(-1); }
    void reset(int fd);
    int fd = -1;
  };
  int wait();
  [[noreturn]] void fail();
  pid_t pid_ = -1;
  Descriptor socket_, file_, words_;
};

}  // namespace motus::view
