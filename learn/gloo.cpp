#include "learn/gloo.h"

#include <ATen/ops/from_blob.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace motus::learn {

namespace {

using Clock = std::chrono::steady_clock;
using Gloo = c10d::ProcessGroupGloo;
constexpr std::chrono::milliseconds kLook{50};  ///< between looks for ranks that have not come

/// The first line of a message of LibTorch, without the source file that begins it.
std::string brief(const std::exception& e) {
  std::string text = e.what();
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.starts_with('[')) {
    const size_t end = text.find("] ");
    if (end != std::string::npos) text.erase(0, end + 2);
  }
  if (const size_t at = text.find(". This may indicate"); at != std::string::npos) text.resize(at);
  return text;
}

/// This machine's address on the way to `host`: what its own name means is often 127.0.1.1.
std::string address_towards(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  if (getaddrinfo(host.c_str(), "9", &hints, &list) != 0) return {};
  std::array<char, NI_MAXHOST> name{};
  for (const addrinfo* a = list; a && name[0] == 0; a = a->ai_next) {
    const int s = socket(a->ai_family, a->ai_socktype, 0);
    if (s < 0) continue;
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    // nothing is sent: connect() of a datagram socket picks the way
    if (connect(s, a->ai_addr, a->ai_addrlen) == 0 &&
        getsockname(s, reinterpret_cast<sockaddr*>(&own), &size) == 0) {
      getnameinfo(reinterpret_cast<sockaddr*>(&own), size, name.data(), name.size(), nullptr, 0,
                  NI_NUMERICHOST);
    }
    close(s);
  }
  freeaddrinfo(list);
  return name.data();
}

class GlooLine : public Ranks {
 public:
  GlooLine(c10::intrusive_ptr<Gloo> group, std::atomic<double>& seconds)
      : group_(std::move(group)), seconds_(seconds) {}
  int rank() const override { return group_->getRank(); }
  int size() const override { return group_->getSize(); }
  double seconds() const override { return seconds_; }

  void sum(std::span<float> v) override { reduce(tensor(v.data(), v.size(), at::kFloat)); }
  void sum(std::span<double> v) override { reduce(tensor(v.data(), v.size(), at::kDouble)); }
  void broadcast(std::span<std::byte> v) override {
    wait([&] {
      std::vector<at::Tensor> t{tensor(v.data(), v.size(), at::kByte)};
      return group_->broadcast(t);
    });
  }
  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> mine) override {
    std::vector<double> sizes(static_cast<size_t>(size()), 0.0);
    sizes[static_cast<size_t>(rank())] = static_cast<double>(mine.size());
    sum(std::span(sizes));
    std::vector<std::vector<std::byte>> out;
    if (rank() > 0) {
      wait([&] {
        auto* bytes = const_cast<std::byte*>(mine.data());
        std::vector<at::Tensor> t{tensor(bytes, mine.size(), at::kByte)};
        return group_->send(t, 0, 0);
      });
      return out;
    }
    for (int r = 1; r < size(); ++r) {
      auto& bytes = out.emplace_back(static_cast<size_t>(sizes[static_cast<size_t>(r)]));
      wait([&] {
        std::vector<at::Tensor> t{tensor(bytes.data(), bytes.size(), at::kByte)};
        return group_->recv(t, r, 0);
      });
    }
    return out;
  }

 private:
  static at::Tensor tensor(void* data, size_t n, at::ScalarType type) {
    return at::from_blob(data, {static_cast<int64_t>(n)}, at::TensorOptions().dtype(type));
  }
  void reduce(const at::Tensor& t) {
    wait([&] {
      std::vector<at::Tensor> list{t};
      return group_->allreduce(list);
    });
  }
  template <typename F>
  void wait(const F& start) {
    const Clock::time_point from = Clock::now();
    try {
      start()->wait();
    } catch (const std::exception& e) {
      throw LostRank(fmt::format("rank {} of {} lost another rank: {}", rank(), size(), brief(e)));
    }
    seconds_ += std::chrono::duration<double>(Clock::now() - from).count();
  }

  c10::intrusive_ptr<Gloo> group_;
  std::atomic<double>& seconds_;
};

