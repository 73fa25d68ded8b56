#include "retarget/report_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "motion/markup.h"

namespace motus::retarget {

namespace {

constexpr double kWidth = 900, kLabels = 110, kRow = 14;  // px
constexpr int kMostPoints = 450;                          // of a curve
constexpr double kApart = 0.2;                            // s between pictures

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// Marks of whole seconds, at most a dozen.
std::string time_axis(int frames, double fps, double y) {
  const double seconds = std::max(1, frames - 1) / fps;
  const double step = std::max(0.1, std::pow(10, std::floor(std::log10(seconds))) / 2);
  std::string out;
  for (double t = 0; t <= seconds + 1e-9; t += step * std::ceil(seconds / step / 12)) {
    const double x = kLabels + (kWidth - kLabels) * t / seconds;
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" class=\"tick\">{:.4g} s</text>", x, y, t);
  }
  return out;
}

/// Runs of `true` as bars.
std::string bars(const std::vector<char>& on, double y, const char* cls) {
  std::string out;
  const double w = (kWidth - kLabels) / static_cast<double>(std::max<size_t>(1, on.size()));
  for (size_t i = 0; i < on.size();) {
    size_t j = i;
    while (j < on.size() && on[j] == on[i]) ++j;
    if (on[i])
      out += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" class=\"{}\"/>",
          kLabels + w * static_cast<double>(i), y, w * static_cast<double>(j - i), kRow - 4, cls);
    i = j;
  }
  return out;
}

/// Where a point is on the picture: x along `ahead` turned a little towards the viewer.
struct Screen {
  Vec3 across;
  Vec3 origin;      ///< world point at the foot of the picture's middle
  double size = 1;  ///< px per m
  double x = 0, y = 0;

  std::string point(const Vec3& p) const {
    const Vec3 d = p - origin;
    return fmt::format("{:.1f},{:.1f}", x + size * d.dot(across), y - size * d.z());
  }
};

std::string stroke(const Screen& s, const char* cls, std::initializer_list<Vec3> points) {
  std::string out = fmt::format("<polyline class=\"{}\" points=\"", cls);
  for (const Vec3& p : points) out += s.point(p) + " ";
  return out + "\"/>";
}

std::string stick_figure(const Figure& f, int frame, const Screen& s) {
  const size_t i = z(frame);
  std::string out;
  const auto side = [](size_t k) { return k % 2 == 0 ? "left" : "right"; };
  // far side first would need depth; thin lines do without
  for (size_t k = 0; k < f.legs.size(); ++k) {
    const LimbTrack& leg = f.legs[k];
    out +=
        stroke(s, side(k), {f.centre[i], leg.root[i], leg.joint[i], leg.end[i], f.toe(k, frame)});
  }
  if (f.neck.empty()) return out;
  out += stroke(s, "middle", {f.centre[i], f.neck[i]});
  for (size_t k = 0; k < f.arms.size(); ++k) {
    const LimbTrack& arm = f.arms[k];
    out += stroke(s, side(k), {f.neck[i], arm.root[i], arm.joint[i], arm.end[i]});
  }
  const Vec3 up = (f.neck[i] - f.centre[i]).normalized();
  const Vec3 head = f.neck[i] + 0.22 * f.leg_length * up;
  const std::string at = s.point(head);
  const size_t comma = at.find(',');
  return out + fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{:.1f}\" class=\"head\"/>",
                           at.substr(0, comma), at.substr(comma + 1), 0.11 * f.leg_length * s.size);
}

/// The height that a source's feet rest at: its lowest toes.
double source_floor(const Figure& f) {
  double lowest = 1e300;
  for (const Vec3& p : f.toes) lowest = std::min(lowest, p.z());
  return lowest;
}

}  // namespace

std::string contact_svg(const Timeline& t, double fps) {
  const double height = 2 * kRow * static_cast<double>(t.feet.size()) + 18;
  std::string out = fmt::format("<svg viewBox=\"0 0 {} {}\">", kWidth, height);
  for (size_t i = 0; i < t.feet.size(); ++i) {
    const double y = 2 * kRow * static_cast<double>(i);
    const std::string foot = escaped(t.feet[i]);
    out += fmt::format("<text x=\"0\" y=\"{}\">{} source</text>", y + 9, foot);
    out += fmt::format("<text x=\"0\" y=\"{}\">{} robot</text>", y + kRow + 9, foot);
    out += bars(t.source_stands[i], y, "source") + bars(t.robot_stands[i], y + kRow, "robot");
  }
  const int frames = static_cast<int>(t.depth.size());
  return out + time_axis(frames, fps, height - 4) + "</svg>";
}

