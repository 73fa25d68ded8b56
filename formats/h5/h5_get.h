#pragma once
// Reading what the schema is made of, from files that anyone may have written: text of fixed or
// variable length, numbers of any width and byte order, chunked or not. What is there but is not
// what the schema says throws Error(bad_input) with the path in the file, what was expected and what
// was found. Links and storage that lead out of the file are refused.
#include <optional>
#include <string_view>

#include "formats/h5/h5_id.h"
#include "motion/clip.h"

namespace motus::formats::h5 {

/// True if `group` has an object of that name. Throws for a soft or external link.
bool has(hid_t group, const std::string& name);
/// Names in `group`, sorted.
std::vector<std::string> names_in(hid_t group);
/// A group that must be there. Throws Error(bad_input).
Id open_group(hid_t parent, const std::string& name);
/// Like open_group, for a group that may be absent.
std::optional<Id> find_group(hid_t parent, const std::string& name);

/// An attribute, or nothing if it is absent.
std::optional<std::string> text_attr(hid_t object, const std::string& name);
std::optional<double> number_attr(hid_t object, const std::string& name);

/// A dataset opened, with its shape; refuses one that is larger than the file could hold.
struct Opened {
  Id id;
  Shape shape;
  std::string path;
  size_t count() const;
};
Opened open_dataset(hid_t group, const std::string& name);

/// Empty if absent.
std::vector<std::string> get_texts(hid_t group, const std::string& name);
/// Entry `i` of a list of texts alone.
std::string text_at(const Opened& set, hsize_t i);
/// Whole numbers; empty if absent, else `count` of them.
std::vector<int> get_ints(hid_t group, const std::string& name, size_t count);

/// Rows of a dataset, axes after the first flattened.
struct Rows {
  hsize_t first = 0;
  std::optional<hsize_t> count;  ///< none = all
  bool exact = false;            ///< refuse a dataset that has more of them
};
/// The numbers of some rows as doubles.
Frames get_rows(const Opened& set, Rows rows = {});
/// All rows; throws unless the shape is (`rows`, `columns`).
Frames get_matrix(hid_t group, const std::string& name, size_t rows, size_t columns);

/// Bytes that one dataset may expand to. Set by the reader, from the size of its input, each time
/// that it takes a Session.
size_t& dataset_limit();

}  // namespace motus::formats::h5
