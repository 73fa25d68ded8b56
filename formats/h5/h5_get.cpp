#include "formats/h5/h5_get.h"

#include <algorithm>

#include "formats/bytes.h"

namespace motus::formats::h5 {

namespace {

const char* class_name(H5T_class_t c) {
  switch (c) {
    case H5T_INTEGER:
      return "whole numbers";
    case H5T_FLOAT:
      return "real numbers";
    case H5T_STRING:
      return "text";
    case H5T_COMPOUND:
      return "a compound type";
    case H5T_ENUM:
      return "an enumeration";
    case H5T_VLEN:
      return "lists of variable length";
    case H5T_REFERENCE:
      return "references";
    default:
      return "another type";
  }
}

bool is_number(H5T_class_t c) {
  return c == H5T_INTEGER || c == H5T_FLOAT;
}

/// The type in memory for text of `type`: its character set must be the same.
Id memory_text(hid_t type) {
  Id t(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(t, H5T_VARIABLE);
  H5Tset_cset(t, H5Tget_cset(type));
  return t;
}

/// Text of fixed width as people pad it: with NUL, or with blanks (Fortran, MATLAB).
std::string unpadded(std::string_view fixed, hid_t type) {
  std::string out(fixed.substr(0, fixed.find('\0')));
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

Id open_attr(hid_t object, const std::string& name) {
  Id attr(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  require(attr.ok(), Kind::bad_input, "{}: attribute '{}' is damaged", path_of(object), name);
  return attr;
}

[[noreturn]] void wrong_attr(hid_t object, const std::string& name, const char* expected,
                             hid_t type, hid_t space) {
  const bool one = H5Sget_simple_extent_npoints(space) == 1;
  throw_error(Kind::bad_input, "{}: attribute '{}': expected {}, found {}", path_of(object), name,
              expected, one ? class_name(H5Tget_class(type)) : "several values or none");
}

/// Storage that leads out of the file could read anything on the machine.
void refuse_foreign_storage(const Opened& d) {
  const Id plist(H5Dget_create_plist(d.id), H5Pclose);
  require(H5Pget_layout(plist) != H5D_VIRTUAL && H5Pget_external_count(plist) <= 0, Kind::bad_input,
          "{}: stored in other files; a motion file holds its own data", d.path);
}

}  // namespace

size_t& dataset_limit() {
  static size_t limit = size_t{1} << 30;
  return limit;
}

size_t Opened::count() const {
  size_t n = 1;
  for (const hsize_t d : shape) n *= d;
  return n;
}

bool has(hid_t group, const std::string& name) {
  if (H5Lexists(group, name.c_str(), H5P_DEFAULT) <= 0) return false;
  H5L_info_t info;
  require(H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT) >= 0 && info.type == H5L_TYPE_HARD,
          Kind::bad_input, "{}: '{}' is a soft or external link; a motion file holds its own data",
          path_of(group), name);
  return true;
}

std::vector<std::string> names_in(hid_t group) {
  std::vector<std::string> out;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  require(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &out) >= 0, Kind::bad_input,
          "{}: damaged group", path_of(group));
  return out;
}

Id open_group(hid_t parent, const std::string& name) {
  Id g(has(parent, name) ? H5Gopen2(parent, name.c_str(), H5P_DEFAULT) : -1, H5Gclose);
  require(g.ok(), Kind::bad_input, "{}: expected a group '{}'", path_of(parent), name);
  return g;
}

std::optional<Id> find_group(hid_t parent, const std::string& name) {
  if (!has(parent, name)) return std::nullopt;
  return open_group(parent, name);
}

std::optional<std::string> text_attr(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return std::nullopt;
  const Id attr = open_attr(object, name);
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    wrong_attr(object, name, "text", type, space);
  }
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    require(H5Aread(attr, memory_text(type), static_cast<void*>(&text)) >= 0, Kind::bad_input,
            "{}: attribute '{}' is damaged", path_of(object), name);
    std::string out = text ? text : "";
    H5free_memory(text);
    return out;
  }
  require(H5Tget_size(type) <= dataset_limit(), Kind::bad_input,
          "{}: attribute '{}' is longer than the file", path_of(object), name);
  std::string fixed(H5Tget_size(type), '\0');
  require(H5Aread(attr, type, fixed.data()) >= 0, Kind::bad_input, "{}: attribute '{}' is damaged",
          path_of(object), name);
  return unpadded(fixed, type);
}

