#include "cli/rank_group.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

#include "cli/app.h"
#include "learn/gloo.h"

namespace motus::cli {

namespace {

/// The words that this process was started with.
std::vector<std::string> command_line() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  return words;
}

/// The variables of this process with those of a rank in place of any launcher's.
std::vector<std::string> variables(const std::vector<std::string>& own) {
  std::vector<std::string> out = own;
  for (char** v = environ; *v; ++v) {
    const std::string word = *v;
    const bool launcher = word.starts_with("TORCHELASTIC_");
    const bool replaced = std::any_of(own.begin(), own.end(), [&](const std::string& o) {
      return word.starts_with(o.substr(0, o.find('=') + 1));
    });
    if (!launcher && !replaced) out.push_back(word);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& w : words) out.push_back(w.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

void LocalRanks::start(int size, const std::string& address, int port) {
  std::vector<std::string> words = command_line();
  const std::vector<char*> argv = pointers(words);
  const pid_t parent = getpid();
  for (int rank = 1; rank < size; ++rank) {
    std::vector<std::string> env =
        variables({fmt::format("RANK={}", rank), fmt::format("WORLD_SIZE={}", size),
                   fmt::format("LOCAL_RANK={}", rank), fmt::format("LOCAL_WORLD_SIZE={}", size),
                   "MASTER_ADDR=" + address, fmt::format("MASTER_PORT={}", port)});
    const std::vector<char*> envp = pointers(env);
    const pid_t pid = fork();
    require(pid >= 0, Kind::failed, "rank {} cannot be started: {}", rank,
            std::generic_category().message(errno));
    if (pid == 0) {
      // only what is safe after fork() in a process with threads
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(1);
      execve("/proc/self/exe", argv.data(), envp.data());
      _exit(127);
    }
    children_.push_back({rank, pid});
  }
}

void LocalRanks::reap() {
  for (Child& c : children_) {
    int status = 0;
    if (c.pid == 0 || waitpid(c.pid, &status, WNOHANG) != c.pid) continue;
    c.pid = 0;
    if (WIFSIGNALED(status)) {
      c.end = fmt::format("rank {} was ended by signal {}", c.rank, WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
      c.end = fmt::format("rank {} ended with {}", c.rank, WEXITSTATUS(status));
    }
  }
}

bool LocalRanks::running() const {
  return std::any_of(children_.begin(), children_.end(), [](const Child& c) { return c.pid != 0; });
}

std::string LocalRanks::ended() {
  reap();
  std::string out;
  for (const Child& c : children_)
    if (!c.end.empty()) out += (out.empty() ? "" : ", ") + c.end;
  return out;
}

void LocalRanks::wait(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  for (reap(); running() && Clock::now() < until; reap())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

LocalRanks::~LocalRanks() {
  reap();
  for (const Child& c : children_)
    if (c.pid != 0) kill(c.pid, SIGKILL);
  for (const Child& c : children_)
    if (c.pid != 0) waitpid(c.pid, nullptr, 0);
}

RankGroup::RankGroup(const TrainFlags& o) : workers_(o.workers), timeout_(o.rank_timeout) {
  require(timeout_ > 0, Kind::usage, "--rank_timeout {} is not positive", timeout_);
  learn::LaunchFlags f;
  f.rank = o.rank, f.world_size = o.world_size, f.master_port = o.master_port;
  f.master_addr = o.master_addr;
  launch_ = learn::find_launch(f, [](const char* name) { return std::getenv(name); });
  const auto devices = static_cast<int>(o.devices.size());
  if (devices > 1 && launch_.size == 1) {
    starts_ = true;
    launch_.size = launch_.local_size = devices;
    launch_.address = o.master_addr.empty() ? "127.0.0.1" : o.master_addr;
    launch_.port = o.master_port.value_or(0);
    launch_.hosted = false;
  }
  require(devices <= 1 || devices == launch_.local_size, Kind::usage,
          "--devices names {}, but the launcher starts {} ranks on this machine", devices,
          launch_.local_size);
  if (launch_.rank > 0) hush();
}

int RankGroup::workers() const {
  if (workers_ > 0) return workers_;
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, cores / launch_.local_size);
}

learn::Ranks& RankGroup::join(const std::string& alike) {
  if (launch_.size == 1) return learn::alone();
  learn::Meeting m;
  m.rank = launch_.rank, m.size = launch_.size;
  m.address = launch_.address, m.port = launch_.port;
  m.hosted = launch_.hosted, m.attempt = launch_.attempt;
  m.timeout = timeout_;
  if (starts_) {
    m.opened = [&](int port) { local_.start(launch_.size, launch_.address, port); };
    m.watch = [&] {
      if (const std::string end = local_.ended(); !end.empty())
        throw Error(Kind::failed, "a rank did not come up");
    };
  }
  ranks_ = learn::join_gloo(m);
  learn::require_same(*ranks_, Kind::usage, std::as_bytes(std::span(alike)), "the settings");
  return *ranks_;
}

void RankGroup::finish() {
  local_.wait(timeout_);
}

Error RankGroup::explain(const Error& e) {
  std::string text = e.what();
  if (launch_.rank > 0 && !text.starts_with("rank "))
    text = fmt::format("rank {}: {}", rank(), text);
  ranks_.reset();
  if (!starts_) return {e.kind(), text, e.hint()};
  local_.wait(1);  // the end of the one that was lost may not be known yet
  const std::string end = local_.ended();
  return {e.kind(), end.empty() ? text : fmt::format("{} ({})", text, end), e.hint()};
}

}  // namespace motus::cli
