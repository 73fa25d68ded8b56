#pragma once
// The stack machine behind formats/pickle/pickle.h.
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "formats/bytes.h"
#include "formats/pickle/pickle.h"

namespace motus::formats {

/// Names that a pickle of motion data may use. Storage classes follow kStorage in the order of the
/// table in pickle_globals.cpp.
enum class Global {
  reconstruct,
  ndarray,
  dtype,
  scalar,
  frombuffer,
  dtype_class,
  ordered_dict,
  encode,
  make_int,
  make_float,
  make_bool,
  make_list,
  make_dict,
  make_tuple,
  make_set,
  make_bytes,
  make_complex,
  rebuild_tensor,
  load_from_bytes,
  torch_storage,
  joblib_array,
  joblib_sibling,
  instance,  ///< an object whose state is read as a dict
  enumerator,
};

/// One row of the list of names.
struct GlobalName {
  std::string_view module, name;
  Global id;
  std::string_view type = {};  ///< NumPy type of storage and dtype classes
};

/// Index into the list, or -1.
int find_global(std::string_view module, std::string_view name);
const GlobalName& global_at(int index);

/// Bytes that a pickle may still decode to; shared with the pickles nested in it.
struct PickleBudget {
  int64_t left = 0;
  void spend(int64_t n);
};

class PickleMachine {
 public:
  static constexpr int kMaxNested = 4;

  PickleMachine(Bytes bytes, size_t start, PicklePools& pools, PickleBudget& budget, int nested)
      : in_(bytes, start), size_(bytes.size()), pools_(pools), budget_(budget), nested_(nested) {}

  /// Runs to STOP. end() is then the offset after it.
  Value run();
  size_t end() const { return in_.offset(); }

  /// Torch storages named by persistent ids are filled from `source` at once.
  void take_storages(const StorageSource& source) {
    storages_allowed_ = true;
    storage_source_ = &source;
  }

  /// What torch.save wrote before its files became zip archives: four pickles (magic number,
  /// protocol, system, object), a fifth with the keys of storages, their numbers.
  Value load_legacy_torch(Bytes stream);

 private:
  /// Storages stay empty, and tensors with them: a run that finds out which there are.
  void list_storages() { storages_allowed_ = true; }
  bool step(uint8_t op);  // false after STOP
  bool step_number(uint8_t op);
  bool step_text(uint8_t op);
  bool step_container(uint8_t op);
  bool step_memo(uint8_t op);
  bool step_call(uint8_t op);

  void push(const Value& v);
  bool append_numbers();  // to the list on top, if what follows this mark is a whole list of them
  void push_numbers();    // reals and small integers, as many as follow at once
  Value pop();
  Value& top();
  List pop_to_mark();
  std::span<const Value> since_mark() const;
  void drop_to_mark();
  void append(const Value& target, std::span<const Value> items);
  void append_to_mark();
  void memo_put(size_t index, const Value& v);
  std::string line();

  Value make_text(Bytes utf8);
  Value make_latin1(const std::string& raw, bool escapes = false);
  Value make_bytes(Bytes raw);
  Value make_list(List items);
  Value make_tuple(List items);
  Value make_dict();
  Value make_long(Bytes raw);
  Value make_decimal(std::string_view digits);
  NdArray* new_array();
  void set_items(Dict& dict, const List& flat);

  void push_global(const std::string& module, const std::string& name);
  Value reduce(const GlobalName& callable, const List& args);
  Value reduce_builtin(const GlobalName& callable, const List& args);
  Value reduce_numpy(const GlobalName& callable, const List& args);
  Value rebuild_tensor(const List& args);
  Value load_legacy_storage(const Value& bytes);
  Value persistent(const Value& id);
  void fill(Storage& storage, Bytes data);
  void build_joblib(NdArray& array, const Value& state);
  void build(const Value& target, const Value& state);
  void build_array(NdArray& array, const List& state);
  void build_dtype(DType& dtype, const List& state);
  Value numpy_dtype(const std::string& code);
  std::vector<std::byte> raw_bytes(const Value& v, const char* what);
  std::vector<int64_t> shape_of(const Value& v);

  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(Kind::bad_input, fmt::format("{}byte {}: ", nested_ ? "nested pickle, " : "", at_) +
                                     fmt::format(format, std::forward<Args>(args)...));
  }

  ByteReader in_;
  size_t size_;
  PicklePools& pools_;
  PickleBudget& budget_;
  int nested_;
  size_t at_ = 0;  // offset of the opcode at work
  std::vector<Value> stack_;
  std::vector<size_t> marks_;
  std::vector<Value> memo_;
  std::vector<bool> memo_set_;
  bool storages_allowed_ = false;
  const StorageSource* storage_source_ = nullptr;
  std::map<std::string, Storage*> storages_;
  size_t frame_end_ = 0;
};

/// True if the bytes begin as the stream that load_legacy_torch() reads.
bool is_legacy_torch(Bytes bytes);

constexpr size_t kLargeText = size_t{64} << 10;  // bytes

/// Throws Error(bad_input) for a graph that contains itself, nests deeper than 64, expands to more
/// than `limit` values, or holds an array that was never filled. Returns the identity() of each
/// text and bytes value in it that has kLargeText or more.
std::unordered_set<const void*> check_graph(const Value& root, int64_t limit);

}  // namespace motus::formats
