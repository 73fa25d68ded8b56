#pragma once
// Which of how many processes this one is, and where it meets the others: told by flags, or by the
// variables of a launcher. The first of these that is there counts: flags, RANK and WORLD_SIZE (torchrun,
// Kubernetes' PyTorchJob), SLURM_PROCID (srun), OMPI_COMM_WORLD_RANK (mpirun).
#include <functional>
#include <optional>
#include <string>

namespace motus::learn {

struct Launch {
  int rank = 0, size = 1;
  /// Ranks that share the cores of this machine; 1 under Slurm and Open MPI, which give each its own.
  int local_size = 1;
  std::string address;  ///< where rank 0 listens; empty for one process
  int port = 0;
  bool hosted = false;  ///< the launcher keeps the meeting place itself
  std::string attempt;  ///< number of the launcher's restarts
};

struct LaunchFlags {
  std::optional<int> rank, world_size, master_port;
  std::string master_addr;
};

/// A variable of the environment, or null.
using Variables = std::function<const char*(const char*)>;

/// Throws Error(usage), one line that names the variable or flag, for a rank without a size or an
/// address, and for numbers that are none or out of range.
Launch find_launch(const LaunchFlags& flags, const Variables& variables);

/// The first name in Slurm's short form of a list of hosts: "n07" of "n[07-12,20],login".
std::string first_host(const std::string& list);

}  // namespace motus::learn
