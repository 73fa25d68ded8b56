#include "formats/h5/h5_id.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>

namespace motus::formats::h5 {

namespace {

constexpr hsize_t kCompressFrom = 32768;  // bytes; smaller datasets only grow by a chunk index

std::mutex& library_mutex() {
  static std::mutex m;
  return m;
}

void must(bool ok, const std::string& what) {
  require(ok, Kind::failed, "HDF5 could not write {}", what);
}

void no_nul(const std::string& value, const std::string& name) {
  require(value.find('\0') == std::string::npos, Kind::failed,
          "the text of '{}' holds a NUL byte, which the file cannot store", name);
}

bool fits_float(const double* data, size_t n) {
  return std::all_of(data, data + n, [](double x) {
    return std::isnan(x) || static_cast<double>(static_cast<float>(x)) == x;
  });
}

}  // namespace

Session::Session() : lock_(library_mutex()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string trailer(std::span<const std::byte> image) {
  uLong crc = crc32_z(0, nullptr, 0);
  crc = crc32_z(crc, reinterpret_cast<const Bytef*>(image.data()), image.size());
  return fmt::format("{}{:08x}", kTrailerMark, crc);
}

size_t& dataset_limit() {
  static size_t limit = size_t{1} << 30;
  return limit;
}

Id string_type() {
  Id t(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(t, H5T_VARIABLE);
  H5Tset_cset(t, H5T_CSET_UTF8);
  return t;
}

Id make_group(hid_t parent, const std::string& name) {
  const Id plist(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  // modification times would make equal clips different files
  H5Pset_obj_track_times(plist, false);
  Id g(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, plist, H5P_DEFAULT), H5Gclose);
  must(g.ok(), name);
  return g;
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

Id put_raw(hid_t group, const std::string& name, hid_t file_type, const std::vector<hsize_t>& shape,
           const void* data, bool compress) {
  const Id plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  hsize_t count = 1;
  for (const hsize_t d : shape) count *= d;
  if (compress && !shape.empty() && count * H5Tget_size(file_type) >= kCompressFrom) {
    std::vector<hsize_t> chunk = shape;
    chunk[0] = std::min<hsize_t>(shape[0], 256);
    H5Pset_chunk(plist, static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(plist);
    H5Pset_deflate(plist, 4);
  }
  const Id space(shape.empty()
                     ? H5Screate(H5S_SCALAR)
                     : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                 H5Sclose);
  Id set(H5Dcreate2(group, name.c_str(), file_type, space, H5P_DEFAULT, plist, H5P_DEFAULT),
         H5Dclose);
  must(set.ok(), name);
  if (count > 0) {
    must(H5Dwrite(set, file_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0, name);
  }
  return set;
}

void put_strings(hid_t group, const std::string& name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  std::vector<const char*> texts;
  for (const std::string& v : values) {
    no_nul(v, name);
    texts.push_back(v.c_str());
  }
  put_raw(group, name, string_type(), {values.size()}, static_cast<const void*>(texts.data()),
          false);
}

void put_ints(hid_t group, const std::string& name, const std::vector<int>& values, hid_t type) {
  if (values.empty()) return;
  const hsize_t n = values.size();
  const Id plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  const Id space(H5Screate_simple(1, &n, nullptr), H5Sclose);
  const Id set(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, plist, H5P_DEFAULT),
               H5Dclose);
  must(set.ok() && H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0,
       name);
}

Id put_numbers(hid_t group, const std::string& name, const std::vector<hsize_t>& shape,
               const double* data, bool compress) {
  size_t n = 1;
  for (const hsize_t d : shape) n *= d;
  if (!fits_float(data, n)) return put_raw(group, name, H5T_IEEE_F64LE, shape, data, compress);
  const std::vector<float> narrow(data, data + n);
  return put_raw(group, name, H5T_IEEE_F32LE, shape, narrow.data(), compress);
}

bool has_link(hid_t group, const std::string& name) {
  return H5Lexists(group, name.c_str(), H5P_DEFAULT) > 0 &&
         H5Oexists_by_name(group, name.c_str(), H5P_DEFAULT) > 0;
}

bool has_attr(hid_t object, const std::string& name) {
  return H5Aexists(object, name.c_str()) > 0;
}

Id open_group(hid_t parent, const std::string& name, const std::string& place) {
  Id g(has_link(parent, name) ? H5Gopen2(parent, name.c_str(), H5P_DEFAULT) : -1, H5Gclose);
  require(g.ok(), Kind::bad_input, "{}/{}: no such group", place, name);
  return g;
}

std::vector<std::string> links_of(hid_t group) {
  std::vector<std::string> out;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &out);
  return out;
}

std::string get_string(hid_t object, const std::string& name, const std::string& fallback) {
  if (!has_attr(object, name)) return fallback;
  const Id attr(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  if (!attr.ok() || H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    return fallback;
  }
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Aread(attr, string_type(), static_cast<void*>(&text)) < 0) return fallback;
    const std::string out = text ? text : "";
    H5free_memory(text);
    return out;
  }
  std::string fixed(H5Tget_size(type), '\0');
  if (H5Aread(attr, type, fixed.data()) < 0) return fallback;
  fixed.resize(fixed.find('\0') == std::string::npos ? fixed.size() : fixed.find('\0'));
  return fixed;
}

double get_number(hid_t object, const std::string& name, double fallback) {
  if (!has_attr(object, name)) return fallback;
  const Id attr(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Id space(H5Aget_space(attr), H5Sclose);
  double value = fallback;
  if (!attr.ok() || H5Sget_simple_extent_npoints(space) != 1 ||
      H5Aread(attr, H5T_NATIVE_DOUBLE, &value) < 0) {
    return fallback;
  }
  return value;
}

Dataset open_dataset(hid_t group, const std::string& name, const std::string& place) {
  Dataset d;
  d.id = Id(has_link(group, name) ? H5Dopen2(group, name.c_str(), H5P_DEFAULT) : -1, H5Dclose);
  require(d.id.ok(), Kind::bad_input, "{}/{}: no such dataset", place, name);
  const Id space(H5Dget_space(d.id), H5Sclose), type(H5Dget_type(d.id), H5Tclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  require(rank >= 0 && rank <= 32, Kind::bad_input, "{}/{}: no simple shape", place, name);
  d.shape.resize(static_cast<size_t>(rank));
  H5Sget_simple_extent_dims(space, d.shape.data(), nullptr);
  d.count = 1;
  const size_t limit = dataset_limit();
  for (const hsize_t n : d.shape) {
    require(n == 0 || d.count <= limit / n, Kind::bad_input,
            "{}/{}: claims more numbers than the file can hold", place, name);
    d.count *= n;
  }
  require(d.count * std::max<size_t>(H5Tget_size(type), 1) <= limit, Kind::bad_input,
          "{}/{}: claims more bytes than the file can hold", place, name);
  return d;
}

std::vector<std::string> get_strings(hid_t group, const std::string& name,
                                     const std::string& place) {
  if (!has_link(group, name)) return {};
  const Dataset d = open_dataset(group, name, place);
  const Id type(H5Dget_type(d.id), H5Tclose), space(H5Dget_space(d.id), H5Sclose);
  require(H5Tget_class(type) == H5T_STRING, Kind::bad_input, "{}/{}: expected text", place, name);
  std::vector<std::string> out;
  if (d.count == 0) return out;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> texts(d.count, nullptr);
    const Id memory = string_type();
    require(
        H5Dread(d.id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<void*>(texts.data())) >= 0,
        Kind::bad_input, "{}/{}: damaged", place, name);
    for (const char* t : texts) out.emplace_back(t ? t : "");
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, static_cast<void*>(texts.data()));
    return out;
  }
  const size_t width = H5Tget_size(type);
  std::string fixed(width * d.count, '\0');
  require(H5Dread(d.id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, fixed.data()) >= 0, Kind::bad_input,
          "{}/{}: damaged", place, name);
  for (size_t i = 0; i < d.count; ++i) {
    std::string one = fixed.substr(i * width, width);
    if (const size_t end = one.find('\0'); end != std::string::npos) one.resize(end);
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<int> get_ints(hid_t group, const std::string& name, const std::string& place) {
  if (!has_link(group, name)) return {};
  const Dataset d = open_dataset(group, name, place);
  std::vector<int> out(d.count);
  require(
      out.empty() || H5Dread(d.id, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) >= 0,
      Kind::bad_input, "{}/{}: expected whole numbers", place, name);
  return out;
}

Frames get_numbers(hid_t group, const std::string& name, const std::string& place) {
  const Dataset d = open_dataset(group, name, place);
  require(!d.shape.empty(), Kind::bad_input, "{}/{}: expected rows, found one number", place, name);
  const size_t rows = d.shape[0];
  size_t cols = 1;
  for (size_t i = 1; i < d.shape.size(); ++i) cols *= d.shape[i];
  Frames out(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(cols));
  require(d.count == 0 ||
              H5Dread(d.id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) >= 0,
          Kind::bad_input, "{}/{}: damaged, or not numbers", place, name);
  return out;
}

}  // namespace motus::formats::h5
