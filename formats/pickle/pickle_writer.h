#pragma once
// Pickles that any Python 3 with or without NumPy 1 or 2 loads: protocol 3 (torch's: 2), plain
// values and ndarrays.
#include <string>
#include <string_view>
#include <vector>

#include "motion/array.h"

namespace motus::formats {

/// Values are written in order; inside a dict, a key before each value.
class PickleWriter {
 public:
  explicit PickleWriter(int protocol = 3);

  void none();
  void boolean(bool v);
  void integer(int64_t v);
  void real(double v);
  void text(std::string_view utf8);
  void array(const Array& a);
  /// A NumPy number (np.float64(30.0)) from an array of no axes.
  void scalar(const Array& a);
  /// An array as joblib keeps it, which makes the whole pickle one of joblib's. `fortran`: columns
  /// first, as joblib writes arrays that lie so in memory. Without the padding that joblib 1.2
  /// introduced, so that every version reads it.
  void joblib_array(const Array& a, bool fortran);
  void strings(const std::vector<std::string>& items);
  void integers(const std::vector<int64_t>& items);  ///< a tuple

  void open_dict();
  void open_ordered_dict();  ///< collections.OrderedDict
  void close_dict();
  void open_list();
  void close_list();
  void open_tuple();
  void close_tuple();
  /// A 0-d object array around the next value.
  void open_object();
  void close_object();

  /// A name; then, after a tuple of arguments, the call of it.
  void name(std::string_view module, std::string_view name);
  void call();
  /// Makes the tuple just written a persistent id.
  void persistent();

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
  std::string out_;
};

}  // namespace motus::formats
