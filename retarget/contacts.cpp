#include "retarget/contacts.h"

#include <algorithm>
#include <cmath>

namespace motus::retarget {

namespace {

constexpr double kLeg = 0.86;          // m, of the person the thresholds are for
constexpr double kSlow = 0.20;         // m/s to begin
constexpr double kFast = 0.40;         // m/s to end
constexpr double kLow = 0.045;         // m above the flat height to begin
constexpr double kHigh = 0.07;         // m to end
constexpr double kShortest = 0.07;     // s, of a stance
constexpr double kGap = 0.05;          // s, filled
constexpr double kSpeedWindow = 0.05;  // s, speeds are measured over half of it on either side
constexpr double kStride = 0.2;        // s, half a stride of a dog
constexpr double kCreeps = 0.20;       // of its travel, instead of kSlow where that is less
constexpr double kCreepsFast = 0.27;   // likewise, of kFast

double quantile(std::vector<double> v, double q) {
  if (v.empty()) return 0;
  const size_t k = static_cast<size_t>(q * static_cast<double>(v.size() - 1));
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(k), v.end());
  return v[k];
}

/// The calmer of the speeds before and after each frame: a foot that comes down fast stands from its
/// first frame on the floor to its last.
std::vector<double> speeds(const std::vector<Vec3>& p, double fps) {
  const int n = static_cast<int>(p.size());
  const int w = std::max(1, static_cast<int>(std::lround(0.5 * kSpeedWindow * fps)));
  std::vector<double> out(p.size(), 0.0);
  const auto over = [&](int a, int b) {
    return (p[static_cast<size_t>(b)] - p[static_cast<size_t>(a)]).norm() * fps / (b - a);
  };
  for (int f = 0; f < n; ++f) {
    double calmer = 1e9;
    if (f >= w) calmer = over(f - w, f);
    if (f + w < n) calmer = std::min(calmer, over(f, f + w));
    // too short a clip for either
    if (f < w && f + w >= n) calmer = n > 1 ? over(0, n - 1) : 0.0;
    out[static_cast<size_t>(f)] = calmer;
  }
  return out;
}

/// How fast a body on many legs travels, over half a stride: paws of dogs as they are recorded creep
/// while they carry, the more the faster the dog is. Nothing for two legs.
std::vector<double> travel(const std::vector<FootTrack>& feet, double fps) {
  const int n = static_cast<int>(feet[0].ankle.size());
  std::vector<double> out(feet[0].ankle.size(), 0.0);
  if (feet.size() < 4) return out;
  const int w = std::max(1, static_cast<int>(std::lround(kStride * fps)));
  for (int f = 0; f < n; ++f) {
    const size_t a = static_cast<size_t>(std::max(0, f - w));
    const size_t b = static_cast<size_t>(std::min(n - 1, f + w));
    if (b == a) continue;
    Vec3 way = Vec3::Zero();
    for (const FootTrack& t : feet)
      way += (t.ankle[b] - t.ankle[a]) / static_cast<double>(feet.size());
    out[static_cast<size_t>(f)] = way.head<2>().norm() * fps / static_cast<double>(b - a);
  }
  return out;
}

/// Low and slow, with hysteresis run forwards and backwards so that time's direction does not
/// matter.
std::vector<char> resting(const std::vector<Vec3>& p, const std::vector<double>& speed,
                          const std::vector<double>& travel, double height, double scale) {
  const size_t n = p.size();
  std::vector<char> on(n), may(n);
  for (size_t f = 0; f < n; ++f) {
    const double h = p[f].z() - height;
    on[f] = h < kLow * scale && speed[f] < std::max(kSlow * scale, kCreeps * travel[f]);
    may[f] = h < kHigh * scale && speed[f] < std::max(kFast * scale, kCreepsFast * travel[f]);
  }
  for (size_t f = 1; f < n; ++f) on[f] = on[f] || (may[f] && on[f - 1]);
  for (size_t f = n; f-- > 1;) on[f - 1] = on[f - 1] || (may[f - 1] && on[f]);
  return on;
}

/// Fills short gaps, then removes short runs.
void tidy(std::vector<char>& v, int gap, int run) {
  const auto flip_short = [&](char value, int limit, bool at_ends) {
    for (size_t i = 0; i < v.size();) {
      size_t j = i;
      while (j < v.size() && v[j] == v[i]) ++j;
      const bool edge = i == 0 || j == v.size();
      if (v[i] == value && static_cast<int>(j - i) <= limit && (at_ends || !edge))
        std::fill(v.begin() + static_cast<std::ptrdiff_t>(i),
                  v.begin() + static_cast<std::ptrdiff_t>(j), value ? 0 : 1);
      i = j;
    }
  };
  flip_short(0, gap, false);
  flip_short(1, run, false);
}

std::vector<Vec3> drift_of(const FootTrack& t, double leg) {
  std::vector<Vec3> out(t.ankle.size(), Vec3::Zero());
  for (size_t f = 1; f < out.size(); ++f) {
    const Vec3 ankle = t.ankle[f] - t.ankle[f - 1], toe = t.toe[f] - t.toe[f - 1];
    out[f] = out[f - 1] + (ankle.norm() < toe.norm() ? ankle : toe) / leg;
  }
  return out;
}

std::vector<double> heights(const std::vector<Vec3>& p, const std::vector<char>& when) {
  std::vector<double> out;
  for (size_t f = 0; f < p.size(); ++f) {
    if (when[f]) out.push_back(p[f].z());
  }
  return out;
}

}  // namespace

