#include "view/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "motion/markup.h"

namespace motus::view {

namespace {

constexpr double kWidth = 420, kHeight = 240, kLeft = 56, kRight = 10, kTop = 26,
                 kBottom = 36;  // px

/// What numbers of an axis become on the picture, with ticks at 1, 2 or 5 times a power of ten.
struct Axis {
  double low = 0, high = 1, at_low = 0, at_high = 1, step = 1;

  Axis(double from, double to, double px_from, double px_to, int most_ticks)
      : at_low(px_from), at_high(px_to) {
    if (!(to > from)) {
      const double pad = std::max(1e-3, 0.1 * std::abs(from));
      from -= pad, to += pad;
    }
    const double raw = (to - from) / most_ticks, power = std::pow(10, std::floor(std::log10(raw)));
    const double times = raw / power;
    step = power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    low = std::floor(from / step + 1e-9) * step;
    high = std::ceil(to / step - 1e-9) * step;
  }
  double at(double v) const { return at_low + (at_high - at_low) * (v - low) / (high - low); }
  int ticks() const { return static_cast<int>(std::lround((high - low) / step)); }
  double tick(int i) const {
    const double v = low + i * step;
    return std::abs(v) < 1e-9 * step ? 0 : v;
  }
};

std::string begin(const std::string& title, double width, double height) {
  return fmt::format(
      "<svg class=\"plot\" viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\">"
      "<text x=\"{:.0f}\" y=\"16\" class=\"title\">{}</text>",
      width, height, width, height, kLeft, escaped(title));
}

std::string axes(const Axis& x, const Axis& y, const std::string& x_label) {
  std::string out;
  for (int i = 0; i <= y.ticks(); ++i) {
    out += fmt::format(
        "<line class=\"grid\" x1=\"{0:.0f}\" x2=\"{1:.0f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text class=\"tick\" text-anchor=\"end\" x=\"{3:.0f}\" y=\"{4:.1f}\">{5:.4g}</text>",
        kLeft, kWidth - kRight, y.at(y.tick(i)), kLeft - 4, y.at(y.tick(i)) + 4, y.tick(i));
  }
  for (int i = 0; i <= x.ticks(); ++i) {
    out += fmt::format(
        "<text class=\"tick\" text-anchor=\"middle\" x=\"{:.1f}\" y=\"{:.0f}\">{:.4g}</text>",
        x.at(x.tick(i)), kHeight - kBottom + 14, x.tick(i));
  }
  return out +
         fmt::format("<text class=\"tick\" text-anchor=\"end\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>",
                     kWidth - kRight, kHeight - 6, escaped(x_label));
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void take(double v) {
    if (!std::isfinite(v)) return;
    low = std::min(low, v), high = std::max(high, v);
  }
  bool any() const { return high >= low; }
};

std::string path_of(const Axis& ax, const Axis& ay, const std::vector<double>& x,
                    const std::vector<double>& y) {
  std::string out;
  bool pen_down = false;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(y[i])) {
      pen_down = false;
      continue;
    }
    out += fmt::format("{}{:.1f},{:.1f}", pen_down ? "L" : "M", ax.at(x[i]), ay.at(y[i]));
    pen_down = true;
  }
  return out;
}

std::string stroke(const std::string& path, int number, bool dashed) {
  return fmt::format("<path class=\"line\" d=\"{}\" stroke=\"{}\"{}/>", path, colour(number),
                     dashed ? " stroke-dasharray=\"4 3\"" : "");
}

}  // namespace

std::string colour(int number) {
  static constexpr std::array kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                       "#7a5195", "#b8860b", "#444444", "#56b4e9"};
  return kColours[static_cast<size_t>(number) % kColours.size()];
}