std::optional<double> number_attr(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return std::nullopt;
  const Id attr = open_attr(object, name);
  const Id type(H5Aget_type(attr), H5Tclose), space(H5Aget_space(attr), H5Sclose);
  double value = 0;
  if (!is_number(H5Tget_class(type)) || H5Sget_simple_extent_npoints(space) != 1) {
    wrong_attr(object, name, "one number", type, space);
  }
  require(H5Aread(attr, H5T_NATIVE_DOUBLE, &value) >= 0, Kind::bad_input,
          "{}: attribute '{}' is damaged", path_of(object), name);
  return value;
}

Opened open_dataset(hid_t group, const std::string& name) {
  Opened d;
  d.id = Id(has(group, name) ? H5Dopen2(group, name.c_str(), H5P_DEFAULT) : -1, H5Dclose);
  require(d.id.ok(), Kind::bad_input, "{}: expected a dataset '{}'", path_of(group), name);
  d.path = path_of(d.id);
  const Id space(H5Dget_space(d.id), H5Sclose), type(H5Dget_type(d.id), H5Tclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  require(rank >= 0 && rank <= H5S_MAX_RANK, Kind::bad_input, "{}: no simple shape", d.path);
  d.shape.resize(static_cast<size_t>(rank));
  H5Sget_simple_extent_dims(space, d.shape.data(), nullptr);
  const size_t limit = dataset_limit();
  size_t count = std::max<size_t>(H5Tget_size(type), 8);
  for (const hsize_t n : d.shape) {
    require(n == 0 || count <= limit / n, Kind::bad_input,
            "{}: claims {} numbers, more than the file can hold", d.path, shape_text(d.shape));
    count *= n;
  }
  refuse_foreign_storage(d);
  return d;
}

std::vector<std::string> get_texts(hid_t group, const std::string& name) {
  if (!has(group, name)) return {};
  const Opened d = open_dataset(group, name);
  const Id type(H5Dget_type(d.id), H5Tclose), space(H5Dget_space(d.id), H5Sclose);
  require(H5Tget_class(type) == H5T_STRING && d.shape.size() <= 1, Kind::bad_input,
          "{}: expected a list of texts, found {} ({})", d.path, class_name(H5Tget_class(type)),
          shape_text(d.shape));
  std::vector<std::string> out;
  const size_t count = d.count();
  if (count == 0) return out;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> texts(count, nullptr);
    const Id memory = memory_text(type);
    require(H5Dread(d.id, memory, H5S_ALL, H5S_ALL, small_transfer(),
                    static_cast<void*>(texts.data())) >= 0,
            Kind::bad_input, "{}: damaged", d.path);
    for (const char* t : texts) out.emplace_back(t ? t : "");
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, static_cast<void*>(texts.data()));
    return out;
  }
  const size_t width = H5Tget_size(type);
  std::string fixed(width * count, '\0');
  require(H5Dread(d.id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, fixed.data()) >= 0, Kind::bad_input,
          "{}: damaged", d.path);
  for (size_t i = 0; i < count; ++i) {
    out.push_back(unpadded(std::string_view(fixed).substr(i * width, width), type));
  }
  return out;
}

std::string text_at(const Opened& d, hsize_t i) {
  const Id type(H5Dget_type(d.id), H5Tclose), space(H5Dget_space(d.id), H5Sclose);
  const hsize_t one = 1;
  const Id memory_space(H5Screate_simple(1, &one, nullptr), H5Sclose);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, &i, nullptr, &one, nullptr);
  if (H5Tis_variable_str(type) <= 0) {
    std::string fixed(H5Tget_size(type), '\0');
    require(H5Dread(d.id, type, memory_space, space, H5P_DEFAULT, fixed.data()) >= 0,
            Kind::bad_input, "{}: entry {} is damaged", d.path, i);
    return unpadded(fixed, type);
  }
  char* text = nullptr;
  require(H5Dread(d.id, memory_text(type), memory_space, space, H5P_DEFAULT,
                  static_cast<void*>(&text)) >= 0,
          Kind::bad_input, "{}: entry {} is damaged", d.path, i);
  std::string out = text ? text : "";
  H5free_memory(text);
  return out;
}

