#include "formats/locomujoco.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/robot_dofs.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr const char* kRoot[] = {"pelvis_tx",   "pelvis_tz",   "pelvis_ty",
                                 "pelvis_tilt", "pelvis_list", "pelvis_rotation"};

bool is_root(const std::string& joint) {
  return std::find(std::begin(kRoot), std::end(kRoot), joint) != std::end(kRoot);
}

/// OpenSim's knees slide: metres, not angles.
bool is_slide(const std::string& joint) {
  return joint.find("_translation") != std::string::npos;
}

struct File {
  std::map<std::string, Array> arrays;
  std::vector<std::string> joints;  ///< in file order, the root's six included
  int64_t frames = 0;

  Eigen::VectorXd column(const std::string& name) const {
    const Frames f = to_frames(arrays.at(name), name);
    return f.col(0);
  }
};

File load(Bytes bytes) {
  const Npz npz(bytes);
  File f;
  for (const std::string& name : npz.names()) {
    if (npz.header(name).descr == "|O") continue;
    f.arrays[name] = npz.array(name);
    if (name.starts_with("q_")) f.joints.push_back(name.substr(2));
  }
  for (const char* joint : kRoot) {
    require(f.arrays.count(fmt::format("q_{}", joint)) > 0, kBad, "the npz has no 'q_{}'", joint);
  }
  f.frames = f.arrays["q_pelvis_tx"].size();
  require(f.frames > 0, kBad, "holds no frames");
  for (const std::string& joint : f.joints) {
    for (const std::string& name : {"q_" + joint, "dq_" + joint}) {
      if (!f.arrays.count(name)) continue;
      const Array& a = f.arrays[name];
      require(a.shape == std::vector<int64_t>{f.frames} && is_numeric(a), kBad,
              "{} has shape {}, expected ({},)", name, shape_text(a.shape), f.frames);
    }
  }
  return f;
}

/// Frames a second from one coordinate and its velocity, if they belong together: least squares of
/// the velocity against the central difference.
std::optional<double> rate_of(const Eigen::VectorXd& q, const Eigen::VectorXd& v) {
  const Eigen::Index n = q.size() - 2;
  if (n < 8) return {};
  Eigen::VectorXd d = (q.tail(n) - q.head(n)) / 2, w = v.segment(1, n);
  const double dd = d.squaredNorm(), dw = d.dot(w);
  d.array() -= d.mean(), w.array() -= w.mean();
  const double spread = d.norm() * w.norm();
  if (spread <= 0 || dd <= 0 || d.dot(w) / spread < .998) return {};
  return dw / dd;
}

/// The rate and how it was found.
void find_rate(const File& f, const ReadOptions& options, Clip& clip) {
  std::vector<double> rates;
  for (const std::string& joint : f.joints) {
    if (!f.arrays.count("dq_" + joint)) continue;
    if (const auto rate = rate_of(f.column("q_" + joint), f.column("dq_" + joint))) {
      rates.push_back(*rate);
    }
  }
  Source& s = clip.source;
  if (options.fps || rates.empty()) return guess_fps(clip, options);
  std::nth_element(rates.begin(), rates.begin() + static_cast<ptrdiff_t>(rates.size() / 2),
                   rates.end());
  const double found = rates[rates.size() / 2];
  clip.fps = found;
  for (const double known : {500.0, 100.0}) {
    if (std::abs(found - known) < .01 * known) clip.fps = known;
  }
  s.fps_source = "guess";
  s.warnings.push_back(
      fmt::format("the file states no frame rate: {} by its velocities ({:.1f} in {} of {} "
                  "coordinates); say it with --fps",
                  clip.fps, found, rates.size(), f.joints.size()));
}

/// The root's rotation is Rz(tilt) Rx(list) Ry(rotation) of OpenSim's pelvis (x forward, y up, z to
/// the right); in our axes its z is -y and its y is z.
Quat root_rotation(double tilt, double list, double rotation) {
  return Quat(Eigen::AngleAxisd(tilt, -Vec3::UnitY()) * Eigen::AngleAxisd(list, Vec3::UnitX()) *
              Eigen::AngleAxisd(rotation, Vec3::UnitZ()));
}

/// Tilt, list and rotation of q.
Vec3 root_angles(const Quat& q) {
  constexpr int kAxes[3] = {1, 0, 2};
  const Vec3 a = to_euler(q, kAxes);
  // a turn about -y by the tilt is one about y by its negative
  return {-a[0], a[1], a[2]};
}

/// OpenSim's figures, known by the names of their backs, count sideways to the right, the robots'
/// models to the left.
double sideways(const std::vector<std::string>& joints) {
  return std::find(joints.begin(), joints.end(), "lumbar_extension") == joints.end() ? 1 : -1;
}

