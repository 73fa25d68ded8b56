#include "formats/asf/amc.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "formats/asf/asf.h"
#include "formats/bytes.h"
#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr size_t kMostAsfBytes = 16 << 20;

Asf load_asf(const std::string& path) {
  if (path.empty()) {
    throw Error(Kind::usage, "an AMC file does not hold its skeleton",
                "--skeleton FILE.asf gives the ASF that belongs to it");
  }
  std::ifstream in(path, std::ios::binary);
  require(in.good(), Kind::usage, "--skeleton {}: cannot be opened (the ASF of this motion)", path);
  std::error_code none;
  require(std::filesystem::file_size(path, none) <= kMostAsfBytes && !none, Kind::bad_input,
          "{}: is too large for an ASF", path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  try {
    return parse_asf(text);
  } catch (const Error& e) {
    throw e.at(std::filesystem::path(path).filename().string());
  }
}

/// Rows of all bones' numbers, in the order of the ASF's dofs.
struct Amc {
  Frames rows;
  bool degrees;
  size_t kept = 0;  ///< values taken over from the frame before
};

class AmcParser {
 public:
  AmcParser(std::string_view text, const Asf& asf) : text_(text), degrees_(asf.degrees) {
    for (size_t b = 0; b < asf.bones.size(); ++b) {
      columns_[asf.bones[b].name] = {width_, asf.bones[b].dofs.size()};
      width_ += asf.bones[b].dofs.size();
    }
  }

  Amc run() {
    std::vector<double> all;
    size_t kept = 0;
    while (const std::optional<std::string_view> found = line()) {
      std::string_view l = *found;
      const std::string_view first = word(l);
      if (first.empty() || first.front() == '#') continue;
      if (first.front() == ':') {
        if (first == ":RADIANS") degrees_ = false;
        if (first == ":DEGREES") degrees_ = true;
        continue;
      }
      if (std::isdigit(static_cast<unsigned char>(first.front())) && word(l).empty()) {
        begin_frame(all, kept);
        continue;
      }
      bone(first, l, all);
    }
    finish_frame(kept);
    require(width_ > 0 && !all.empty(), Kind::bad_input, "holds no frames");
    Amc out{.rows = Frames(static_cast<Eigen::Index>(all.size() / width_),
                           static_cast<Eigen::Index>(width_)),
            .degrees = degrees_,
            .kept = kept};
    std::copy(all.begin(), all.end(), out.rows.data());
    return out;
  }

 private:
  std::optional<std::string_view> line() {
    if (text_.empty()) return {};
    const size_t end = std::min(text_.find('\n'), text_.size());
    const std::string_view l = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++number_;
    return l;
  }

  static std::string_view word(std::string_view& line) {
    const size_t at = line.find_first_not_of(" \t\r");
    if (at == line.npos) return {};
    const size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    const std::string_view out = line.substr(at, end - at);
    line.remove_prefix(end);
    return out;
  }

  void begin_frame(std::vector<double>& all, size_t& kept) {
    finish_frame(kept);
    // bones that this frame leaves out stay as they are; the first frame begins at rest
    const std::vector<double> last(
        all.empty() ? std::vector<double>(width_, 0.0)
                    : std::vector<double>(all.end() - static_cast<long>(width_), all.end()));
    all.insert(all.end(), last.begin(), last.end());
    seen_ = 0;
    open_ = true;
  }

  void finish_frame(size_t& kept) const {
    if (open_) kept += width_ - seen_;
  }

  void bone(std::string_view name, std::string_view rest, std::vector<double>& all) {
    const auto at = columns_.find(std::string(name));
    require(at != columns_.end(), Kind::bad_input, "line {}: the ASF has no bone '{}'", number_,
            name.substr(0, 40));
    require(open_, Kind::bad_input, "line {}: a bone before the first frame's number", number_);
    const auto [first, count] = at->second;
    double* to = all.data() + (all.size() - width_) + first;
    for (size_t i = 0; i < count; ++i) {
      const std::string_view w = word(rest);
      const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), to[i]);
      require(error == std::errc{} && end == w.data() + w.size() && std::isfinite(to[i]),
              Kind::bad_input, "line {}: bone '{}' has {} dofs, number {} is '{}'", number_, name,
              count, i + 1, w.substr(0, 20));
    }
    require(word(rest).empty(), Kind::bad_input, "line {}: more numbers than the {} dofs of '{}'",
            number_, count, name);
    seen_ += count;
  }

  std::string_view text_;
  bool degrees_, open_ = false;
  int number_ = 0;
  size_t width_ = 0, seen_ = 0;
  std::map<std::string, std::pair<size_t, size_t>> columns_;  ///< bone -> first column, count
};

