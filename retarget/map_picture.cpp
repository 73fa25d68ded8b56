#include "retarget/map_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "motion/markup.h"

namespace motus::retarget {

namespace {

constexpr double kWidth = 960, kHeight = 720, kMargin = 40, kLabels = 290;  // pixels
constexpr double kLine = 17;                                                // between labels

size_t z(int i) {
  return static_cast<size_t>(i);
}

const char* colour(double confidence) {
  return confidence >= 0.95 ? "#2a9d3a" : confidence >= 0.8 ? "#d9a400" : "#e06a00";
}

struct Spot {
  double x = 0, y = 0;
};

/// Seen from the front, a quadruped from its left; scaled into the middle of the picture.
std::vector<Spot> project(const BodyPoses& pose, const RoleMap& map) {
  const char* pair[] = {map.quadruped ? "front_left_thigh" : "left_upper_leg",
                        map.quadruped ? "rear_left_thigh" : "right_upper_leg"};
  const int a = map.body(pair[0]), b = map.body(pair[1]);
  Vec3 across = Vec3::UnitY();
  if (a >= 0 && b >= 0) across = pose.pos[z(a)] - pose.pos[z(b)];
  across.z() = 0;
  if (across.norm() < 1e-9) across = Vec3::UnitY();
  across.normalize();
  std::vector<Spot> out;
  double left = std::numeric_limits<double>::max(), right = -left, low = left, high = -left;
  for (const Vec3& p : pose.pos) {
    out.push_back({p.dot(across), p.z()});
    left = std::min(left, out.back().x), right = std::max(right, out.back().x);
    low = std::min(low, p.z()), high = std::max(high, p.z());
  }
  const double scale = std::min((kWidth - 2 * kLabels) / std::max(right - left, 1e-9),
                                (kHeight - 2 * kMargin) / std::max(high - low, 1e-9));
  for (Spot& s : out) {
    s.x = kWidth / 2 + (s.x - 0.5 * (left + right)) * scale;
    s.y = kHeight / 2 - (s.y - 0.5 * (low + high)) * scale;
  }
  return out;
}

/// Labels of one side of the picture, from top to bottom without overlap, with lines to their dots.
std::string labels(const Skeleton& s, std::vector<const RoleMatch*> side,
                   const std::vector<Spot>& at, bool right) {
  std::stable_sort(side.begin(), side.end(), [&](const RoleMatch* a, const RoleMatch* b) {
    return at[z(a->body)].y < at[z(b->body)].y;
  });
  std::string out;
  const double x = right ? kWidth - kLabels + 30 : kLabels - 30;
  double y = kMargin - kLine, room = kLine * static_cast<double>(side.size());
  for (const RoleMatch* m : side) {
    const Spot& dot = at[z(m->body)];
    y = std::max(y + kLine, std::min(dot.y, kHeight - kMargin - room));
    room -= kLine;
    out += fmt::format(
        "<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='{}' stroke-opacity='.35'/>"
        "<circle cx='{:.1f}' cy='{:.1f}' r='5' fill='{}'/>"
        "<text x='{:.1f}' y='{:.1f}' text-anchor='{}'><tspan font-weight='bold'>{}</tspan> {} "
        "<tspan fill='{}'>{:.2f} {}</tspan></text>\n",
        dot.x, dot.y, x, y, colour(m->confidence), dot.x, dot.y, colour(m->confidence),
        x + (right ? 4 : -4), y + 4, right ? "start" : "end", m->role,
        escaped(s.bodies()[z(m->body)].name), colour(m->confidence), m->confidence, m->how);
  }
  return out;
}

}  // namespace

std::string map_picture(const Skeleton& s, const BodyPoses& pose, const RoleGuess& g) {
  const std::vector<Spot> at = project(pose, g.map);
  std::string out = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' height='{1}' "
      "font-family='sans-serif' font-size='11'>\n<rect width='{0}' height='{1}' fill='white'/>\n"
      "<text x='12' y='22' font-size='15' font-weight='bold'>{2}: a {3}</text>\n",
      kWidth, kHeight, escaped(s.name()), g.map.quadruped ? "quadruped" : "biped");
  for (size_t b = 1; b < at.size(); ++b) {
    const Spot& p = at[z(s.bodies()[b].parent)];
    out += fmt::format(
        "<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='#999' stroke-width='3' "
        "stroke-linecap='round'/>\n",
        p.x, p.y, at[b].x, at[b].y);
  }
  std::vector<const RoleMatch*> right, left;
  // seen from the front, the right is on the left
  for (const RoleMatch& m : g.map.matches)
    (m.role.find("right_") != std::string::npos ? left : right).push_back(&m);
  out += labels(s, right, at, true) + labels(s, left, at, false);
  double y = kHeight - 12;
  for (const std::string& role : g.lacking) {
    out += fmt::format(
        "<text x='12' y='{:.0f}' fill='#c00000' font-weight='bold'>{}: no body</text>\n", y, role);
    y -= kLine;
  }
  return out + "</svg>\n";
}

}  // namespace motus::retarget
