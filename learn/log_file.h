#pragma once
// log.txt in MimicKit's form: the first row names the columns, each cell is left-justified to width
// 25, rows end with a carriage return. The columns are those of the first row for ever.
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace motus::learn {

using LogValue = std::variant<int64_t, double>;
using LogRow = std::vector<std::pair<std::string, LogValue>>;

class LogFile {
 public:
  explicit LogFile(std::filesystem::path file) : file_(std::move(file)) {}
  /// Keeps an existing file's rows up to `iteration`; returns the last kept Wall_Time, hours.
  /// Without a call the first write replaces the file.
  double resume(int64_t iteration);
  /// Throws Error(failed) if the columns are not the first row's.
  void write(const LogRow& row);

 private:
  std::filesystem::path file_;
  std::string text_;
  std::vector<std::string> columns_;
};

/// The same rows as JSON lines: an object each, null for a number that is none.
class JsonLog {
 public:
  explicit JsonLog(std::filesystem::path file) : file_(std::move(file)) {}
  /// Keeps an existing file's rows whose first number is at most `iteration`.
  void resume(int64_t iteration);
  void write(const LogRow& row);

 private:
  std::filesystem::path file_;
  std::string text_;
};

}  // namespace motus::learn
