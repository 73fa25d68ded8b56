#pragma once
// What a pickle holds, as data: a graph of plain values in pools that the document owns. Sharing is
// kept (a list may occur twice), so walk it by name rather than as a tree.
#include <bitset>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "motion/array.h"

namespace motus::formats {

enum class ValueKind : uint8_t {
  none,
  boolean,
  integer,
  real,
  big,   ///< an integer beyond 64 bits, as its little-endian bytes
  text,  ///< UTF-8
  bytes,
  list,  ///< also sets
  tuple,
  dict,   ///< also OrderedDict and the state of the known classes
  array,  ///< NumPy arrays and scalars, torch tensors
  // only while a pickle is being read
  global,
  dtype,
  storage,
};

/// "a dict", "a number" ... for messages.
std::string kind_text(ValueKind kind);

struct Dict;
struct NdArray;
struct DType;
struct Storage;
class Value;
using List = std::vector<Value>;
struct Sequence;

/// A handle of 16 bytes; copies share what they point to.
class Value {
 public:
  Value() : kind_(ValueKind::none), integer_(0) {}
  static Value boolean(bool v) { return Value(ValueKind::boolean, v ? 1 : 0); }
  static Value integer(int64_t v) { return Value(ValueKind::integer, v); }
  static Value global(int id) { return Value(ValueKind::global, id); }
  static Value real(double v) {
    Value out(ValueKind::real, int64_t{0});
    out.real_ = v;
    return out;
  }
  static Value text(std::string* v) { return Value(ValueKind::text, v); }
  static Value bytes(std::string* v) { return Value(ValueKind::bytes, v); }
  static Value big(std::string* v) { return Value(ValueKind::big, v); }
  static Value list(Sequence* v) { return Value(ValueKind::list, v); }
  static Value tuple(Sequence* v) { return Value(ValueKind::tuple, v); }
  static Value dict(Dict* v) { return Value(ValueKind::dict, v); }
  static Value array(NdArray* v) { return Value(ValueKind::array, v); }
  static Value dtype(DType* v) { return Value(ValueKind::dtype, v); }
  static Value storage(Storage* v) { return Value(ValueKind::storage, v); }

  ValueKind kind() const { return kind_; }
  bool is(ValueKind kind) const { return kind_ == kind; }
  bool is_none() const { return kind_ == ValueKind::none; }
  bool is_sequence() const { return kind_ == ValueKind::list || kind_ == ValueKind::tuple; }

  /// Unchecked access: look at kind() first.
  int64_t raw_integer() const { return integer_; }
  double raw_real() const { return real_; }
  std::string& raw_string() const { return *static_cast<std::string*>(pointer_); }
  List& raw_list() const;
  Sequence& raw_sequence() const { return *static_cast<Sequence*>(pointer_); }
  Dict& raw_dict() const { return *static_cast<Dict*>(pointer_); }
  NdArray& raw_array() const { return *static_cast<NdArray*>(pointer_); }
  DType& raw_dtype() const { return *static_cast<DType*>(pointer_); }
  Storage& raw_storage() const { return *static_cast<Storage*>(pointer_); }
  const void* identity() const { return pointer_; }

  /// Checked access; throws Error(bad_input) naming `what`.
  double number(const std::string& what) const;
  int64_t whole(const std::string& what) const;
  std::string string(const std::string& what) const;
  const List& items(const std::string& what) const;

  /// The last entry of a dict with this text as key, which is the one that Python keeps; or null
  /// (also when this is no dict).
  const Value* find(std::string_view key) const;
  /// find() or Error(bad_input) naming the key and those that are there.
  const Value& at(std::string_view key, const std::string& what) const;

 private:
  Value(ValueKind kind, int64_t v) : kind_(kind), integer_(v) {}
  Value(ValueKind kind, void* p) : kind_(kind), pointer_(p) {}
  ValueKind kind_;
  union {
    int64_t integer_;
    double real_;
    void* pointer_;
  };
};

/// A list or tuple. One of numbers alone, as the rows of a motion are, keeps them in half the room
/// until somebody asks for values.
struct Sequence {
  static constexpr size_t kMostMixed = 128;  ///< numbers in such a list that holds integers

  List items;
  std::vector<double> reals;         ///< instead of items
  std::bitset<kMostMixed> wholes{};  ///< which of `reals` are integers in the file

  bool numbers_alone() const { return items.empty(); }
  size_t size() const { return items.size() + reals.size(); }
  void expand();
  void append(std::span<const Value> values);
};

inline List& Value::raw_list() const {
  Sequence& s = raw_sequence();
  if (!s.reals.empty()) s.expand();
  return s.items;
}

struct Dict {
  std::vector<std::pair<Value, Value>> entries;  ///< in file order
  bool instance = false;                         ///< an object of a known class: BUILD may fill it
};

/// Numbers or text, or (objects) Python values in C order.
struct NdArray {
  Array array;
  bool built = false;
  bool objects = false;
  List items;
  bool numpy_scalar = false;  ///< np.float64(3.0) rather than an array
  bool tensor = false;
  bool joblib = false;   ///< filled from joblib's own state, not NumPy's
  bool fortran = false;  ///< columns first in the file; `array` is in C order all the same
};

struct DType {
  std::string type;  ///< "f8", "U4", "O"
  char order = '|';
  std::string descr() const { return order + type; }
};

/// A torch storage of one dtype.
struct Storage {
  std::string descr;
  int64_t item = 0;
  int64_t numel = 0;  ///< as announced
  bool bfloat16 = false;
  std::vector<std::byte> data;
};

/// Numbers in any dress: an ndarray or tensor, or nested lists of numbers of equal lengths (as
/// "<f8"). Throws Error(bad_input) naming `what` and the place.
Array numeric_array(const Value& value, const std::string& what);

}  // namespace motus::formats
