#include "formats/h5/h5_image.h"

#include <hdf5_hl.h>
#include <libdeflate.h>

#include <cstring>

#include "formats/bytes.h"

namespace motus::formats::h5 {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n"sv;

[[noreturn]] void refuse_tail(Bytes bytes, uint64_t end) {
  const Bytes tail = bytes.subspan(end);
  if (as_text(tail) == kTrailerMark.substr(0, tail.size()) || tail.size() < kTrailerSize) {
    throw_error(Kind::bad_input, "cut off: the file should have {} bytes, found {}",
                end + kTrailerSize, bytes.size());
  }
  const Bytes next = starts_with(tail, kTrailerMark) ? tail.subspan(kTrailerSize) : tail;
  const bool second = starts_with(next, kSignature);
  throw Error(Kind::bad_input,
              fmt::format("{} bytes behind the end of the file{}", next.size(),
                          second ? ": a second HDF5 file" : ""),
              second ? "cat does not join files; motion-convert A.h5 B.h5 -o BOTH.h5 does" : "");
}

/// The library writes into a vector of ours, so that the finished image is not copied. These are
/// its calls for memory; `data` is the vector.
std::vector<std::byte>& buffer(void* data) {
  return *static_cast<std::vector<std::byte>*>(data);
}
void* resize(size_t size, void* data) {
  try {
    buffer(data).resize(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return buffer(data).data();
}
void* image_malloc(size_t size, H5FD_file_image_op_t, void* data) {
  return resize(size, data);
}
void* image_realloc(void*, size_t size, H5FD_file_image_op_t, void* data) {
  return resize(size, data);
}
void* image_memcpy(void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
  return std::memcpy(to, from, size);
}
herr_t image_free(void*, H5FD_file_image_op_t, void*) {
  return 0;
}
void* same(void* data) {
  return data;
}
herr_t keep(void*) {
  return 0;
}

}  // namespace

std::string trailer(std::span<const std::byte> image) {
  return trailer(libdeflate_crc32(0, image.data(), image.size()));
}

std::string trailer(uint32_t check_sum) {
  return fmt::format("{}{:08x}", kTrailerMark, check_sum);
}

// HDF5 file format specification, section II.A
uint64_t end_of_file(Bytes bytes) {
  const auto u8 = [&](size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0; };
  const uint8_t version = static_cast<uint8_t>(u8(8));
  size_t at = 0, width = 8;
  if (version <= 1) {
    at = version == 0 ? 24 : 28;
    width = static_cast<size_t>(u8(13));
    at += 2 * width;
  } else if (version <= 3) {
    at = 12;
    width = static_cast<size_t>(u8(9));
    at += 2 * width;
  } else {
    return bytes.size();
  }
  if (width != 8) return bytes.size();
  return ByteReader(bytes, std::min(at, bytes.size())).read<uint64_t>();
}

// The library ignores what lies behind the end, may trip over what is missing before it, and crashes
// on damaged text (1.10's H5HG_read trusts the lengths it finds): so all three are checked before it
// sees the bytes.
bool check_whole(Bytes bytes) {
  const uint64_t end = end_of_file(bytes);
  if (end > bytes.size()) {
    throw Error(Kind::bad_input,
                fmt::format("cut off: the file should have {} bytes, found {}", end, bytes.size()),
                "was it copied or piped whole?");
  }
  if (end == bytes.size()) return false;
  if (bytes.size() != end + kTrailerSize || !starts_with(bytes.subspan(end), kTrailerMark)) {
    refuse_tail(bytes, end);
  }
  require(as_text(bytes.subspan(end)) == trailer(bytes.first(end)), Kind::bad_input,
          "damaged: the check sum at the end does not fit the {} bytes before it", end);
  return true;
}

Id open_image(Bytes bytes) {
  // read-only, and neither copied nor released
  void* image = const_cast<std::byte*>(bytes.data());
  Id file(H5LTopen_file_image(image, bytes.size(),
                              H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE),
          H5Fclose);
  require(file.ok(), Kind::bad_input, "is a damaged HDF5 file");
  return file;
}

Id file_creation() {
  Id create(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(create, false);
  return create;
}

// EARLIEST, not newer: HDF5 1.8 reads it, and superblock 0 has no check sum that could go stale
Id file_access() {
  Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
  return access;
}

std::vector<std::byte> make_image(size_t expected, const std::function<void(hid_t)>& fill) {
  constexpr size_t kStep = size_t{256} << 10;  // the image grows by this much ...
  constexpr size_t kSpare = size_t{4} << 20;   // ... within what is reserved
  std::vector<std::byte> out;
  out.reserve(expected + kSpare);
  use_huge_pages(out.data(), out.capacity());
  const Id access = file_access();
  H5Pset_fapl_core(access, kStep, false);
  H5FD_file_image_callbacks_t calls{image_malloc, image_memcpy, image_realloc, image_free,
                                    same,         keep,         &out};
  H5Pset_file_image_callbacks(access, &calls);
  {
    Id file(H5Fcreate("motus.h5", H5F_ACC_TRUNC, file_creation(), access), H5Fclose);
    require(file.ok(), Kind::failed, "HDF5 could not make a file in memory");
    fill(file);
    require(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0, Kind::failed, "HDF5 could not finish the file");
  }
  const uint64_t end = end_of_file(out);
  require(end <= out.size(), Kind::failed, "HDF5 could not finish the file");
  out.resize(end + kTrailerSize);
  const std::string tail = trailer(std::span(out).first(end));
  std::memcpy(out.data() + end, tail.data(), kTrailerSize);
  return out;
}

}  // namespace motus::formats::h5
