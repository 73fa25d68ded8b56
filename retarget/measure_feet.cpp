#include <algorithm>
#include <cmath>

#include "motion/kinematics.h"
#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

constexpr double kPersonLeg = 0.86;  // m, of the person the source's thresholds are for
constexpr double kStill = 0.15;      // m/s, of such a person's ankle and toe
constexpr double kLow = 0.08;        // m, of its toe above the floor
constexpr double kRobotStill = 0.1;  // m/s
constexpr double kRobotLow = 0.015;  // m
constexpr double kTouch = 0.005;     // m, neither floating nor penetrating
constexpr double kFloats = 0.02;     // m
constexpr double kSkates = 0.05;     // m/s
constexpr double kSkatesFast = 0.3;  // m/s
constexpr double kFloorQuantile = 0.2;

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// m/s of the step into frame f (out of it, for the first).
double speed(const std::vector<Vec3>& p, int f, double fps) {
  if (p.size() < 2) return 0;
  const size_t g = z(std::max(1, f));
  return (p[g] - p[g - 1]).norm() * fps;
}

double horizontal_speed(const std::vector<Vec3>& p, int f, double fps) {
  if (p.size() < 2) return 0;
  const size_t g = z(std::max(1, f));
  return (p[g] - p[g - 1]).head<2>().norm() * fps;
}

/// (legs, F)
std::vector<std::vector<Vec3>> toes_of(const Figure& s) {
  std::vector<std::vector<Vec3>> out(s.legs.size());
  for (size_t i = 0; i < out.size(); ++i) {
    for (int f = 0; f < s.frames(); ++f) out[i].push_back(s.toe(i, f));
  }
  return out;
}

}  // namespace

std::vector<std::vector<char>> stands(const Figure& s) {
  const int frames = s.frames();
  const double size = s.leg_length / kPersonLeg;
  std::vector<std::vector<char>> still(s.legs.size(), std::vector<char>(z(frames)));
  const std::vector<std::vector<Vec3>> toes = toes_of(s);
  std::vector<double> heights;
  for (size_t i = 0; i < s.legs.size(); ++i) {
    for (int f = 0; f < frames; ++f) {
      still[i][z(f)] =
          std::max(speed(s.legs[i].end, f, s.fps), speed(toes[i], f, s.fps)) < kStill * size;
      if (still[i][z(f)]) heights.push_back(toes[i][z(f)].z());
    }
  }
  if (heights.empty()) return still;
  // where feet rest most often, whatever else some of them do in the air
  const auto floor = heights.begin() + static_cast<std::ptrdiff_t>(
                                           kFloorQuantile * static_cast<double>(heights.size()));
  std::nth_element(heights.begin(), floor, heights.end());
  for (size_t i = 0; i < s.legs.size(); ++i) {
    for (int f = 0; f < frames; ++f)
      still[i][z(f)] = still[i][z(f)] && s.toe(i, f).z() < *floor + kLow * size;
  }
  return still;
}

void measure_feet(const Figure& source, const Figure& robot, const Ground& ground, Measured& out) {
  Metrics& m = out.metrics;
  Timeline& t = out.timeline;
  const int frames = robot.frames();
  const size_t feet = robot.legs.size();
  t.robot_stands.assign(feet, std::vector<char>(z(frames)));
  t.slide.assign(z(frames), 0);
  t.depth.assign(z(frames), 0);
  const double size = robot.leg_length / source.leg_length;
  Mean slide, source_slide, floating, depth;
  int skates = 0, fast = 0, floats = 0, both = 0, one = 0, penetrates = 0;
  const std::vector<std::vector<Vec3>> toes = toes_of(source);
  for (size_t i = 0; i < feet; ++i) {
    t.feet.push_back(robot.legs[i].name);
    for (int f = 0; f < frames; ++f) {
      const std::vector<Vec3>& ankle = robot.legs[i].end;
      const double sole = ground.sole[i][z(f)];
      const char stood = t.source_stands[i][z(f)];
      char& stand = t.robot_stands[i][z(f)];
      stand = speed(ankle, f, robot.fps) < kRobotStill && sole < kRobotLow;
      both += stood && stand ? 1 : 0;
      one += stood != stand ? 1 : 0;
      if (!stood) continue;
      const double v = ground.slide[i][z(f)];
      slide.add(v);
      source_slide.add(size * std::min(horizontal_speed(source.legs[i].end, f, source.fps),
                                       horizontal_speed(toes[i], f, source.fps)));
      skates += v > kSkates ? 1 : 0;
      fast += v > kSkatesFast ? 1 : 0;
      floating.add(std::max(0.0, sole - kTouch));
      floats += sole > kFloats ? 1 : 0;
      t.slide[z(f)] = std::max(t.slide[z(f)], v);
    }
  }
  for (int f = 0; f < frames; ++f) {
    const double d = std::max(0.0, -ground.lowest[z(f)]);
    t.depth[z(f)] = d;
    m.penetration_max = std::max(m.penetration_max, d);
    if (d <= kTouch) continue;
    ++penetrates;
    depth.add(d);
  }
  const double all = std::max(1, slide.n);
  m.contact_share = slide.n / std::max(1.0, frames * static_cast<double>(feet));
  m.slide = slide.value();
  m.source_slide = source_slide.value();
  m.skate_share = skates / all;
  m.skate_fast_share = fast / all;
  m.float_mean = floating.value();
  m.float_share = floats / all;
  m.penetration_share = penetrates / std::max(1.0, static_cast<double>(frames));
  m.penetration_mean = depth.value();
  m.contact_f1 = both + one > 0 ? 2.0 * both / (2.0 * both + one) : 1.0;
}

}  // namespace motus::retarget