std::vector<FootContact> find_contacts(const std::vector<FootTrack>& feet, double fps, double leg) {
  const double scale = leg / kLeg;
  std::vector<FootContact> out(feet.size());
  if (feet.empty() || feet[0].ankle.empty()) return out;
  const size_t frames = feet[0].ankle.size();
  std::vector<double> low_ankle(frames), low_toe(frames);
  for (size_t f = 0; f < frames; ++f) {
    low_ankle[f] = low_toe[f] = 1e9;
    for (const FootTrack& t : feet) {
      low_ankle[f] = std::min(low_ankle[f], t.ankle[f].z());
      low_toe[f] = std::min(low_toe[f], t.toe[f].z());
    }
  }
  const double ankle0 = quantile(low_ankle, 0.15), toe0 = quantile(low_toe, 0.15);
  const std::vector<double> creep = travel(feet, fps);
  for (size_t i = 0; i < feet.size(); ++i) {
    FootContact& c = out[i];
    c.ankle_height = ankle0;
    c.toe_height = toe0;
    const std::vector<double> va = speeds(feet[i].ankle, fps), vt = speeds(feet[i].toe, fps);
    std::vector<char> heel, toe;
    // the second round knows the foot's own heights
    for (int round = 0; round < 2; ++round) {
      heel = resting(feet[i].ankle, va, creep, c.ankle_height, scale);
      toe = resting(feet[i].toe, vt, creep, c.toe_height, scale);
      std::vector<char> flat(frames);
      for (size_t f = 0; f < frames; ++f)
        flat[f] = heel[f] && toe[f] && va[f] < kSlow * scale && vt[f] < kSlow * scale;
      const std::vector<double> za = heights(feet[i].ankle, flat), zt = heights(feet[i].toe, flat);
      if (za.size() >= 4) {
        c.ankle_height = quantile(za, 0.5);
        c.toe_height = quantile(zt, 0.5);
      }
      c.flat = std::move(flat);
    }
    c.drift = drift_of(feet[i], leg);
    c.stance.resize(frames);
    for (size_t f = 0; f < frames; ++f) c.stance[f] = heel[f] || toe[f];
    tidy(c.stance, static_cast<int>(kGap * fps), static_cast<int>(kShortest * fps));
    for (size_t f = 0; f < frames; ++f) c.flat[f] = c.flat[f] && c.stance[f];
  }
  return out;
}

}  // namespace motus::retarget
