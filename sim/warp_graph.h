#pragma once
// Work on a device that Warp captured in Python, saved as FILE.wrp with its compiled kernels in
// FILE_modules/, and replayed here without Python. Its named arrays lie in the device's memory at
// addresses that never change. Internal to sim/.
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sim/warp_library.h"

namespace motus::sim {

enum class WarpDevice { cpu, cuda };

const char* name_of(WarpDevice device);

class WarpGraph {
 public:
  /// Throws Error(bad_input) for a file that Warp refuses or whose kernels are not all there,
  /// Error(failed) for a device that is not there. The library stays open.
  WarpGraph(const WarpLibrary& library, const std::filesystem::path& file, WarpDevice device);
  ~WarpGraph();
  WarpGraph(const WarpGraph&) = delete;
  WarpGraph& operator=(const WarpGraph&) = delete;

  /// Runs the captured work once. On a CUDA device it is queued; read() waits for it.
  void replay();

  /// Bytes of a named array; Error(bad_input) if the capture has none of this name.
  size_t size(const std::string& array) const;
  /// Its address in the device's memory.
  std::byte* address(const std::string& array) const;
  /// Copies to and from part of an array, `offset` bytes after its begin.
  void write(const std::string& array, size_t offset, std::span<const std::byte> bytes);
  void read(const std::string& array, size_t offset, std::span<std::byte> bytes) const;

 private:
  void open_device();
  void load_kernels(const std::filesystem::path& folder);
  void close();
  void* at(const std::string& array, size_t offset, size_t bytes) const;

  const WarpLibrary& warp_;
  std::string place_;
  WarpDevice device_;
  void *context_ = nullptr, *stream_ = nullptr;  ///< of CUDA
  WarpNativeGraph* graph_ = nullptr;
  std::vector<std::string> objects_;  ///< names under which kernels were linked
};

}  // namespace motus::sim
