#pragma once
// TensorBoard event files: TFRecord framing (length, masked CRC-32C of the length, data, masked
// CRC-32C of the data) around Event messages, of which scalars and histograms are written. The
// messages are small enough to encode by hand: Event {1: wall_time double, 2: step int64,
// 3: file_version string, 5: Summary}, Summary {1: Value}, Value {1: tag string, 2: simple_value
// float, 5: HistogramProto {1: min, 2: max, 3: number, 4: sum, 5: sum of squares, 6: upper limits of
// the buckets, 7: their counts; doubles, the last two packed}}.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
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
  /// Appends the distribution of `values` at `step` and flushes; nothing of no values.
  void write(int64_t step, const std::string& tag, std::span<const float> values);

  /// One framed record, for tests.
  static std::string frame(const std::string& data);

 private:
  void append(int64_t step, const std::string& summary);

  std::ofstream out_;
};

}  // namespace motus::learn
