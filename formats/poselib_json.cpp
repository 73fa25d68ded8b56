#include "formats/poselib_json.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "formats/bytes.h"
#include "formats/numpy/arrays.h"

namespace motus::formats {

namespace {

using nlohmann::json;

constexpr Kind kBad = Kind::bad_input;
constexpr size_t kNesting = 64;
constexpr size_t kMemoryFloor = size_t{256} << 20;
constexpr size_t kMemoryRatio = 8;  // "0.1, " is a value of 16 bytes

template <typename T>
void cast(const std::vector<double>& numbers, std::vector<std::byte>& out) {
  out.resize(numbers.size() * sizeof(T));
  for (size_t i = 0; i < numbers.size(); ++i) {
    const T v = static_cast<T>(numbers[i]);
    std::memcpy(out.data() + i * sizeof(T), &v, sizeof(T));
  }
}

/// Numbers as an array of NumPy's type `name`.
Array typed(const std::vector<double>& numbers, const std::string& name,
            const std::vector<int64_t>& shape) {
  Array out{.descr = {}, .shape = shape, .data = {}};
  if (name == "float32") {
    out.descr = "<f4";
    cast<float>(numbers, out.data);
  } else if (name == "float64") {
    out.descr = "<f8";
    cast<double>(numbers, out.data);
  } else if (name == "int64" || name == "int32") {
    for (const double v : numbers) {
      require(std::abs(v) <= (name == "int64" ? 9e15 : 2147483647.0), kBad, "{} in an array of {}",
              v, name);
    }
    out.descr = name == "int64" ? "<i8" : "<i4";
    if (name == "int64") {
      cast<int64_t>(numbers, out.data);
    } else {
      cast<int32_t>(numbers, out.data);
    }
  } else if (name == "bool") {
    out.descr = "|b1";
    for (const double v : numbers) out.data.push_back(static_cast<std::byte>(v != 0));
  } else {
    throw_error(kBad, "an array of dtype '{}'", name.substr(0, 40));
  }
  require(byte_count(shape, item_size(out.descr), int64_t{1} << 33) ==
              static_cast<int64_t>(out.data.size()),
          kBad, "an array of shape {} with {} numbers", shape_text(shape), numbers.size());
  return out;
}

/// Builds values as the parser meets them.
class Builder : public json::json_sax_t {
 public:
  Builder(PicklePools& pools, size_t size)
      : pools_(pools), left_(kMemoryFloor + kMemoryRatio * size) {}
  const Value& root() const { return root_; }

  bool null() override { return put(Value()); }
  bool boolean(bool v) override { return put(Value::boolean(v)); }
  bool number_integer(int64_t v) override { return put(Value::integer(v)); }
  bool number_unsigned(uint64_t v) override {
    return v > static_cast<uint64_t>(INT64_MAX) ? put(Value::real(static_cast<double>(v)))
                                                : put(Value::integer(static_cast<int64_t>(v)));
  }
  bool number_float(double v, const std::string&) override { return put(Value::real(v)); }
  bool string(std::string& v) override {
    return put(Value::text(&pools_.strings.emplace_back(std::move(v))));
  }
  bool binary(json::binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Value::dict(&pools_.dicts.emplace_back())); }
  bool start_array(size_t) override { return open(Value::list(&pools_.lists.emplace_back())); }
  bool key(std::string& v) override {
    keys_.back() = Value::text(&pools_.strings.emplace_back(std::move(v)));
    return true;
  }
  bool end_array() override { return close(); }
  bool end_object() override {
    const Value* numbers = open_.back().find("__ndarray__");
    if (numbers) open_.back() = array(open_.back(), *numbers);
    return close();
  }
  bool parse_error(size_t at, const std::string&, const nlohmann::detail::exception& e) override {
    std::string why = e.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    if (const size_t end = why.find("] "); end != std::string::npos) why = why.substr(end + 2);
    throw_error(kBad, "byte {}: is no JSON: {}", at, why);
  }

