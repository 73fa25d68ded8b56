#pragma once
// The bytes around HDF5: whether an image is whole, its check sum, and files made in memory.
#include <functional>

#include "formats/format.h"
#include "formats/h5/h5_id.h"

namespace motus::formats::h5 {

/// What stands behind the image: a mark and the CRC-32 of the image in hex. HDF5 ignores bytes
/// behind its end, and cuts them off when another program changes the file.
inline constexpr std::string_view kTrailerMark = "MotusCRC";
inline constexpr size_t kTrailerSize = 16;
std::string trailer(std::span<const std::byte> image);
std::string trailer(uint32_t check_sum);

/// Where the superblock says that the file ends, or the number of bytes if its version is unknown.
uint64_t end_of_file(Bytes bytes);

/// Refuses an image that is cut off, has more behind its end, or whose check sum is wrong. False if
/// it has no check sum: another program wrote it last.
bool check_whole(Bytes bytes);

/// The image as a file to read; `bytes` must outlive it.
Id open_image(Bytes bytes);

/// Ids of creation and access for files that old readers open and that carry no time.
Id file_creation();
/// With the library's own I/O, for a file on disk.
Id file_access();

/// The bytes of a file that `fill` writes, with the trailer. `expected` is about how many.
std::vector<std::byte> make_image(size_t expected, const std::function<void(hid_t)>& fill);

}  // namespace motus::formats::h5
