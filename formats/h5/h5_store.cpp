#include "formats/h5/h5_store.h"

#include <algorithm>

namespace motus::formats::h5 {

namespace {

constexpr size_t kCompressFrom = 32768;  // bytes; smaller datasets only grow by a chunk index
constexpr hsize_t kChunkRows = 256;

void must(bool ok, const std::string& what) {
  require(ok, Kind::failed, "HDF5 could not write {}", what);
}

hid_t number_type(Type type) {
  switch (type) {
    case Type::f4:
      return H5T_IEEE_F32LE;
    case Type::f8:
      return H5T_IEEE_F64LE;
    case Type::i4:
      return H5T_STD_I32LE;
    case Type::i8:
      return H5T_STD_I64LE;
    default:
      return H5T_STD_U8LE;
  }
}

void put_scalar(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type,
                const void* value) {
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attr(H5Acreate2(object, name.c_str(), file_type, space, H5P_DEFAULT, H5P_DEFAULT),
                H5Aclose);
  must(attr.ok() && H5Awrite(attr, memory_type, value) >= 0, name);
}

void put_attr(hid_t object, const std::string& name, double value) {
  put_scalar(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void put_attr(hid_t object, const std::string& name, int64_t value) {
  put_scalar(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

Id make_dataset(hid_t group, const std::string& name, hid_t type, const Data& data, bool compress) {
  const Shape& shape = data.shape;
  const Id plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  if (compress && !shape.empty() && data.type != Type::text && data.bytes() >= kCompressFrom) {
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

/// Doubles as floats, by blocks of whole chunks that stay in the cache.
void write_narrow(hid_t set, const std::string& name, const Data& data) {
  const auto* from = static_cast<const double*>(data.begin());
  const hsize_t rows = data.shape[0], columns = std::max<hsize_t>(data.count() / rows, 1);
  const hsize_t step = std::max<hsize_t>(65536 / columns / kChunkRows, 1) * kChunkRows;
  const Id space(H5Dget_space(set), H5Sclose);
  std::vector<float> floats;
  for (hsize_t first = 0; first < rows; first += step) {
    Shape start(data.shape.size(), 0), extent = data.shape;
    start[0] = first, extent[0] = std::min(step, rows - first);
    const Id memory(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                    H5Sclose);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
    floats.resize(extent[0] * columns);
    std::transform(from + first * columns, from + first * columns + floats.size(), floats.begin(),
                   [](double x) { return static_cast<float>(x); });
    must(H5Dwrite(set, H5T_IEEE_F32LE, memory, space, H5P_DEFAULT, floats.data()) >= 0, name);
  }
}

Id store_dataset(hid_t group, const std::string& name, const Data& data, bool compress) {
  if (data.type == Type::text) {
    const Id type = string_type();
    Id set = make_dataset(group, name, type, data, false);
    std::vector<const char*> texts;
    for (const std::string& t : data.texts) texts.push_back(t.c_str());
    must(H5Dwrite(set, type, H5S_ALL, H5S_ALL, small_transfer(),
                  static_cast<const void*>(texts.data())) >= 0,
         name);
    return set;
  }
  const hid_t type = number_type(data.type);
  Id set = make_dataset(group, name, type, data, compress);
  if (data.count() == 0) return set;
  if (data.doubles && data.type == Type::f4 && !data.shape.empty()) {
    write_narrow(set, name, data);
  } else {
    must(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data.begin()) >= 0, name);
  }
  return set;
}

}  // namespace

Id make_group(hid_t parent, const std::string& name) {
  const Id plist(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  Id g(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, plist, H5P_DEFAULT), H5Gclose);
  must(g.ok(), name);
  return g;
}

Id open_path(hid_t parent, const std::string& path) {
  Id g(H5Gopen2(parent, path.c_str(), H5P_DEFAULT), H5Gclose);
  must(g.ok(), path);
  return g;
}

void put_attr(hid_t object, const std::string& name, const std::string& value) {
  const Id type = string_type();
  const char* text = value.c_str();
  put_scalar(object, name, type, type, static_cast<const void*>(&text));
}

void store_attributes(hid_t object, const Node& node) {
  for (const Attribute& a : node.attributes) {
    std::visit([&](const auto& value) { put_attr(object, a.name, value); }, a.value);
  }
}

void store(hid_t group, const Node& node, bool compress) {
  store_attributes(group, node);
  for (const Node& child : node.children) {
    if (child.data) {
      store_attributes(store_dataset(group, child.name, *child.data, compress), child);
    } else {
      store(make_group(group, child.name), child, compress);
    }
  }
}

}  // namespace motus::formats::h5
