#pragma once
// What a batch says while it works: failures, guesses of readers, a summary.
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "motion/error.h"

namespace motus::cli {

/// What became of one input.
struct Outcome {
  std::string error;  ///< empty = converted, or up to date already
  bool up_to_date = false;
  std::vector<std::string> warnings;
};

/// Runs `work` and turns an Error that it throws into an outcome: one bad input does not end a
/// batch.
template <typename F>
Outcome outcome_of(F work) {
  Outcome out;
  try {
    work(out);
  } catch (const Error& e) {
    out.error = e.hint().empty() ? e.what() : fmt::format("{} ({})", e.what(), e.hint());
  } catch (const std::exception& e) {
    out.error = e.what();
  }
  return out;
}

class BatchReport {
 public:
  explicit BatchReport(size_t inputs) : inputs_(inputs) {}

  /// One line a failure; a warning is told once, however many files it holds for (numbers in it do
  /// not count). Shows the progress.
  void add(const std::string& path, const Outcome& outcome);

  /// The summary; throws it as Error(failed) if anything failed.
  void finish();

 private:
  struct Guess {
    std::string file, text;
    size_t files = 0;
  };
  size_t inputs_, done_ = 0, failed_ = 0, up_to_date_ = 0;
  std::map<std::string, Guess> guesses_;
};

}  // namespace motus::cli
