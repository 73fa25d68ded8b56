#include "formats/markers/trc.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "formats/bytes.h"
#include "formats/markers/marker_clip.h"
#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    out.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string_view trimmed(std::string_view t) {
  while (!t.empty() && t.front() == ' ') t.remove_prefix(1);
  while (!t.empty() && t.back() == ' ') t.remove_suffix(1);
  return t;
}

/// Cells between tabs, blank ones too.
std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const size_t tab = line.find('\t');
    out.push_back(trimmed(line.substr(0, tab)));
    if (tab == line.npos) return out;
    line.remove_prefix(tab + 1);
  }
}

/// Words between tabs and blanks: headers mix them.
std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  for (size_t at = 0; (at = line.find_first_not_of(" \t", at)) != line.npos;) {
    const size_t end = std::min(line.find_first_of(" \t", at), line.size());
    out.push_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

/// A number, or NaN for a blank cell and for anything else.
double number(std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  const bool whole = error == std::errc{} && end == cell.data() + cell.size() && !cell.empty();
  return whole ? value : std::numeric_limits<double>::quiet_NaN();
}

/// The value under `key` in the two header lines.
std::string_view header(const std::vector<std::string_view>& keys,
                        const std::vector<std::string_view>& values, std::string_view key) {
  const auto at = std::find(keys.begin(), keys.end(), key);
  const auto i = static_cast<size_t>(at - keys.begin());
  require(at != keys.end() && i < values.size(), Kind::bad_input, "line 2 has no '{}'", key);
  return values[i];
}

}  // namespace

Match sniff_trc(Bytes bytes) {
  return starts_with(bytes, "PathFileType") ? Match::yes : Match::no;
}

std::vector<Clip> read_trc(Bytes bytes, const ReadOptions& options) {
  const std::vector<std::string_view> lines = lines_of(as_text(bytes));
  require(lines.size() > 5, Kind::bad_input, "ends in its header ({} lines)", lines.size());
  const auto keys = words(lines[1]), values = words(lines[2]);
  const double rate = options.fps.value_or(number(header(keys, values, "DataRate")));
  const double said = number(header(keys, values, "NumFrames"));
  const std::string unit(header(keys, values, "Units"));
  std::vector<std::string> names;
  const auto titles = cells(lines[3]);
  for (size_t i = 2; i < titles.size(); ++i) {  // behind Frame# and Time, a name every third cell
    if (!titles[i].empty()) names.emplace_back(titles[i]);
  }
  require(!names.empty(), Kind::bad_input, "line 4 names no markers");
  std::vector<std::vector<std::string_view>> rows;
  for (size_t l = 5; l < lines.size(); ++l) {
    auto row = cells(lines[l]);
    const bool blank = std::all_of(row.begin(), row.end(), [](auto c) { return c.empty(); });
    if (blank) continue;
    require(std::isfinite(number(row[0])), Kind::bad_input, "line {}: '{}' is no frame's number",
            l + 1, row[0].substr(0, 20));
    rows.push_back(std::move(row));
  }
  require(!rows.empty(), Kind::bad_input, "ends in its header: no frames");
  const auto frames = static_cast<Eigen::Index>(rows.size()),
             markers = static_cast<Eigen::Index>(names.size());
  MarkerData data{.pos = Frames::Zero(frames, 3 * markers),
                  .valid = Frames::Zero(frames, markers),
                  .names = unique_names(std::move(names))};
  for (Eigen::Index f = 0; f < frames; ++f) {
    const auto& row = rows[static_cast<size_t>(f)];
    for (Eigen::Index i = 0; i < 3 * markers; ++i) {
      const auto at = static_cast<size_t>(i) + 2;
      data.pos(f, i) = at < row.size() ? number(row[at]) : number("");
    }
    for (Eigen::Index m = 0; m < markers; ++m) {
      data.valid(f, m) = data.pos.block<1, 3>(f, 3 * m).allFinite();
    }
  }
  const bool y_up = options.up_axis != "z";
  Clip clip =
      marker_clip(std::move(data), rate,
                  metres_per_unit(options.units.empty() ? unit : options.units.word()), y_up);
  Source& s = clip.source;
  if (options.up_axis.empty()) {
    s.warnings.push_back("the file does not say which axis is up: y assumed; --up-axis says");
  }
  if (said != static_cast<double>(frames)) {
    s.warnings.push_back(fmt::format("the header says {} frames, the file holds {}", said, frames));
  }
  return {std::move(clip)};
}

}  // namespace motus::formats
