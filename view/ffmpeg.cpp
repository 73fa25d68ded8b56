#include "view/ffmpeg.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "motion/error.h"

extern char** environ;

namespace motus::view {

namespace {

// descriptors as ffmpeg sees them; 0 is the socket, 2 its words
constexpr int kFile = 3;

std::string reason(int code) {
  return std::generic_category().message(code);
}

std::vector<std::byte> contents(int fd) {
  struct stat info{};
  std::vector<std::byte> bytes(fstat(fd, &info) == 0 ? static_cast<size_t>(info.st_size) : 0);
  size_t used = 0;
  while (used < bytes.size()) {
    const ssize_t n = pread(fd, bytes.data() + used, bytes.size() - used, static_cast<off_t>(used));
    if (n <= 0) break;
    used += static_cast<size_t>(n);
  }
  bytes.resize(used);
  return bytes;
}

/// A copy of a descriptor above those that the child gets, so that no duplication overwrites it.
int high(int fd) {
  require(fd >= 0, Kind::failed, "ffmpeg: {}", reason(errno));
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 16);
  require(moved >= 0, Kind::failed, "ffmpeg: {}", reason(errno));
  return moved;
}

}  // namespace

Ffmpeg::Ffmpeg(const std::vector<std::string>& input, const std::vector<std::string>& output) {
  std::vector<std::string> words{"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"};
  words.insert(words.end(), input.begin(), input.end());
  words.insert(words.end(), output.begin(), output.end());
  words.push_back(fmt::format("/proc/self/fd/{}", kFile));
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);

  int ends[2];
  require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, Kind::failed, "ffmpeg: {}",
          reason(errno));
  Descriptor theirs;
  theirs.reset(ends[1]);
  socket_.reset(ends[0]);
  theirs.reset(high(theirs.fd));
  socket_.reset(high(socket_.fd));
  file_.reset(memfd_create("movie", MFD_CLOEXEC));
  file_.reset(high(file_.fd));
  words_.reset(memfd_create("words", MFD_CLOEXEC));
  words_.reset(high(words_.fd));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.fd, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, words_.fd, 2);
  posix_spawn_file_actions_adddup2(&actions, file_.fd, kFile);
  const int error = posix_spawnp(&pid_, "ffmpeg", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  theirs.reset(-1);
  if (error != 0) {
    pid_ = -1;
    throw Error(Kind::not_built, fmt::format("movies need the program ffmpeg: {}", reason(error)),
                "apt install ffmpeg, or write a .png");
  }
}

Ffmpeg::~Ffmpeg() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    wait();
  }
}

void Ffmpeg::Descriptor::reset(int other) {
  if (fd >= 0) close(fd);
  fd = other;
}

int Ffmpeg::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

void Ffmpeg::fail() {
  if (pid_ > 0) wait();
  const std::vector<std::byte> said = contents(words_.fd);
  std::string text(reinterpret_cast<const char*>(said.data()), said.size());
  text.resize(std::min(text.size(), text.find('\n')));
  throw Error(Kind::failed, fmt::format("ffmpeg: {}", text.empty() ? "ended early" : text));
}

void Ffmpeg::write(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    // a socket, because a pipe whose reader is gone would end this program by a signal
    const ssize_t n = send(socket_.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail();
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

std::vector<std::byte> Ffmpeg::finish() {
  socket_.reset(-1);
  const int status = wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail();
  return contents(file_.fd);
}

}  // namespace motus::view
