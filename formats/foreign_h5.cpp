#include "formats/foreign_h5.h"

#include <algorithm>
#include <cmath>

#include "formats/apart.h"
#include "formats/body_order.h"
#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/h5/h5.h"
#include "formats/hdf5_numbers.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/units.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

enum class Layout { none, demonstrations, mocap, rollout, episodes };

/// What the readers of the layouts share.
struct Reader {
  const Hdf5Numbers& file;
  const ReadOptions& options;
  SkeletonPtr skeleton;

  /// The numbers at `path`, (rows, columns); -1 = any.
  Frames get(const std::string& path, int64_t rows, int64_t columns) const {
    Frames a = file.numbers(path);
    require((rows < 0 || a.rows() == rows) && (columns < 0 || a.cols() == columns), kBad,
            "/{} has shape {}, expected {} x {}", path, shape_text(file.shape(path)),
            rows < 0 ? "any" : std::to_string(rows), columns < 0 ? "any" : std::to_string(columns));
    return a;
  }

  /// A clip of these dofs and root poses (position, quaternion).
  Clip clip(const std::string& name, const std::string& place, const Frames& dofs,
            const Frames& root, const char* quat_order, TreeOrder order) const {
    require(dofs.rows() > 0, kBad, "/{} holds no frames", place);
    require(dofs.cols() == skeleton->dof_count(), kBad, "/{} has {} dofs, '{}' has {}", place,
            dofs.cols(), skeleton->name(), skeleton->dof_count());
    Clip c;
    c.name = name;
    c.skeleton = skeleton;
    if (!options.kind.empty()) {
      require(options.kind == "depth" || options.kind == "breadth", Kind::usage,
              "--kind '{}' is not known for this file: depth or breadth, the order of its dofs",
              options.kind.word());
      order = options.kind == "depth" ? TreeOrder::depth : TreeOrder::breadth;
    } else {
      c.source.warnings.push_back(fmt::format(
          "the file names no joints: dofs are read {}-first; say it with --kind depth|breadth",
          kTreeOrders[static_cast<int>(order)]));
    }
    const std::vector<int> dof_of = dofs_in_order(*skeleton, order);
    c.dof_pos = Frames(dofs.rows(), dofs.cols());
    for (size_t i = 0; i < dof_of.size(); ++i) {
      c.dof_pos.col(dof_of[i]) = dofs.col(static_cast<Eigen::Index>(i));
    }
    c.root_pos = root.leftCols(3);
    const Frames rot = root.middleCols(3, 4);
    const std::string quat = options.quat_order.empty() ? quat_order : options.quat_order.word();
    c.root_rot = quat == "xyzw" ? from_xyzw(rot) : rot;
    normalise(c.root_rot, place, c.source);
    return c;
  }
};

/// The rate that a step of `dt` seconds means, or a guess.
void set_rate(Clip& c, std::optional<double> dt, const ReadOptions& options) {
  if (!dt || options.fps) return guess_fps(c, options);
  require(std::isfinite(*dt) && *dt > 0, kBad, "dt is {}", *dt);
  c.fps = snap_fps(*dt);
}

Layout layout_of(const Hdf5Numbers& file) {
  if (file.has("data")) return Layout::demonstrations;
  if (file.has("dof_pos") && file.has("root_states")) return Layout::rollout;
  if (file.has("infos/qpos")) return Layout::episodes;
  const std::vector<std::string> names = file.names("");
  const bool mocap = std::any_of(names.begin(), names.end(),
                                 [&](const std::string& n) { return file.has(n + "/walkers"); });
  return mocap ? Layout::mocap : Layout::none;
}

