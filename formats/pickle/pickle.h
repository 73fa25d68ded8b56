#pragma once
// Python pickles (protocols 0 to 5) read as data. The stream is interpreted by a machine that can
// build plain values, NumPy arrays and torch tensors and nothing else: names are compared with a
// list, never looked up, and nothing is ever called. Limits: memo and stack 1e6 entries, nesting
// 64, decoded bytes 4 x input + 256 MiB, every length checked against the bytes that remain.
#include <functional>
#include <memory>

#include "formats/format.h"
#include "formats/pickle/pickle_value.h"

namespace motus::formats {

/// Everything that values point into.
struct PicklePools {
  std::deque<std::string> strings;
  std::deque<Sequence> lists;
  std::deque<Dict> dicts;
  std::deque<NdArray> arrays;
  std::deque<DType> dtypes;
  std::deque<Storage> storages;
};

/// Where torch keeps the numbers of its tensors: the bytes of a storage by its key.
using StorageSource = std::function<std::vector<std::byte>(const std::string& key)>;

class Pickle {
 public:
  /// Reads one pickle that fills `bytes`: Python's, joblib's (arrays between the opcodes) or a file
  /// of torch.save from before its zip archives. Throws Error(bad_input) with the byte's offset for
  /// anything else: a name that is not on the list ("byte 12: the pickle names 'posix.system'"),
  /// a damaged stream, a graph that would not end.
  static Pickle parse(Bytes bytes);

  /// The pickle inside a torch archive of `file_size` bytes (formats/pickle/torch_zip.h).
  static Pickle parse(Bytes bytes, const StorageSource& storages, size_t file_size);

  const Value& root() const { return root_; }

 private:
  Pickle() : pools_(std::make_unique<PicklePools>()) {}
  std::unique_ptr<PicklePools> pools_;
  Value root_;
};

/// What a pickle holds that no reader knows: "a Python pickle: a dict (keys: a, b)", or that and
/// why it is refused. Never throws.
std::string describe_pickle(Bytes bytes);

/// True if the bytes can be a pickle whose root is a dict or, from protocol 2 on, anything.
bool looks_like_pickle(Bytes bytes);

}  // namespace motus::formats
