#include "motion/gait.h"

#include <algorithm>
#include <cmath>

#include "motion/metrics.h"
#include "motion/pose_error.h"

namespace motus {

namespace {

constexpr double kFlicker = 0.06;  ///< s

/// Feet of a simulation slip and bounce a little; a stance is one all the same.
constexpr ContactRule kStance{.height = 0.02, .on = 0.5, .off = 1.0};

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

/// The first lag, s, at which postures are about as near to themselves as at any; 0 where they never
/// were away.
double stride_of(const Frames& postures, double fps) {
  constexpr double kShortest = 0.15, kLongest = 3;  ///< s
  constexpr double kAway = 0.01;                    ///< m, mean distance that is a movement
  const auto first = static_cast<Eigen::Index>(std::ceil(kShortest * fps));
  const auto last = std::min<Eigen::Index>(std::lround(kLongest * fps), postures.rows() / 2);
  std::vector<double> apart;
  for (Eigen::Index lag = 0; lag <= last; ++lag) {
    double sum = 0;
    const Eigen::Index pairs = postures.rows() - lag;
    for (Eigen::Index f = 0; f < pairs; ++f) {
      sum += posture_distance(postures, f, postures, f + lag);
    }
    apart.push_back(sum / static_cast<double>(pairs));
  }
  if (last <= first) return 0;
  const double farthest = *std::max_element(apart.begin(), apart.end());
  const double nearest = *std::min_element(apart.begin() + first, apart.end());
  if (farthest < kAway || nearest > 0.6 * farthest) return 0;
  const double bound = nearest + 0.2 * (farthest - nearest);
  for (auto lag = static_cast<size_t>(first); lag + 1 < apart.size(); ++lag) {
    const double before = apart[lag - 1], here = apart[lag], after = apart[lag + 1];
    if (here > bound || here > before || here > after) continue;
    // between frames: the bottom of the parabola through three points
    const double curve = before - 2 * here + after;
    const double shift = curve > 0 ? 0.5 * (before - after) / curve : 0;
    return (static_cast<double>(lag) + shift) / fps;
  }
  return 0;
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
      const std::vector<char> c = contacts(tracks, static_cast<int>(p), kStance);
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
    g.touch_downs = static_cast<int>(downs.back().size());
    out.feet.push_back(std::move(g));
  }
  out.period = stride_of(postures(clip), clip.fps);
  for (size_t i = 1; i < out.feet.size() && out.period > 0; ++i) {
    out.feet[i].phase = phase_of(downs[i], downs[0], out.period * clip.fps);
  }
  out.flight = 1.0 - static_cast<double>(std::count(any.begin(), any.end(), 1)) /
                         static_cast<double>(std::max<size_t>(any.size(), 1));
  return out;
}

}  // namespace motus