/// The robot among the articulations of a demonstration.
std::string articulation(const Hdf5Numbers& file, const std::string& demo) {
  const std::string all = demo + "/states/articulation";
  if (!file.has(all)) {
    throw Error(kBad,
                fmt::format("/{} is not there: the states of a simulator or camera pictures "
                            "are no motion that is read",
                            all),
                "record joint positions and root poses (Isaac Lab's states/articulation)");
  }
  std::vector<std::string> names = file.names(all);
  std::erase_if(names,
                [&](const std::string& n) { return !file.has(all + "/" + n + "/joint_position"); });
  require(!names.empty(), kBad, "/{} holds no articulation with joint_position", all);
  const bool robot = std::find(names.begin(), names.end(), "robot") != names.end();
  return all + "/" + (robot ? "robot" : names[0]);
}

std::vector<Clip> demonstrations(const Reader& r) {
  std::vector<Clip> out;
  std::optional<double> dt = r.file.attribute("data", "dt");
  if (const auto fps = r.file.attribute("data", "fps"); fps && *fps > 0) dt = 1 / *fps;
  for (const std::string& demo : r.file.names("data")) {
    if (!demo.starts_with("demo_")) continue;
    const std::string place = "data/" + demo, robot = articulation(r.file, place);
    const Frames dofs = r.get(robot + "/joint_position", -1, -1);
    const Frames root = r.get(robot + "/root_pose", dofs.rows(), 7);
    Clip c = r.clip(demo, robot + "/joint_position", dofs, root, "wxyz", TreeOrder::breadth);
    set_rate(c, dt, r.options);
    if (const auto success = r.file.attribute(place, "success")) {
      c.source.metadata["success"] = *success != 0 ? "true" : "false";
    }
    out.push_back(std::move(c));
  }
  require(!out.empty(), kBad, "/data holds no demo_0, demo_1 ...");
  return out;
}

/// Time is the last axis here.
std::vector<Clip> mocap(const Reader& r) {
  std::vector<Clip> out;
  for (const std::string& name : r.file.names("")) {
    const std::string walkers = name + "/walkers";
    if (!r.file.has(walkers)) continue;
    for (const std::string& walker : r.file.names(walkers)) {
      const std::string place = fmt::format("{}/{}", walkers, walker);
      if (!r.file.has(place + "/joints")) continue;
      const Frames joints = r.get(place + "/joints", -1, -1).transpose();
      Frames root(joints.rows(), 7);
      root << r.get(place + "/position", 3, joints.rows()).transpose(),
          r.get(place + "/quaternion", 4, joints.rows()).transpose();
      const std::string title = walker == "walker_0" ? name : fmt::format("{}_{}", name, walker);
      Clip c = r.clip(title, place + "/joints", joints, root, "wxyz", TreeOrder::depth);
      set_rate(c, r.file.attribute(name, "dt"), r.options);
      out.push_back(std::move(c));
    }
  }
  require(!out.empty(), kBad, "no clip holds walkers with joints");
  return out;
}

/// (environments, steps, numbers), or one environment without that axis.
std::vector<Clip> rollout(const Reader& r) {
  std::vector<int64_t> shape = r.file.shape("dof_pos");
  if (shape.size() == 2) shape.insert(shape.begin(), 1);
  require(shape.size() == 3, kBad, "/dof_pos has shape {}, expected (environments, steps, dofs)",
          shape_text(shape));
  const int64_t envs = shape[0], steps = shape[1], dofs = shape[2];
  require(envs > 0 && steps > 0 && dofs > 0, kBad, "/dof_pos holds no frames");
  const bool flat = r.file.shape("dof_pos").size() == 2;
  const auto by_step = [&](const char* path, int64_t columns) {
    Frames a = r.get(path, flat ? steps : envs, flat ? columns : steps * columns);
    a.resize(envs * steps, columns);  // row-major: the same numbers in the same order
    return a;
  };
  const Frames joints = by_step("dof_pos", dofs), states = by_step("root_states", 13);
  std::vector<Clip> out;
  for (int64_t e = 0; e < envs; ++e) {
    Clip c = r.clip(fmt::format("env_{}", e), "dof_pos", joints.middleRows(e * steps, steps),
                    states.middleRows(e * steps, steps).leftCols(7), "xyzw", TreeOrder::depth);
    set_rate(c, r.file.attribute("", "dt"), r.options);
    out.push_back(std::move(c));
  }
  return out;
}

