#include "formats/json/tienkung.h"

#include <array>

#include "formats/clip_tools.h"
#include "formats/json/json_frames.h"
#include "formats/mjcf.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr int kDofs = 20, kWidth = 52;
constexpr std::array kArm = {"shoulder_pitch", "shoulder_roll", "shoulder_yaw", "elbow_pitch"};
constexpr std::array kLeg = {"hip_roll",   "hip_pitch",   "hip_yaw",
                             "knee_pitch", "ankle_pitch", "ankle_roll"};
constexpr int kXyz[] = {0, 1, 2};

enum class Dialect { expert, visualization };

const char* name_of(Dialect d) {
  return d == Dialect::expert ? "expert" : "visualization";
}

/// First columns of the joints' angles and velocities.
struct Columns {
  int q, qd;
};
Columns columns_of(Dialect d) {
  return d == Dialect::expert ? Columns{0, 20} : Columns{6, 32};
}

std::vector<std::string> dof_names(Dialect d) {
  std::vector<std::string> out;
  const auto limb = [&](const auto& joints, char side) {
    for (const char* j : joints) out.push_back(fmt::format("{}_{}_joint", j, side));
  };
  if (d == Dialect::expert) {
    limb(kArm, 'r'), limb(kArm, 'l'), limb(kLeg, 'r'), limb(kLeg, 'l');
  } else {
    limb(kLeg, 'l'), limb(kLeg, 'r'), limb(kArm, 'l'), limb(kArm, 'r');
  }
  return out;
}

/// The dofs by name with every hinge at the root: angles are right, places of bodies are not, so it
/// has no roles.
SkeletonPtr bare_skeleton() {
  Skeleton::Spec s;
  s.name = "tienkung";
  s.kind = SkeletonKind::robot;
  s.bodies.push_back({.name = "base"});
  for (const std::string& name : dof_names(Dialect::visualization)) {
    const std::string stem = name.substr(0, name.size() - 6);  // without "_joint"
    const Vec3 axis = stem.find("roll") != stem.npos    ? Vec3::UnitX()
                      : stem.find("pitch") != stem.npos ? Vec3::UnitY()
                                                        : Vec3::UnitZ();
    s.bodies.push_back({.name = stem + "_link", .parent = 0});
    s.joints.push_back({.name = name,
                        .type = JointType::hinge,
                        .body = static_cast<int>(s.bodies.size()) - 1,
                        .axis = axis});
  }
  return Skeleton::build(std::move(s));
}

/// Dof of every joint column, by name.
std::vector<int> dofs_of(const Skeleton& s, Dialect d) {
  std::vector<int> out;
  for (const std::string& name : dof_names(d)) {
    out.push_back(s.find_dof(name));
    require(out.back() >= 0, Kind::usage, "'{}' has no dof '{}': this format holds TienKung",
            s.name(), name);
  }
  return out;
}

/// How far the velocity block is from the differences of the angle block, and how large it is.
struct Mismatch {
  double off = 0, size = 0;
};
Mismatch mismatch(const Frames& rows, Columns c, double dt) {
  Mismatch m;
  for (int f = 1; f < rows.rows(); ++f) {
    const auto speed = (rows.block<1, kDofs>(f, c.q) - rows.block<1, kDofs>(f - 1, c.q)) / dt;
    // forward and backward differences are both in use
    const double back = (rows.block<1, kDofs>(f, c.qd) - speed).cwiseAbs().sum();
    const double forth = (rows.block<1, kDofs>(f - 1, c.qd) - speed).cwiseAbs().sum();
    m.off += std::min(back, forth);
    m.size += speed.cwiseAbs().sum();
  }
  return m;
}

Dialect dialect_of(const Frames& rows, double dt, const std::string& kind) {
  if (kind == "expert") return Dialect::expert;
  if (kind == "visualization") return Dialect::visualization;
  require(kind.empty(), Kind::usage, "--kind is '{}', expected expert or visualization", kind);
  const auto share = [&](Dialect d) {
    const Mismatch m = mismatch(rows, columns_of(d), dt);
    return m.size > 0 ? m.off / m.size : 1;
  };
  const double e = share(Dialect::expert), v = share(Dialect::visualization);
  if (std::min(e, v) > 0.5 || std::abs(e - v) < 0.25) {
    throw Error(Kind::bad_input,
                fmt::format("52 columns are a TienKung motion, expert or visualization; {} frames "
                            "do not tell which",
                            rows.rows()),
                "--kind expert or --kind visualization says");
  }
  return e < v ? Dialect::expert : Dialect::visualization;
}

std::vector<std::string> end_effectors() {
  return {"left_hand", "right_hand", "left_foot", "right_foot"};
}

Channel channel(const Frames& rows, int first, int count, const char* units, const char* frame,
                int components = 3) {
  return {.data = rows.middleCols(first, count),
          .components = components,
          .names = {},
          .units = units,
          .frame = frame};
}

Frames backward_differences(const Frames& a, double fps) {
  Frames out = Frames::Zero(a.rows(), a.cols());
  for (int f = 1; f < a.rows(); ++f) out.row(f) = fps * (a.row(f) - a.row(f - 1));
  if (a.rows() > 1) out.row(0) = out.row(1);
  return out;
}

