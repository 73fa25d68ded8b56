#include "formats/json/amp_json.h"

#include <array>

#include "formats/clip_tools.h"
#include "formats/json/json_frames.h"
#include "formats/mjcf.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr std::array kLegs = {"FR", "FL", "RR", "RL"};
constexpr std::array kJoints = {"hip", "thigh", "calf"};

/// Dof of every column 7..18.
std::vector<int> leg_dofs(const Skeleton& s) {
  std::vector<int> out;
  for (const char* leg : kLegs) {
    for (const char* joint : kJoints) {
      const std::string name = fmt::format("{}_{}_joint", leg, joint);
      const int dof = s.find_dof(name);
      require(dof >= 0, Kind::usage, "'{}' has no dof '{}': this format holds A1-like quadrupeds",
              s.name(), name);
      out.push_back(dof);
    }
  }
  return out;
}

Channel channel(const Frames& rows, int first, int count, int components, const char* units,
                const char* frame, std::vector<std::string> names) {
  return {.data = rows.middleCols(first, count),
          .components = components,
          .names = std::move(names),
          .units = units,
          .frame = frame};
}

[[noreturn]] void refuse_width(const JsonFrames& j) {
  const auto width = j.rows.cols();
  if (width == 49) {
    throw_error(Kind::bad_input,
                "is a CMU trajectory of TOCABI (49 columns); this version does not read that");
  }
  throw_error(Kind::bad_input,
              "has {} columns, expected 61 (AMP_for_hardware) or 19 (motion_imitation)", width);
}

/// Toes in the base frame (F, 12), counted as this format counts them.
Frames toes_of(const Clip& c) {
  // the trunk's centre of mass in the A1's URDF; the recorded toes of six files are FK minus this
  // to 7e-6 m
  const Vec3 com = c.skeleton->name() == "a1" ? Vec3(0.012731, 0.002186, 0.000515) : Vec3::Zero();
  Frames out(c.frames(), 12);
  std::vector<int> feet;
  for (const char* leg : kLegs) {
    const int body = c.skeleton->find_body(std::string(leg) + "_foot");
    require(body >= 0, Kind::usage, "'{}' has no body '{}_foot'", c.skeleton->name(), leg);
    feet.push_back(body);
  }
  for (int f = 0; f < c.frames(); ++f) {
    const BodyPoses p = forward(c, f);
    for (int l = 0; l < 4; ++l) {
      const Vec3 toe = p.pos[static_cast<size_t>(feet[static_cast<size_t>(l)])];
      out.block<1, 3>(f, 3 * l) = (p.rot[0].conjugate() * (toe - p.pos[0]) - com).transpose();
    }
  }
  return out;
}

/// The format does not name its robot, but the toes that it stores tell.
void warn_of_other_robot(Clip& c, const Frames& toes) {
  const double off = (toes_of(c) - toes).cwiseAbs().maxCoeff();
  if (off < 0.01) return;
  c.source.warnings.push_back(fmt::format(
      "the toes lie up to {:.3g} m from where '{}' has them: another robot? --skeleton says which",
      off, c.skeleton->name()));
}

/// The 61 columns from a clip.
Frames rows_from(const Clip& c) {
  const std::vector<int> dofs = leg_dofs(*c.skeleton);
  Frames rows = Frames::Zero(c.frames(), 61);
  rows.leftCols(3) = c.root_pos;
  rows.middleCols(3, 4) = to_xyzw(c.root_rot);
  for (int i = 0; i < 12; ++i) rows.col(7 + i) = c.dof_pos.col(dofs[static_cast<size_t>(i)]);
  rows.middleCols(19, 12) = toes_of(c);
  const int last = c.frames() - 1;
  for (int f = 0; f < last; ++f) {
    const Quat q = c.root_rot_at(f);
    rows.block<1, 3>(f, 31) =
        (c.fps * (q.conjugate() * (c.root_pos_at(f + 1) - c.root_pos_at(f)))).transpose();
    rows.block<1, 3>(f, 34) = c.fps * log_map(q.conjugate() * c.root_rot_at(f + 1)).transpose();
    rows.block<1, 24>(f, 37) = c.fps * (rows.block<1, 24>(f + 1, 7) - rows.block<1, 24>(f, 7));
  }
  if (last > 0) rows.block<1, 30>(last, 31) = rows.block<1, 30>(last - 1, 31);
  return rows;
}

}  // namespace

Match sniff_amp_json(Bytes bytes) {
  constexpr long kTienkung = 52;  // of the same family, with a reader of its own
  const bool family = looks_like_json_frames(bytes, "FrameDuration");
  return family && first_row_width(bytes) != kTienkung ? Match::yes : Match::no;
}

std::vector<Clip> read_amp_json(Bytes bytes, const ReadOptions& options) {
  const JsonFrames j = parse_json_frames(bytes);
  if (j.rows.cols() != 61 && j.rows.cols() != 19) refuse_width(j);
  Clip c;
  Source& s = c.source;
  s.variant = j.rows.cols() == 61 ? "AMP_for_hardware" : "motion_imitation";
  const double dt = j.number("FrameDuration", 0);
  require(dt > 0 || options.fps, Kind::bad_input,
          "FrameDuration is {}; --fps says how fast it plays", dt);
  c.fps = dt > 0 ? 1 / dt : *options.fps;
  c.weight = j.number("MotionWeight", 1);
  const std::string loop = j.word("LoopMode");
  c.loop = loop == "Wrap" || loop == "wrap" ? LoopMode::wrap : LoopMode::clamp;
  for (const auto& [key, value] : j.words) s.metadata[key] = value;
  c.skeleton = load_robot(options.skeleton.empty() ? "a1" : options.skeleton.word()).skeleton;
  const std::vector<int> dofs = leg_dofs(*c.skeleton);
  c.root_pos = j.rows.leftCols(3);
  c.root_rot = from_xyzw(j.rows.middleCols(3, 4));
  normalise(c.root_rot, "root rotation", s);
  c.dof_pos = Frames::Zero(c.frames(), c.skeleton->dof_count());
  for (int i = 0; i < 12; ++i) c.dof_pos.col(dofs[static_cast<size_t>(i)]) = j.rows.col(7 + i);
  if (j.rows.cols() == 61) {
    const std::vector<std::string> legs(kLegs.begin(), kLegs.end());
    std::vector<std::string> joints;
    joints.reserve(dofs.size());
    for (const int d : dofs) joints.push_back(c.skeleton->dofs()[static_cast<size_t>(d)].name);
    warn_of_other_robot(c, j.rows.middleCols(19, 12));
    c.channels["toe_pos"] = channel(j.rows, 19, 12, 3, "m", "base, from the centre of mass", legs);
    c.channels["root_lin_vel"] = channel(j.rows, 31, 3, 3, "m/s", "base", {});
    c.channels["root_ang_vel"] = channel(j.rows, 34, 3, 3, "rad/s", "base", {});
    c.channels["dof_vel"] = channel(j.rows, 37, 12, 1, "rad/s", "joint", joints);
    c.channels["toe_vel"] = channel(j.rows, 49, 12, 3, "m/s", "base", legs);
  }
  finish_clip(c, {{"frames", array_of(j.rows)}});
  return {std::move(c)};
}

std::vector<std::byte> write_amp_json(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& c = only_clip(clips, "amp_json");
  require_robot(c, "amp_json");
  const bool same = is_untouched(c, "amp_json");
  return amp_family_text(c, same, same ? rows_of(c.source.arrays.at("frames")) : rows_from(c));
}

}  // namespace motus::formats
