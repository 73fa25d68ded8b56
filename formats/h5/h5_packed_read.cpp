#include <algorithm>
#include <cmath>

#include "formats/h5/h5_packed.h"
#include "formats/h5/h5_record.h"
#include "formats/h5/h5_slots.h"

namespace motus::formats::h5 {

namespace {

constexpr const char* kNumbers[] = {"pack", "start", "length", "fps", "loop_mode", "weight"};
enum Number { kPack, kStart, kLength, kFps, kLoop, kWeight };

std::vector<std::byte> read_bytes(const Opened& set, uint64_t offset, uint64_t size) {
  require(set.shape.size() == 1 && size <= set.shape[0] && offset <= set.shape[0] - size,
          Kind::bad_input, "{}: has {} bytes, a record asks for {} from {} on", set.path,
          shape_text(set.shape), size, offset);
  std::vector<std::byte> out(size);
  if (size == 0) return out;
  const Id space(H5Dget_space(set.id), H5Sclose);
  const hsize_t first = offset, count = size;
  const Id memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr);
  require(H5Dread(set.id, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, out.data()) >= 0,
          Kind::bad_input, "{}: damaged", set.path);
  return out;
}

}  // namespace

PackIndex::PackIndex(hid_t file) : packed_(open_group(file, "packed")) {
  const Id index = open_group(file, "index");
  for (int k = 0; k < 6; ++k) {
    // a weight or a loop mode that is not there has its default
    const bool optional = k == kLoop || k == kWeight;
    if (optional && !has(index, kNumbers[k])) {
      numbers_.col(k).setConstant(k == kWeight ? 1 : 0);
      continue;
    }
    const Opened d = open_dataset(index, kNumbers[k]);
    const Frames values = get_rows(d);
    if (k == 0) numbers_.resize(values.rows(), 6);
    require(values.cols() == 1 && values.rows() == numbers_.rows(), Kind::bad_input,
            "{}: is {}, expected {} numbers as in 'pack'", d.path, shape_text(d.shape),
            numbers_.rows());
    numbers_.col(k) = values;
  }
  const auto texts = [&](const char* name) {
    Opened d;
    if (!has(index, name)) return d;
    d = open_dataset(index, name);
    const Id type(H5Dget_type(d.id), H5Tclose);
    require(H5Tget_class(type) == H5T_STRING && d.shape == Shape{size()}, Kind::bad_input,
            "{}: expected {} texts, found {}", d.path, size(), shape_text(d.shape));
    return d;
  };
  names_ = texts("name");
  records_ = texts("record");
  if (has(index, "bytes")) bytes_ = open_dataset(index, "bytes");
}

int PackIndex::frames(size_t clip) const {
  const double n = numbers_(static_cast<Eigen::Index>(clip), kLength);
  require(n >= 1 && n < 1e9 && n == std::floor(n), Kind::bad_input, "/index/length: entry {} is {}",
          clip, n);
  return static_cast<int>(n);
}

Clip PackIndex::read(size_t clip, const Skeletons& skeletons, Rows rows) const {
  const auto row = numbers_.row(static_cast<Eigen::Index>(clip));
  const double pack_number = row(kPack), start = row(kStart);
  require(pack_number >= 0 && pack_number < 1e9, Kind::bad_input, "/index/pack: entry {} is {}",
          clip, pack_number);
  require(start >= 0 && start < 1e15 && start == std::floor(start), Kind::bad_input,
          "/index/start: entry {} is {}", clip, start);
  const Id pack = open_group(packed_, number_name(static_cast<size_t>(pack_number)));
  const std::string place = fmt::format("/index, clip {}", clip);
  Clip c;
  c.name = names_.id.ok() ? text_at(names_, clip) : number_name(clip);
  const std::string id = text_attr(pack, "skeleton").value_or("");
  const auto at = skeletons.find(id);
  require(at != skeletons.end(), Kind::bad_input,
          "{}: attribute 'skeleton' is '{}', which is not below /skeletons", path_of(pack), id);
  c.skeleton = at->second;
  c.fps = row(kFps);
  c.weight = row(kWeight);
  require(row(kLoop) == 0 || row(kLoop) == 1, Kind::bad_input,
          "/index/loop_mode: entry {} is {}, expected 0 (clamp) or 1 (wrap)", clip, row(kLoop));
  c.loop = row(kLoop) == 1 ? LoopMode::wrap : LoopMode::clamp;
  const auto length = static_cast<hsize_t>(frames(clip));
  const bool whole = !rows.count;
  read_slots(
      c, pack,
      {.first = static_cast<hsize_t>(start) + rows.first, .count = rows.count.value_or(length)});
  if (records_.id.ok()) {
    const auto fetch = [&](uint64_t offset, uint64_t size) {
      return read_bytes(bytes_, offset, size);
    };
    apply_record(c, text_at(records_, clip), fetch, whole);
  }
  check_clip(c, place);
  return c;
}

}  // namespace motus::formats::h5