Frames rows_from(const Clip& c, Dialect d) {
  Frames rows = Frames::Zero(c.frames(), kWidth);
  const std::vector<int> dofs = dofs_of(*c.skeleton, d);
  const Columns at = columns_of(d);
  for (int i = 0; i < kDofs; ++i) {
    rows.col(at.q + i) = c.dof_pos.col(dofs[static_cast<size_t>(i)]);
  }
  rows.middleCols(at.qd, kDofs) = backward_differences(rows.middleCols(at.q, kDofs), c.fps);
  if (d == Dialect::expert) {
    const auto hands = c.channels.find("end_effector_pos");
    require(hands != c.channels.end() && hands->second.data.cols() == 12, Kind::usage,
            "clip '{}' has no hands and feet (channel end_effector_pos), which expert files hold",
            c.name);
    rows.rightCols(12) = hands->second.data;
    return rows;
  }
  rows.leftCols(3) = c.root_pos;
  for (int f = 0; f < c.frames(); ++f) {
    rows.block<1, 3>(f, 3) = to_euler(c.root_rot_at(f), kXyz).transpose();
    if (f == 0) continue;
    for (int k = 3; k < 6; ++k) {  // a turn goes on past pi
      rows(f, k) += 2 * M_PI * std::round((rows(f - 1, k) - rows(f, k)) / (2 * M_PI));
    }
    rows.block<1, 3>(f, 29) =
        c.fps * log_map(c.root_rot_at(f) * c.root_rot_at(f - 1).conjugate()).transpose();
  }
  rows.middleCols(26, 3) = backward_differences(c.root_pos, c.fps);
  if (c.frames() > 1) rows.block<1, 3>(0, 29) = rows.block<1, 3>(1, 29);
  return rows;
}

}  // namespace

Match sniff_tienkung(Bytes bytes) {
  const bool family = looks_like_json_frames(bytes, "FrameDuration");
  return family && first_row_width(bytes) == kWidth ? Match::yes : Match::no;
}

std::vector<Clip> read_tienkung(Bytes bytes, const ReadOptions& options) {
  const JsonFrames j = parse_json_frames(bytes);
  require(j.rows.cols() == kWidth, Kind::bad_input, "has {} columns, expected {} (TienKung)",
          j.rows.cols(), kWidth);
  const double dt = j.number("FrameDuration", 0);
  require(dt > 0, Kind::bad_input, "FrameDuration is {}", dt);
  const Dialect dialect = dialect_of(j.rows, dt, options.kind);
  Clip c;
  Source& s = c.source;
  s.variant = name_of(dialect);
  c.fps = 1 / dt;
  c.weight = j.number("MotionWeight", 1);
  c.loop = j.word("LoopMode") == "Wrap" ? LoopMode::wrap : LoopMode::clamp;
  for (const auto& [key, value] : j.words) s.metadata[key] = value;
  if (options.skeleton.empty()) {
    c.skeleton = bare_skeleton();
    s.warnings.push_back(
        "TienKung's model is not in the data: dofs keep their names, body positions are not "
        "computed; --skeleton takes its MJCF or URDF");
  } else {
    c.skeleton = load_robot(options.skeleton).skeleton;
  }
  const int frames = static_cast<int>(j.rows.rows());
  c.root_pos = Frames::Zero(frames, 3);
  c.root_rot = Frames::Zero(frames, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos = Frames::Zero(frames, c.skeleton->dof_count());
  const std::vector<int> dofs = dofs_of(*c.skeleton, dialect);
  const Columns at = columns_of(dialect);
  for (int i = 0; i < kDofs; ++i) {
    c.dof_pos.col(dofs[static_cast<size_t>(i)]) = j.rows.col(at.q + i);
  }
  c.channels["dof_vel"] = channel(j.rows, at.qd, kDofs, "rad/s", "joint", 1);
  c.channels["dof_vel"].names = dof_names(dialect);
  if (dialect == Dialect::expert) {
    c.channels["end_effector_pos"] = channel(j.rows, 40, 12, "m", "base");
    c.channels["end_effector_pos"].names = end_effectors();
    s.warnings.push_back("expert files hold no root: it stays at the origin");
  } else {
    c.root_pos = j.rows.leftCols(3);
    for (int f = 0; f < frames; ++f) {
      Clip::set_quat(c.root_rot, f, 0,
                     from_euler(Vec3(j.rows.block<1, 3>(f, 3).transpose()), kXyz));
    }
    c.channels["root_lin_vel"] = channel(j.rows, 26, 3, "m/s", "world");
    c.channels["root_ang_vel"] = channel(j.rows, 29, 3, "rad/s", "world");
  }
  finish_clip(c, {{"frames", array_of(j.rows)}});
  return {std::move(c)};
}

std::vector<std::byte> write_tienkung(std::span<const Clip> clips, const WriteOptions& options) {
  const Clip& c = only_clip(clips, "tienkung");
  require_robot(c, "tienkung");
  const auto wish = options.extra.find("dialect");
  const std::string dialect = wish != options.extra.end()     ? wish->second
                              : c.source.format == "tienkung" ? c.source.variant
                                                              : "visualization";
  require(dialect == "expert" || dialect == "visualization", Kind::usage,
          "dialect is '{}', expected expert or visualization", dialect);
  const bool same = is_untouched(c, "tienkung") && dialect == c.source.variant;
  return amp_family_text(
      c, same,
      same ? rows_of(c.source.arrays.at("frames"))
           : rows_from(c, dialect == "expert" ? Dialect::expert : Dialect::visualization));
}

}  // namespace motus::formats
