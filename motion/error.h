#pragma once
// One exception type for everything a user can cause. The kind is the program's exit code.
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace motus {

/// What went wrong, as an exit code: the shell sees the same numbers for every program.
enum class Kind {
  failed = 1,     ///< the work failed (I/O, a solver, findings)
  usage = 2,      ///< a flag, a value or a configuration key is wrong
  bad_input = 3,  ///< the data is not what it should be
  not_built = 4,  ///< this build lacks the part
  interrupted = 130,
};

/// An error that a user can act on: `what()` says where, what was expected and what was found;
/// `hint()` what to try (may be empty). Lower case, no full stop, no program name.
class Error : public std::runtime_error {
 public:
  Error(Kind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}
  Kind kind() const { return kind_; }
  const std::string& hint() const { return hint_; }
  /// The same error with a place ("walk.bvh") put before the message.
  Error at(const std::string& place) const { return Error(kind_, place + ": " + what(), hint_); }

 private:
  Kind kind_;
  std::string hint_;
};

/// throw_error(Kind::bad_input, "line {}: expected {}", ...) formats and throws.
template <typename... Args>
[[noreturn]] void throw_error(Kind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws Error(kind, message) unless `condition` holds.
template <typename... Args>
void require(bool condition, Kind kind, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace motus
