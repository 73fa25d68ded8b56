#include "formats/beyondmimic.h"
#include "formats/body_order.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

std::string option(const WriteOptions& options, const char* key, const std::string& fallback) {
  const auto it = options.extra.find(key);
  return it == options.extra.end() ? fallback : it->second;
}

/// The columns of `a` (F, kN) that belong to these items.
Frames pick(const Frames& a, const std::vector<int>& items, int k) {
  Frames out(a.rows(), static_cast<Eigen::Index>(k * items.size()));
  for (size_t i = 0; i < items.size(); ++i) {
    out.middleCols(static_cast<Eigen::Index>(k * i), k) = a.middleCols(k * items[i], k);
  }
  return out;
}

/// One body more in front: the world, at rest at the origin.
Frames with_world(const Frames& a, int k, double first) {
  Frames out = Frames::Zero(a.rows(), a.cols() + k);
  out.col(0).setConstant(first);
  out.rightCols(a.cols()) = a;
  return out;
}

struct States {
  Frames pos, rot, lin, ang;
};

States states_of(const Clip& clip, const std::vector<int>& bodies) {
  const Frames pos = body_positions(clip), rot = body_rotations(clip);
  return {pick(pos, bodies, 3), pick(rot, bodies, 4),
          pick(linear_velocities(pos, clip.fps), bodies, 3),
          pick(angular_velocities(rot, clip.fps), bodies, 3)};
}

using Members = std::vector<std::pair<std::string, Array>>;

Members beyondmimic(const Clip& clip, const std::vector<int>& dofs,
                    const std::vector<int>& bodies) {
  const int64_t frames = clip.frames(), count = static_cast<int64_t>(bodies.size());
  const States s = states_of(clip, bodies);
  Array fps = rate_array(clip.fps);
  fps.shape = {1};
  return {{"fps", fps},
          {"joint_pos", f4_array(pick(clip.dof_pos, dofs, 1))},
          {"joint_vel", f4_array(pick(dof_velocities(clip), dofs, 1))},
          {"body_pos_w", f4_array(s.pos, {frames, count, 3})},
          {"body_quat_w", f4_array(s.rot, {frames, count, 4})},
          {"body_lin_vel_w", f4_array(s.lin, {frames, count, 3})},
          {"body_ang_vel_w", f4_array(s.ang, {frames, count, 3})}};
}

Members holosoma(const Clip& clip, const std::vector<int>& dofs, const std::vector<int>& bodies) {
  const Skeleton& skeleton = *clip.skeleton;
  const int64_t frames = clip.frames(), count = static_cast<int64_t>(bodies.size()) + 1;
  const auto width = static_cast<Eigen::Index>(dofs.size());
  const States s = states_of(clip, bodies);
  Frames pos(frames, 7 + width), vel(frames, 6 + width);
  pos << clip.root_pos, clip.root_rot, pick(clip.dof_pos, dofs, 1);
  // MuJoCo's free joint: linear velocity in the world's frame, angular velocity in the body's
  Frames turning = s.ang.leftCols(3);
  for (int f = 0; f < clip.frames(); ++f) {
    const Vec3 w = turning.row(f).transpose();
    turning.row(f) = (clip.root_rot_at(f).conjugate() * w).transpose();
  }
  vel << s.lin.leftCols(3), turning, pick(dof_velocities(clip), dofs, 1);
  std::vector<std::string> joint_names, body_names = {"world"};
  for (const int d : dofs) joint_names.push_back(skeleton.dofs()[static_cast<size_t>(d)].name);
  for (const int b : bodies) body_names.push_back(skeleton.bodies()[static_cast<size_t>(b)].name);
  Array fps = rate_array(clip.fps);
  fps.shape = {1};
  Members out = {{"fps", fps},
                 {"joint_pos", f8_array(pos)},
                 {"joint_vel", f8_array(vel)},
                 {"body_pos_w", f8_array(with_world(s.pos, 3, 0), {frames, count, 3})},
                 {"body_quat_w", f8_array(with_world(s.rot, 4, 1), {frames, count, 4})},
                 {"body_lin_vel_w", f8_array(with_world(s.lin, 3, 0), {frames, count, 3})},
                 {"body_ang_vel_w", f8_array(with_world(s.ang, 3, 0), {frames, count, 3})},
                 {"joint_names", string_array(joint_names)},
                 {"body_names", string_array(body_names)}};
  for (const char* name : {"object_pos", "object_lin_vel", "object_ang_vel"}) {
    const auto it = clip.channels.find(name);
    if (it != clip.channels.end()) {
      out.emplace_back(std::string(name) + "_w", f8_array(it->second.data));
    }
  }
  if (const auto it = clip.channels.find("object_rot"); it != clip.channels.end()) {
    out.emplace_back("object_quat_w", f8_array(it->second.data));
  }
  return out;
}

constexpr const char* kOrder[] = {"fps",         "joint_pos",      "joint_vel",      "body_pos_w",
                                  "body_quat_w", "body_lin_vel_w", "body_ang_vel_w", "joint_names",
                                  "body_names"};

/// The source's arrays in the usual order, its own behind them.
Members kept(const Clip& clip) {
  std::map<std::string, Array> arrays = clip.source.arrays;
  Members out;
  for (const char* name : kOrder) {
    const auto it = arrays.find(name);
    if (it == arrays.end()) continue;
    out.emplace_back(name, std::move(it->second));
    arrays.erase(it);
  }
  for (auto& [name, array] : arrays) out.emplace_back(name, std::move(array));
  return out;
}

}  // namespace

std::vector<std::byte> write_beyondmimic(std::span<const Clip> clips, const WriteOptions& options) {
  const Clip& clip = only_clip(clips, "beyondmimic");
  const bool untouched = is_untouched(clip, "beyondmimic");
  const std::string layout =
      option(options, "layout", untouched ? clip.source.variant : "beyondmimic");
  require(layout == "beyondmimic" || layout == "holosoma", Kind::usage,
          "layout '{}' is not known: beyondmimic or holosoma", layout);
  const std::string order = option(options, "order", "depth");
  require(order == "depth" || order == "breadth", Kind::usage,
          "order '{}' is not known: depth or breadth", order);
  if (untouched && layout == clip.source.variant && !options.extra.count("order")) {
    return write_npz(kept(clip));
  }
  require_robot(clip, "beyondmimic");
  const TreeOrder tree = order == "depth" ? TreeOrder::depth : TreeOrder::breadth;
  const std::vector<int> dofs = dofs_in_order(*clip.skeleton, tree);
  const std::vector<int> bodies = bodies_in_order(*clip.skeleton, tree, false);
  return write_npz(layout == "holosoma" ? holosoma(clip, dofs, bodies)
                                        : beyondmimic(clip, dofs, bodies));
}

}  // namespace motus::formats