Array rows(const Array& a, int64_t first, int64_t count, int64_t frames) {
  if (a.shape.empty() || a.shape[0] != frames) return a;
  Array out = a;
  const size_t size = a.data.size() / static_cast<size_t>(frames);
  out.shape[0] = count;
  out.data.assign(
      a.data.begin() + static_cast<ptrdiff_t>(size * static_cast<size_t>(first)),
      a.data.begin() + static_cast<ptrdiff_t>(size * static_cast<size_t>(first + count)));
  return out;
}

/// Where clips begin, and the end.
std::vector<int64_t> splits(const File& f) {
  const auto it = f.arrays.find("split_points");
  if (it == f.arrays.end()) return {0, f.frames};
  std::vector<int64_t> out;
  for (const double p : to_doubles(it->second)) out.push_back(static_cast<int64_t>(p));
  bool good = out.size() >= 2 && out.front() == 0 && out.back() == f.frames;
  for (size_t i = 1; good && i < out.size(); ++i) good = out[i] > out[i - 1];
  require(good, kBad, "split_points do not rise from 0 to the {} frames", f.frames);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

/// The whole file as one clip.
Clip whole_clip(const File& f, const ReadOptions& options) {
  Clip clip;
  Source& s = clip.source;
  std::vector<std::string> dofs, slides;
  for (const std::string& joint : f.joints) {
    if (!is_root(joint)) (is_slide(joint) ? slides : dofs).push_back(joint);
  }
  Frames values(f.frames, static_cast<Eigen::Index>(dofs.size()));
  for (size_t i = 0; i < dofs.size(); ++i) {
    values.col(static_cast<Eigen::Index>(i)) = f.column("q_" + dofs[i]);
  }
  if (options.skeleton.empty()) {
    clip.skeleton = bodiless_robot("locomujoco_robot", dofs);
    clip.dof_pos = values;
    s.warnings.emplace_back(
        "the file names joints but no robot: dofs are kept, body positions are not computed; give "
        "its model with --skeleton");
  } else {
    clip.skeleton = load_robot(options.skeleton).skeleton;
    clip.dof_pos = dofs_by_name(values, dofs, *clip.skeleton, s);
  }
  s.warnings.emplace_back("root heights count from the model's own pelvis height");
  clip.root_pos = Frames(f.frames, 3);
  clip.root_pos << f.column("q_pelvis_tx"), sideways(f.joints) * f.column("q_pelvis_tz"),
      f.column("q_pelvis_ty");
  clip.root_rot = Frames(f.frames, 4);
  const Eigen::VectorXd tilt = f.column("q_pelvis_tilt"), list = f.column("q_pelvis_list"),
                        rotation = f.column("q_pelvis_rotation");
  for (int i = 0; i < f.frames; ++i) {
    Clip::set_quat(clip.root_rot, i, 0, root_rotation(tilt(i), list(i), rotation(i)));
  }
  if (!slides.empty()) {
    Channel& c = clip.channels["slides"];
    c.data = Frames(f.frames, static_cast<Eigen::Index>(slides.size()));
    for (size_t i = 0; i < slides.size(); ++i) {
      c.data.col(static_cast<Eigen::Index>(i)) = f.column("q_" + slides[i]);
    }
    c.names = slides;
    c.units = "m";
  }
  find_rate(f, options, clip);
  s.metadata["coordinates"] = joined(f.joints);
  return clip;
}

}  // namespace

Match sniff_locomujoco(Bytes bytes) {
  return npz_has(bytes, {"q_pelvis_tx", "q_pelvis_tilt", "q_pelvis_rotation"}) ? Match::yes
                                                                               : Match::no;
}

std::vector<Clip> read_locomujoco(Bytes bytes, const ReadOptions& options) {
  const File f = load(bytes);
  const Clip whole = whole_clip(f, options);
  const std::vector<int64_t> at = splits(f);
  std::vector<Clip> clips;
  for (size_t i = 0; i + 1 < at.size(); ++i) {
    const int64_t first = at[i], count = at[i + 1] - at[i];
    Clip c = whole;
    for (Frames* a : {&c.root_pos, &c.root_rot, &c.dof_pos})
      *a = a->middleRows(first, count).eval();
    for (auto& [name, channel] : c.channels) {
      channel.data = channel.data.middleRows(first, count).eval();
    }
    std::map<std::string, Array> arrays;
    for (const auto& [name, a] : f.arrays) {
      if (name != "split_points") arrays[name] = rows(a, first, count, f.frames);
    }
    finish_clip(c, std::move(arrays));
    clips.push_back(std::move(c));
  }
  return clips;
}