 private:
  bool open(const Value& v) {
    require(open_.size() < kNesting, kBad, "the JSON nests deeper than {}", kNesting);
    open_.push_back(v);
    keys_.emplace_back();
    return true;
  }
  bool close() {
    const Value done = open_.back();
    open_.pop_back();
    keys_.pop_back();
    return put(done);
  }
  bool put(const Value& v) {
    const size_t cost = sizeof(Value) + (v.is_sequence() ? sizeof(List) : 0);
    require(cost <= left_, kBad, "the JSON decodes to far more than its own size: refused");
    left_ -= cost;
    if (open_.empty()) {
      root_ = v;
    } else if (open_.back().is(ValueKind::dict)) {
      open_.back().raw_dict().entries.emplace_back(keys_.back(), v);
    } else {
      open_.back().raw_list().push_back(v);
    }
    return true;
  }

  Value array(const Value& object, const Value& content) {
    const std::string type = object.at("dtype", "an array").string("dtype");
    std::vector<int64_t> shape;
    for (const Value& d : object.at("shape", "an array").items("shape")) {
      shape.push_back(d.whole("a length in shape"));
    }
    if (type.starts_with("<U")) return content;  // names: a list of text says the same
    NdArray& out = pools_.arrays.emplace_back();
    const bool single = !content.is_sequence();
    out.array = typed(single ? std::vector<double>{content.number("an array of no axis")}
                             : to_doubles(numeric_array(content, "an array")),
                      type, shape);
    out.built = true;
    return Value::array(&out);
  }

  PicklePools& pools_;
  size_t left_;  ///< bytes that may still be decoded to
  Value root_;
  std::vector<Value> open_, keys_;
};

}  // namespace

JsonValues::JsonValues(Bytes bytes) : pools_(std::make_unique<PicklePools>()) {
  std::string_view text = as_text(bytes);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Builder builder(*pools_, text.size());
  json::sax_parse(text, &builder);
  root_ = builder.root();
}

void JsonWriter::separate() {
  if (written_.empty()) return;
  const size_t n = written_.back()++;
  if (n > 0) out_ += n % 2 ? ": " : ", ";
}

void JsonWriter::boolean(bool v) {
  separate();
  out_ += v ? "true" : "false";
}

void JsonWriter::integer(int64_t v) {
  separate();
  out_ += std::to_string(v);
}

void JsonWriter::real(double v) {
  separate();
  const std::string digits = fmt::format("{}", v);
  out_ += digits;
  // a rate that was a float stays one
  if (digits.find_first_of(".en") == std::string::npos) out_ += ".0";
}

void JsonWriter::text(std::string_view utf8) {
  separate();
  out_ += json(utf8).dump();
}

void JsonWriter::strings(const std::vector<std::string>& items) {
  separate();
  out_ += json(items).dump();
}

void JsonWriter::scalar(const Array& a) {
  const double v = to_number(a, "a number");
  if (a.descr[1] == 'f') {
    real(v);
  } else {
    integer(static_cast<int64_t>(v));
  }
}

void JsonWriter::nested(const Array& a, const std::vector<double>& numbers, size_t axis,
                        size_t& at) {
  if (axis == a.shape.size()) {
    const double v = numbers[at++];
    require(std::isfinite(v), Kind::failed, "JSON has no way to write {}", v);
    out_ += fmt::format("{}", v);
    return;
  }
  out_ += '[';
  for (int64_t i = 0; i < a.shape[axis]; ++i) {
    if (i) out_ += ", ";
    nested(a, numbers, axis + 1, at);
  }
  out_ += ']';
}

void JsonWriter::array(const Array& a) {
  separate();
  out_ += "{\"__ndarray__\": ";
  size_t at = 0;
  nested(a, to_doubles(a), 0, at);
  const std::string type = a.descr.substr(1);
  const std::string name = type == "f4"   ? "float32"
                           : type == "f8" ? "float64"
                           : type == "i4" ? "int32"
                           : type == "b1" ? "bool"
                                          : "int64";
  out_ += fmt::format(", \"dtype\": \"{}\", \"shape\": {}}}", name, json(a.shape).dump());
}

void JsonWriter::open_dict() {
  separate();
  out_ += '{';
  written_.push_back(0);
}

void JsonWriter::close_dict() {
  out_ += '}';
  written_.pop_back();
}

std::vector<std::byte> JsonWriter::finish() {
  out_ += '\n';
  const auto bytes = std::as_bytes(std::span(out_));
  return {bytes.begin(), bytes.end()};
}

}  // namespace motus::formats
