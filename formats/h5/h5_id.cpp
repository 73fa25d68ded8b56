#include "formats/h5/h5_id.h"

namespace motus::formats::h5 {

namespace {

std::mutex& library_mutex() {
  static std::mutex m;
  return m;
}

}  // namespace

Session::Session() : lock_(library_mutex()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
}

Id string_type() {
  Id t(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(t, H5T_VARIABLE);
  H5Tset_cset(t, H5T_CSET_UTF8);
  return t;
}

Id small_transfer() {
  constexpr size_t kBuffer = 4096;  // bytes: 256 texts at a time
  Id transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_buffer(transfer, kBuffer, nullptr, nullptr);
  return transfer;
}

std::string path_of(hid_t object) {
  const ssize_t size = H5Iget_name(object, nullptr, 0);
  if (size <= 0) return "/?";
  std::string name(static_cast<size_t>(size) + 1, '\0');
  H5Iget_name(object, name.data(), name.size());
  name.resize(static_cast<size_t>(size));
  return name;
}

std::string shape_text(const Shape& shape) {
  if (shape.empty()) return "a single value";
  std::string out;
  for (const hsize_t n : shape) out += fmt::format("{}{}", out.empty() ? "" : " x ", n);
  return out;
}

}  // namespace motus::formats::h5