/// D4RL: one long list of steps, cut where an episode ends.
std::vector<Clip> episodes(const Reader& r) {
  const int dofs = r.skeleton->dof_count();
  const Frames qpos = r.get("infos/qpos", -1, 7 + dofs);
  std::vector<bool> ends(static_cast<size_t>(qpos.rows()), false);
  for (const char* path : {"terminals", "timeouts"}) {
    if (!r.file.has(path)) continue;
    const Frames done = r.get(path, qpos.rows(), 1);
    for (Eigen::Index i = 0; i < done.rows(); ++i) {
      if (done(i, 0) != 0) ends[static_cast<size_t>(i)] = true;
    }
  }
  std::vector<Clip> out;
  Eigen::Index first = 0;
  for (Eigen::Index i = 0; i < qpos.rows(); ++i) {
    if (!ends[static_cast<size_t>(i)] && i + 1 < qpos.rows()) continue;
    const Frames rows = qpos.middleRows(first, i + 1 - first);
    Clip c = r.clip(fmt::format("episode_{}", out.size()), "infos/qpos", rows.rightCols(dofs),
                    rows.leftCols(7), "wxyz", TreeOrder::depth);
    set_rate(c, r.file.attribute("", "dt"), r.options);
    out.push_back(std::move(c));
    first = i + 1;
  }
  return out;
}

std::vector<Clip> read_layout(Bytes bytes, const ReadOptions& options,
                              const SkeletonPtr& skeleton) {
  const Hdf5Numbers file(bytes);
  const Layout layout = layout_of(file);
  require(layout != Layout::none, kBad,
          "an HDF5 file without demonstrations, mocap clips or rollouts that are read");
  if (!skeleton) {
    throw Error(kBad, "holds the dofs of a robot that it does not name",
                "give its model with --skeleton NAME, or an MJCF or URDF");
  }
  const Reader r{file, options, skeleton};
  std::vector<Clip> clips;
  switch (layout) {
    case Layout::demonstrations:
      clips = demonstrations(r);
      for (Clip& c : clips) c.source.variant = "robomimic";
      break;
    case Layout::mocap:
      clips = mocap(r);
      for (Clip& c : clips) c.source.variant = "dm_control";
      break;
    case Layout::rollout:
      clips = rollout(r);
      for (Clip& c : clips) c.source.variant = "rollout";
      break;
    case Layout::episodes:
      clips = episodes(r);
      for (Clip& c : clips) c.source.variant = "d4rl";
      break;
    case Layout::none:
      break;
  }
  for (Clip& c : clips) {
    make_continuous(c.root_rot);
    note_repeats(c);
  }
  return clips;
}

SkeletonPtr robot_of(const ReadOptions& options) {
  return options.skeleton.empty() ? nullptr : load_robot(options.skeleton).skeleton;
}

}  // namespace

Match sniff_foreign_h5(Bytes bytes) {
  if (!starts_with(bytes, "\x89HDF\r\n\x1a\n")) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  // Motus's own first: its mark stands near the beginning
  if (holds("format_version")) return Match::no;
  const bool known = (holds("demo_") && holds("data")) || holds("walkers") ||
                     (holds("root_states") && holds("dof_pos")) ||
                     (holds("infos") && holds("qpos"));
  return known ? Match::yes : Match::no;
}

std::vector<Clip> read_foreign_h5(Bytes bytes, const ReadOptions& options) {
  const SkeletonPtr skeleton = robot_of(options);
  // the library may crash on a damaged file: it sees these in a process of its own
  return clips_of_child([&] { return read_layout(bytes, options, skeleton); }, bytes.size(),
                        options);
}

std::vector<Clip> read_foreign_h5_here(Bytes bytes, const ReadOptions& options) {
  return read_layout(bytes, options, robot_of(options));
}

}  // namespace motus::formats
