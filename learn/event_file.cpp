#include "learn/event_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>

#include "motion/error.h"

namespace motus::learn {

namespace {

std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> t{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) ? (c >> 1) ^ 0x82F63B78U : c >> 1;
    t[i] = c;
  }
  return t;
}

template <typename T>
std::string little_endian(T value) {
  std::string out(sizeof(T), '\0');
  for (size_t i = 0; i < sizeof(T); ++i) out[i] = static_cast<char>(value >> (8 * i));
  return out;
}

std::string varint(uint64_t v) {
  std::string out;
  for (; v >= 0x80; v >>= 7) out += static_cast<char>((v & 0x7F) | 0x80);
  return out + static_cast<char>(v);
}

// wire types: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes
std::string field(int number, int wire, const std::string& payload) {
  return varint(static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(wire)) + payload;
}
std::string text_field(int number, const std::string& text) {
  return field(number, 2, varint(text.size()) + text);
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string double_field(int number, double value) {
  return field(number, 1, little_endian(std::bit_cast<uint64_t>(value)));
}
std::string packed(int number, std::span<const double> values) {
  std::string bytes;
  for (const double v : values) bytes += little_endian(std::bit_cast<uint64_t>(v));
  return text_field(number, bytes);
}

/// HistogramProto in even buckets.
std::string histogram(std::span<const float> values) {
  constexpr size_t kBuckets = 30;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double from = *low, width = std::max((*high - from) / kBuckets, 1e-12);
  std::array<double, kBuckets> limits{}, counts{};
  for (size_t i = 0; i < kBuckets; ++i) limits[i] = from + width * static_cast<double>(i + 1);
  double sum = 0, squares = 0;
  for (const double v : values) {
    ++counts[std::min(static_cast<size_t>((v - from) / width), kBuckets - 1)];
    sum += v;
    squares += v * v;
  }
  return double_field(1, from) + double_field(2, *high) +
         double_field(3, static_cast<double>(values.size())) + double_field(4, sum) +
         double_field(5, squares) + packed(6, limits) + packed(7, counts);
}

std::string event(const std::string& rest) {
  return field(1, 1, little_endian(std::bit_cast<uint64_t>(now()))) + rest;
}

}  // namespace

uint32_t crc32c(const std::string& bytes) {
  static const std::array<uint32_t, 256> table = crc_table();
  uint32_t c = 0xFFFFFFFFU;
  for (const char b : bytes) c = table[(c ^ static_cast<uint8_t>(b)) & 0xFF] ^ (c >> 8);
  return ~c;
}

uint32_t masked_crc32c(const std::string& bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U;
}

std::string EventFile::frame(const std::string& data) {
  const std::string length = little_endian(static_cast<uint64_t>(data.size()));
  return length + little_endian(masked_crc32c(length)) + data + little_endian(masked_crc32c(data));
}

EventFile::EventFile(const std::filesystem::path& folder) {
  const std::filesystem::path file =
      folder / fmt::format("events.out.tfevents.{}.motus", static_cast<int64_t>(now()));
  out_.open(file, std::ios::binary | std::ios::app);
  require(out_.good(), Kind::failed, "{}: cannot be written", file.string());
  out_ << frame(event(text_field(3, "brain.Event:2"))) << std::flush;
}

void EventFile::write(int64_t step, const std::vector<std::pair<std::string, double>>& scalars) {
  std::string summary;
  for (const auto& [tag, value] : scalars) {
    const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value));
    summary += text_field(1, text_field(1, tag) + field(2, 5, little_endian(bits)));
  }
  append(step, summary);
}

void EventFile::write(int64_t step, const std::string& tag, std::span<const float> values) {
  if (!values.empty())
    append(step, text_field(1, text_field(1, tag) + text_field(5, histogram(values))));
}

void EventFile::append(int64_t step, const std::string& summary) {
  out_ << frame(event(field(2, 0, varint(static_cast<uint64_t>(step))) + text_field(5, summary)))
       << std::flush;
  require(out_.good(), Kind::failed, "the TensorBoard file cannot be written");
}

}  // namespace motus::learn
