#include "learn/launch.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>

#include "motion/error.h"

namespace motus::learn {

namespace {

constexpr int kLargestPort = 65535;
constexpr int kDefaultPort = 29500;  ///< PyTorch's

class Reader {
 public:
  explicit Reader(const Variables& variables) : variables_(variables) {}

  const char* text(const char* name) const {
    const char* value = variables_(name);
    return value && *value ? value : nullptr;
  }
  /// The first of the variables that is set.
  std::optional<int> number(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      const char* value = text(name);
      if (!value) continue;
      int out = 0;
      const std::string_view v = value;
      const auto [end, error] = std::from_chars(v.data(), v.data() + v.size(), out);
      require(error == std::errc{} && end == v.data() + v.size(), Kind::usage,
              "{} is '{}', expected a whole number", name, value);
      return out;
    }
    return {};
  }
  int needed(const char* name, const char* beside) const {
    const std::optional<int> n = number({name});
    require(n.has_value(), Kind::usage, "{} is set, {} is not", beside, name);
    return *n;
  }

 private:
  const Variables& variables_;
};

void check(const Launch& l, const char* rank, const char* size) {
  require(l.size >= 1, Kind::usage, "{} is {}, expected at least 1", size, l.size);
  require(l.rank >= 0 && l.rank < l.size, Kind::usage, "{} is {}, expected 0 .. {} ({} is {})",
          rank, l.rank, l.size - 1, size, l.size);
}

void check_place(const Launch& l, const char* hint) {
  if (l.size == 1) return;
  if (l.address.empty())
    throw Error(Kind::usage, "MASTER_ADDR is not set: where does rank 0 listen?", hint);
  require(l.port > 0 && l.port <= kLargestPort, Kind::usage, "MASTER_PORT is {}, expected 1 .. {}",
          l.port, kLargestPort);
}

/// Flags over what the launcher said of the place.
void set_place(Launch& l, const LaunchFlags& f, const Reader& env, const std::string& address,
               int port) {
  const char* given = env.text("MASTER_ADDR");
  l.address = !f.master_addr.empty() ? f.master_addr : given ? given : address;
  const std::optional<int> number = env.number({"MASTER_PORT"});
  l.port = f.master_port.value_or(number.value_or(port));
}

}  // namespace

std::string first_host(const std::string& list) {
  const size_t open = list.find('['), comma = list.find(',');
  if (open == std::string::npos || comma < open) return list.substr(0, comma);
  const size_t end = list.find_first_of("-,]", open);
  if (end == std::string::npos) return {};
  const size_t close = list.find(']', open);
  const size_t next = std::min(list.find(',', close), list.size());
  return list.substr(0, open) + list.substr(open + 1, end - open - 1) +
         list.substr(close + 1, next - close - 1);
}

Launch find_launch(const LaunchFlags& f, const Variables& variables) {
  const Reader env(variables);
  Launch l;
  if (f.rank || f.world_size) {
    require(f.rank && f.world_size, Kind::usage, "--rank and --world_size belong together");
    l.rank = *f.rank, l.size = *f.world_size;
    check(l, "--rank", "--world_size");
    l.local_size = env.number({"LOCAL_WORLD_SIZE"}).value_or(1);
    set_place(l, f, env, "", kDefaultPort);
    check_place(l, "--master_addr HOST --master_port PORT");
  } else if (env.text("RANK") || env.text("WORLD_SIZE")) {
    l.rank = env.needed("RANK", "WORLD_SIZE"), l.size = env.needed("WORLD_SIZE", "RANK");
    check(l, "RANK", "WORLD_SIZE");
    l.local_size = env.number({"LOCAL_WORLD_SIZE"}).value_or(1);
    set_place(l, f, env, "", kDefaultPort);
    const char* agent = env.text("TORCHELASTIC_USE_AGENT_STORE");
    l.hosted = agent && std::string_view(agent) == "True";
    if (const char* n = env.text("TORCHELASTIC_RESTART_COUNT")) l.attempt = n;
    check_place(l, "torchrun sets it; by hand: export MASTER_ADDR=HOST MASTER_PORT=PORT");
  } else if (env.text("SLURM_PROCID")) {
    l.rank = *env.number({"SLURM_PROCID"});
    l.size = env.number({"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"}).value_or(1);
    check(l, "SLURM_PROCID", "SLURM_NTASKS");
    const char* hosts = env.text("SLURM_STEP_NODELIST");
    if (!hosts) hosts = env.text("SLURM_JOB_NODELIST");
    if (!hosts) hosts = env.text("SLURM_NODELIST");
    // a port of the job's own, the same for all its tasks
    const int job = env.number({"SLURM_JOB_ID", "SLURM_JOBID"}).value_or(0);
    set_place(l, f, env, hosts ? first_host(hosts) : "", 20000 + job % 20000);
    check_place(l, "start with srun, or export MASTER_ADDR=HOST");
  } else if (env.text("OMPI_COMM_WORLD_RANK")) {
    l.rank = *env.number({"OMPI_COMM_WORLD_RANK"});
    l.size = env.needed("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK");
    check(l, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
    const int here = env.number({"OMPI_COMM_WORLD_LOCAL_SIZE"}).value_or(1);
    set_place(l, f, env, here == l.size ? "127.0.0.1" : "", kDefaultPort);
    check_place(l, "mpirun -x MASTER_ADDR=HOST -x MASTER_PORT=PORT");
  }
  return l;
}

}  // namespace motus::learn