/// Rotation and translation of one bone's numbers; the first rotation listed is applied first.
struct Movement {
  Quat turn = Quat::Identity();
  Vec3 shift = Vec3::Zero();
};
Movement movement(const AsfBone& bone, const double* values, double angle_unit) {
  Movement m;
  for (size_t i = 0; i < bone.dofs.size(); ++i) {
    const int kind = static_cast<int>(bone.dofs[i]);
    if (kind < 3) {
      m.turn = Quat(Eigen::AngleAxisd(values[i] * angle_unit, Vec3::Unit(kind))) * m.turn;
    } else if (bone.dofs[i] != AsfDof::length) {
      m.shift[kind - 3] = values[i];
    }
  }
  return m;
}

}  // namespace

Match sniff_amc(Bytes bytes) {
  const std::string_view head = as_text(bytes).substr(0, 4096);
  for (const char* mark : {"#!OML:ASF", ":FULLY-SPECIFIED", ":DEGREES", ":RADIANS"}) {
    const size_t at = head.find(mark);
    const bool line = at != head.npos && (at == 0 || head[at - 1] == '\n');
    if (line && head.find(":bonedata") == head.npos) return Match::yes;
  }
  return Match::no;
}

std::vector<Clip> read_amc(Bytes bytes, const ReadOptions& options) {
  const Asf asf = load_asf(options.skeleton);
  const Amc amc = AmcParser(as_text(bytes), asf).run();
  const double metres = options.units.empty() ? asf.metres() : metres_per_unit(options.units);
  const Quat axes =
      options.up_axis == "z" ? Quat::Identity() : Quat(Eigen::AngleAxisd(M_PI / 2, Vec3::UnitX()));
  const double angle_unit = amc.degrees ? M_PI / 180 : 1;
  Clip c;
  Source& s = c.source;
  c.skeleton = asf_skeleton(asf, metres, axes);
  c.fps = options.fps.value_or(120);
  s.fps_source = options.fps ? "user" : "guess";
  if (!options.fps) {
    s.warnings.push_back("the file states no frame rate: CMU's 120 assumed; say it with --fps");
  }
  const Eigen::Index frames = amc.rows.rows();
  c.root_pos = Frames(frames, 3);
  c.root_rot = Frames(frames, 4);
  c.local_rot = Frames(frames, static_cast<Eigen::Index>(4 * asf.bones.size()));
  for (int f = 0; f < frames; ++f) {
    const double* values = amc.rows.data() + static_cast<Eigen::Index>(f) * amc.rows.cols();
    for (size_t b = 0; b < asf.bones.size(); ++b) {
      const AsfBone& bone = asf.bones[b];
      const Movement m = movement(bone, values, angle_unit);
      values += bone.dofs.size();
      const Quat local = axes * (bone.axis * m.turn * bone.axis.conjugate()) * axes.conjugate();
      if (b == 0) {
        c.root_pos.row(f) = (axes * Vec3(metres * m.shift)).transpose();
        Clip::set_quat(c.root_rot, f, 0, local);
      }
      Clip::set_quat(c.local_rot, f, static_cast<int>(b), b == 0 ? Quat::Identity() : local);
    }
  }
  if (options.up_axis != "z") s.conversions.push_back("y up to z up");
  s.conversions.push_back(fmt::format("lengths times {}", metres));
  if (amc.kept > 0) {
    s.warnings.push_back(fmt::format(
        "{} values are missing: taken over from the frame before (0 in the first)", amc.kept));
  }
  return {std::move(c)};
}

}  // namespace motus::formats
