#include "formats/markers/dog_points.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "formats/bytes.h"
#include "formats/points.h"
#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr size_t kPoints = 27, kColumns = 3 * kPoints;

struct DogPoint {
  const char* name;
  int parent;
};
constexpr std::array<DogPoint, kPoints> kDog = {
    {{"hips", -1},         {"spine", 0},         {"spine1", 1},         {"neck", 2},
     {"head", 3},          {"head_tip", 4},      {"right_shoulder", 2}, {"right_arm", 6},
     {"right_forearm", 7}, {"right_hand", 8},    {"right_hand_tip", 9}, {"left_shoulder", 2},
     {"left_arm", 11},     {"left_forearm", 12}, {"left_hand", 13},     {"left_hand_tip", 14},
     {"right_up_leg", 0},  {"right_leg", 16},    {"right_foot", 17},    {"right_foot_tip", 18},
     {"left_up_leg", 0},   {"left_leg", 20},     {"left_foot", 21},     {"left_foot_tip", 22},
     {"tail", 0},          {"tail1", 24},        {"tail2", 25}}};

/// Numbers of one line; stops at the first that is none, or behind one more than `kColumns`.
std::vector<double> numbers(std::string_view line) {
  std::vector<double> out;
  while (!line.empty() && out.size() <= kColumns) {
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) break;
    double value = 0;
    const auto [end, error] =
        std::from_chars(line.data() + begin, line.data() + line.size(), value);
    if (error != std::errc{}) return {};
    out.push_back(value);
    line.remove_prefix(static_cast<size_t>(end - line.data()));
    const size_t next = line.find_first_not_of(" \t\r");
    if (next == line.npos) break;
    if (line[next] != ',') return {};
    line.remove_prefix(next + 1);
  }
  return out;
}

PointTree dog_tree() {
  PointTree t;
  t.name = "dog27";
  for (const DogPoint& p : kDog) t.names.emplace_back(p.name), t.parents.push_back(p.parent);
  t.roles = {{"trunk", "hips"},
             {"front_left_hip", "left_shoulder"},
             {"front_left_thigh", "left_arm"},
             {"front_left_calf", "left_forearm"},
             {"front_left_foot", "left_hand_tip"},
             {"front_right_hip", "right_shoulder"},
             {"front_right_thigh", "right_arm"},
             {"front_right_calf", "right_forearm"},
             {"front_right_foot", "right_hand_tip"},
             {"rear_left_thigh", "left_up_leg"},
             {"rear_left_calf", "left_leg"},
             {"rear_left_foot", "left_foot_tip"},
             {"rear_right_thigh", "right_up_leg"},
             {"rear_right_calf", "right_leg"},
             {"rear_right_foot", "right_foot_tip"}};
  return t;
}

}  // namespace

Match sniff_dog_points(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const std::vector<double> row = numbers(text.substr(0, text.find('\n')));
  if (row.size() != kColumns) return Match::no;
  // a robot's state has a unit quaternion behind its position
  const double norm = std::hypot(std::hypot(row[3], row[4]), std::hypot(row[5], row[6]));
  if (std::abs(norm - 1) < 1e-3) return Match::no;
  for (size_t p = 1; p < kPoints; ++p) {
    constexpr double kLongest = 1.5;  // m, from the hips to any point of a dog
    double square = 0;
    for (size_t k = 0; k < 3; ++k) square += std::pow(row[3 * p + k] - row[k], 2);
    if (!(square < kLongest * kLongest)) return Match::no;
  }
  return Match::yes;
}

std::vector<Clip> read_dog_points(Bytes bytes, const ReadOptions& options) {
  std::string_view text = as_text(bytes);
  std::vector<double> all;
  for (int line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view l = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (l.find_first_not_of(" \t\r") == l.npos) continue;
    const std::vector<double> row = numbers(l);
    require(row.size() == kColumns, Kind::bad_input, "line {}: expected {} numbers, three a point",
            line, kColumns);
    all.insert(all.end(), row.begin(), row.end());
  }
  const auto frames = static_cast<Eigen::Index>(all.size() / kColumns);
  require(frames > 0, Kind::bad_input, "holds no frames");
  const double unit = options.units.empty() ? 1 : metres_per_unit(options.units);
  Frames points(frames, static_cast<Eigen::Index>(kColumns));
  for (Eigen::Index i = 0; i < frames * static_cast<Eigen::Index>(kPoints); ++i) {
    const double* p = all.data() + 3 * i;
    double* to = points.data() + 3 * i;
    if (options.up_axis == "z") {
      to[0] = unit * p[0], to[1] = unit * p[1], to[2] = unit * p[2];
    } else {
      to[0] = unit * p[0], to[1] = -unit * p[2], to[2] = unit * p[1];
    }
  }
  Clip c = clip_from_points(dog_tree(), points, options.fps.value_or(60));
  Source& s = c.source;
  if (options.up_axis != "z") s.conversions.push_back("y up to z up");
  s.fps_source = options.fps ? "user" : "guess";
  if (!options.fps) {
    s.warnings.push_back("the file states no frame rate: 60 assumed; say it with --fps");
  }
  return {std::move(c)};
}

}  // namespace motus::formats
