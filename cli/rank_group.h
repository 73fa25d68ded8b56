#pragma once
// The processes of one training as amp-train sees them: which one this is, and those that rank 0 starts
// itself on this machine for --devices cpu cpu.
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/training.h"
#include "learn/launch.h"
#include "learn/ranks.h"

namespace motus::cli {

/// Copies of this program as ranks 1, 2, ...; they end with this process.
class LocalRanks {
 public:
  LocalRanks() = default;
  /// Ends those that still run.
  ~LocalRanks();
  LocalRanks(const LocalRanks&) = delete;
  LocalRanks& operator=(const LocalRanks&) = delete;

  void start(int size, const std::string& address, int port);
  /// "rank 1 was ended by signal 9" for the ranks that ended badly so far; "" for none.
  std::string ended();
  /// Waits for all to end by themselves, at most `seconds`.
  void wait(double seconds);

 private:
  struct Child {
    int rank = 0;
    pid_t pid = 0;
    std::string end = {};  ///< how it ended, if badly
  };
  void reap();
  bool running() const;
  std::vector<Child> children_;
};

class RankGroup {
 public:
  /// From flags and the launcher's variables. Silences all but rank 0. Throws Error(usage) as
  /// learn::find_launch() does.
  explicit RankGroup(const TrainFlags& flags);

  int rank() const { return launch_.rank; }
  int size() const { return launch_.size; }
  /// Threads of this process: --workers, or its share of the cores.
  int workers() const;
  /// Meets the others, after starting them where rank 0 does that itself. `alike` must be the same text
  /// on all of them.
  learn::Ranks& join(const std::string& alike);
  /// Waits for the processes that were started here.
  void finish();
  /// The error with the rank that has it, and with what became of the ranks that were started here.
  Error explain(const Error& e);

 private:
  learn::Launch launch_;
  bool starts_ = false;  ///< rank 0 starts the others
  int workers_;
  double timeout_;
  LocalRanks local_;
  std::unique_ptr<learn::Ranks> ranks_;
};

}  // namespace motus::cli
