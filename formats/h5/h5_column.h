#pragma once
// A dataset that grows by rows, written in pieces large enough that a row costs a copy.
#include <cstddef>

#include "formats/h5/h5_id.h"

namespace motus::formats::h5 {

class Column {
 public:
  /// Opens `name` in `group`, or makes it: rows of shape `item`, chunks of about 64 kB. Texts take
  /// string_type() and no item shape. Throws Error(bad_input) if what is there has another type or
  /// shape.
  Column(hid_t group, const std::string& name, hid_t type, Shape item, bool compress);

  hid_t id() const { return set_; }
  bool fresh() const { return fresh_; }
  /// Rows so far, with those that are not written yet.
  hsize_t rows() const { return rows_; }

  /// Rows whose bytes are those of the dataset's type.
  void add(const void* rows, hsize_t count);
  /// Doubles, stored as the dataset's float32 or float64.
  void add_numbers(const double* rows, hsize_t count);
  void add_text(const std::string& text);
  void flush();

 private:
  void write(const void* rows, hsize_t count);

  Id set_, type_;
  Shape item_;
  std::string name_;
  size_t row_bytes_ = 0;
  hsize_t rows_ = 0, written_ = 0;
  bool fresh_ = false;
  std::vector<std::byte> pending_;
  std::vector<std::string> texts_;
};

}  // namespace motus::formats::h5
