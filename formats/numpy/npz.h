#pragma once
// NumPy's .npz: a ZIP of .npy members.
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "formats/numpy/npy.h"
#include "formats/numpy/zip.h"

namespace motus::formats {

class Npz {
 public:
  /// Reads the directory; members are decoded when asked for, so that those nobody needs (pickled
  /// objects) cost nothing. `bytes` must outlive it.
  explicit Npz(Bytes bytes) : zip_(bytes) {}

  /// Member names without ".npy", in file order.
  std::vector<std::string> names() const;
  bool has(const std::string& name) const { return zip_.has(name + ".npy"); }
  /// Throws Error(bad_input) naming the member.
  Array array(const std::string& name) const;
  NpyHeader header(const std::string& name) const;

 private:
  ZipReader zip_;
};

/// Members in the order given.
std::vector<std::byte> write_npz(const std::vector<std::pair<std::string, Array>>& members);

/// Members in the order of `first` as far as they are there, then the others by name.
std::vector<std::byte> write_npz(std::map<std::string, Array> arrays,
                                 std::span<const char* const> first);

/// True if the bytes are a ZIP whose directory names all of these members (as NAME.npy); cheap and
/// never throws.
bool npz_has(Bytes bytes, std::initializer_list<std::string_view> members);

}  // namespace motus::formats
