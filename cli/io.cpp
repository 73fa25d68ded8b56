#include "cli/io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "cli/terminal.h"
#include "motion/data_path.h"
#include "motion/error.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

constexpr size_t kMaxInput = size_t{4} << 30;

std::string reason() {
  return std::generic_category().message(errno);
}

/// A file descriptor that closes itself; 0 and 1 stay open.
struct Descriptor {
  int fd;
  explicit Descriptor(int f) : fd(f) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd > 2) close(fd);
  }
};

std::vector<std::byte> slurp(int fd, const std::string& name) {
  struct stat info{};
  std::vector<std::byte> bytes;
  size_t used = 0;
  if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    throw_error(Kind::bad_input, "{}: is a folder, expected a file", name);
  }
  // a regular file says its size; one byte more shows its end without another round
  bytes.resize(S_ISREG(info.st_mode) ? static_cast<size_t>(info.st_size) + 1 : size_t{1} << 16);
  for (;;) {
    if (used == bytes.size()) bytes.resize(2 * used);
    const ssize_t n = read(fd, bytes.data() + used, bytes.size() - used);
    if (n < 0 && errno == EINTR) continue;
    require(n >= 0, Kind::bad_input, "{}: {}", name, reason());
    if (n == 0) break;
    used += static_cast<size_t>(n);
    require(used <= kMaxInput, Kind::bad_input, "{}: larger than 4 GiB", name);
  }
  bytes.resize(used);
  return bytes;
}

void write_all(int fd, std::span<const std::byte> bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EPIPE) std::_Exit(141);
    require(n >= 0, Kind::failed, "{}: {}", name, reason());
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

/// Devices and pipes cannot be replaced by a rename: they are written in place.
bool in_place(const fs::path& path) {
  std::error_code ec;
  const fs::file_status s = fs::status(path, ec);
  return fs::exists(s) && !fs::is_regular_file(s);
}

}  // namespace

std::string input_name(const std::string& path) {
  return path == "-" ? "<stdin>" : fs::path(path).filename().string();
}

std::vector<std::byte> read_input(const std::string& path) {
  if (path == "-") {
    if (is_terminal(stdin)) {
      throw Error(Kind::usage, "no input: stdin is a terminal", "name a file, or pipe one in");
    }
    std::vector<std::byte> bytes = slurp(0, "<stdin>");
    if (bytes.empty()) {
      throw Error(Kind::bad_input, "<stdin>: empty",
                  "did the previous command fail? set -o pipefail shows it");
    }
    return bytes;
  }
  // a file that is not here may be shipped data; one that is nowhere is named as it was typed
  const fs::path found = find_data(path);
  const std::string name = found.empty() ? path : found.string();
  const Descriptor file(open(name.c_str(), O_RDONLY | O_CLOEXEC));
  require(file.fd >= 0, Kind::bad_input, "{}: {}", path, reason());
  return slurp(file.fd, path);
}

void refuse_terminal(const std::string& path) {
  if (path == "-" && is_terminal(stdout)) {
    throw Error(Kind::usage, "refusing to write a motion file to a terminal",
                "use -o FILE or a pipe");
  }
}

void write_output(const std::string& path, std::span<const std::byte> bytes, Sync sync) {
  if (path == "-") {
    write_all(1, bytes, "<stdout>");
    return;
  }
  if (in_place(path)) {
    const Descriptor out(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    require(out.fd >= 0, Kind::failed, "{}: {}", path, reason());
    write_all(out.fd, bytes, path);
    return;
  }
  PendingFile file(path);
  {
    const Descriptor out(
        open(file.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    require(out.fd >= 0, Kind::failed, "{}: {}", path, reason());
    write_all(out.fd, bytes, path);
    // the disk may begin while the next file is made; what fails here is told by sync_files()
    if (sync == Sync::later) sync_file_range(out.fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  }
  file.commit(sync);
}

void sync_files(const std::string& folder) {
  const Descriptor at(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  require(at.fd >= 0 && syncfs(at.fd) == 0, Kind::failed, "{}: {}", folder, reason());
}

void write_output(const std::string& path, const std::string& text) {
  write_output(path, std::as_bytes(std::span(text)));
}

}  // namespace motus::cli
