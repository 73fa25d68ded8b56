#pragma once
// Pickles that any Python 3 with or without NumPy 1 or 2 loads: protocol 3, plain values and
// ndarrays.
#include <string>
#include <string_view>
#include <vector>

#include "motion/array.h"

namespace motus::formats {

/// Values are written in order; inside a dict, a key before each value.
class PickleWriter {
 public:
  PickleWriter();

  void none();
  void boolean(bool v);
  void integer(int64_t v);
  void real(double v);
  void text(std::string_view utf8);
  void array(const Array& a);
  void strings(const std::vector<std::string>& items);

  void open_dict();
  void open_ordered_dict();  ///< collections.OrderedDict
  void close_dict();
  void open_list();
  void close_list();
  /// A 0-d object array around the next value.
  void open_object();
  void close_object();

  /// The whole pickle.
  std::vector<std::byte> finish();

 private:
  void op(char c) { out_ += c; }
  template <typename T>
  void raw(T v) {
    out_.append(reinterpret_cast<const char*>(&v), sizeof(T));
  }
  void bytes(const std::byte* data, size_t size);
  void open_array();
  void dtype(const std::string& descr);
  void shape(const std::vector<int64_t>& dims);
  std::string out_;
};

}  // namespace motus::formats
