#include "formats/markers/c3d.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "formats/bytes.h"
#include "formats/markers/c3d_parameters.h"
#include "formats/markers/marker_clip.h"
#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr size_t kBlock = 512;

/// The processor of a file that looks like a C3D file.
std::optional<C3dProcessor> processor_of(Bytes bytes) {
  if (bytes.size() < 2 * kBlock || bytes[1] != std::byte{0x50}) return {};
  const auto block = static_cast<size_t>(bytes[0]);
  const size_t at = (block - 1) * kBlock;
  if (block < 2 || at + 4 > bytes.size()) return {};
  const auto code = static_cast<int>(bytes[at + 3]);
  if (code < 84 || code > 86) return {};
  return static_cast<C3dProcessor>(code);
}

/// A whole number of 16 bits, which files also store as the negative number of the same bits, or as a
/// real one.
size_t word_of(double v, const char* what) {
  require(v >= -32768 && v <= 65535, Kind::bad_input, "{} is {}, expected a number of 16 bits",
          what, v);
  return static_cast<uint16_t>(static_cast<int>(v));
}

/// Frames of the recording. The header's and POINT:FRAMES' 16 bits overflow: TRIAL's fields have
/// 32, and what the file holds decides between them.
size_t frame_count(const C3dParameters& p, const C3dNumbers& in, size_t held) {
  const auto field = [&](const char* name) -> double {
    const C3dParameter* f = p.find(name);
    if (!f || f->numbers.size() < 2) return 0;
    const auto word = [&](size_t i) { return static_cast<double>(word_of(f->numbers[i], name)); };
    return word(0) + 65536 * word(1);
  };
  const double first = field("TRIAL:ACTUAL_START_FIELD"), last = field("TRIAL:ACTUAL_END_FIELD");
  const double said =
      last >= first && last > 0 ? last - first + 1 : in.u16(8) - static_cast<double>(in.u16(6)) + 1;
  require(said > 0, Kind::bad_input, "frames {} to {}: no frames", in.u16(6), in.u16(8));
  return std::min(held, static_cast<size_t>(said));
}

std::vector<std::string> labels(const C3dParameters& p, size_t points) {
  std::vector<std::string> out;
  for (int part = 1; out.size() < points; ++part) {  // LABELS holds 255, LABELS2 goes on
    const C3dParameter* l =
        p.find(part == 1 ? std::string("POINT:LABELS") : fmt::format("POINT:LABELS{}", part));
    if (!l || l->texts.empty()) break;
    out.insert(out.end(), l->texts.begin(), l->texts.end());
  }
  out.resize(points);
  return unique_names(std::move(out));
}

bool is_y_up(const C3dParameters& p, const ReadOptions& options, Source& source) {
  if (!options.up_axis.empty()) return options.up_axis == "y";
  const std::string screen = p.text("POINT:Y_SCREEN");  // the axis that points up on a screen
  if (screen.find('Y') != screen.npos) return true;
  if (screen.find('Z') != screen.npos) return false;
  source.warnings.push_back("the file does not say which axis is up: z assumed; --up-axis says");
  return false;
}

double unit_of(const C3dParameters& p, const ReadOptions& options, Source& source) {
  if (!options.units.empty()) return metres_per_unit(options.units);
  const std::string unit = p.text("POINT:UNITS");
  if (unit == "mm" || unit == "cm" || unit == "m") return metres_per_unit(unit);
  source.warnings.push_back(
      fmt::format("POINT:UNITS is '{}': millimetres assumed; --units says", unit));
  return 0.001;
}

}  // namespace

Match sniff_c3d(Bytes bytes) {
  return processor_of(bytes) ? Match::yes : Match::no;
}

std::vector<Clip> read_c3d(Bytes bytes, const ReadOptions& options) {
  const std::optional<C3dProcessor> processor = processor_of(bytes);
  require(processor.has_value(), Kind::bad_input, "is no C3D file");
  const C3dNumbers in(bytes, *processor);
  const C3dParameters p(in, in.u8(0));
  const size_t points = word_of(p.number("POINT:USED", in.u16(2)), "POINT:USED");
  const size_t analog = in.u16(4);  // samples of all channels in a frame
  const double scale = p.number("POINT:SCALE", in.f32(12));
  const bool floats = scale < 0;
  const double rate = options.fps.value_or(p.number("POINT:RATE", in.f32(20)));
  const size_t block = word_of(p.number("POINT:DATA_START", in.u16(16)), "POINT:DATA_START");
  require(points > 0, Kind::bad_input, "holds no markers");
  require(block > 1 && (block - 1) * kBlock < bytes.size(), Kind::bad_input,
          "data begin at block {}, beyond the end", block);
  const size_t word = floats ? 4 : 2, row = (4 * points + analog) * word,
               start = (block - 1) * kBlock;
  const size_t frames = frame_count(p, in, (bytes.size() - start) / row);
  require(frames > 0, Kind::bad_input, "ends before its first frame");
  MarkerData data{
      .pos = Frames::Zero(static_cast<Eigen::Index>(frames), static_cast<Eigen::Index>(3 * points)),
      .valid = Frames::Zero(static_cast<Eigen::Index>(frames), static_cast<Eigen::Index>(points)),
      .names = labels(p, points)};
  const auto number = [&](size_t at) { return floats ? in.f32(at) : scale * in.i16(at); };
  for (size_t f = 0; f < frames; ++f) {
    for (size_t m = 0; m < points; ++m) {
      const size_t at = start + f * row + 4 * m * word;
      const double residual = floats ? in.f32(at + 12) : in.i16(at + 6);
      const auto r = static_cast<Eigen::Index>(f), c = static_cast<Eigen::Index>(m);
      data.valid(r, c) = residual >= 0;
      for (Eigen::Index k = 0; k < 3; ++k) {
        data.pos(r, 3 * c + k) = number(at + static_cast<size_t>(k) * word);
      }
    }
  }
  Source found;
  const double unit = unit_of(p, options, found);
  const bool y_up = is_y_up(p, options, found);
  Clip clip = marker_clip(std::move(data), rate, unit, y_up);
  Source& s = clip.source;
  s.variant = fmt::format("{} {}",
                          *processor == C3dProcessor::intel ? "Intel"
                          : *processor == C3dProcessor::dec ? "DEC"
                                                            : "MIPS",
                          floats ? "float" : "integer");
  s.warnings.insert(s.warnings.end(), found.warnings.begin(), found.warnings.end());
  if (analog > 0) s.metadata["analog_samples_per_frame"] = fmt::format("{}", analog);
  return {std::move(clip)};
}

}  // namespace motus::formats
