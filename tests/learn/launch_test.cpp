// Which rank this process is, by every launcher's words.
#include "learn/launch.h"

#include <map>

#include "motion/error.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::learn;

namespace {

using Set = std::map<std::string, std::string>;

Launch launch(const Set& set, const LaunchFlags& flags = {}) {
  return find_launch(flags, [&](const char* name) -> const char* {
    const auto it = set.find(name);
    return it == set.end() ? nullptr : it->second.c_str();
  });
}

std::string refusal(const Set& set, const LaunchFlags& flags = {}) {
  try {
    launch(set, flags);
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::usage);
    CHECK(std::string(e.what()).find('\n') == std::string::npos);
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a process that nobody launched is alone") {
  const Launch l = launch({{"HOME", "/root"}, {"MASTER_ADDR", "node"}, {"RANK", ""}});
  CHECK(l.rank == 0);
  CHECK(l.size == 1);
}

TEST_CASE("torchrun's variables") {
  Set set{{"RANK", "3"},         {"WORLD_SIZE", "4"},      {"LOCAL_RANK", "1"},
          {"MASTER_ADDR", "n1"}, {"MASTER_PORT", "12345"}, {"LOCAL_WORLD_SIZE", "2"}};
  Launch l = launch(set);
  CHECK(l.rank == 3);
  CHECK(l.size == 4);
  CHECK(l.local_size == 2);
  CHECK(l.address == "n1");
  CHECK(l.port == 12345);
  CHECK_FALSE(l.hosted);
  set["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  set["TORCHELASTIC_RESTART_COUNT"] = "2";
  l = launch(set);
  CHECK(l.hosted);
  CHECK(l.attempt == "2");
}

TEST_CASE("Slurm's variables: the first node of the step, a port of the job's own") {
  const Set set{{"SLURM_PROCID", "5"},
                {"SLURM_NTASKS", "8"},
                {"SLURM_JOB_ID", "31234"},
                {"SLURM_STEP_NODELIST", "gpu[07-09,12]"}};
  Launch l = launch(set);
  CHECK(l.rank == 5);
  CHECK(l.size == 8);
  CHECK(l.address == "gpu07");
  CHECK(l.port == 20000 + 31234 % 20000);
  Set more = set;
  more["MASTER_ADDR"] = "head";
  more["MASTER_PORT"] = "4000";
  more["SLURM_STEP_NUM_TASKS"] = "6";  // srun -n 6 in a job of 8
  l = launch(more);
  CHECK(l.size == 6);
  CHECK(l.address == "head");
  CHECK(l.port == 4000);
}

TEST_CASE("Open MPI's variables: one machine needs no address, several do") {
  Set set{{"OMPI_COMM_WORLD_RANK", "1"},
          {"OMPI_COMM_WORLD_SIZE", "2"},
          {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
  CHECK(launch(set).address == "127.0.0.1");
  set["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  CHECK(refusal(set) == "MASTER_ADDR is not set: where does rank 0 listen?");
}

TEST_CASE("flags come before RANK, RANK before Slurm, Slurm before Open MPI") {
  Set set{{"OMPI_COMM_WORLD_RANK", "1"},
          {"OMPI_COMM_WORLD_SIZE", "9"},
          {"MASTER_ADDR", "a"},
          {"MASTER_PORT", "1"}};
  CHECK(launch(set).size == 9);
  set["SLURM_PROCID"] = "2", set["SLURM_NTASKS"] = "8";
  CHECK(launch(set).size == 8);
  set["RANK"] = "3", set["WORLD_SIZE"] = "7";
  CHECK(launch(set).size == 7);
  LaunchFlags flags;
  flags.rank = 4, flags.world_size = 6, flags.master_addr = "b", flags.master_port = 2;
  const Launch l = launch(set, flags);
  CHECK(l.rank == 4);
  CHECK(l.size == 6);
  CHECK(l.address == "b");
  CHECK(l.port == 2);
}

TEST_CASE("what makes no sense is refused in one line") {
  CHECK(refusal({{"RANK", "0"}}) == "RANK is set, WORLD_SIZE is not");
  CHECK(refusal({{"WORLD_SIZE", "2"}}) == "WORLD_SIZE is set, RANK is not");
  CHECK(refusal({{"RANK", "2"}, {"WORLD_SIZE", "2"}}) ==
        "RANK is 2, expected 0 .. 1 (WORLD_SIZE is 2)");
  CHECK(refusal({{"RANK", "-1"}, {"WORLD_SIZE", "2"}}) ==
        "RANK is -1, expected 0 .. 1 (WORLD_SIZE is 2)");
  CHECK(refusal({{"RANK", "0"}, {"WORLD_SIZE", "0"}}) == "WORLD_SIZE is 0, expected at least 1");
  CHECK(refusal({{"RANK", "1x"}, {"WORLD_SIZE", "2"}}) == "RANK is '1x', expected a whole number");
  CHECK(refusal({{"RANK", "0"}, {"WORLD_SIZE", "2"}}) ==
        "MASTER_ADDR is not set: where does rank 0 listen?");
  CHECK(refusal({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "0"}}) ==
        "MASTER_PORT is 0, expected 1 .. 65535");
  CHECK(refusal({{"SLURM_PROCID", "4"}, {"SLURM_NTASKS", "4"}}) ==
        "SLURM_PROCID is 4, expected 0 .. 3 (SLURM_NTASKS is 4)");
  CHECK(refusal({{"OMPI_COMM_WORLD_RANK", "0"}}) ==
        "OMPI_COMM_WORLD_RANK is set, OMPI_COMM_WORLD_SIZE is not");
  LaunchFlags flags;
  flags.rank = 1;
  CHECK(refusal({}, flags) == "--rank and --world_size belong together");
}

TEST_CASE("the first host of Slurm's lists") {
  CHECK(first_host("n1") == "n1");
  CHECK(first_host("n1,n2") == "n1");
  CHECK(first_host("n[01-04]") == "n01");
  CHECK(first_host("n[07-12,20],login") == "n07");
  CHECK(first_host("rack2-n[3,5]-ib,x") == "rack2-n3-ib");
  CHECK(first_host("a,n[01-04]") == "a");
  CHECK(first_host("n[") == "");
}
