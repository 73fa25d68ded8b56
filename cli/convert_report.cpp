#include "cli/convert_report.h"

#include "cli/app.h"
#include "cli/io.h"

namespace motus::cli {

namespace {

/// A text without its numbers: "375 NaN" and "12 NaN" are one thing to say.
std::string without_numbers(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) out += c;
    if (digit && (out.empty() || out.back() != '#')) out += '#';
  }
  return out;
}

}  // namespace

void BatchReport::add(const std::string& path, const Outcome& outcome) {
  ++done_;
  if (!outcome.error.empty()) {
    ++failed_;
    complain(outcome.error);
  }
  if (outcome.up_to_date) ++up_to_date_;
  for (const std::string& w : outcome.warnings) {
    Guess& g = guesses_[without_numbers(w)];
    if (g.files++ > 0) continue;
    g.file = input_name(path);
    g.text = w;
    warn(fmt::format("{}: {}", g.file, w));
  }
  progress("converting", static_cast<int64_t>(done_), static_cast<int64_t>(inputs_));
}

void BatchReport::finish() {
  for (const auto& [key, g] : guesses_) {
    if (g.files < 2) continue;
    warn(fmt::format("{} files more: as {}: {}", g.files - 1, g.file, g.text));
  }
  std::string text = fmt::format("{} of {} converted", inputs_ - failed_ - up_to_date_, inputs_);
  if (up_to_date_ > 0) text += fmt::format(", {} skipped: up to date", up_to_date_);
  if (failed_ > 0) throw Error(Kind::failed, fmt::format("{}, {} failed", text, failed_));
  if (inputs_ > 1) say(text);
}

}  // namespace motus::cli
