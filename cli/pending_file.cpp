#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <system_error>

#include "cli/io.h"
#include "motion/error.h"

namespace motus::cli {

namespace {

/// What an interrupt removes. Of fixed size and never freed: a signal handler reads it.
struct Slot {
  std::atomic<bool> used{false};
  std::atomic<bool> ready{false};
  std::array<char, 4096> path{};
};
std::array<Slot, 64> slots;

void remove_all(int signal) {
  for (const Slot& s : slots) {
    if (s.ready) unlink(s.path.data());
  }
  raise(signal);  // SA_RESETHAND has put back the default, which ends the program
}

/// Where a program has a handler of its own, that one stays.
void watch_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now{};
    if (sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
    struct sigaction ours{};
    ours.sa_handler = remove_all;
    ours.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &ours, nullptr);
  }
}

int take_slot(const std::string& path) {
  static std::once_flag once;
  std::call_once(once, watch_signals);
  for (size_t i = 0; i < slots.size(); ++i) {
    Slot& s = slots[i];
    if (path.size() >= s.path.size() || s.used.exchange(true)) continue;
    std::memcpy(s.path.data(), path.c_str(), path.size() + 1);
    s.ready = true;
    return static_cast<int>(i);
  }
  return -1;
}

std::string reason() {
  return std::generic_category().message(errno);
}

}  // namespace

PendingFile::PendingFile(std::string path)
    : path_(std::move(path)), temporary_(fmt::format("{}.tmp.{}", path_, getpid())) {
  slot_ = take_slot(temporary_);
}

PendingFile::~PendingFile() {
  if (!done_) unlink(temporary_.c_str());
  if (slot_ < 0) return;
  Slot& s = slots[static_cast<size_t>(slot_)];
  s.ready = false;
  s.used = false;
}

void PendingFile::commit(Sync sync) {
  if (sync == Sync::now) {
    const int fd = open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const std::string why = reason();
    if (fd >= 0) close(fd);
    require(synced, Kind::failed, "{}: {}", path_, why);
  }
  require(std::rename(temporary_.c_str(), path_.c_str()) == 0, Kind::failed, "{}: {}", path_,
          reason());
  done_ = true;
}

}  // namespace motus::cli
