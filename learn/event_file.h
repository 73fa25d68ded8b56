#pragma once
// TensorBoard event files: TFRecord framing (length, masked CRC-32C of the length, data, masked
// CRC-32C of the data) around Event messages, of which only scalars are written. The messages are
// small enough to encode by hand: Event {1: wall_time double, 2: step int64, 3: file_version string,
// 5: Summary}, Summary {1: Value}, Value {1: tag string, 2: simple_value float}.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace motus::learn {

/// CRC-32C (Castagnoli).
uint32_t crc32c(const std::string& bytes);
/// As TFRecord stores it: rotated and offset.
uint32_t masked_crc32c(const std::string& bytes);

class EventFile {
 public:
  /// Creates events.out.tfevents.<time>.motus in `folder`. Throws Error(failed) if it cannot.
  explicit EventFile(const std::filesystem::path& folder);
  /// Appends scalars at `step` and flushes.
  void write(int64_t step, const std::vector<std::pair<std::string, double>>& scalars);

  /// One framed record, for tests.
  static std::string frame(const std::string& data);

 private:
  std::ofstream out_;
};

}  // namespace motus::learn
