#include "formats/mimickit.h"

#include <cstring>
#include <map>
#include <set>

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_writer.h"
#include "motion/fix_frames.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr int kRootDofs = 6;
/// Of the source's frames a clip holds all but these columns, the root's rotation vectors, as they
/// were: with them the frames can be put together again, and need not be kept twice.
constexpr const char* kRotations = "root_rotation";

/// The character whose frames have this width, "" if none is known.
std::string character_of(int64_t width) {
  switch (width) {
    case 34:
      return "humanoid";
    case 75:
      return "smpl";
    case 35:
      return "g1";
    case 18:
      return "go2";
    case 28:
      return "pi_plus";
    case 37:
      throw Error(kBad,
                  "frames of 37 numbers belong to the humanoid with sword and shield, whose "
                  "model is not shipped (its licence is non-commercial)",
                  "give the model with --skeleton humanoid_sword_shield.xml");
    default:
      throw Error(kBad,
                  fmt::format("frames of {} numbers: no known character has that many", width),
                  "give the MJCF with --skeleton");
  }
}

/// The rotation vectors of frames of real numbers, bit for bit; empty for other frames, whose numbers
/// a clip need not hold exactly.
Array exact_rotations(const Array& frames) {
  Array out{frames.descr, {frames.shape[0], 3}, {}};
  if (frames.descr != "<f4" && frames.descr != "<f8") return out;
  const auto item = static_cast<size_t>(item_size(frames.descr));
  const size_t row = static_cast<size_t>(frames.shape[1]) * item;
  out.data.resize(static_cast<size_t>(frames.shape[0]) * 3 * item);
  for (size_t f = 0; f < static_cast<size_t>(frames.shape[0]); ++f) {
    std::memcpy(out.data.data() + f * 3 * item, frames.data.data() + f * row + 3 * item, 3 * item);
  }
  return out;
}

/// Some columns of a matrix of numbers, without the others beside them in memory.
Frames columns_of(const Array& matrix, Eigen::Index first, Eigen::Index count) {
  constexpr int64_t kStep = 4096;  // rows
  const int64_t rows = matrix.shape[0], width = matrix.shape[1];
  const auto bytes_a_row = static_cast<size_t>(width * item_size(matrix.descr));
  Frames out(rows, count);
  if (matrix.descr == "<f8") {  // most are: nothing to convert
    const std::byte* from = matrix.data.data() + static_cast<size_t>(first) * sizeof(double);
    for (Eigen::Index f = 0; f < rows; ++f, from += bytes_a_row) {
      std::memcpy(out.data() + f * count, from, static_cast<size_t>(count) * sizeof(double));
    }
    return out;
  }
  for (int64_t f = 0; f < rows; f += kStep) {
    const int64_t n = std::min(kStep, rows - f);
    const Bytes data =
        Bytes(matrix.data)
            .subspan(static_cast<size_t>(f) * bytes_a_row, static_cast<size_t>(n) * bytes_a_row);
    const Array block{matrix.descr, {n, width}, {data.begin(), data.end()}};
    out.middleRows(f, n) = to_frames(block, "frames").middleCols(first, count);
  }
  return out;
}

/// True for NaN and infinite numbers, in one pass, several at once: zero times those is NaN.
bool may_hold_nan(const Frames& a) {
  return (a.array() * 0.0).sum() != 0.0;
}

