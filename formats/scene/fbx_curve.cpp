#include "formats/scene/fbx_curve.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "motion/error.h"

namespace motus::formats::fbx {

namespace {

// KeyAttrFlags (FBX SDK, fbxanimcurve.h): how a key goes on to the next, and whose slopes count
constexpr int64_t kConstant = 0x2, kLinear = 0x4, kUser = 0x400, kBreak = 0x800,
                  kConstantNext = 0x100, kClamp = 0x1000, kClampProgressive = 0x4000,
                  kWeightedRight = 0x1000000, kWeightedNextLeft = 0x2000000;

/// The slope of an automatic tangent: that of the neighbours' line, flat at a clamped peak.
double automatic_slope(const std::vector<Key>& k, size_t i, int64_t flags) {
  if (i == 0 || i + 1 >= k.size()) return 0;
  const double before = k[i].value - k[i - 1].value, after = k[i + 1].value - k[i].value;
  if ((flags & (kClamp | kClampProgressive)) && before * after <= 0) return 0;
  return (before + after) / (k[i + 1].time - k[i - 1].time);
}

/// Where in [0, 1] a Bezier segment with handles of lengths a and b has gone the fraction x of its
/// time. Its time grows steadily for handles within [0, 1], so halving finds it.
double bezier_parameter(double x, double a, double b) {
  if (std::abs(a - 1.0 / 3) < 1e-6 && std::abs(b - 1.0 / 3) < 1e-6) return x;
  double low = 0, high = 1;
  for (int i = 0; i < 50; ++i) {
    const double u = (low + high) / 2, v = 1 - u;
    (3 * u * v * v * a + 3 * u * u * v * (1 - b) + u * u * u < x ? low : high) = u;
  }
  return (low + high) / 2;
}

Key::Mode mode_of(int64_t flags) {
  if (flags & kConstant) return flags & kConstantNext ? Key::Mode::jump : Key::Mode::step;
  return flags & kLinear ? Key::Mode::linear : Key::Mode::cubic;
}

/// Two 16-bit fractions of 9999 share the bits of a float; the text form writes the bits as a whole
/// number.
uint32_t packed_lengths(double datum) {
  if (!(datum > 0)) return 0;
  if (datum >= 1) return static_cast<uint32_t>(std::min(datum, 4294967295.0));
  return std::bit_cast<uint32_t>(static_cast<float>(datum));
}

double handle_length(uint32_t of_9999) {
  return std::clamp(of_9999 / 9999.0, 1e-4, 1.0);
}

}  // namespace

double Curve::at(double time) const {
  if (time <= keys.front().time) return keys.front().value;
  if (time >= keys.back().time) return keys.back().value;
  const auto next = std::upper_bound(keys.begin(), keys.end(), time,
                                     [](double t, const Key& k) { return t < k.time; });
  const Key &a = *(next - 1), &b = *next;
  const double step = b.time - a.time, x = (time - a.time) / step;
  if (a.mode == Key::Mode::step) return a.value;
  if (a.mode == Key::Mode::jump) return b.value;
  if (a.mode == Key::Mode::linear) return a.value + x * (b.value - a.value);
  const double u = bezier_parameter(x, a.right_weight, b.left_weight), v = 1 - u;
  const double handle_a = a.value + a.right * a.right_weight * step;
  const double handle_b = b.value - b.left * b.left_weight * step;
  return v * v * v * a.value + 3 * u * v * v * handle_a + 3 * u * u * v * handle_b +
         u * u * u * b.value;
}

Curve read_curve(const Record& record) {
  const auto list = [&](const char* name) -> const Record& {
    static const Record kNone;
    const Record* r = record.find(name);
    return r ? *r : kNone;
  };
  const std::string where = fmt::format("animation curve {}", record.integer(0));
  const std::vector<int64_t> times = list("KeyTime").integers();
  const std::vector<double> values = list("KeyValueFloat").numbers();
  const std::vector<int64_t> flags = list("KeyAttrFlags").integers();
  const std::vector<double> data = list("KeyAttrDataFloat").numbers();
  const std::vector<int64_t> counts = list("KeyAttrRefCount").integers();
  require(!times.empty() && times.size() == values.size(), Kind::bad_input,
          "{}: {} times for {} values", where, times.size(), values.size());
  Curve c;
  c.keys.resize(times.size());
  for (size_t i = 0; i < times.size(); ++i) {
    c.keys[i].time = static_cast<double>(times[i]) / kTicks;
    c.keys[i].value = values[i];
    require(std::isfinite(values[i]), Kind::bad_input, "{}: key {} is {}", where, i, values[i]);
    require(i == 0 || times[i] > times[i - 1], Kind::bad_input,
            "{}: key {} at {} s comes before {} s", where, i, c.keys[i].time,
            c.keys[i - (i > 0)].time);
  }
  // attributes are run-length coded: each holds for counts[a] keys
  std::vector<size_t> attribute(c.keys.size(), 0);
  size_t a = 0;
  int64_t left_of_run = counts.empty() ? 0 : counts[0];
  for (size_t& of_key : attribute) {
    while (left_of_run <= 0 && a + 1 < counts.size()) left_of_run = counts[++a];
    --left_of_run;
    of_key = a;
  }
  const auto flags_of = [&](size_t i) {
    return attribute[i] < flags.size() ? flags[attribute[i]] : kLinear;
  };
  for (size_t i = 0; i < c.keys.size(); ++i) {
    Key& k = c.keys[i];
    const int64_t f = flags_of(i);
    k.mode = mode_of(f);
    if (i + 1 >= c.keys.size()) break;
    Key& next = c.keys[i + 1];
    const size_t at = 4 * attribute[i];
    const auto datum = [&](size_t n) {
      return at + n < data.size() && std::isfinite(data[at + n]) ? data[at + n] : 0.0;
    };
    // the slope on each side of the interval is as the key on that side wants it
    k.right = f & (kUser | kBreak) ? datum(0) : automatic_slope(c.keys, i, f);
    const int64_t g = flags_of(i + 1);
    next.left = g & (kUser | kBreak) ? datum(1) : automatic_slope(c.keys, i + 1, g);
    const uint32_t bits = packed_lengths(datum(2));
    if (f & kWeightedRight) k.right_weight = handle_length(bits & 0xffff);
    if (f & kWeightedNextLeft) next.left_weight = handle_length(bits >> 16);
  }
  return c;
}

}  // namespace motus::formats::fbx
