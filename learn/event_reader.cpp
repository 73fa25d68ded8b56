#include "learn/event_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "learn/event_file.h"
#include "motion/error.h"

namespace motus::learn {

namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
T word(std::span<const std::byte> bytes) {
  T out;
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

/// Fields of a protobuf message; ends at the first byte that makes no sense.
class Message {
 public:
  explicit Message(std::span<const std::byte> bytes) : rest_(bytes) {}

  struct Field {
    uint64_t number = 0, wire = 0, value = 0;  ///< value of wires 0, 1 and 5
    std::span<const std::byte> bytes;          ///< of wire 2
  };
  bool next(Field& f) {
    uint64_t key = 0, length = 0;
    if (rest_.empty() || !varint(key)) return false;
    f = {.number = key >> 3, .wire = key & 7, .value = 0, .bytes = {}};
    if (f.wire == 0) return varint(f.value);
    if (f.wire == 1) return fixed<uint64_t>(f.value);
    if (f.wire == 5) return fixed<uint32_t>(f.value);
    if (f.wire != 2 || !varint(length) || length > rest_.size()) return false;
    f.bytes = rest_.first(length);
    rest_ = rest_.subspan(length);
    return true;
  }

 private:
  bool varint(uint64_t& out) {
    out = 0;
    for (size_t i = 0; i < 10 && i < rest_.size(); ++i) {
      const auto b = static_cast<uint64_t>(rest_[i]);
      out |= (b & 0x7F) << (7 * i);
      if (b < 0x80) return rest_ = rest_.subspan(i + 1), true;
    }
    return false;
  }
  template <typename T>
  bool fixed(uint64_t& out) {
    if (rest_.size() < sizeof(T)) return false;
    out = word<T>(rest_);
    rest_ = rest_.subspan(sizeof(T));
    return true;
  }
  std::span<const std::byte> rest_;
};

double float_of(uint64_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits));
}

/// TensorProto of one number: float_val (5), double_val (6), or tensor_content (4) with dtype (1).
std::optional<double> tensor_value(std::span<const std::byte> bytes) {
  Message m(bytes);
  uint64_t dtype = 1;
  for (Message::Field f; m.next(f);) {
    if (f.number == 1 && f.wire == 0) dtype = f.value;
    if (f.number == 5 && f.wire == 5) return float_of(f.value);
    if (f.number == 5 && f.wire == 2 && f.bytes.size() == 4) return word<float>(f.bytes);
    if (f.number == 6 && f.wire == 2 && f.bytes.size() == 8) return word<double>(f.bytes);
    if (f.number == 4 && f.wire == 2 && dtype == 1 && f.bytes.size() == 4)
      return word<float>(f.bytes);
    if (f.number == 4 && f.wire == 2 && dtype == 2 && f.bytes.size() == 8)
      return word<double>(f.bytes);
  }
  return {};
}

/// Value {1: tag, 2: simple_value, 8: tensor} of a Summary.
void add_value(std::span<const std::byte> bytes, double step, Curves& out) {
  Message m(bytes);
  std::string tag;
  std::optional<double> value;
  for (Message::Field f; m.next(f);) {
    if (f.number == 1 && f.wire == 2) tag = text_of(f.bytes);
    if (f.number == 2 && f.wire == 5) value = float_of(f.value);
    if (f.number == 8 && f.wire == 2) value = tensor_value(f.bytes);
  }
  if (!tag.empty() && value) out.data[tag].emplace_back(step, *value);
}

void add_event(std::span<const std::byte> bytes, Curves& out) {
  Message m(bytes);
  double step = 0;
  std::vector<std::span<const std::byte>> summaries;
  for (Message::Field f; m.next(f);) {
    if (f.number == 2 && f.wire == 0) step = static_cast<double>(static_cast<int64_t>(f.value));
    if (f.number == 5 && f.wire == 2) summaries.push_back(f.bytes);
  }
  for (const auto& summary : summaries) {
    Message values(summary);
    for (Message::Field f; values.next(f);) {
      if (f.number == 1 && f.wire == 2) add_value(f.bytes, step, out);
    }
  }
}

constexpr size_t kHead = 12, kTail = 4;  ///< length and its sum before, sum of the data after

bool head_is_whole(std::span<const std::byte> bytes) {
  return bytes.size() >= kHead &&
         masked_crc32c(text_of(bytes.first(8))) == word<uint32_t>(bytes.subspan(8));
}

}  // namespace

bool looks_like_events(std::span<const std::byte> bytes) {
  return head_is_whole(bytes);
}

Curves read_events(std::span<const std::byte> bytes, const std::string& place) {
  Curves out;
  size_t at = 0, records = 0;
  while (at < bytes.size()) {
    const auto rest = bytes.subspan(at);
    const bool whole_head = head_is_whole(rest);
    const uint64_t length = whole_head ? word<uint64_t>(rest) : 0;
    const bool fits =
        whole_head && length <= rest.size() - kHead && rest.size() - kHead - length >= kTail;
    if (!fits || masked_crc32c(text_of(rest.subspan(kHead, length))) !=
                     word<uint32_t>(rest.subspan(kHead + length))) {
      out.warnings.push_back(fmt::format("{}: byte {}: record {} is {}: the rest is left out",
                                         place, at, records,
                                         fits ? "damaged" : "cut short or damaged"));
      break;
    }
    add_event(rest.subspan(kHead, length), out);
    at += kHead + length + kTail;
    ++records;
  }
  require(records > 0, Kind::bad_input, "{}: is no TensorBoard event file, or a damaged one",
          place);
  for (auto& [tag, curve] : out.data) {
    std::stable_sort(curve.begin(), curve.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return out;
}

}  // namespace motus::learn