std::string line_plot(const std::string& title, const std::string& x_label,
                      const std::vector<Line>& lines) {
  Range rx, ry;
  for (const Line& l : lines) {
    for (const double v : l.x) rx.take(v);
    for (const auto* values : {&l.y, &l.low, &l.high}) {
      for (const double v : *values) ry.take(v);
    }
  }
  std::string out = begin(title, kWidth, kHeight);
  if (rx.any() && ry.any()) {
    const Axis x(rx.low, rx.high, kLeft, kWidth - kRight, 6);
    const Axis y(ry.low, ry.high, kHeight - kBottom, kTop, 5);
    out += axes(x, y, x_label);
    for (const Line& l : lines) {
      if (!l.low.empty()) {
        std::string band = path_of(x, y, l.x, l.low);
        for (size_t i = l.x.size(); i-- > 0;) {
          band += fmt::format("L{:.1f},{:.1f}", x.at(l.x[i]), y.at(l.high[i]));
        }
        out += fmt::format("<path class=\"band\" d=\"{}Z\" fill=\"{}\"/>", band, colour(l.colour));
      }
      out += stroke(path_of(x, y, l.x, l.y), l.colour, l.dashed);
    }
  }
  return out + "</svg>\n";
}

std::string histogram_plot(const std::string& title, const std::vector<Values>& sets, int bins) {
  Range range;
  for (const Values& s : sets) {
    for (const double v : s.values) range.take(v);
  }
  std::string out = begin(title, kWidth, kHeight);
  if (!range.any()) return out + "</svg>\n";
  const double width = std::max(range.high - range.low, 1e-9) / bins;
  std::vector<std::vector<double>> shares;
  double most = 0;
  for (const Values& s : sets) {
    std::vector<double> share(static_cast<size_t>(bins), 0);
    for (const double v : s.values) {
      if (!std::isfinite(v)) continue;
      const int bin = std::clamp(static_cast<int>((v - range.low) / width), 0, bins - 1);
      share[static_cast<size_t>(bin)] += 1 / static_cast<double>(s.values.size());
    }
    most = std::max(most, *std::max_element(share.begin(), share.end()));
    shares.push_back(std::move(share));
  }
  const Axis x(range.low, range.high, kLeft, kWidth - kRight, 6);
  const Axis y(0, 100 * most, kHeight - kBottom, kTop, 5);
  out += axes(x, y, "% of values");
  for (size_t i = 0; i < sets.size(); ++i) {
    std::string path = fmt::format("M{:.1f},{:.1f}", x.at(range.low), y.at(0));
    for (int b = 0; b < bins; ++b) {
      const double left = range.low + b * width, share = 100 * shares[i][static_cast<size_t>(b)];
      path += fmt::format("L{:.1f},{:.1f}L{:.1f},{:.1f}", x.at(left), y.at(share),
                          x.at(left + width), y.at(share));
    }
    path += fmt::format("L{:.1f},{:.1f}", x.at(range.high), y.at(0));
    out += stroke(path, sets[i].colour, sets[i].dashed);
  }
  return out + "</svg>\n";
}

std::string bar_plot(const std::string& title, const std::vector<Bars>& rows, double fps) {
  constexpr double kRow = 15, kNames = 150, kWide = 900;
  size_t frames = 1;
  for (const Bars& r : rows) frames = std::max(frames, r.on.size());
  const double height = kTop + kRow * static_cast<double>(rows.size()) + 20;
  const double frame = (kWide - kNames) / static_cast<double>(frames);
  std::string out = begin(title, kWide, height);
  double y = kTop;
  for (const Bars& r : rows) {
    out += fmt::format("<text class=\"tick\" x=\"0\" y=\"{:.0f}\">{}</text>", y + 10,
                       escaped(r.label));
    for (size_t i = 0; i < r.on.size();) {
      size_t end = i;
      while (end < r.on.size() && r.on[end] == r.on[i]) ++end;
      if (r.on[i]) {
        out += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{:.0f}\" fill=\"{}\"/>",
            kNames + frame * static_cast<double>(i), y, frame * static_cast<double>(end - i),
            kRow - 4, colour(r.colour));
      }
      i = end;
    }
    y += kRow;
  }
  const double seconds = static_cast<double>(frames) / fps;
  for (int s = 0; s <= static_cast<int>(seconds); ++s) {
    out += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:.0f}\">{} s</text>",
                       kNames + frame * fps * s, y + 12, s);
  }
  return out + "</svg>\n";
}

}  // namespace motus::view
