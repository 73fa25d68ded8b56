#include "formats/apart.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <span>
#include <system_error>

#include "formats/h5/h5.h"
#include "formats/h5/h5_id.h"
#include "formats/hints.h"

namespace motus::formats {

namespace {

// what the child sends first: its answer, or an Error's kind, message and hint
constexpr std::byte kAnswer{'A'}, kRefused{'E'};

void send(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) _exit(1);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

std::vector<std::byte> receive(int fd) {
  std::vector<std::byte> out(size_t{1} << 16);
  size_t used = 0;
  for (;;) {
    if (used == out.size()) out.resize(2 * used);
    const ssize_t n = ::read(fd, out.data() + used, out.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    used += static_cast<size_t>(n);
  }
  out.resize(used);
  return out;
}

void limit_to(size_t input_size) {
  const auto set = [](auto what, rlim_t value) {
    rlimit now{};
    getrlimit(what, &now);
    now.rlim_cur = std::min(value, now.rlim_max);
    setrlimit(what, &now);
  };
  set(RLIMIT_CORE, 0);
  set(RLIMIT_CPU, 20 + input_size / 1000000);
  // room for the numbers as doubles, the new file and the library, above what is mapped already
  size_t pages = 0;
  if (std::FILE* f = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(f, "%zu", &pages) != 1) pages = 0;
    std::fclose(f);
  }
  if (pages == 0) return;
  set(RLIMIT_AS,
      pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) + 64 * input_size + (size_t{1} << 30));
}

/// A crash is the parent's to report: no handler of the program runs here, and the allocator's last
/// words stay unheard.
void fall_silently() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT, SIGXCPU}) {
    std::signal(signal, SIG_DFL);
  }
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void be_child(int fd, const std::function<std::vector<std::byte>()>& work,
                           size_t input_size, const Reader& reader) {
  limit_to(input_size);
  fall_silently();
  std::vector<std::byte> message{kRefused};
  const auto refuse = [&](Kind kind, const std::string& what, const std::string& hint) {
    message.push_back(static_cast<std::byte>(kind));
    const auto text = std::as_bytes(std::span(what));
    message.insert(message.end(), text.begin(), text.end());
    message.push_back(std::byte{0});
    const auto more = std::as_bytes(std::span(hint));
    message.insert(message.end(), more.begin(), more.end());
  };
  try {
    const std::vector<std::byte> answer = work();
    send(fd, std::span(&kAnswer, 1));
    send(fd, answer);
    _exit(0);
  } catch (const Error& e) {
    refuse(e.kind(), e.what(), e.hint());
  } catch (const std::exception& e) {
    refuse(Kind::bad_input, fmt::format("is a damaged {}: {}", reader.file, e.what()), "");
  }
  send(fd, message);
  _exit(0);
}

[[noreturn]] void rethrow(std::span<const std::byte> message) {
  const auto kind = static_cast<Kind>(message[1]);
  const std::string text(reinterpret_cast<const char*>(message.data()) + 2, message.size() - 2);
  const size_t end = std::min(text.find('\0'), text.size());
  throw Error(kind, text.substr(0, end), end < text.size() ? text.substr(end + 1) : "");
}

}  // namespace

std::vector<std::byte> in_child(const std::function<std::vector<std::byte>()>& work,
                                size_t input_size, const Reader& reader) {
  int ends[2];
  require(pipe(ends) == 0, Kind::failed, "no pipe: {}", std::generic_category().message(errno));
  pid_t child = -1;
  {
    const h5::Session session;  // no other thread is inside the library while it is copied
    child = fork();
  }
  if (child == 0) {
    close(ends[0]);
    be_child(ends[1], work, input_size, reader);
  }
  close(ends[1]);
  std::vector<std::byte> message = child < 0 ? std::vector<std::byte>{} : receive(ends[0]);
  close(ends[0]);
  require(child > 0, Kind::failed, "no process: {}", std::generic_category().message(errno));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (message.size() >= 2 && message[0] == kRefused) rethrow(message);
  if (message.empty() || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(Kind::bad_input,
                fmt::format("is a damaged {}: {} fails on it", reader.file, reader.library),
                std::string(reader.hint));
  }
  message.erase(message.begin());
  return message;
}

std::vector<Clip> clips_of_child(const std::function<std::vector<Clip>()>& work, size_t input_size,
                                 const ReadOptions& options, const Reader& reader) {
  std::vector<std::byte> answer = in_child(
      [&] {
        std::vector<std::byte> clips = write_h5(work(), {});
        clips.push_back(heeded(options));
        return clips;
      },
      input_size, reader);
  heed(options, answer.back());
  answer.pop_back();
  return read_h5(answer, {});
}

}  // namespace motus::formats
