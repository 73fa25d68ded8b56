#include "formats/h5/h5_mapping.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "formats/h5/h5_image.h"
#include "motion/error.h"

namespace motus::formats::h5 {

namespace {

std::string reason() {
  return std::generic_category().message(errno);
}

/// The check sum of bytes that are mapped, block by block: what is done need not stay in memory.
uint32_t check_sum(Bytes mapped) {
  constexpr size_t kBlock = size_t{16} << 20;  // whole pages
  uint32_t sum = 0;
  for (size_t at = 0; at < mapped.size(); at += kBlock) {
    const Bytes block = mapped.subspan(at, std::min(kBlock, mapped.size() - at));
    sum = libdeflate_crc32(sum, block.data(), block.size());
    madvise(const_cast<std::byte*>(block.data()), block.size(), MADV_DONTNEED);
  }
  return sum;
}

}  // namespace

Mapping::Mapping(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(fd >= 0, Kind::bad_input, "{}: {}", path, reason());
  struct stat info{};
  const bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
  const auto size = static_cast<size_t>(info.st_size);
  void* at = regular ? mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  close(fd);
  require(at != MAP_FAILED, Kind::bad_input, "{}: not a file that can be mapped, or empty", path);
  bytes_ = {static_cast<const std::byte*>(at), size};
}

Mapping::~Mapping() {
  if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void write_image(const std::string& path, const Image& image) {
  constexpr size_t kSmall = size_t{256} << 10;
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  require(fd >= 0, Kind::failed, "{}: {}", path, reason());
  int failure = 0;
  const auto write_all = [&](Bytes bytes) {
    while (!bytes.empty() && failure == 0) {
      const ssize_t n = write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) failure = errno;
      if (n > 0) bytes = bytes.subspan(static_cast<size_t>(n));
    }
  };
  std::vector<std::byte> pending;  // pieces that are not worth a call
  uint32_t sum = 0;
  const auto add = [&](Bytes piece) {
    if (pending.size() + piece.size() > kSmall) {
      write_all(pending);
      pending.clear();
    }
    if (piece.size() > kSmall) return write_all(piece);
    pending.insert(pending.end(), piece.begin(), piece.end());
  };
  image.write([&](Bytes piece) {
    sum = libdeflate_crc32(sum, piece.data(), piece.size());
    add(piece);
  });
  const std::string tail = trailer(sum);
  add(std::as_bytes(std::span(tail)));
  write_all(pending);
  if (close(fd) != 0 && failure == 0) failure = errno;
  require(failure == 0, Kind::failed, "{}: {}", path, std::generic_category().message(failure));
}

void append_trailer(const std::string& path) {
  const Mapping file(path);
  const uint64_t end = end_of_file(file.bytes());
  require(end <= file.bytes().size(), Kind::failed, "{}: HDF5 could not finish the file", path);
  const std::string tail = trailer(check_sum(file.bytes().first(end)));
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  require(fd >= 0, Kind::failed, "{}: {}", path, reason());
  const bool done = pwrite(fd, tail.data(), tail.size(), static_cast<off_t>(end)) ==
                        static_cast<ssize_t>(tail.size()) &&
                    ftruncate(fd, static_cast<off_t>(end + tail.size())) == 0;
  const std::string why = reason();
  close(fd);
  require(done, Kind::failed, "{}: {}", path, why);
}

}  // namespace motus::formats::h5
