#pragma once
// What a motion file is to hold, as a tree of groups and datasets: said once, and laid into a file
// directly (h5_emit.h) or by the HDF5 library (h5_store.h), which packed and compressed files need.
// Nothing carries a time stamp: equal clips give equal bytes.
#include <list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "formats/h5/h5_id.h"

namespace motus::formats::h5 {

enum class Type { f4, f8, i4, i8, u1, text };

/// Bytes of one number; of a text, those of its reference in the file.
size_t size_of(Type type);

/// What a dataset holds, in C order.
struct Data {
  Type type = Type::f8;
  Shape shape;  ///< empty = a scalar
  /// The numbers, in memory that outlives the tree: doubles for f4 and f8, else as `type` says.
  const void* numbers = nullptr;
  bool doubles = false;            ///< `numbers` are doubles, for f4 to be narrowed
  std::vector<std::byte> own;      ///< the numbers where the tree keeps them itself
  std::vector<std::string> texts;  ///< of Type::text

  size_t count() const;
  size_t bytes() const { return count() * size_of(type); }
  const void* begin() const { return own.empty() ? numbers : own.data(); }
};

struct Attribute {
  std::string name;
  std::variant<std::string, double, int64_t> value;
};

/// A group, or a dataset if it has data.
struct Node {
  std::string name;
  std::vector<Attribute> attributes;
  std::list<Node> children;  ///< names differ; references to them stay good
  std::optional<Data> data;
};

/// A group below `parent`, which has none of that name.
Node& make_group(Node& parent, const std::string& name);
/// A group below `parent`, made with those above it where they are not there: "objects/box".
Node& make_path(Node& parent, const std::string& path);

/// Texts with a NUL throw Error(failed): the file cannot store them.
void put_attr(Node& node, const std::string& name, const std::string& value);
void put_attr(Node& node, const std::string& name, double value);
void put_attr(Node& node, const std::string& name, int64_t value);

/// Nothing for an empty list: an absent dataset is an empty list.
void put_texts(Node& group, const std::string& name, const std::vector<std::string>& values);
/// As put_texts, with units "1"; `type` is i4 or u1.
void put_ints(Node& group, const std::string& name, const std::vector<int>& values, Type type);
/// A dataset of the very bytes at `data`, which must outlive the tree.
Node& put_raw(Node& group, const std::string& name, Type type, const Shape& shape,
              const void* data);
/// A copy of the numbers as f8, with units; nothing for no rows.
void put_doubles(Node& group, const std::string& name, const Shape& shape,
                 const std::vector<double>& data, const std::string& units);
/// Rows of doubles, which must outlive the tree, as f4 if that loses nothing.
Node& put_numbers(Node& group, const std::string& name, const Shape& shape, const double* data);

/// True if every number is one of float32 (or NaN).
bool fits_float(const double* data, size_t n);

/// A link name may hold neither '/' nor begin with '.'; the exact name stands in an attribute.
std::string link_name(const std::string& name);
/// "000012": ids of skeletons, clips and packs.
std::string number_name(size_t i);

}  // namespace motus::formats::h5