/// NaN to zero, as MimicKit's own conversion does by accident: a whole joint at a time, since an
/// exponential map with one NaN is the identity there. The holes are noted for motion-check. False if
/// there were none.
bool clear_nan(Frames& root, Frames& dofs, const Skeleton& s, Source& source) {
  if (!may_hold_nan(root) && !may_hold_nan(dofs)) return false;
  struct Span {
    std::string name;
    Frames* of;
    int first, count;
  };
  std::vector<Span> spans = {{"root", &root, 3, 3}};
  for (const Joint& j : s.joints()) spans.push_back({j.name, &dofs, j.dof, j.dof_count()});
  int64_t cleared = 0;
  std::set<std::string> where;
  std::map<std::string, Hole> open;  // of each joint, while it lasts
  const auto close = [&](const std::string& name) {
    if (const auto at = open.find(name); at != open.end()) {
      note_nan_hole(source, at->second);
      open.erase(at);
    }
  };
  for (Eigen::Index f = 0; f < root.rows(); ++f) {
    for (const Span& span : spans) {
      auto joint = span.of->block(f, span.first, 1, span.count);
      if (!joint.hasNaN()) {
        close(span.name);
        continue;
      }
      cleared += joint.array().isNaN().count();
      joint.setZero();
      where.insert(span.name);
      const int frame = static_cast<int>(f);
      open.try_emplace(span.name, Hole{span.name, frame, frame}).first->second.last = frame;
    }
  }
  for (const std::string& name : where) close(name);
  if (cleared == 0) return false;
  std::string names;
  for (const std::string& n : where) names += (names.empty() ? "" : ", ") + n;
  source.warnings.push_back(fmt::format("{} NaN set to zero (joints: {})", cleared, names));
  return true;
}

}  // namespace

LoopMode loop_mode_of(const Value& v) {
  if (v.is(ValueKind::text)) {
    const std::string text = v.raw_string();
    require(text == "CLAMP" || text == "WRAP", kBad, "loop_mode '{}', expected CLAMP or WRAP",
            text);
    return text == "WRAP" ? LoopMode::wrap : LoopMode::clamp;
  }
  const int64_t mode = v.whole("loop_mode");
  require(mode == 0 || mode == 1, kBad, "loop_mode {}, expected 0 (clamp) or 1 (wrap)", mode);
  return mode == 1 ? LoopMode::wrap : LoopMode::clamp;
}

