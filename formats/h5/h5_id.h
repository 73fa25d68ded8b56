#pragma once
// HDF5 handles that close themselves, and the few things that the schema needs from the library:
// attributes, string lists, arrays of numbers. Throws Error(failed) when writing fails,
// Error(bad_input) when reading does; messages name the HDF5 path.
#include <hdf5.h>

#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "motion/clip.h"
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

/// Held while HDF5 is used: the library may be built without thread safety. Also silences its error
/// printer.
class Session {
 public:
  Session();

 private:
  std::unique_lock<std::mutex> lock_;
};

/// A variable-length UTF-8 string type (h5py returns these as str).
Id string_type();

/// What stands behind the image: a mark and the CRC-32 of the image in hex. HDF5 ignores bytes
/// behind its end, and cuts them off when another program changes the file.
inline constexpr std::string_view kTrailerMark = "MotusCRC";
inline constexpr size_t kTrailerSize = 16;
std::string trailer(std::span<const std::byte> image);

// ---- writing

Id make_group(hid_t parent, const std::string& name);
void put_attr(hid_t object, const std::string& name, const std::string& value);
void put_attr(hid_t object, const std::string& name, double value);
void put_attr(hid_t object, const std::string& name, int64_t value);
/// Nothing for an empty list: an absent dataset is an empty list.
void put_strings(hid_t group, const std::string& name, const std::vector<std::string>& values);
void put_ints(hid_t group, const std::string& name, const std::vector<int>& values, hid_t type);
/// A dataset of `file_type`, from memory of the same type (no conversion: the bits are kept).
Id put_raw(hid_t group, const std::string& name, hid_t file_type, const std::vector<hsize_t>& shape,
           const void* data, bool compress);
/// Doubles, as float32 if that loses nothing.
Id put_numbers(hid_t group, const std::string& name, const std::vector<hsize_t>& shape,
               const double* data, bool compress);

// ---- reading

bool has_link(hid_t group, const std::string& name);
bool has_attr(hid_t object, const std::string& name);
Id open_group(hid_t parent, const std::string& name, const std::string& place);
std::vector<std::string> links_of(hid_t group);
std::string get_string(hid_t object, const std::string& name, const std::string& fallback);
double get_number(hid_t object, const std::string& name, double fallback);
std::vector<std::string> get_strings(hid_t group, const std::string& name,
                                     const std::string& place);
std::vector<int> get_ints(hid_t group, const std::string& name, const std::string& place);

/// A dataset opened, with its shape; refuses one that is larger than the file could hold.
struct Dataset {
  Id id;
  std::vector<hsize_t> shape;
  size_t count = 0;
};
Dataset open_dataset(hid_t group, const std::string& name, const std::string& place);
/// Rows of doubles, axes after the first flattened.
Frames get_numbers(hid_t group, const std::string& name, const std::string& place);

/// Bytes that one dataset may expand to, set by the reader from the size of its input.
size_t& dataset_limit();

}  // namespace motus::formats::h5