std::string curve_svg(const std::vector<double>& values, double limit, double fps) {
  constexpr double kHeight = 60;
  const int n = static_cast<int>(values.size());
  const double top =
      1.05 * std::max({limit, n ? *std::max_element(values.begin(), values.end()) : 0.0, 1e-9});
  std::string out = fmt::format("<svg viewBox=\"0 0 {} {}\">", kWidth, kHeight + 16);
  const auto y = [&](double v) { return kHeight * (1 - v / top); };
  if (limit > 0)
    out += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" class=\"limit\"/>",
                       kLabels, kWidth, y(limit), y(limit));
  out += fmt::format("<text x=\"0\" y=\"9\">{:.3g}</text><text x=\"0\" y=\"{}\">0</text>", top,
                     kHeight);
  out += "<polyline class=\"curve\" points=\"";
  // of every few frames the largest: peaks must not be lost
  const int stride = std::max(1, (n + kMostPoints - 1) / kMostPoints);
  for (int i = 0; i < n; i += stride) {
    const double peak =
        *std::max_element(values.begin() + i, values.begin() + std::min(n, i + stride));
    out += fmt::format("{:.1f},{:.1f} ", kLabels + (kWidth - kLabels) * i / std::max(1, n - 1),
                       y(peak));
  }
  return out + "\"/>" + time_axis(n, fps, kHeight + 13) + "</svg>";
}

std::string figures_svg(const Figure& source, const Figure& robot, int frame) {
  constexpr double kW = 300, kH = 230, kLeg = 78;
  const size_t i = z(frame);
  Vec3 left = Vec3::Zero();
  for (size_t k = 0; k < source.legs.size(); ++k)
    left += (k % 2 == 0 ? 1.0 : -1.0) * source.legs[k].root[i];
  left.z() = 0;
  if (left.norm() < 1e-6) left = Vec3::UnitY();
  left.normalize();
  const Vec3 ahead = left.cross(Vec3::UnitZ());
  const Vec3 across = std::cos(0.6) * ahead - std::sin(0.6) * left;
  const auto draw = [&](const Figure& f, double floor, double x) {
    const Vec3 origin(f.centre[i].x(), f.centre[i].y(), floor);
    // a jump or a staircase leaves the picture's floor
    const double lift = std::max(0.0, (f.centre[i].z() - floor) / f.leg_length - 1.4) * kLeg;
    const Screen s{across, origin, kLeg / f.leg_length, x, kH - 22 + lift};
    return stick_figure(f, frame, s) +
           fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" class=\"floor\"/>",
                       x - 0.22 * kW, x + 0.22 * kW, s.y, s.y);
  };
  return fmt::format("<svg viewBox=\"0 0 {} {}\">", kW, kH) +
         draw(source, source_floor(source), 0.25 * kW) + draw(robot, 0, 0.75 * kW) +
         fmt::format(
             "<text x=\"{}\" y=\"{}\" class=\"tick\">source</text>"
             "<text x=\"{}\" y=\"{}\" class=\"tick\">robot</text></svg>",
             0.25 * kW, kH - 4, 0.75 * kW, kH - 4);
}

std::vector<Moment> worst_moments(const Timeline& t, double fps) {
  struct Fault {
    const std::vector<double>& values;
    double least;  ///< not worth a picture below
    const char* text;
    double factor;
  };
  const Fault faults[] = {{t.depth, 0.005, "{:.0f} mm through the floor", 1e3},
                          {t.collision, 0.005, "{:.0f} mm of self-collision", 1e3},
                          {t.slide, 0.03, "a standing foot slides at {:.0f} mm/s", 1e3},
                          {t.speed, 0.8, "a joint at {:.0f} % of its motor's speed", 100},
                          {t.bone, 0, "segments {:.1f} degrees from the source's", 180 / M_PI}};
  std::vector<Moment> out;
  for (const Fault& f : faults) {
    if (f.values.empty()) continue;
    const auto at = std::max_element(f.values.begin(), f.values.end());
    if (*at < f.least) continue;
    const int frame = static_cast<int>(at - f.values.begin());
    const std::string why = fmt::format(fmt::runtime(f.text), *at * f.factor);
    const auto near = std::find_if(out.begin(), out.end(), [&](const Moment& m) {
      return std::abs(m.frame - frame) < kApart * fps;
    });
    if (near != out.end())
      near->why += "; " + why;
    else
      out.push_back({frame, why});
  }
  return out;
}

}  // namespace motus::retarget
