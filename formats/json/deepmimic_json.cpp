#include "formats/json/deepmimic_json.h"

#include <algorithm>
#include <cmath>

#include "formats/clip_tools.h"
#include "formats/json/deepmimic_figure.h"
#include "formats/json/json_frames.h"
#include "formats/units.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/resample.h"

namespace motus::formats {

namespace {

/// Rotations (F, 4) of the file's axes in ours, or back.
Frames turned(const Frames& rot, const Quat& axes) {
  Frames out(rot.rows(), 4);
  for (int f = 0; f < rot.rows(); ++f) {
    Clip::set_quat(out, f, 0, axes * Clip::quat_at(rot, f, 0) * axes.conjugate());
  }
  return out;
}

const char* figures() {
  return "expected 44 (humanoid3d) or 84 (dog3d)";
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
  const int n = steady_frames(times.back(), c.fps, 7 + c.local_rot.cols());
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
  const DeepMimicFigure* figure = deepmimic_figure(j.rows.cols());
  require(figure != nullptr, Kind::bad_input, "has {} columns, {}", j.rows.cols(), figures());
  const Quat axes = deepmimic_axes();
  Clip c;
  Source& s = c.source;
  s.variant = figure->name;
  c.loop = j.word("Loop") == "wrap" ? LoopMode::wrap : LoopMode::clamp;
  for (const auto& [key, value] : j.words) s.metadata[key] = value;
  c.skeleton = figure->skeleton();
  const int frames = static_cast<int>(j.rows.rows());
  c.root_pos.resize(frames, 3);
  for (int f = 0; f < frames; ++f) {
    c.root_pos.row(f) = (axes * Vec3(j.rows.block<1, 3>(f, 1).transpose())).transpose();
  }
  Frames root = j.rows.middleCols(4, 4);
  normalise(root, "root rotation", s);
  c.root_rot = turned(root, axes);
  c.local_rot = Frames::Zero(frames, 4 * c.skeleton->body_count());
  for (int b = 0; b < c.skeleton->body_count(); ++b) c.local_rot.col(4 * b).setOnes();
  for (const DeepMimicPart& p : figure->parts) {
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
    c.local_rot.middleCols(4 * c.skeleton->find_body(p.body), 4) = turned(rot, axes);
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
  finish_clip(c, {{"frames", array_of(j.rows)}});
  return {std::move(c)};
}

namespace {

/// The columns of a clip that moves `figure`.
Frames rows_from(const Clip& c, const DeepMimicFigure& figure) {
  const Quat back = deepmimic_axes().conjugate();
  Frames rows = Frames::Zero(c.frames(), figure.columns);
  rows.col(0).setConstant(1 / c.fps);
  rows(c.frames() - 1, 0) = 0;  // the last frame is where the clip ends
  std::vector<Quat> rotations;
  for (int f = 0; f < c.frames(); ++f) {
    rows.block<1, 3>(f, 1) = (back * c.root_pos_at(f)).transpose();
    const auto put = [&](int column, const Quat& q) {
      const Quat t = back * q * back.conjugate();
      rows.block<1, 4>(f, column) << t.w(), t.x(), t.y(), t.z();
    };
    put(4, c.root_rot_at(f));
    joint_rotations(c, f, rotations);
    for (const DeepMimicPart& p : figure.parts) {
      const Quat& q = rotations[static_cast<size_t>(c.skeleton->find_body(p.body))];
      if (p.hinge) {
        rows(f, p.column) = twist_angle(back * q * back.conjugate(), Vec3::UnitZ());
      } else {
        put(p.column, q);
      }
    }
  }
  return rows;
}

}  // namespace

std::vector<std::byte> write_deepmimic_json(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& c = only_clip(clips, "deepmimic");
  const DeepMimicFigure* figure = deepmimic_figure(*c.skeleton);
  require(
      figure != nullptr, Kind::usage,
      "clip '{}' moves '{}': DeepMimic files hold the 15-body humanoid with hanging arms or the "
      "dog of DeepMimic",
      c.name, c.skeleton->name());
  const auto at = c.source.metadata.find("Loop");
  const bool same = is_untouched(c, "deepmimic");
  const std::string loop = same && at != c.source.metadata.end() ? at->second
                           : c.loop == LoopMode::wrap            ? "wrap"
                                                                 : "none";
  return json_frames_text({{"Loop", fmt::format("\"{}\"", loop)}},
                          same ? rows_of(c.source.arrays.at("frames")) : rows_from(c, *figure));
}

}  // namespace motus::formats
