// Binary FBX: magic, version, then records of {end, values, bytes of values, name, values,
// children}, lengths in 32 bits before version 7500 and in 64 from it on.
#include <zlib.h>

#include "formats/bytes.h"
#include "formats/scene/fbx_file.h"
#include "motion/error.h"

namespace motus::formats::fbx {

namespace {

class Parser {
 public:
  explicit Parser(Bytes bytes)
      : bytes_(bytes), in_(bytes, 23), wide_(in_.read<uint32_t>() >= 7500) {}

  Record parse() {
    Record root;
    // the footer after the last record is not looked at
    while (in_.remaining() >= header() && record(root, bytes_.size(), 0)) {
    }
    return root;
  }

 private:
  size_t header() const { return wide_ ? 25 : 13; }
  uint64_t length() { return wide_ ? in_.read<uint64_t>() : in_.read<uint32_t>(); }

  /// Reads one record into `parent`; false for the empty one that ends a list.
  bool record(Record& parent, size_t limit, int depth) {
    const size_t start = in_.offset();
    const uint64_t end = length(), count = length(), size = length();
    const auto name_size = static_cast<size_t>(in_.read<uint8_t>());
    if (end == 0) return false;
    require(depth <= kMostDepth, Kind::bad_input, "byte {}: records are nested deeper than {}",
            start, kMostDepth);
    Record r{.name = std::string(as_text(in_.take(name_size))), .values = {}, .children = {}};
    require(end > in_.offset() - 1 && end <= limit && size <= end - in_.offset() && count <= size,
            Kind::bad_input, "byte {}: record '{}' ends at byte {} with {} values in {} bytes",
            start, r.name, end, count, size);
    if (r.name == "Geometry") {  // meshes are most of a file and none of a motion
      in_ = ByteReader(bytes_, end);
      return true;
    }
    count_against_limit(total_, 1 + count);
    const size_t children = in_.offset() + size;
    r.values.reserve(count);
    for (uint64_t i = 0; i < count; ++i) r.values.push_back(value());
    require(in_.offset() == children, Kind::bad_input,
            "byte {}: values of '{}' end at byte {}, expected {}", start, r.name, in_.offset(),
            children);
    while (in_.offset() + header() <= end && record(r, end, depth + 1)) {
    }
    require(in_.offset() <= end, Kind::bad_input, "byte {}: record '{}' overruns its end", start,
            r.name);
    in_ = ByteReader(bytes_, end);
    parent.children.push_back(std::move(r));
    return true;
  }

  Value value() {
    const size_t at = in_.offset();
    const char type = in_.read<char>();
    switch (type) {
      case 'C':
      case 'B':
        return int64_t{in_.read<uint8_t>()};
      case 'Y':
        return int64_t{in_.read<int16_t>()};
      case 'I':
        return int64_t{in_.read<int32_t>()};
      case 'L':
        return in_.read<int64_t>();
      case 'F':
        return double{in_.read<float>()};
      case 'D':
        return in_.read<double>();
      case 'S':
      case 'R':
        return std::string(as_text(in_.take(in_.read<uint32_t>())));
      case 'f':
        return array<float, double>();
      case 'd':
        return array<double, double>();
      case 'i':
        return array<int32_t, int64_t>();
      case 'l':
        return array<int64_t, int64_t>();
      case 'b':
      case 'c':
        return array<uint8_t, int64_t>();
      default:
        throw_error(Kind::bad_input, "byte {}: unknown type {} of a value", at,
                    static_cast<int>(type));
    }
  }

  template <typename Stored, typename Kept>
  std::vector<Kept> array() {
    const size_t at = in_.offset();
    const auto count = in_.read<uint32_t>(), encoding = in_.read<uint32_t>(),
               size = in_.read<uint32_t>();
    const size_t raw = count * sizeof(Stored);
    count_against_limit(total_, count);
    const Bytes data = in_.take(size);
    if (encoding == 0) {
      require(size == raw, Kind::bad_input, "byte {}: array of {} bytes, expected {}", at, size,
              raw);
      return convert<Stored, Kept>(data);
    }
    // deflate shrinks no more than about 1030 times
    require(encoding == 1 && raw / 1100 <= size, Kind::bad_input,
            "byte {}: array of {} values in {} bytes, encoding {}", at, count, size, encoding);
    std::vector<std::byte> out(raw);
    uLongf length = raw;
    const int code = uncompress(reinterpret_cast<Bytef*>(out.data()), &length,
                                reinterpret_cast<const Bytef*>(data.data()), size);
    require(raw == 0 || (code == Z_OK && length == raw), Kind::bad_input,
            "byte {}: compressed array is damaged", at);
    return convert<Stored, Kept>(out);
  }

  template <typename Stored, typename Kept>
  static std::vector<Kept> convert(Bytes data) {
    std::vector<Kept> out(data.size() / sizeof(Stored));
    ByteReader in(data);
    for (Kept& v : out) v = static_cast<Kept>(in.read<Stored>());
    return out;
  }

  Bytes bytes_;
  ByteReader in_;
  bool wide_;
  size_t total_ = 0;
};

}  // namespace

Record parse_binary(Bytes bytes) {
  return Parser(bytes).parse();
}

}  // namespace motus::formats::fbx
