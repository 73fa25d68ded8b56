#include "learn/log_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "learn/archive.h"
#include "motion/error.h"

namespace motus::learn {

namespace {

constexpr char kRowEnd = '\r';

std::vector<std::string> cells(const std::string& row) {
  std::istringstream in(row);
  std::vector<std::string> out;
  for (std::string cell; in >> cell;) out.push_back(cell);
  return out;
}

}  // namespace

double LogFile::resume(int64_t iteration) {
  std::ifstream in(file_, std::ios::binary);
  double hours = 0;
  for (std::string row; std::getline(in, row, kRowEnd);) {
    const std::vector<std::string> c = cells(row);
    if (c.empty()) continue;
    if (columns_.empty()) {
      columns_ = c;
    } else if (c.size() != columns_.size() || std::atoll(c[0].c_str()) > iteration) {
      break;  // cut short, or written after the checkpoint
    } else {
      hours = std::atof(c[1].c_str());
    }
    text_ += row + kRowEnd;
  }
  return hours;
}

void LogFile::write(const LogRow& row) {
  if (columns_.empty()) {
    for (const auto& [name, value] : row) {
      columns_.push_back(name);
      text_ += fmt::format("{:<25}", name);
    }
    text_ += kRowEnd;
  }
  require(row.size() == columns_.size(), Kind::failed, "{}: {} columns, expected {}",
          file_.string(), row.size(), columns_.size());
  for (size_t i = 0; i < row.size(); ++i) {
    require(row[i].first == columns_[i], Kind::failed, "{}: column '{}' came, expected '{}'",
            file_.string(), row[i].first, columns_[i]);
    text_ += fmt::format("{:<25}",
                         std::visit([](auto v) { return fmt::format("{}", v); }, row[i].second));
  }
  text_ += kRowEnd;
  write_whole(file_, text_);
}

void JsonLog::resume(int64_t iteration) {
  std::ifstream in(file_, std::ios::binary);
  for (std::string row; std::getline(in, row) && !in.eof();) {
    const size_t colon = row.find(':');
    if (colon == std::string::npos || std::atoll(row.c_str() + colon + 1) > iteration) break;
    text_ += row + '\n';
  }
}

void JsonLog::write(const LogRow& row) {
  std::string line;
  for (const auto& [name, value] : row) {
    const double* number = std::get_if<double>(&value);
    const std::string text = number && !std::isfinite(*number)
                                 ? "null"
                                 : std::visit([](auto v) { return fmt::format("{}", v); }, value);
    line += fmt::format("{}\"{}\": {}", line.empty() ? "" : ", ", name, text);
  }
  text_ += "{" + line + "}\n";
  write_whole(file_, text_);
}

}  // namespace motus::learn
