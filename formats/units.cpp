#include "formats/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "motion/error.h"

namespace motus::formats {

double metres_per_unit(const std::string& units) {
  static const std::map<std::string, double> kUnits = {
      {"m", 1}, {"cm", 0.01}, {"mm", 0.001}, {"inch", 0.0254}};
  if (const auto at = kUnits.find(units); at != kUnits.end()) return at->second;
  double value = 0;
  const auto [end, error] = std::from_chars(units.data(), units.data() + units.size(), value);
  require(error == std::errc{} && end == units.data() + units.size() && value > 0 &&
              std::isfinite(value),
          Kind::usage, "units are '{}', expected m, cm, mm, inch or metres per unit", units);
  return value;
}

double snap_fps(double frame_time) {
  constexpr std::array kRates = {10.0,
                                 12.0,
                                 15.0,
                                 20.0,
                                 24000.0 / 1001,
                                 24.0,
                                 25.0,
                                 30000.0 / 1001,
                                 30.0,
                                 40.0,
                                 48.0,
                                 50.0,
                                 60000.0 / 1001,
                                 60.0,
                                 72.0,
                                 75.0,
                                 90.0,
                                 100.0,
                                 120000.0 / 1001,
                                 120.0,
                                 144.0,
                                 150.0,
                                 200.0,
                                 240.0,
                                 250.0,
                                 300.0,
                                 480.0,
                                 500.0,
                                 1000.0};
  const double raw = 1.0 / frame_time;
  double best = raw, least = 1e-3 * raw;
  for (const double r : kRates) {
    if (std::abs(r - raw) <= least) {
      least = std::abs(r - raw);
      best = r;
    }
  }
  return best;
}

}  // namespace motus::formats
