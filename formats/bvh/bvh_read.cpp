#include <algorithm>
#include <cmath>

#include "formats/bvh/bvh.h"
#include "formats/bvh/bvh_file.h"
#include "formats/bvh/bvh_frame.h"
#include "formats/bytes.h"
#include "formats/units.h"

namespace motus::formats {

namespace {

using namespace bvh;

bool has_positions(const Joint& j) {
  return std::any_of(j.channels.begin(), j.channels.end(), [](int c) { return c < 3; });
}

/// "Hips:XpYpZpZrYrXr": what write_bvh() needs to give the same channels back.
std::string channel_text(const Joint& j) {
  std::string out = j.name + ":";
  for (const int c : j.channels) {
    out += static_cast<char>('X' + c % 3);
    out += c < 3 ? 'p' : 'r';
  }
  return out;
}

std::string quat_text(const Quat& q) {
  return fmt::format("{} {} {} {}", q.w(), q.x(), q.y(), q.z());
}

SkeletonPtr skeleton_of(const File& file, const Frame& frame) {
  Skeleton::Spec s;
  s.name = "bvh";
  const auto convert = [&](const Vec3& v) { return Vec3(frame.scale * (frame.rest * v)); };
  for (const Joint& j : file.joints) {
    s.bodies.push_back({.name = j.name, .parent = j.parent, .rest_pos = convert(j.offset)});
  }
  std::vector<int> count(file.joints.size(), 0);
  for (const Tip& t : file.tips) {
    const std::string& name = file.joints[static_cast<size_t>(t.joint)].name;
    const int n = ++count[static_cast<size_t>(t.joint)];
    s.end_sites.push_back({.name = n == 1 ? name + "_end" : fmt::format("{}_end{}", name, n),
                           .body = t.joint,
                           .pos = convert(t.offset)});
  }
  return Skeleton::build(std::move(s));
}

void fill_motion(Clip& c, const File& file, const Frame& frame) {
  const auto rows = static_cast<Eigen::Index>(file.rows);
  const int n = static_cast<int>(file.joints.size());
  c.root_pos.resize(rows, 3);
  c.root_rot.resize(rows, 4);
  c.local_rot.resize(rows, 4 * n);
  const Quat back = frame.rest.conjugate();
  for (int f = 0; f < file.rows; ++f) {
    const double* row = file.values.data() + static_cast<int64_t>(f) * file.columns;
    c.root_pos.row(f) = frame.scale * (frame.world * position_of(file.joints[0], row)).transpose();
    Clip::set_quat(c.root_rot, f, 0, frame.world * rotation_of(file.joints[0], row) * back);
    Clip::set_quat(c.local_rot, f, 0, Quat::Identity());
    for (int j = 1; j < n; ++j) {
      const Quat q = rotation_of(file.joints[static_cast<size_t>(j)], row);
      Clip::set_quat(c.local_rot, f, j, frame.rest * q * back);
    }
  }
}

/// Positions of joints that have channels for them, where those say more than OFFSET does.
void fill_positions(Clip& c, const File& file, const Frame& frame) {
  const int n = static_cast<int>(file.joints.size());
  if (std::none_of(file.joints.begin() + 1, file.joints.end(), has_positions)) return;
  Channel ch{.data = Frames(static_cast<Eigen::Index>(file.rows), 3 * n),
             .components = 3,
             .names = {},
             .units = "m",
             .frame = "parent"};
  double most = 0;
  for (int j = 0; j < n; ++j) {
    const Joint& joint = file.joints[static_cast<size_t>(j)];
    ch.names.push_back(joint.name);
    for (int f = 0; f < file.rows; ++f) {
      const double* row = file.values.data() + static_cast<int64_t>(f) * file.columns;
      const Vec3 p = j > 0 ? position_of(joint, row) : Vec3::Zero();
      if (j > 0) most = std::max(most, frame.scale * (p - joint.offset).norm());
      ch.data.block<1, 3>(f, 3 * j) = frame.scale * (frame.rest * p).transpose();
    }
  }
  c.channels["joint_pos_local"] = std::move(ch);
  if (most > 1e-3) {
    c.source.warnings.push_back(
        fmt::format("joints move against their parents by up to {:.3g} m: kept as joint_pos_local, "
                    "while bones have the lengths of the hierarchy",
                    most));
  }
}

/// A root that only carries its one child about (both have six channels) is that child's frame:
/// folding it in leaves the hips as root, where their path belongs.
void fold_root(File& file, Source& source) {
  if (file.joints.size() < 3) return;
  const Joint &root = file.joints[0], &child = file.joints[1];
  const bool only =
      std::none_of(file.joints.begin() + 2, file.joints.end(),
                   [](const Joint& j) { return j.parent == 0; }) &&
      std::none_of(file.tips.begin(), file.tips.end(), [](const Tip& t) { return t.joint == 0; });
  if (!only || !has_positions(child)) return;
  bool moves = false;
  for (int64_t r = 0; r < file.rows && !moves; ++r) {
    const Vec3 p = position_of(child, file.values.data() + r * file.columns);
    moves = (p - child.offset).norm() > 1e-3 * std::max(1.0, child.offset.norm());
  }
  if (!moves) return;
  // the child's columns become world values; its rotation channels keep their order
  Joint folded = child;
  std::vector<int> order;
  for (const int c : child.channels) {
    if (c >= 3) order.push_back(c - 3);
  }
  if (order.size() != 3) order = {2, 1, 0};
  folded.channels = {0, 1, 2, 3 + order[0], 3 + order[1], 3 + order[2]};
  std::vector<double> values;
  const int skip = child.first + static_cast<int>(child.channels.size());
  const int columns = 6 + file.columns - skip;
  values.reserve(static_cast<size_t>(file.rows) * static_cast<size_t>(columns));
  for (int64_t r = 0; r < file.rows; ++r) {
    const double* row = file.values.data() + r * file.columns;
    const Quat q = rotation_of(root, row);
    const Vec3 p = position_of(root, row) + q * position_of(child, row);
    const Vec3 e = to_euler(q * rotation_of(child, row), order.data()) * (180 / M_PI);
    values.insert(values.end(), {p.x(), p.y(), p.z(), e.x(), e.y(), e.z()});
    values.insert(values.end(), row + skip, row + file.columns);
  }
  source.conversions.push_back(fmt::format("root '{}' folded into '{}'", root.name, child.name));
  folded.parent = -1;
  folded.first = 0;
  file.joints.erase(file.joints.begin());
  file.joints[0] = folded;
  for (size_t j = 1; j < file.joints.size(); ++j) {
    file.joints[j].parent -= 1;
    file.joints[j].first += 6 - skip;
  }
  for (Tip& t : file.tips) t.joint -= 1;
  file.columns = columns;
  file.values = std::move(values);
}

}  // namespace

Match sniff_bvh(Bytes bytes) {
  std::string_view t = as_text(bytes.first(std::min<size_t>(bytes.size(), 4096)));
  if (t.starts_with("\xef\xbb\xbf")) t.remove_prefix(3);
  const size_t at = t.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && t.substr(at).starts_with("HIERARCHY") ? Match::yes
                                                                               : Match::no;
}

std::vector<Clip> read_bvh(Bytes bytes, const ReadOptions& options) {
  File file = parse(bytes);
  Clip c;
  require(file.frame_time > 0 || options.fps, Kind::bad_input,
          "frame time is {} s; --fps says how fast it plays", file.frame_time_text);
  c.fps = file.frame_time > 0 ? snap_fps(file.frame_time) : *options.fps;
  fold_root(file, c.source);
  const Frame frame = find_frame(file, options);
  c.skeleton = skeleton_of(file, frame);
  Source& s = c.source;
  s.warnings.insert(s.warnings.end(), file.warnings.begin(), file.warnings.end());
  s.warnings.insert(s.warnings.end(), frame.warnings.begin(), frame.warnings.end());
  s.conversions.insert(s.conversions.end(), frame.conversions.begin(), frame.conversions.end());
  s.conversions.emplace_back("degrees to rad");
  s.metadata["frame_time"] = file.frame_time_text;
  s.metadata["metres_per_unit"] = fmt::format("{}", frame.scale);
  s.metadata["world_axes"] = quat_text(frame.world);
  s.metadata["rest_axes"] = quat_text(frame.rest);
  std::string channels;
  for (const Joint& j : file.joints) channels += (channels.empty() ? "" : "\n") + channel_text(j);
  s.metadata["channels"] = channels;
  fill_motion(c, file, frame);
  fill_positions(c, file, frame);
  return {std::move(c)};
}

}  // namespace motus::formats
