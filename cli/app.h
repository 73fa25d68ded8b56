#pragma once
// The frame of every program: options, help, errors, exit codes. Hides the parser, which is dear to
// include.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "motion/error.h"

namespace motus::cli {

class App {
 public:
  /// `name` as typed, `summary` one line for the top of the help.
  App(std::string name, std::string summary);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Options write their value when run() parses. Names as "-o,--output". The default shown is the
  /// value held now.
  void flag(const std::string& names, bool& value, const std::string& help);
  void option(const std::string& names, std::string& value, const std::string& help);
  void option(const std::string& names, int& value, const std::string& help);
  void option(const std::string& names, int64_t& value, const std::string& help);
  void option(const std::string& names, double& value, const std::string& help);
  void option(const std::string& names, std::optional<double>& value, const std::string& help);
  void option(const std::string& names, std::optional<int>& value, const std::string& help);
  /// One or more values after the name.
  void list(const std::string& names, std::vector<std::string>& values, const std::string& help);
  /// May be given several times, one value each.
  void option(const std::string& names, std::vector<std::string>& values, const std::string& help);
  /// Steps are kept in the order of the command line, whichever options they came from: one entry
  /// each time, with its value ("" for flags). Several names may share one list.
  struct Step {
    std::string name;  ///< "cut", without dashes
    std::string value;
  };
  void step(const std::string& name, std::vector<Step>& steps, const std::string& value_name,
            const std::string& help);
  /// Arguments without a name: exactly one slot, or the rest.
  void positional(const std::string& name, std::string& value, const std::string& help);
  void positional(const std::string& name, std::vector<std::string>& values,
                  const std::string& help);
  /// A line under "Examples"; tests run it.
  void example(const std::string& line);
  /// Adds --json; errors become one JSON object on stderr when it is given.
  void json_flag(bool& value);

  /// Parses, runs `body`, turns errors into one line on stderr and an exit code. The only try/catch
  /// of a program.
  int run(int argc, char** argv, const std::function<int()>& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Prints "name: warning: text" on stderr unless -q was given.
void warn(const std::string& text);

/// As if -q had been given.
void hush();

/// Prints "name: error: text" on stderr, for a failure that does not end the program.
void complain(const std::string& text);

/// Prints a line on stderr unless -q was given.
void say(const std::string& text);

/// Shows "what 12/100" in one line on stderr that is wiped when done == all: on a terminal only,
/// never with -q, at most ten times a second.
void progress(const std::string& what, int64_t done, int64_t all);

}  // namespace motus::cli