std::vector<int> get_ints(hid_t group, const std::string& name, size_t count) {
  if (!has(group, name)) return {};
  const Opened d = open_dataset(group, name);
  const Id type(H5Dget_type(d.id), H5Tclose);
  require(H5Tget_class(type) == H5T_INTEGER && d.shape == Shape{count}, Kind::bad_input,
          "{}: expected {} whole numbers, found {} ({})", d.path, count,
          class_name(H5Tget_class(type)), shape_text(d.shape));
  std::vector<int> out(count);
  require(out.empty() ||
              H5Dread(d.id, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, small_transfer(), out.data()) >= 0,
          Kind::bad_input, "{}: damaged", d.path);
  return out;
}

Frames get_rows(const Opened& d, Rows wanted) {
  const Id type(H5Dget_type(d.id), H5Tclose), space(H5Dget_space(d.id), H5Sclose);
  require(!d.shape.empty() && is_number(H5Tget_class(type)), Kind::bad_input,
          "{}: expected rows of numbers, found {} ({})", d.path, class_name(H5Tget_class(type)),
          shape_text(d.shape));
  const hsize_t rows = wanted.count.value_or(d.shape[0]);
  require(!wanted.exact || d.shape[0] == rows, Kind::bad_input,
          "{}: has {} rows, expected {} as root_pos", d.path, d.shape[0], rows);
  require(rows <= d.shape[0] && wanted.first <= d.shape[0] - rows, Kind::bad_input,
          "{}: has {} rows, expected {} from row {} on", d.path, d.shape[0], rows, wanted.first);
  hsize_t columns = 1;
  for (size_t i = 1; i < d.shape.size(); ++i) columns *= d.shape[i];
  Frames out(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  use_huge_pages(out.data(), static_cast<size_t>(out.size()) * sizeof(double));
  if (out.size() == 0) return out;
  const auto read = [&](hid_t memory_type, hsize_t first, hsize_t count, void* to) {
    Shape start(d.shape.size(), 0), block = d.shape;
    start[0] = first, block[0] = count;
    const Id memory(H5Screate_simple(static_cast<int>(block.size()), block.data(), nullptr),
                    H5Sclose);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, block.data(), nullptr);
    require(H5Dread(d.id, memory_type, memory, space, H5P_DEFAULT, to) >= 0, Kind::bad_input,
            "{}: damaged", d.path);
  };
  const Id plist(H5Dget_create_plist(d.id), H5Pclose);
  if (H5Pget_layout(plist) != H5D_CONTIGUOUS || H5Tequal(type, H5T_IEEE_F32LE) <= 0) {
    read(H5T_NATIVE_DOUBLE, wanted.first, rows, out.data());
    return out;
  }
  // widened here, through a buffer that stays in the cache: four times as fast as the library
  const hsize_t step = std::max<hsize_t>(65536 / columns, 1);
  std::vector<float> narrow(static_cast<size_t>(std::min(step, rows) * columns));
  double* to = out.data();
  for (hsize_t done = 0; done < rows; done += step) {
    const hsize_t count = std::min(step, rows - done);
    read(H5T_IEEE_F32LE, wanted.first + done, count, narrow.data());
    to = std::copy_n(narrow.begin(), count * columns, to);
  }
  return out;
}

Frames get_matrix(hid_t group, const std::string& name, size_t rows, size_t columns) {
  const Opened d = open_dataset(group, name);
  const Shape expected{rows, columns};
  require(d.shape == expected, Kind::bad_input, "{}: expected {} numbers, found {}", d.path,
          shape_text(expected), shape_text(d.shape));
  return get_rows(d);
}

}  // namespace motus::formats::h5
