#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "formats/bvh/bvh.h"
#include "formats/bvh/bvh_file.h"
#include "formats/bvh/bvh_frame.h"
#include "formats/bvh/bvh_rig.h"
#include "formats/units.h"
#include "motion/error.h"
#include "motion/nearest.h"

namespace motus::formats {

namespace {

using namespace bvh;

/// What the options and the clip's source say about the file to be.
struct Plan {
  Quat world = Quat(0.5, 0.5, 0.5, 0.5), rest = Quat(0.5, 0.5, 0.5, 0.5);
  double scale = 0.01;  ///< m per unit
  Channels order{5, 4, 3};
  std::map<std::string, Channels> kept;  ///< channels of the BVH that the clip came from
  bool merge = false, tpose = false, human_ik = false;
};

Quat quat_of(const std::string& text) {
  std::istringstream in(text);
  Quat q;
  in >> q.w() >> q.x() >> q.y() >> q.z();
  return in && std::abs(q.norm() - 1) < 1e-6 ? q : Quat(0.5, 0.5, 0.5, 0.5);
}

std::map<std::string, Channels> channels_of(const std::string& text) {
  std::map<std::string, Channels> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.rfind(':');
    if (colon == std::string::npos) continue;
    Channels& c = out[line.substr(0, colon)];
    for (size_t i = colon + 1; i + 1 < line.size(); i += 2) {
      const int axis = line[i] - 'X';
      if (axis >= 0 && axis <= 2) c.push_back(axis + (line[i + 1] == 'r' ? 3 : 0));
    }
  }
  return out;
}

Channels parse_order(const std::string& word) {
  Channels out;
  for (const char c : word) out.push_back(3 + (std::toupper(static_cast<unsigned char>(c)) - 'X'));
  Channels sorted = out;
  std::sort(sorted.begin(), sorted.end());
  require(sorted == Channels{3, 4, 5}, Kind::usage,
          "order is '{}', expected each of X, Y and Z once, such as ZYX", word);
  return out;
}

/// True if every body of the clip was a joint of the BVH that it came from: a robot that moves after
/// a BVH has that file as its source, but not its channels, units and axes.
bool is_figure_of(const Clip& clip, const std::map<std::string, Channels>& channels) {
  const auto& bodies = clip.skeleton->bodies();
  return std::all_of(bodies.begin(), bodies.end(),
                     [&](const Body& b) { return channels.contains(b.name); });
}

Plan make_plan(const Clip& clip, const WriteOptions& options) {
  const auto extra = [&](const char* key) {
    const auto at = options.extra.find(key);
    return at == options.extra.end() ? std::string() : at->second;
  };
  Plan plan;
  const std::string preset = extra("preset");
  const std::vector<std::string> presets{"raw", "blender", "motionbuilder"};
  if (!preset.empty() && std::find(presets.begin(), presets.end(), preset) == presets.end()) {
    throw Error(Kind::usage, fmt::format("no BVH preset is named '{}'", preset),
                did_you_mean(preset, presets));
  }
  plan.merge = extra("merge_hinges") == "1";
  plan.tpose = extra("tpose_frame") == "1";
  plan.human_ik = preset == "motionbuilder";
  if (preset == "blender") plan.scale = 1;
  const auto& meta = clip.source.metadata;
  if ((preset.empty() || preset == "raw") && clip.source.format == "bvh" &&
      meta.contains("channels") && is_figure_of(clip, channels_of(meta.at("channels")))) {
    plan.kept = channels_of(meta.at("channels"));
    if (meta.contains("world_axes")) plan.world = quat_of(meta.at("world_axes"));
    if (meta.contains("rest_axes")) plan.rest = quat_of(meta.at("rest_axes"));
    if (meta.contains("metres_per_unit")) plan.scale = metres_per_unit(meta.at("metres_per_unit"));
  }
  if (const std::string units = extra("units"); !units.empty()) plan.scale = metres_per_unit(units);
  if (const std::string order = extra("order"); !order.empty()) {
    plan.order = parse_order(order);
    plan.kept.clear();
  }
  return plan;
}

/// Angles (rad) of one joint over time: of the two triples that give a rotation, and their turns,
/// the one nearest to the frame before.
class Unwrapped {
 public:
  explicit Unwrapped(const int axes[3]) : axes_{axes[0], axes[1], axes[2]} {}

