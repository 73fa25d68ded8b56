#include "formats/json/json_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "formats/bytes.h"

namespace motus::formats {

double JsonFrames::number(const std::string& key, double fallback) const {
  const auto at = words.find(key);
  if (at == words.end()) return fallback;
  char* end = nullptr;
  const double value = std::strtod(at->second.c_str(), &end);
  return end && *end == '\0' && end != at->second.c_str() ? value : fallback;
}

std::string JsonFrames::word(const std::string& key) const {
  const auto at = words.find(key);
  return at == words.end() ? "" : at->second;
}

bool looks_like_json_frames(Bytes bytes, std::string_view key) {
  std::string_view head = as_text(bytes);
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const size_t at = head.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos || head[at] != '{') return false;
  // the other keys stand before Frames or behind it
  const std::string_view first = head.substr(0, 4096),
                         last = head.substr(head.size() - std::min<size_t>(head.size(), 4096));
  const auto holds = [&](std::string_view word) {
    return first.find(word) != std::string_view::npos || last.find(word) != std::string_view::npos;
  };
  return holds("\"Frames\"") && holds(fmt::format("\"{}\"", key));
}

long first_row_width(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const size_t frames = text.find("\"Frames\"");
  if (frames == text.npos) return 0;
  const size_t list = text.find('[', frames);
  const size_t row = list == text.npos ? list : text.find('[', list + 1);
  const size_t end = row == text.npos ? row : text.find(']', row);
  if (end == text.npos) return 0;
  const std::string_view first = text.substr(row, end - row);
  return std::count(first.begin(), first.end(), ',') + 1;
}

JsonFrames parse_json_frames(Bytes bytes) {
  using nlohmann::json;
  json root;
  try {
    root = json::parse(as_text(bytes));
  } catch (const json::exception& e) {
    std::string why = e.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    if (const size_t at = why.find("] "); at != std::string::npos) why = why.substr(at + 2);
    throw_error(Kind::bad_input, "is no JSON: {}", why);
  }
  require(root.is_object() && root.contains("Frames") && root["Frames"].is_array(), Kind::bad_input,
          "has no list 'Frames'");
  const json& list = root["Frames"];
  require(!list.empty(), Kind::bad_input, "'Frames' is empty");
  JsonFrames out;
  const size_t width = list[0].is_array() ? list[0].size() : 0;
  out.rows.resize(static_cast<Eigen::Index>(list.size()), static_cast<Eigen::Index>(width));
  for (size_t f = 0; f < list.size(); ++f) {
    require(list[f].is_array() && list[f].size() == width, Kind::bad_input,
            "frame {}: expected {} numbers", f, width);
    for (size_t c = 0; c < width; ++c) {
      require(list[f][c].is_number(), Kind::bad_input, "frame {}, column {}: expected a number", f,
              c);
      out.rows(static_cast<Eigen::Index>(f), static_cast<Eigen::Index>(c)) =
          list[f][c].get<double>();
    }
  }
  for (const auto& [key, value] : root.items()) {
    if (key == "Frames") continue;
    out.words[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return out;
}

Array array_of(const Frames& rows) {
  Array a{.descr = "<f8", .shape = {rows.rows(), rows.cols()}, .data = {}};
  a.data.resize(static_cast<size_t>(rows.size()) * sizeof(double));
  std::memcpy(a.data.data(), rows.data(), a.data.size());
  return a;
}

Frames rows_of(const Array& array) {
  require(array.descr == "<f8" && array.shape.size() == 2 &&
              array.data.size() == static_cast<size_t>(array.size()) * sizeof(double),
          Kind::bad_input, "the source's rows are damaged");
  Frames rows(array.shape[0], array.shape[1]);
  std::memcpy(rows.data(), array.data.data(), array.data.size());
  return rows;
}

std::vector<std::byte> json_frames_text(
    const std::vector<std::pair<std::string, std::string>>& head, const Frames& rows) {
  fmt::memory_buffer out;
  auto to = fmt::appender(out);
  fmt::format_to(to, "{{\n");
  for (const auto& [key, value] : head) fmt::format_to(to, "\"{}\": {},\n", key, value);
  fmt::format_to(to, "\"Frames\":\n[\n");
  for (Eigen::Index f = 0; f < rows.rows(); ++f) {
    for (Eigen::Index c = 0; c < rows.cols(); ++c) {
      fmt::format_to(to, "{}{}", c ? ", " : "[", rows(f, c));
    }
    fmt::format_to(to, "]{}\n", f + 1 < rows.rows() ? "," : "");
  }
  fmt::format_to(to, "]\n}}\n");
  const auto bytes = std::as_bytes(std::span(out.data(), out.size()));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> amp_family_text(const Clip& clip, bool untouched, const Frames& rows) {
  const auto kept = [&](const char* key) {
    const auto at = clip.source.metadata.find(key);
    return at == clip.source.metadata.end() ? std::string() : at->second;
  };
  const auto flag = [&](const char* key) {
    const std::string value = kept(key);
    return value == "true" || value == "false" ? value : std::string("true");
  };
  const std::string time = untouched ? kept("FrameDuration") : "";
  return json_frames_text({{"LoopMode", clip.loop == LoopMode::wrap ? "\"Wrap\"" : "\"Clamp\""},
                           {"FrameDuration", time.empty() ? fmt::format("{}", 1 / clip.fps) : time},
                           {"EnableCycleOffsetPosition", flag("EnableCycleOffsetPosition")},
                           {"EnableCycleOffsetRotation", flag("EnableCycleOffsetRotation")},
                           {"MotionWeight", fmt::format("{}", clip.weight)}},
                          rows);
}

}  // namespace motus::formats
