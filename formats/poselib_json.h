#pragma once
// JSON with NumPy arrays in it, as poselib writes it, to and from the values of a pickle.
#include <memory>
#include <string>
#include <vector>

#include "formats/format.h"
#include "formats/pickle/pickle.h"

namespace motus::formats {

/// A JSON document as values; objects {"__ndarray__", "dtype", "shape"} are arrays.
class JsonValues {
 public:
  /// Throws Error(bad_input) with the byte for text that is no JSON, nests deeper than 64, or holds
  /// an array whose numbers do not fill its shape.
  explicit JsonValues(Bytes bytes);
  const Value& root() const { return root_; }

 private:
  std::unique_ptr<PicklePools> pools_;
  Value root_;
};

/// The part of PickleWriter that poselib needs, as JSON.
class JsonWriter {
 public:
  void boolean(bool v);
  void integer(int64_t v);
  void real(double v);
  void text(std::string_view utf8);
  void array(const Array& a);  ///< numbers only
  void scalar(const Array& a);
  void strings(const std::vector<std::string>& items);
  void open_dict();
  void open_ordered_dict() { open_dict(); }
  void close_dict();
  std::vector<std::byte> finish();

 private:
  /// What stands before a value: a comma, a colon, nothing.
  void separate();
  void nested(const Array& a, const std::vector<double>& numbers, size_t axis, size_t& at);
  std::string out_;
  std::vector<size_t> written_;  ///< keys and values of each open dict
};

}  // namespace motus::formats
