#include "formats/h5/h5_mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "formats/h5/h5_image.h"
#include "motion/error.h"

namespace motus::formats::h5 {

namespace {

std::string reason() {
  return std::generic_category().message(errno);
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

void append_trailer(const std::string& path) {
  const Mapping file(path);
  const uint64_t end = end_of_file(file.bytes());
  require(end <= file.bytes().size(), Kind::failed, "{}: HDF5 could not finish the file", path);
  const std::string tail = trailer(file.bytes().first(end));
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
