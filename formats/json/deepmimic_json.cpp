#include "formats/json/deepmimic_json.h"

#include <algorithm>
#include <cmath>

#include "formats/amp_humanoid.h"
#include "formats/clip_tools.h"
#include "formats/json/json_frames.h"
#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

/// x forward, y up, z right to x forward, y left, z up.
const Quat kAxes(Eigen::AngleAxisd(M_PI / 2, Vec3::UnitX()));

/// Columns of the file, by body of the figure: four of a quaternion, or one angle.
struct Part {
  const char* body;
  int column;
  bool hinge;
};
constexpr Part kParts[] = {
    {"torso", 8, false},           {"head", 12, false},           {"right_thigh", 16, false},
    {"right_shin", 20, true},      {"right_foot", 21, false},     {"right_upper_arm", 25, false},
    {"right_lower_arm", 29, true}, {"left_thigh", 30, false},     {"left_shin", 34, true},
    {"left_foot", 35, false},      {"left_upper_arm", 39, false}, {"left_lower_arm", 43, true}};

Frames turned(const Frames& rot) {
  Frames out(rot.rows(), 4);
  for (int f = 0; f < rot.rows(); ++f) {
    Clip::set_quat(out, f, 0, kAxes * Clip::quat_at(rot, f, 0) * kAxes.conjugate());
  }
  return out;
}

/// Times of the frames (s): each row says how long it lasts; the last one's duration is not used.
std::vector<double> times_of(const Frames& rows) {
  std::vector<double> t{0};
  for (int f = 0; f + 1 < rows.rows(); ++f) {
    require(std::isfinite(rows(f, 0)) && rows(f, 0) > 0, Kind::bad_input, "frame {}: lasts {} s", f,
            rows(f, 0));
    t.push_back(t.back() + rows(f, 0));
  }
  return t;
}

/// The clip's frames, which lie at `times`, at a steady rate instead.
void resample_uneven(Clip& c, const std::vector<double>& times) {
  const int n = static_cast<int>(std::floor(times.back() * c.fps + 1e-6)) + 1;
  Frames pos(n, 3), rot(n, 4), local(n, c.local_rot.cols());
  size_t i = 0;
  for (int f = 0; f < n; ++f) {
    const double t = std::min(f / c.fps, times.back());
    while (i + 2 < times.size() && times[i + 1] <= t) ++i;
    const double u = (t - times[i]) / (times[i + 1] - times[i]);
    const int a = static_cast<int>(i), b = a + 1;
    pos.row(f) = (1 - u) * c.root_pos.row(a) + u * c.root_pos.row(b);
    Clip::set_quat(rot, f, 0, slerp(c.root_rot_at(a), c.root_rot_at(b), u));
    for (int k = 0; k < c.skeleton->body_count(); ++k) {
      Clip::set_quat(local, f, k, slerp(c.local_rot_at(a, k), c.local_rot_at(b, k), u));
    }
  }
  c.root_pos = std::move(pos), c.root_rot = std::move(rot), c.local_rot = std::move(local);
}

}  // namespace

Match sniff_deepmimic_json(Bytes bytes) {
  return looks_like_json_frames(bytes, "Loop") ? Match::yes : Match::no;
}

std::vector<Clip> read_deepmimic_json(Bytes bytes, const ReadOptions&) {
  const JsonFrames j = parse_json_frames(bytes);
  require(j.rows.cols() != 84, Kind::bad_input,
          "is a dog3d motion of DeepMimic (84 columns); this version does not read that");
  require(j.rows.cols() == 44, Kind::bad_input, "has {} columns, expected 44 (humanoid3d)",
          j.rows.cols());
  Clip c;
  Source& s = c.source;
  s.variant = "humanoid3d";
  c.loop = j.word("Loop") == "wrap" ? LoopMode::wrap : LoopMode::clamp;
  for (const auto& [key, value] : j.words) s.metadata[key] = value;
  std::vector<Vec3> rest;
  for (const AmpBody& b : amp_bodies()) rest.emplace_back(b.x, b.y, b.z);
  c.skeleton = amp_skeleton(rest);
  const int frames = static_cast<int>(j.rows.rows());
  c.root_pos.resize(frames, 3);
  for (int f = 0; f < frames; ++f) {
    c.root_pos.row(f) = (kAxes * Vec3(j.rows.block<1, 3>(f, 1).transpose())).transpose();
  }
  Frames root = j.rows.middleCols(4, 4);
  normalise(root, "root rotation", s);
  c.root_rot = turned(root);
  c.local_rot = Frames::Zero(frames, 4 * c.skeleton->body_count());
  for (int b = 0; b < c.skeleton->body_count(); ++b) c.local_rot.col(4 * b).setOnes();
  for (const Part& p : kParts) {
    const int body = c.skeleton->find_body(p.body);
    Frames rot(frames, 4);
    if (p.hinge) {
      for (int f = 0; f < frames; ++f) {
        const double half = 0.5 * j.rows(f, p.column);
        rot.row(f) << std::cos(half), 0, 0, std::sin(half);
      }
    } else {
      rot = j.rows.middleCols(p.column, 4);
      normalise(rot, fmt::format("rotation of {}", p.body), s);
    }
    c.local_rot.middleCols(4 * body, 4) = turned(rot);
  }
  make_continuous(c.root_rot);
  make_continuous(c.local_rot);
  s.conversions = {"y up, z right to z up, y left"};
  const std::vector<double> times = times_of(j.rows);
  const auto durations = j.rows.col(0).head(std::max(frames - 1, 1));
  const double shortest = durations.minCoeff(), longest = durations.maxCoeff();
  require(frames > 1 || shortest > 0, Kind::bad_input, "the only frame lasts {} s", shortest);
  c.fps = snap_fps(shortest);
  s.metadata["duration"] = fmt::format("{}", times.back());
  if (longest > 1.001 * shortest) {
    resample_uneven(c, times);
    s.conversions.push_back(
        fmt::format("frames of {} to {} s resampled to {} a second", shortest, longest, c.fps));
  }
  return {std::move(c)};
}

}  // namespace motus::formats
