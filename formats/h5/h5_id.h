#pragma once
// HDF5 handles that close themselves, and the lock that every use of the library needs.
#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "motion/error.h"

namespace motus::formats::h5 {

/// An hid_t with its closing function.
class Id {
 public:
  using Close = herr_t (*)(hid_t);
  Id() = default;
  Id(hid_t id, Close close) : id_(id), close_(close) {}
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  Id(Id&& o) noexcept : id_(std::exchange(o.id_, -1)), close_(o.close_) {}
  Id& operator=(Id&& o) noexcept {
    std::swap(id_, o.id_);
    std::swap(close_, o.close_);
    return *this;
  }
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }  // handed to the C interface everywhere
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// Held while HDF5 is used, which need not be built thread-safe. Silences the library's error
/// printer and keeps it from loading filters out of folders that the environment names.
class Session {
 public:
  Session();

 private:
  std::unique_lock<std::mutex> lock_;
};

/// A variable-length UTF-8 string type (h5py returns these as str).
Id string_type();

/// For reading and writing what the library converts, texts and narrow integers: it clears its whole
/// buffer each time, which is a megabyte unless told otherwise.
Id small_transfer();

/// The path of an open object, for messages: "/clips/000000/frames".
std::string path_of(hid_t object);

using Shape = std::vector<hsize_t>;

/// "7 x 4", or "a single value".
std::string shape_text(const Shape& shape);

}  // namespace motus::formats::h5
