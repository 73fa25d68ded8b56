#include "retarget/footsteps.h"

#include <algorithm>
#include <cmath>

namespace motus::retarget {

namespace {

constexpr double kLevel = 0.05;       // rad of pitch below which a standing foot is taken as flat
constexpr double kDriftYaw = 0.35;    // rad within one stance before it is two
constexpr double kDriftShare = 0.09;  // of the source's leg length, likewise
constexpr double kDriftPaw = 0.3;     // likewise, of feet that are points: they creep
constexpr double kEdge = 0.02;        // rad over which a foot begins to roll onto its edge
constexpr double kStep = 0.10;        // s, left unlocked between the two
constexpr double kFade = 0.35;        // s, longest blend into and out of a swing

double smoothstep(double t) {
  t = std::clamp(t, 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// A level place on the floor.
struct Place {
  Eigen::Vector2d xy = Eigen::Vector2d::Zero();
  double yaw = 0;
};

/// Nose-down angle of an anatomical foot.
double pitch_of(const Quat& foot) {
  return std::asin(std::clamp(-(foot * Vec3::UnitX()).z(), -1.0, 1.0));
}

/// Small tilts are noise of a flat foot; the slope is never above one, so that a foot coming down
/// is not made faster.
double rolling(double pitch) {
  return std::copysign(std::hypot(pitch, kLevel) - kLevel, pitch);
}

double pivot(const Foot& foot, double pitch) {
  return pitch > 0 ? foot.toe : pitch < 0 ? foot.heel : 0.0;
}

/// The place that a foot rolling by its present pitch stands on.
Place place_under(const Foot& foot, const FootTarget& t, bool point_feet) {
  Place p;
  if (point_feet) {
    p.xy = t.ankle.head<2>();
    return p;
  }
  p.yaw = heading(t.foot);
  const double x = pivot(foot, rolling(pitch_of(t.foot)));
  const Vec3 touch = t.ankle + t.foot * Vec3(x, 0, -foot.ankle_height);
  p.xy = touch.head<2>() - (yaw_rotation(p.yaw) * Vec3(x, 0, 0)).head<2>();
  return p;
}

/// What of a leg's lean to the side its ankle cannot take up: rad about the foot's x axis. Rises
/// smoothly from zero, as rolling() does.
double edge_roll(const Foot& foot, const Place& place, const Vec3& hip) {
  const Vec3 ankle(place.xy.x(), place.xy.y(), foot.ankle_height);
  const Vec3 leg = yaw_rotation(-place.yaw) * (hip - ankle);
  const double lean = std::atan2(leg.y(), std::max(leg.z(), 0.0));
  const double more = std::abs(lean) - (foot.roll - kRollMargin);
  return more > 0 ? -std::copysign(std::hypot(more, kEdge) - kEdge, lean) : 0.0;
}

FootTarget stand(const Foot& foot, const Place& place, double pitch, double roll, bool point_feet) {
  FootTarget t;
  t.planted = true;
  const Vec3 floor(place.xy.x(), place.xy.y(), 0);
  if (point_feet) {
    t.ankle = floor + Vec3(0, 0, foot.ankle_height);
    return t;
  }
  const Quat yaw = yaw_rotation(place.yaw);
  const double x = pivot(foot, pitch);
  const double y = roll > 0 ? foot.right : roll < 0 ? foot.left : 0.0;
  t.foot = yaw * Quat(Eigen::AngleAxisd(pitch, Vec3::UnitY())) *
           Quat(Eigen::AngleAxisd(roll, Vec3::UnitX()));
  t.touch = Vec3(x, y, -foot.ankle_height);
  t.ankle = floor + yaw * Vec3(x, y, 0) - t.foot * t.touch;
  t.ankle.z() -= sole_height(foot, t.ankle, t.foot);
  return t;
}

struct Stance {
  int first, last;  ///< [first, last)
  Place place;
};

double turn(double a, double b) {
  return std::remainder(a - b, 2 * M_PI);
}

/// Mean place over the frames where the foot is flat, or over all where it never is.
Place mean_place(const std::vector<Place>& places, const std::vector<char>& flat, int first,
                 int last) {
  Place sum;
  double c = 0, s = 0;
  int n = 0;
  for (const bool flat_only : {true, false}) {
    for (int f = first; f < last; ++f) {
      const size_t k = static_cast<size_t>(f);
      if (flat_only && !flat[k]) continue;
      sum.xy += places[k].xy;
      c += std::cos(places[k].yaw);
      s += std::sin(places[k].yaw);
      ++n;
    }
    if (n > 0) break;
  }
  sum.xy /= n;
  sum.yaw = std::atan2(s, c);
  return sum;
}

/// Stances cut where the foot turns or shuffles on the spot, at its fastest.
std::vector<Stance> stances(const std::vector<Place>& places, const FootContact& contact,
                            double fps, double drift) {
  std::vector<Stance> out;
  const int n = static_cast<int>(places.size());
  const int gap = std::max(1, static_cast<int>(std::lround(kStep * fps)));
  const auto moved = [&](int a, int b) {
    const size_t i = static_cast<size_t>(a), j = static_cast<size_t>(b);
    return std::max((contact.drift[j] - contact.drift[i]).head<2>().norm() / drift,
                    std::abs(turn(places[j].yaw, places[i].yaw)) / kDriftYaw);
  };
  for (int f = 0; f < n;) {
    if (!contact.stance[static_cast<size_t>(f)]) {
      ++f;
      continue;
    }
    int end = f;
    bool cut = false;
    for (; end < n && contact.stance[static_cast<size_t>(end)] && !cut; ++end)
      cut = moved(f, end) > 1;
    if (cut) {
      int fastest = end - 1;
      for (int g = f + 1; g < end; ++g) {
        if (moved(g - 1, g) > moved(fastest - 1, fastest)) fastest = g;
      }
      end = std::max(f, fastest - gap / 2);
    }
    if (end - f >= 2) out.push_back({f, end, mean_place(places, contact.flat, f, end)});
    f = cut ? end + gap : end;
  }
  return out;
}

struct Correction {
  Vec3 pos = Vec3::Zero(), rot = Vec3::Zero();
};

Correction between(const FootTarget& raw, const FootTarget& want) {
  return {want.ankle - raw.ankle, log_map(want.foot * raw.foot.conjugate())};
}

void apply(FootTarget& t, const Correction& c, double w) {
  t.ankle += w * c.pos;
  t.foot = (exp_map(w * c.rot) * t.foot).normalized();
}

}  // namespace

std::vector<FootTarget> plan_foot(const std::vector<FootTarget>& raw, const FootContact& contact,
                                  const std::vector<Vec3>& hips, const Foot& foot, double fps,
                                  bool point_feet) {
  std::vector<Place> places;
  places.reserve(raw.size());
  for (const FootTarget& t : raw) places.push_back(place_under(foot, t, point_feet));
  const std::vector<Stance> steps =
      stances(places, contact, fps, point_feet ? kDriftPaw : kDriftShare);
  std::vector<FootTarget> out = raw;
  const int n = static_cast<int>(raw.size());
  const auto stood = [&](const Stance& s, int f) {
    const size_t k = static_cast<size_t>(f);
    const double roll = hips.empty() ? 0.0 : edge_roll(foot, s.place, hips[k]);
    return stand(foot, s.place, rolling(pitch_of(raw[k].foot)), roll, point_feet);
  };
  for (const Stance& s : steps) {
    for (int f = s.first; f < s.last; ++f) out[static_cast<size_t>(f)] = stood(s, f);
  }
  // swings: what is between the stances, before the first and after the last
  for (size_t k = 0; k <= steps.size(); ++k) {
    const int from = k > 0 ? steps[k - 1].last - 1 : -1;
    const int to = k < steps.size() ? steps[k].first : n;
    const double fade =
        std::max(1.0, std::min(kFade * fps, k > 0 && k < steps.size() ? to - from : 1e9));
    Correction before, after;
    if (k > 0) before = between(raw[static_cast<size_t>(from)], stood(steps[k - 1], from));
    if (k < steps.size()) after = between(raw[static_cast<size_t>(to)], stood(steps[k], to));
    for (int f = from + 1; f < to; ++f) {
      FootTarget& t = out[static_cast<size_t>(f)];
      if (k > 0) apply(t, before, 1 - smoothstep((f - from) / fade));
      if (k < steps.size()) apply(t, after, 1 - smoothstep((to - f) / fade));
      t.ankle.z() += std::max(0.0, -sole_height(foot, t.ankle, t.foot));
    }
  }
  return out;
}

}  // namespace motus::retarget
