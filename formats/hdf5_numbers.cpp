#include "formats/hdf5_numbers.h"

#include <hdf5_hl.h>

#include <algorithm>

#include "formats/h5/h5_id.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

using h5::Id;

/// The next run of digits, or the next character; compares numbers as such.
bool natural_less(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    size_t x = i, y = j;
    while (x < a.size() && digit(a[x])) ++x;
    while (y < b.size() && digit(b[y])) ++y;
    while (i + 1 < x && a[i] == '0') ++i;
    while (j + 1 < y && b[j] == '0') ++j;
    if (x - i != y - j) return x - i < y - j;
    const int order = a.compare(i, x - i, b, j, y - j);
    if (order != 0) return order < 0;
    i = x, j = y;
  }
  return a.size() - i < b.size() - j;
}

bool is_number(hid_t type) {
  const H5T_class_t c = H5Tget_class(type);
  return c == H5T_INTEGER || c == H5T_FLOAT;
}

}  // namespace

struct Hdf5Numbers::Impl {
  h5::Session session;  // taken first, given back last
  size_t limit = 0;
  Id file;

  Id open(const std::string& path) const {
    Id set(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose);
    require(set.ok(), kBad, "/{}: no such dataset", path);
    return set;
  }
};

Hdf5Numbers::Hdf5Numbers(Bytes bytes) : impl_(std::make_unique<Impl>()) {
  impl_->limit = 64 * bytes.size() + (size_t{64} << 20);
  // read-only, and neither copied nor released
  void* image = const_cast<std::byte*>(bytes.data());
  impl_->file = Id(H5LTopen_file_image(image, bytes.size(),
                                       H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE),
                   H5Fclose);
  require(impl_->file.ok(), kBad, "is a damaged HDF5 file, or cut off");
}

Hdf5Numbers::~Hdf5Numbers() = default;

bool Hdf5Numbers::has(const std::string& path) const {
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    H5L_info_t info;
    if (H5Lexists(impl_->file, part.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(impl_->file, part.c_str(), &info, H5P_DEFAULT) < 0 ||
        info.type != H5L_TYPE_HARD) {
      return false;
    }
    if (end == std::string::npos) break;
    const Id group(H5Oopen(impl_->file, part.c_str(), H5P_DEFAULT), H5Oclose);
    if (!group.ok() || H5Iget_type(group) != H5I_GROUP) return false;
  }
  return true;
}

std::vector<std::string> Hdf5Numbers::names(const std::string& group) const {
  const Id g(H5Gopen2(impl_->file, group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Gclose);
  require(g.ok(), kBad, "/{}: no such group", group);
  std::vector<std::string> out;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  H5Literate(g, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &out);
  std::sort(out.begin(), out.end(), natural_less);
  return out;
}

std::vector<int64_t> Hdf5Numbers::shape(const std::string& path) const {
  require(has(path), kBad, "/{}: no such dataset", path);
  const Id set = impl_->open(path), space(H5Dget_space(set), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  require(rank >= 0 && rank <= 8, kBad, "/{}: no simple shape", path);
  std::vector<hsize_t> dims(static_cast<size_t>(rank));
  if (rank > 0) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  std::vector<int64_t> out;
  size_t count = 1;
  for (const hsize_t d : dims) {
    require(d == 0 || count <= impl_->limit / sizeof(double) / d, kBad,
            "/{}: claims more numbers than the file can hold", path);
    count *= d;
    out.push_back(static_cast<int64_t>(d));
  }
  return out;
}

Frames Hdf5Numbers::numbers(const std::string& path) const {
  const std::vector<int64_t> s = shape(path);
  require(!s.empty(), kBad, "/{}: expected rows, found one number", path);
  int64_t columns = 1;
  for (size_t i = 1; i < s.size(); ++i) columns *= s[i];
  const Id set = impl_->open(path), type(H5Dget_type(set), H5Tclose);
  require(is_number(type), kBad, "/{}: expected numbers", path);
  Frames out(s[0], columns);
  require(out.size() == 0 ||
              H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) >= 0,
          kBad, "/{}: damaged", path);
  return out;
}

std::optional<double> Hdf5Numbers::attribute(const std::string& path,
                                             const std::string& name) const {
  const Id object(H5Oopen(impl_->file, path.empty() ? "/" : path.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object.ok() || H5Aexists(object, name.c_str()) <= 0) return {};
  const Id attr(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  double value = 0;
  const bool read = attr.ok() && is_number(type) && H5Sget_simple_extent_npoints(space) == 1 &&
                    H5Aread(attr, H5T_NATIVE_DOUBLE, &value) >= 0;
  return read ? std::optional(value) : std::nullopt;
}

}  // namespace motus::formats