  Vec3 next(const Quat& q) {
    Vec3 a = to_euler(q, axes_);
    if (std::abs(std::cos(a[1])) < 1e-7) {
      // at gimbal lock only a sum of the outer angles counts: leave the last one where it was
      const double even = (axes_[1] - axes_[0] + 3) % 3 == 1 ? 1 : -1;
      const double sign = even * (a[1] > 0 ? 1 : -1);
      a = Vec3(a[0] - sign * (last_[2] - a[2]), a[1], last_[2]);
    }
    const Vec3 b(a[0] + M_PI, M_PI - a[1], a[2] + M_PI);
    const Vec3 near_a = near(a), near_b = near(b);
    const bool take_b =
        started_ && (near_b - last_).squaredNorm() + 1e-12 < (near_a - last_).squaredNorm();
    last_ = started_ ? (take_b ? near_b : near_a) : a;
    started_ = true;
    return last_;
  }

 private:
  Vec3 near(const Vec3& a) const {
    Vec3 out;
    for (int i = 0; i < 3; ++i) out[i] = last_[i] + std::remainder(a[i] - last_[i], 2 * M_PI);
    return out;
  }
  int axes_[3];
  Vec3 last_ = Vec3::Zero();
  bool started_ = false;
};

/// Nine significant digits, never in exponent form: not every reader takes that.
void put_number(fmt::memory_buffer& out, double x) {
  const auto to = fmt::appender(out);
  if (std::abs(x) < 1e-9) {
    fmt::format_to(to, "0");
  } else if (std::abs(x) < 1e-4) {
    fmt::format_to(to, "{:.13f}", x);
  } else {
    fmt::format_to(to, "{:.9g}", x);
  }
}

class Writer {
 public:
  Writer(const Clip& clip, const Plan& plan)
      : clip_(clip), plan_(plan), rig_(make_rig(*clip.skeleton, plan.merge)) {
    if (plan.human_ik) name_for_human_ik(rig_, *clip.skeleton);
    for (Bone& b : rig_.bones) {
      std::replace(b.name.begin(), b.name.end(), ' ', '_');
    }
    const auto at = clip.channels.find("joint_pos_local");
    // local positions belong to bodies: they can be written only where a bone is a body
    if (at != clip.channels.end() && !plan.kept.empty() && !plan.merge &&
        at->second.data.cols() == 3 * clip.skeleton->body_count()) {
      positions_ = &at->second.data;
    }
    for (size_t i = 0; i < rig_.bones.size(); ++i) choose_channels(i);
  }

  std::vector<std::byte> write() {
    text("HIERARCHY\n");
    bone(0, "");
    const int rows = clip_.frames() + (plan_.tpose ? 1 : 0);
    fmt::format_to(fmt::appender(out_), "MOTION\nFrames: {}\nFrame Time: {}\n", rows, frame_time());
    motion();
    const auto bytes = std::as_bytes(std::span(out_.data(), out_.size()));
    return {bytes.begin(), bytes.end()};
  }

 private:
  void text(std::string_view s) { out_.append(s.data(), s.data() + s.size()); }

  void choose_channels(size_t i) {
    const auto kept = plan_.kept.find(rig_.bones[i].name);
    Channels c{0, 1, 2};
    if (kept != plan_.kept.end()) c = kept->second;
    std::vector<int> axes;
    for (const int k : c) {
      if (k >= 3) axes.push_back(k - 3);
    }
    const bool fixed = kept != plan_.kept.end() && axes.empty() && still(i);
    if (axes.size() != 3 && !fixed) {
      std::erase_if(c, [](int k) { return k >= 3; });
      c.insert(c.end(), plan_.order.begin(), plan_.order.end());
      axes = {plan_.order[0] - 3, plan_.order[1] - 3, plan_.order[2] - 3};
    }
    if (i > 0 && !positions_) std::erase_if(c, [](int k) { return k < 3; });
    if (axes.size() != 3) axes = {2, 1, 0};
    channels_.push_back(std::move(c));
    angles_.emplace_back(axes.data());
    axes_.push_back(std::move(axes));
  }

  /// True if the bone never turns, so that it can do without channels.
  bool still(size_t i) const {
    const int body = rig_.bones[i].last;
    if (i == 0 || clip_.local_rot.size() == 0) return false;
    for (int f = 0; f < clip_.frames(); ++f) {
      if (std::abs(clip_.local_rot_at(f, body).vec().norm()) > 1e-12) return false;
    }
    return true;
  }

  std::string frame_time() const {
    const auto& meta = clip_.source.metadata;
    if (const auto at = meta.find("frame_time"); clip_.source.format == "bvh" && at != meta.end()) {
      double dt = 0;
      const char* end = at->second.data() + at->second.size();
      if (std::from_chars(at->second.data(), end, dt).ptr == end && dt > 0 &&
          snap_fps(dt) == clip_.fps) {
        return at->second;
      }
    }
    return fmt::format("{:.10f}", 1 / clip_.fps);
  }

