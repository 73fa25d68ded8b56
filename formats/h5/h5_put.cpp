#include "formats/h5/h5_put.h"

#include <algorithm>
#include <cmath>

namespace motus::formats::h5 {

namespace {

constexpr hsize_t kCompressFrom = 32768;  // bytes; smaller datasets only grow by a chunk index
constexpr hsize_t kChunkRows = 256;

void must(bool ok, const std::string& what) {
  require(ok, Kind::failed, "HDF5 could not write {}", what);
}

void no_nul(const std::string& value, const std::string& name) {
  require(value.find('\0') == std::string::npos, Kind::failed,
          "the text of '{}' holds a NUL byte, which the file cannot store", name);
}

hsize_t product(const Shape& shape) {
  hsize_t n = 1;
  for (const hsize_t d : shape) n *= d;
  return n;
}

Id make_dataset(hid_t group, const std::string& name, hid_t type, const Shape& shape,
                bool compress) {
  const Id plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  if (compress && !shape.empty() && product(shape) * H5Tget_size(type) >= kCompressFrom) {
    Shape chunk = shape;
    chunk[0] = std::min(shape[0], kChunkRows);
    H5Pset_chunk(plist, static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(plist);
    H5Pset_deflate(plist, 4);
  }
  const Id space(shape.empty()
                     ? H5Screate(H5S_SCALAR)
                     : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                 H5Sclose);
  Id set(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, plist, H5P_DEFAULT), H5Dclose);
  must(set.ok(), name);
  return set;
}

/// Writes by blocks of whole chunks that stay in the cache; `block(at, count)` gives the numbers
/// of one: no second array of the data's size, and an image in memory grows step by step.
template <typename Block>
void write_blocks(hid_t set, const std::string& name, hid_t type, const Shape& shape, Block block) {
  const hsize_t rows = shape[0], columns = std::max<hsize_t>(product(shape) / rows, 1);
  const hsize_t step = std::max<hsize_t>(65536 / columns / kChunkRows, 1) * kChunkRows;
  const Id space(H5Dget_space(set), H5Sclose);
  for (hsize_t first = 0; first < rows; first += step) {
    Shape start(shape.size(), 0), extent = shape;
    start[0] = first, extent[0] = std::min(step, rows - first);
    const Id memory(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                    H5Sclose);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
    const void* data =
        block(static_cast<size_t>(first * columns), static_cast<size_t>(extent[0] * columns));
    must(H5Dwrite(set, type, memory, space, H5P_DEFAULT, data) >= 0, name);
  }
}

}  // namespace

bool fits_float(const double* data, size_t n) {
  constexpr size_t kBlock = 4096;
  for (size_t at = 0; at < n; at += kBlock) {
    const size_t end = std::min(n, at + kBlock);
    int bad = 0;
    for (size_t i = at; i < end; ++i) {
      const double x = data[i];
      bad |= static_cast<int>(static_cast<double>(static_cast<float>(x)) != x) &
             static_cast<int>(x == x);
    }
    if (bad) return false;
  }
  return true;
}

Id make_group(hid_t parent, const std::string& name) {
  const Id plist(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  Id g(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, plist, H5P_DEFAULT), H5Gclose);
  must(g.ok(), name);
  return g;
}

Id make_path(hid_t parent, const std::string& path) {
  Id at;
  for (size_t from = 0; from <= path.size();) {
    const size_t end = std::min(path.find('/', from), path.size());
    const std::string name = path.substr(from, end - from);
    const hid_t above = at.ok() ? static_cast<hid_t>(at) : parent;
    at = H5Lexists(above, name.c_str(), H5P_DEFAULT) > 0
             ? Id(H5Gopen2(above, name.c_str(), H5P_DEFAULT), H5Gclose)
             : make_group(above, name);
    must(at.ok(), path);
    from = end + 1;
  }
  return at;
}

void put_attr(hid_t object, const std::string& name, const std::string& value) {
  no_nul(value, name);
  const Id type = string_type(), space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attr(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* text = value.c_str();
  must(attr.ok() && H5Awrite(attr, type, static_cast<const void*>(&text)) >= 0, name);
}

void put_attr(hid_t object, const std::string& name, double value) {
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attr(H5Acreate2(object, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                H5Aclose);
  must(attr.ok() && H5Awrite(attr, H5T_NATIVE_DOUBLE, &value) >= 0, name);
}

void put_attr(hid_t object, const std::string& name, int64_t value) {
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attr(H5Acreate2(object, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                H5Aclose);
  must(attr.ok() && H5Awrite(attr, H5T_NATIVE_INT64, &value) >= 0, name);
}

Id put_raw(hid_t group, const std::string& name, hid_t file_type, const Shape& shape,
           const void* data, bool compress) {
  Id set = make_dataset(group, name, file_type, shape, compress);
  if (product(shape) > 0) {
    must(H5Dwrite(set, file_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0, name);
  }
  return set;
}

void put_texts(hid_t group, const std::string& name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  std::vector<const char*> texts;
  for (const std::string& v : values) {
    no_nul(v, name);
    texts.push_back(v.c_str());
  }
  const Id type = string_type();
  const Id set = make_dataset(group, name, type, {values.size()}, false);
  must(H5Dwrite(set, type, H5S_ALL, H5S_ALL, small_transfer(),
                static_cast<const void*>(texts.data())) >= 0,
       name);
}

void put_ints(hid_t group, const std::string& name, const std::vector<int>& values, hid_t type) {
  if (values.empty()) return;
  const Id set = make_dataset(group, name, type, {values.size()}, false);
  must(H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, small_transfer(), values.data()) >= 0, name);
  put_attr(set, "units", "1");
}

void put_doubles(hid_t group, const std::string& name, const Shape& shape, const double* data,
                 const std::string& units) {
  if (product(shape) == 0) return;
  put_attr(put_raw(group, name, H5T_IEEE_F64LE, shape, data, false), "units", units);
}

Id put_numbers(hid_t group, const std::string& name, const Shape& shape, const double* data,
               bool compress) {
  const auto n = static_cast<size_t>(product(shape));
  const bool narrow = fits_float(data, n);
  const hid_t type = narrow ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
  Id set = make_dataset(group, name, type, shape, compress);
  if (n == 0) return set;
  std::vector<float> floats;
  write_blocks(set, name, type, shape, [&](size_t at, size_t count) -> const void* {
    if (!narrow) return data + at;
    floats.resize(count);
    std::transform(data + at, data + at + count, floats.begin(),
                   [](double x) { return static_cast<float>(x); });
    return floats.data();
  });
  return set;
}

std::string link_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '/' || c == '%' || (c == '.' && out.empty()) || c == '\0') {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out.empty() ? "%" : out;
}

std::string number_name(size_t i) {
  return fmt::format("{:06}", i);
}

}  // namespace motus::formats::h5
