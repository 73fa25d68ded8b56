#include "motion/gait.h"

#include <algorithm>
#include <cmath>

#include "motion/metrics.h"

namespace motus {

namespace {

constexpr double kFlicker = 0.06;  ///< s

/// Runs shorter than `least` frames, bounded on both sides, take the value around them.
void remove_short(std::vector<char>& flags, char value, int least) {
  const int n = static_cast<int>(flags.size());
  for (int f = 0; f < n;) {
    int end = f;
    while (end < n && flags[static_cast<size_t>(end)] == flags[static_cast<size_t>(f)]) ++end;
    const bool inside = f > 0 && end < n;
    if (inside && flags[static_cast<size_t>(f)] == value && end - f < least) {
      std::fill(flags.begin() + f, flags.begin() + end, static_cast<char>(value ? 0 : 1));
    }
    f = end;
  }
}

std::vector<int> touch_downs(const std::vector<char>& contact) {
  std::vector<int> out;
  for (size_t f = 1; f < contact.size(); ++f) {
    if (contact[f] && !contact[f - 1]) out.push_back(static_cast<int>(f));
  }
  return out;
}

/// Mean direction of touch-downs on the circle of one stride, after that of the first foot.
double phase_of(const std::vector<int>& own, const std::vector<int>& first, double period) {
  double c = 0, s = 0;
  for (const int f : own) {
    const auto after = std::upper_bound(first.begin(), first.end(), f);
    if (after == first.begin()) continue;
    const double angle = 2 * M_PI * (f - *(after - 1)) / period;
    c += std::cos(angle), s += std::sin(angle);
  }
  const double phase = std::atan2(s, c) / (2 * M_PI);
  return phase < 0 ? phase + 1 : phase;
}

}  // namespace

Gait gait_of(const Clip& clip, const Robot& robot) {
  FloorTracks tracks = floor_tracks(clip, floor_points(robot), OwnFloor::no);
  std::vector<double> lowest = lowest_clearance(tracks);
  if (lowest.empty()) return {};
  std::nth_element(lowest.begin(), lowest.begin() + static_cast<long>(lowest.size() / 2),
                   lowest.end());
  tracks.clearance.array() -= lowest[lowest.size() / 2];

  Gait out;
  const int shortest = std::max(1, static_cast<int>(std::lround(kFlicker * clip.fps)));
  std::vector<char> any(static_cast<size_t>(clip.frames()), 0);
  std::vector<std::vector<int>> downs;
  for (const int foot : feet(tracks)) {
    FootGait g;
    g.name = clip.skeleton->bodies()[static_cast<size_t>(foot)].name;
    g.contact.assign(static_cast<size_t>(clip.frames()), 0);
    for (size_t p = 0; p < tracks.points.size(); ++p) {
      if (tracks.points[p].foot != foot) continue;
      const std::vector<char> c = contacts(tracks, static_cast<int>(p));
      for (size_t f = 0; f < c.size(); ++f) g.contact[f] = g.contact[f] || c[f];
    }
    remove_short(g.contact, 0, shortest);
    remove_short(g.contact, 1, shortest);
    double standing = 0;
    for (size_t f = 0; f < g.contact.size(); ++f) {
      standing += g.contact[f] ? 1 : 0;
      any[f] = any[f] || g.contact[f];
    }
    g.duty = standing / static_cast<double>(g.contact.size());
    downs.push_back(touch_downs(g.contact));
    g.strides = std::max(0, static_cast<int>(downs.back().size()) - 1);
    if (g.strides > 0) {
      g.period = (downs.back().back() - downs.back().front()) / clip.fps / g.strides;
    }
    out.feet.push_back(std::move(g));
  }
  double period = 0;
  int striding = 0;
  for (const FootGait& g : out.feet) {
    if (g.period > 0) period += g.period, ++striding;
  }
  if (striding > 0) out.period = period / striding;
  for (size_t i = 1; i < out.feet.size() && out.period > 0; ++i) {
    out.feet[i].phase = phase_of(downs[i], downs[0], out.period * clip.fps);
  }
  out.flight = 1.0 - static_cast<double>(std::count(any.begin(), any.end(), 1)) /
                         static_cast<double>(std::max<size_t>(any.size(), 1));
  return out;
}

}  // namespace motus
