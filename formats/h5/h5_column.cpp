#include "formats/h5/h5_column.h"

#include <algorithm>

#include "formats/h5/h5_get.h"

namespace motus::formats::h5 {

namespace {

constexpr hsize_t kChunkBytes = 65536, kChunkRowsMost = 4096;
constexpr size_t kPendingBytes = size_t{256} << 10, kPendingTexts = 1024;

Id make_growing(hid_t group, const std::string& name, hid_t type, const Shape& item,
                size_t row_bytes, bool compress) {
  Shape now = item, most = item, chunk = item;
  now.insert(now.begin(), 0);
  most.insert(most.begin(), H5S_UNLIMITED);
  chunk.insert(chunk.begin(), std::clamp<hsize_t>(kChunkBytes / std::max<size_t>(row_bytes, 1), 1,
                                                  kChunkRowsMost));
  std::replace(chunk.begin(), chunk.end(), hsize_t{0}, hsize_t{1});  // a chunk has no empty side
  const Id plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist, false);
  H5Pset_chunk(plist, static_cast<int>(chunk.size()), chunk.data());
  if (compress && H5Tget_class(type) != H5T_STRING) {
    H5Pset_shuffle(plist);
    H5Pset_deflate(plist, 4);
  }
  const Id space(H5Screate_simple(static_cast<int>(now.size()), now.data(), most.data()), H5Sclose);
  return {H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, plist, H5P_DEFAULT), H5Dclose};
}

}  // namespace

Column::Column(hid_t group, const std::string& name, hid_t type, Shape item, bool compress)
    : type_(H5Tcopy(type), H5Tclose), item_(std::move(item)), name_(name) {
  row_bytes_ = H5Tget_size(type_);
  for (const hsize_t n : item_) row_bytes_ *= n;
  if (!has(group, name)) {
    set_ = make_growing(group, name, type_, item_, row_bytes_, compress);
    require(set_.ok(), Kind::failed, "HDF5 could not write {}", name);
    fresh_ = true;
    return;
  }
  Opened d = open_dataset(group, name);
  const Id there(H5Dget_type(d.id), H5Tclose);
  const bool text = H5Tis_variable_str(type_) > 0 && H5Tis_variable_str(there) > 0;
  require((text || H5Tequal(there, type_) > 0) && d.shape.size() == item_.size() + 1 &&
              std::equal(item_.begin(), item_.end(), d.shape.begin() + 1),
          Kind::bad_input, "{}: has another type or shape than what is added ({})", d.path,
          shape_text(d.shape));
  rows_ = written_ = d.shape[0];
  set_ = std::move(d.id);
}

void Column::add(const void* rows, hsize_t count) {
  const auto* bytes = static_cast<const std::byte*>(rows);
  pending_.insert(pending_.end(), bytes, bytes + count * row_bytes_);
  rows_ += count;
  if (pending_.size() >= kPendingBytes) flush();
}

void Column::add_numbers(const double* rows, hsize_t count) {
  if (H5Tget_size(type_) == sizeof(double)) return add(rows, count);
  const size_t n = count * row_bytes_ / sizeof(float);
  std::vector<float> narrow(n);
  std::transform(rows, rows + n, narrow.begin(), [](double x) { return static_cast<float>(x); });
  add(narrow.data(), count);
}

void Column::add_text(const std::string& text) {
  require(text.find('\0') == std::string::npos, Kind::failed,
          "the text of '{}' holds a NUL byte, which the file cannot store", name_);
  texts_.push_back(text);
  ++rows_;
  if (texts_.size() >= kPendingTexts) flush();
}

void Column::flush() {
  if (rows_ == written_) return;
  if (texts_.empty()) {
    write(pending_.data(), rows_ - written_);
    pending_.clear();
    return;
  }
  std::vector<const char*> pointers;
  for (const std::string& t : texts_) pointers.push_back(t.c_str());
  write(static_cast<const void*>(pointers.data()), rows_ - written_);
  texts_.clear();
}

void Column::write(const void* rows, hsize_t count) {
  Shape extent = item_, start(item_.size() + 1, 0), block = item_;
  extent.insert(extent.begin(), rows_);
  start[0] = written_;
  block.insert(block.begin(), count);
  require(H5Dset_extent(set_, extent.data()) >= 0, Kind::failed, "HDF5 could not extend {}", name_);
  written_ = rows_;
  if (row_bytes_ == 0) return;
  const Id space(H5Dget_space(set_), H5Sclose),
      memory(H5Screate_simple(static_cast<int>(block.size()), block.data(), nullptr), H5Sclose);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, block.data(), nullptr);
  require(H5Dwrite(set_, type_, memory, space, H5P_DEFAULT, rows) >= 0, Kind::failed,
          "HDF5 could not write {}", name_);
}

}  // namespace motus::formats::h5