Match sniff_mimickit(Bytes bytes) {
  if (!looks_like_pickle(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  const bool ours = holds("loop_mode") && holds("frames") && holds("fps");
  return ours && !holds("motion_data") ? Match::yes : Match::no;
}

namespace {

/// Rate, loop mode and what the frames were, which is all of a motion but its frames; `rate` becomes
/// the rate as the file has it.
Clip head_of(const Value& root, Array& rate) {
  Clip clip;
  rate = read_rate(root.at("fps", "the motion"), clip);
  clip.loop = loop_mode_of(root.at("loop_mode", "the motion"));
  const bool array = root.at("frames", "the motion").is(ValueKind::array);
  clip.source.metadata["frames_form"] = array ? "array" : "list";
  return clip;
}

/// The clip that begins with `clip` and whose frames are `raw`.
Clip with_frames(Clip clip, Array raw, const Array& rate, const ReadOptions& options) {
  require(raw.shape.size() == 2 && raw.shape[0] > 0, kBad,
          "frames have shape {}, expected (frames, numbers a frame)", shape_text(raw.shape));
  const int64_t width = raw.shape[1];
  const std::string guess = options.skeleton.empty() ? character_of(width) : "";
  clip.skeleton =
      robot_for(options, guess, fmt::format("frames of {} numbers", width), clip.source).skeleton;
  const int dofs = clip.skeleton->dof_count();
  require(width == kRootDofs + dofs, kBad, "frames of {} numbers; '{}' needs {} (6 + {} dofs)",
          width, clip.skeleton->name(), kRootDofs + dofs, dofs);
  Frames root_dofs = columns_of(raw, 0, kRootDofs);
  clip.dof_pos = columns_of(raw, kRootDofs, dofs);
  const Array rotations = exact_rotations(raw);
  const bool clean = !clear_nan(root_dofs, clip.dof_pos, *clip.skeleton, clip.source);
  std::map<std::string, Array> arrays{
      {"fps", rate}, {"loop_mode", scalar_i8(clip.loop == LoopMode::wrap ? 1 : 0)}};
  if (clean && !rotations.data.empty()) {
    arrays[kRotations] = rotations;
    raw = {};
  } else {
    arrays["frames"] = std::move(raw);
  }
  clip.root_pos = root_dofs.leftCols(3);
  clip.root_rot.resize(root_dofs.rows(), 4);
  for (int f = 0; f < root_dofs.rows(); ++f) {
    Clip::set_quat(clip.root_rot, f, 0, exp_map(root_dofs.row(f).rightCols(3).transpose()));
  }
  finish_clip(clip, std::move(arrays));
  return clip;
}

}  // namespace

Clip mimickit_clip(const Value& root, const ReadOptions& options) {
  Array rate;
  Clip clip = head_of(root, rate);
  return with_frames(std::move(clip), numeric_array(root.at("frames", "the motion"), "frames"),
                     rate, options);
}

std::vector<Clip> read_mimickit(Bytes bytes, const ReadOptions& options) {
  Array rate, raw;
  Clip clip;
  {  // neither the file nor the pickle stays beside the clip
    const Pickle pickle = Pickle::parse(bytes);
    if (options.release) options.release();
    clip = head_of(pickle.root(), rate);
    const Value& frames = pickle.root().at("frames", "the motion");
    raw = frames.is(ValueKind::array) && !frames.raw_array().objects
              ? std::move(frames.raw_array().array)
              : numeric_array(frames, "frames");
  }
  std::vector<Clip> clips;
  clips.push_back(with_frames(std::move(clip), std::move(raw), rate, options));
  return clips;
}

namespace {

Frames compute_frames(const Clip& clip) {
  Frames v(clip.frames(), kRootDofs + clip.dof_pos.cols());
  for (int f = 0; f < clip.frames(); ++f) {
    const Vec3 root = log_map(clip.root_rot_at(f));
    v.row(f).leftCols(3) = clip.root_pos.row(f);
    v.row(f).segment<3>(3) = root.transpose();
    v.row(f).rightCols(clip.dof_pos.cols()) = clip.dof_pos.row(f);
  }
  return v;
}

/// The frames of the file that an untouched clip was read from.
Array frames_of_source(const Clip& clip) {
  const std::map<std::string, Array>& arrays = clip.source.arrays;
  if (const auto whole = arrays.find("frames"); whole != arrays.end()) return whole->second;
  const Array& rotations = arrays.at(kRotations);
  require(rotations.shape == std::vector<int64_t>{clip.frames(), 3}, kBad,
          "the clip remembers {} rotations of its source, expected ({}, 3)",
          shape_text(rotations.shape), clip.frames());
  Frames v(clip.frames(), kRootDofs + clip.dof_pos.cols());
  v << clip.root_pos, to_frames(rotations, kRotations), clip.dof_pos;
  return rotations.descr == "<f4" ? f4_array(v) : f8_array(v);
}

void write_list(PickleWriter& out, const Frames& v) {
  out.open_list();
  for (Eigen::Index f = 0; f < v.rows(); ++f) {
    out.open_list();
    for (Eigen::Index c = 0; c < v.cols(); ++c) out.real(v(f, c));
    out.close_list();
  }
  out.close_list();
}

}  // namespace

std::vector<std::byte> write_mimickit(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& clip = only_clip(clips, "mimickit");
  const bool untouched = is_untouched(clip, "mimickit");
  if (!untouched) require_robot(clip, "mimickit");
  PickleWriter out;
  out.open_dict();
  out.text("loop_mode");
  out.integer(clip.loop == LoopMode::wrap ? 1 : 0);
  out.text("fps");
  write_rate(out, untouched ? clip.source.arrays.at("fps") : rate_array(clip.fps), clip, untouched);
  out.text("frames");
  const auto form = clip.source.metadata.find("frames_form");
  if (untouched && form != clip.source.metadata.end() && form->second == "array") {
    out.array(frames_of_source(clip));
  } else {
    write_list(out, untouched ? to_frames(frames_of_source(clip), "frames") : compute_frames(clip));
  }
  out.close_dict();
  return out.finish();
}

}  // namespace motus::formats