  Vec3 local(const Vec3& v) const { return plan_.rest.conjugate() * v / plan_.scale; }

  void vector(const Vec3& v) {
    for (int i = 0; i < 3; ++i) {
      if (i) text(" ");
      put_number(out_, v[i]);
    }
    text("\n");
  }

  void bone(size_t i, const std::string& indent) {
    const Bone& b = rig_.bones[i];
    written_.push_back(i);
    const std::string in = indent + "\t";
    text(indent + (b.parent < 0 ? "ROOT " : "JOINT ") + b.name + "\n" + indent + "{\n");
    text(in + "OFFSET ");
    vector(local(b.offset));
    if (const Channels& c = channels_[i]; !c.empty()) {
      text(fmt::format("{}CHANNELS {}", in, c.size()));
      for (const int k : c) {
        text(fmt::format(" {}{}", static_cast<char>('X' + k % 3), k < 3 ? "position" : "rotation"));
      }
      text("\n");
    }
    for (size_t k = i + 1; k < rig_.bones.size(); ++k) {
      if (rig_.bones[k].parent == static_cast<int>(i)) bone(k, in);
    }
    // a clip out of a BVH without End Sites goes back without them
    if (b.leaf && (plan_.kept.empty() || has_tip(b))) {
      text(in + "End Site\n" + in + "{\n" + in + "\tOFFSET ");
      vector(local(b.tip));
      text(in + "}\n");
    }
    text(indent + "}\n");
  }

  bool has_tip(const Bone& b) const {
    const auto& sites = clip_.skeleton->end_sites();
    return std::any_of(sites.begin(), sites.end(),
                       [&](const EndSite& e) { return e.body == b.last; });
  }

  /// Columns in the order in which bone() went through the tree.
  void row(const Vec3& root_pos, const std::vector<Quat>& rotations, int frame) {
    bool first = true;
    for (const size_t i : written_) {
      const Quat q = i == 0 ? plan_.world.conjugate() * rotations[0] * plan_.rest
                            : plan_.rest.conjugate() * rotations[i] * plan_.rest;
      const Vec3 angles = angles_[i].next(q) * (180 / M_PI);
      Vec3 pos = plan_.world.conjugate() * root_pos / plan_.scale;
      if (i > 0 && positions_) {
        const int body = rig_.bones[i].last;
        pos = local(frame >= 0 ? Vec3(positions_->block<1, 3>(frame, 3 * body).transpose())
                               : rig_.bones[i].offset);
      }
      for (const int c : channels_[i]) {
        if (!first) text(" ");
        first = false;
        if (c < 3) {
          put_number(out_, pos[c]);
        } else {
          const auto at = std::find(axes_[i].begin(), axes_[i].end(), c - 3);
          put_number(out_, angles[at - axes_[i].begin()]);
        }
      }
    }
    text("\n");
  }

  void motion() {
    std::vector<Quat> rotations(rig_.bones.size(), Quat::Identity());
    if (plan_.tpose) row(standing(), rotations, -1);
    for (int f = 0; f < clip_.frames(); ++f) {
      bone_rotations(rig_, forward(clip_, f), rotations);
      row(clip_.root_pos_at(f), rotations, f);
    }
  }

  /// Where the root is when the rest pose stands on the floor below the first frame.
  Vec3 standing() const {
    double lowest = 0;
    for (const Bone& b : rig_.bones) {
      const Vec3& at = rig_.positions[static_cast<size_t>(b.first)];
      lowest = std::min({lowest, at.z(), b.leaf ? at.z() + b.tip.z() : at.z()});
    }
    return {clip_.root_pos(0, 0), clip_.root_pos(0, 1), -lowest};
  }

  const Clip& clip_;
  const Plan& plan_;
  Rig rig_;
  const Frames* positions_ = nullptr;
  std::vector<size_t> written_;  ///< bones in the order of the hierarchy
  std::vector<Channels> channels_;
  std::vector<std::vector<int>> axes_;
  std::vector<Unwrapped> angles_;
  fmt::memory_buffer out_;
};

}  // namespace

std::vector<std::byte> write_bvh(std::span<const Clip> clips, const WriteOptions& options) {
  if (clips.size() != 1) {
    throw Error(Kind::usage, fmt::format("a BVH holds one clip, not {}", clips.size()),
                "-o FOLDER/ writes one file a clip");
  }
  const Plan plan = make_plan(clips[0], options);
  return Writer(clips[0], plan).write();
}

}  // namespace motus::formats