namespace {

using Members = std::vector<std::pair<std::string, Array>>;

void add(Members& out, const std::string& name, const Frames& column) {
  out.emplace_back(name, f8_array(column, {column.rows()}));
}

/// Coordinates and their forward differences.
Members compute(const Clip& clip) {
  require_robot(clip, "locomujoco");
  std::vector<std::string> names;
  for (const Dof& d : clip.skeleton->dofs()) names.push_back(d.name);
  Frames root(clip.frames(), 6);
  root.leftCols(3) = clip.root_pos;
  root.col(1) *= sideways(names);
  for (int f = 0; f < clip.frames(); ++f) {
    root.block<1, 3>(f, 3) = root_angles(clip.root_rot_at(f)).transpose();
  }
  for (int f = 1; f < clip.frames(); ++f) {  // angles go on where they were
    for (int k = 3; k < 6; ++k)
      root(f, k) -= 2 * M_PI * std::round((root(f, k) - root(f - 1, k)) / (2 * M_PI));
  }
  Frames root_vel = Frames::Zero(clip.frames(), 6);
  for (int f = 0; f + 1 < clip.frames(); ++f) {
    root_vel.row(f) = clip.fps * (root.row(f + 1) - root.row(f));
  }
  if (clip.frames() > 1) root_vel.row(clip.frames() - 1) = root_vel.row(clip.frames() - 2);
  const Frames vel = dof_velocities(clip);
  Members out;
  for (int k = 0; k < 6; ++k) add(out, fmt::format("q_{}", kRoot[k]), root.col(k));
  for (size_t d = 0; d < names.size(); ++d) {
    add(out, "q_" + names[d], clip.dof_pos.col(static_cast<Eigen::Index>(d)));
  }
  for (int k = 0; k < 6; ++k) add(out, fmt::format("dq_{}", kRoot[k]), root_vel.col(k));
  for (size_t d = 0; d < names.size(); ++d) {
    add(out, "dq_" + names[d], vel.col(static_cast<Eigen::Index>(d)));
  }
  return out;
}

/// The source's arrays in the order that its file had.
Members kept(const Clip& clip) {
  std::map<std::string, Array> arrays = clip.source.arrays;
  Members out;
  const auto take = [&](const std::string& name) {
    const auto it = arrays.find(name);
    if (it == arrays.end()) return;
    out.emplace_back(name, std::move(it->second));
    arrays.erase(it);
  };
  std::vector<std::string> joints;
  const auto order = clip.source.metadata.find("coordinates");
  if (order != clip.source.metadata.end()) {
    for (size_t at = 0; at < order->second.size();) {
      const size_t end = std::min(order->second.find(' ', at), order->second.size());
      joints.push_back(order->second.substr(at, end - at));
      at = end + 1;
    }
  }
  for (const char* prefix : {"q_", "dq_"}) {
    for (const std::string& joint : joints) take(prefix + joint);
  }
  for (auto& [name, array] : arrays) out.emplace_back(name, std::move(array));
  return out;
}

}  // namespace

std::vector<std::byte> write_locomujoco(std::span<const Clip> clips, const WriteOptions&) {
  require(!clips.empty(), Kind::usage, "locomujoco files hold at least one clip");
  const bool untouched = std::all_of(clips.begin(), clips.end(),
                                     [](const Clip& c) { return is_untouched(c, "locomujoco"); });
  const auto members_of = [&](const Clip& c) { return untouched ? kept(c) : compute(c); };
  Members out = members_of(clips[0]);
  if (clips.size() == 1) return write_npz(out);
  std::vector<int64_t> at = {0, clips[0].frames()};
  for (const Clip& c : clips.subspan(1)) {
    require(c.skeleton->same_structure(*clips[0].skeleton), Kind::usage,
            "clip '{}' moves another robot than '{}'", c.name, clips[0].name);
    const Members more = members_of(c);
    require(more.size() == out.size(), Kind::usage, "clip '{}' holds other arrays than '{}'",
            c.name, clips[0].name);
    for (size_t i = 0; i < out.size(); ++i) {
      Array& a = out[i].second;
      const Array& b = more[i].second;
      const bool joins = !a.shape.empty() && !b.shape.empty() && a.shape[0] == at.back() &&
                         b.shape[0] == c.frames() && a.descr == b.descr;
      if (!joins) continue;
      a.shape[0] += b.shape[0];
      a.data.insert(a.data.end(), b.data.begin(), b.data.end());
    }
    at.push_back(at.back() + c.frames());
  }
  Array splits{.descr = "<i8", .shape = {static_cast<int64_t>(at.size())}, .data = {}};
  const auto bytes = std::as_bytes(std::span(at));
  splits.data.assign(bytes.begin(), bytes.end());
  out.emplace_back("split_points", splits);
  return write_npz(out);
}

}  // namespace motus::formats