class GlooRanks : public Ranks {
 public:
  explicit GlooRanks(const Meeting& meeting);
  int rank() const override { return lines_[0]->rank(); }
  int size() const override { return lines_[0]->size(); }
  double seconds() const override { return seconds_; }
  void sum(std::span<float> v) override { lines_[0]->sum(v); }
  void sum(std::span<double> v) override { lines_[0]->sum(v); }
  void broadcast(std::span<std::byte> v) override { lines_[0]->broadcast(v); }
  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> v) override {
    return lines_[0]->gather(v);
  }
  Ranks& line(Line line) override { return *lines_[static_cast<size_t>(line)]; }

 private:
  void open(const Meeting& m);
  void await(const Meeting& m);
  std::chrono::milliseconds timeout_;
  c10::intrusive_ptr<c10d::Store> store_;
  std::atomic<double> seconds_ = 0;
  std::vector<std::unique_ptr<GlooLine>> lines_;
};

std::string key(int rank) {
  return fmt::format("rank{}", rank);
}

void GlooRanks::open(const Meeting& m) {
  c10d::TCPStoreOptions o;
  o.port = static_cast<uint16_t>(m.port);
  o.isServer = m.rank == 0 && !m.hosted;
  o.waitWorkers = false;
  o.timeout = timeout_;
  c10::intrusive_ptr<c10d::TCPStore> tcp;
  try {
    tcp = c10::make_intrusive<c10d::TCPStore>(m.address, o);
  } catch (const std::exception& e) {
    if (o.isServer) {
      throw Error(Kind::failed,
                  fmt::format("rank 0 cannot open {}:{}: {}", m.address, m.port, brief(e)),
                  "choose a free port with --master_port or MASTER_PORT");
    }
    throw LostRank(fmt::format("rank {} of {} waited {} s for {} at {}:{}", m.rank, m.size,
                               m.timeout, m.hosted ? "the launcher" : "rank 0", m.address, m.port));
  }
  if (o.isServer && m.opened) m.opened(tcp->getPort());
  store_ = c10::make_intrusive<c10d::PrefixStore>("motus/" + m.attempt, tcp);
}

/// Returns when every rank has come.
void GlooRanks::await(const Meeting& m) {
  const int64_t claims = store_->add(key(m.rank), 1);
  require(claims == 1, Kind::usage, "two processes at {}:{} say that they are rank {}", m.address,
          m.port, m.rank);
  const Clock::time_point until = Clock::now() + timeout_;
  for (int r = 0; r < m.size;) {
    if (store_->check({key(r)})) {
      ++r;
      continue;
    }
    if (m.watch) m.watch();
    if (Clock::now() > until) {
      throw LostRank(
          fmt::format("rank {} of {} waited {} s at {}:{} for rank {}, which did not join", m.rank,
                      m.size, m.timeout, m.address, m.port, r));
    }
    std::this_thread::sleep_for(kLook);
  }
}

GlooRanks::GlooRanks(const Meeting& m) : timeout_(static_cast<int64_t>(1000 * m.timeout)) {
  open(m);
  try {
    await(m);
    const auto options = Gloo::Options::create(timeout_);
    options->threads = 1;
    const std::string own = address_towards(m.address);
    const char* interface = getenv("GLOO_SOCKET_IFNAME");
    options->devices.push_back(interface     ? Gloo::createDeviceForInterface(interface)
                               : own.empty() ? Gloo::createDefaultDevice()
                                             : Gloo::createDeviceForHostname(own));
    for (int i = 0; i < kLines; ++i) {
      const auto part = c10::make_intrusive<c10d::PrefixStore>(fmt::format("line{}", i), store_);
      lines_.push_back(std::make_unique<GlooLine>(
          c10::make_intrusive<Gloo>(part, m.rank, m.size, options), seconds_));
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {
    throw LostRank(fmt::format("rank {} of {} could not reach the others from {}:{}: {}", m.rank,
                               m.size, m.address, m.port, brief(e)));
  }
}

}  // namespace

std::unique_ptr<Ranks> join_gloo(const Meeting& meeting) {
  // c10d tells of every failure, with its calls, before it throws what is said here in a line
  FLAGS_caffe2_log_level = c10::GLOG_FATAL;
  return std::make_unique<GlooRanks>(meeting);
}

}  // namespace motus::learn
