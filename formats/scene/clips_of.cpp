#include <algorithm>
#include <cmath>
#include <set>

#include "formats/scene/tree.h"
#include "motion/error.h"

namespace motus::formats::scene {

namespace {

/// World poses of all bones at rest.
struct Rest {
  std::vector<Vec3> pos;
  std::vector<Quat> rot;
  std::string words;
};

Rest rest_of(const Scene& s, const Tree& t) {
  std::vector<Affine> stored;
  world_transforms(s, -1, 0, {}, stored);
  Rest out{.pos = {}, .rot = {}, .words = "rest pose from the node transforms"};
  std::vector<Affine> rest(t.bones.size());
  const bool bound = std::any_of(t.bones.begin(), t.bones.end(), [&](int n) {
    return s.nodes[static_cast<size_t>(n)].bind.has_value();
  });
  if (bound) out.words = "rest pose from " + s.rest_words;
  for (size_t b = 0; b < t.bones.size(); ++b) {
    const auto n = static_cast<size_t>(t.bones[b]);
    const int p = t.parents[b];
    if (s.nodes[n].bind) {
      rest[b] = *s.nodes[n].bind;
    } else if (p < 0 || !bound) {
      rest[b] = stored[n];
    } else {
      const auto above = static_cast<size_t>(t.bones[static_cast<size_t>(p)]);
      rest[b] = rest[static_cast<size_t>(p)] * stored[above].inverse() * stored[n];
    }
    require(rest[b].matrix().allFinite(), Kind::bad_input, "the rest pose of '{}' is not finite",
            s.nodes[n].name);
    out.pos.push_back(to_ours(s, Vec3(rest[b].translation())));
    out.rot.push_back(to_ours(s, rotation_in(rest[b].linear())));
  }
  return out;
}

std::string lower(std::string s) {
  for (char& c : s) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return s;
}

/// The yaw towards which the figure faces at rest, told by where its left side is; 0 if names do
/// not tell, or where it is about the x axis anyway.
double facing(const Scene& s, const Tree& t, const Rest& rest) {
  Vec3 left = Vec3::Zero();
  std::map<std::string, size_t> by_name;
  for (size_t b = 0; b < t.bones.size(); ++b) {
    by_name[lower(s.nodes[static_cast<size_t>(t.bones[b])].name)] = b;
  }
  for (const auto& [name, b] : by_name) {
    const size_t at = name.find("left");
    if (at == std::string::npos) continue;
    std::string other = name;
    other.replace(at, 4, "right");
    if (const auto r = by_name.find(other); r != by_name.end())
      left += rest.pos[b] - rest.pos[r->second];
  }
  if (left.head<2>().norm() < 0.5 * left.norm() || left.norm() < 1e-6) return 0;
  const double yaw = std::atan2(-left.x(), left.y());  // forward is left turned by -90 degrees
  return std::abs(yaw) < M_PI / 12 ? 0 : yaw;
}

/// Names as a skeleton wants them: not empty, none twice.
std::vector<std::string> names_of(const Scene& s, const Tree& t, Source& source) {
  std::vector<std::string> out;
  std::set<std::string> taken;
  int renamed = 0;
  for (const int n : t.bones) {
    const std::string& own = s.nodes[static_cast<size_t>(n)].name;
    const std::string base = own.empty() ? fmt::format("node_{}", n) : own;
    std::string name = base;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", base, i);
    renamed += name != own;
    out.push_back(std::move(name));
  }
  if (renamed > 0) {
    source.warnings.push_back(fmt::format("{} bones had no name of their own: numbered", renamed));
  }
  return out;
}

class Builder {
 public:
  Builder(const Scene& scene, std::vector<Samples> takes, Tree tree, Source source)
      : scene_(scene),
        takes_(std::move(takes)),
        tree_(std::move(tree)),
        source_(std::move(source)),
        rest_(rest_of(scene_, tree_)) {
    source_.conversions.push_back(rest_.words);
    frame_ = (rest_.rot[0].conjugate() * yaw_rotation(facing(scene_, tree_, rest_))).normalized();
    if (std::abs(frame_.w()) > 1 - 1e-12) frame_ = Quat::Identity();
  }

  std::vector<Clip> build() {
    const SkeletonPtr skeleton = build_skeleton();
    std::vector<Clip> out;
    for (const Samples& s : takes_) out.push_back(clip_of(s, skeleton));
    return out;
  }

 private:
  /// Rotation of the bone in its parent at rest; the root's frame is turned by frame_.
  Quat rest_rot(size_t b) const {
    const int p = tree_.parents[b];
    if (p < 0) return Quat::Identity();
    const Quat q = (rest_.rot[static_cast<size_t>(p)].conjugate() * rest_.rot[b]).normalized();
    return p == 0 ? (frame_.conjugate() * q).normalized() : q;
  }

  /// A vector in a bone's frame as the clip has it.
  Vec3 in_frame(int bone, const Vec3& v) const { return bone == 0 ? frame_.conjugate() * v : v; }

  Quat rotation(const Samples& s, int f, int b) const {
    const Quat q = Clip::quat_at(s.rot, f, b);
    return b == 0 ? q * frame_ : q;
  }

  Vec3 rest_pos(int b) {
    const auto i = static_cast<size_t>(b);
    const int p = tree_.parents[i];
    const Vec3 bound = rest_.rot[static_cast<size_t>(p)].conjugate() *
                       (rest_.pos[i] - rest_.pos[static_cast<size_t>(p)]);
    const Seat seat = seat_of(takes_, tree_, b);
    if (seat.spread > kStill) slides_ = true;
    slide_ = std::max(slide_, seat.spread);
    // the bind pose may be of another scale than the scene; the bones that move are the truth
    const bool agrees = (bound - seat.mean).norm() < std::max(1e-5, seat.spread);
    return in_frame(p, agrees ? bound : seat.mean);
  }

  SkeletonPtr build_skeleton() {
    Skeleton::Spec spec;
    spec.name = "scene";
    const std::vector<std::string> names = names_of(scene_, tree_, source_);
    for (int b = 0; b < tree_.size(); ++b) {
      const auto i = static_cast<size_t>(b);
      Body body{.name = names[i], .parent = tree_.parents[i]};
      if (b > 0) {
        body.rest_pos = rest_pos(b);
        body.rest_rot = rest_rot(i);
      }
      spec.bodies.push_back(std::move(body));
      const Node& node = scene_.nodes[static_cast<size_t>(tree_.bones[i])];
      if (!node.role.empty()) spec.roles.emplace(node.role, b);
    }
    end_sites(spec);
    if (slides_) {
      source_.warnings.push_back(fmt::format(
          "bones move against their parents by up to {:.3g} m: kept as joint_pos_local, "
          "while the skeleton has their mean",
          slide_));
    }
    return Skeleton::build(std::move(spec));
  }

  void end_sites(Skeleton::Spec& spec) const {
    std::vector<Affine> stored;
    world_transforms(scene_, -1, 0, {}, stored);
    for (size_t n = 0; n < scene_.nodes.size(); ++n) {
      const Node& node = scene_.nodes[n];
      const auto at = std::find(tree_.bones.begin(), tree_.bones.end(), node.parent);
      if (!node.end_site || at == tree_.bones.end()) continue;
      const int body = static_cast<int>(at - tree_.bones.begin());
      const Affine local = stored[static_cast<size_t>(node.parent)].inverse() * stored[n];
      if (!local.matrix().allFinite()) continue;  // below a bone of no size
      spec.end_sites.push_back({.name = node.name,
                                .body = body,
                                .pos = in_frame(body, to_ours(scene_, Vec3(local.translation())))});
    }
  }

  Clip clip_of(const Samples& s, const SkeletonPtr& skeleton) const {
    Clip c;
    c.name = s.name, c.skeleton = skeleton, c.fps = s.fps, c.loop = s.loop, c.weight = s.weight;
    c.source = source_;
    const Eigen::Index frames = s.pos.rows();
    const int bodies = tree_.size();
    c.root_pos = s.pos.leftCols(3);
    c.root_rot.resize(frames, 4);
    c.local_rot.resize(frames, 4 * bodies);
    for (int f = 0; f < frames; ++f) {
      Clip::set_quat(c.root_rot, f, 0, rotation(s, f, 0).normalized());
      Clip::set_quat(c.local_rot, f, 0, Quat::Identity());
      for (int b = 1; b < bodies; ++b) {
        const auto i = static_cast<size_t>(b);
        const Quat& rest = skeleton->bodies()[i].rest_rot;
        const Quat parent = rotation(s, f, tree_.parents[i]) * rest;
        Clip::set_quat(c.local_rot, f, b, (parent.conjugate() * rotation(s, f, b)).normalized());
      }
    }
    if (slides_) c.channels["joint_pos_local"] = slides(s);
    return c;
  }

  Channel slides(const Samples& s) const {
    const int bodies = tree_.size();
    Channel ch{.data = Frames::Zero(s.pos.rows(), 3 * bodies),
               .components = 3,
               .names = {},
               .units = "m",
               .frame = "parent"};
    for (const int n : tree_.bones) ch.names.push_back(scene_.nodes[static_cast<size_t>(n)].name);
    for (int f = 0; f < s.pos.rows(); ++f) {
      for (int b = 1; b < bodies; ++b) {
        ch.data.block<1, 3>(f, 3 * b) =
            in_frame(tree_.parents[static_cast<size_t>(b)], offset(s, tree_, f, b));
      }
    }
    return ch;
  }

  static constexpr double kStill = 1e-3;  ///< m; less is rounding of scales and single precision

  const Scene& scene_;
  std::vector<Samples> takes_;
  Tree tree_;
  Source source_;
  Rest rest_;
  Quat frame_ = Quat::Identity();  ///< the root's frame in that of its bone
  bool slides_ = false;
  double slide_ = 0;
};

/// The rate at which a take is sampled: --fps, else its own, else 30.
double rate(const Take& t, const ReadOptions& options, Source& source) {
  if (options.fps) {
    source.fps_source = "user";
    return *options.fps;
  }
  if (t.fps > 0) return t.fps;
  if (source.fps_source != "guess") {
    source.warnings.emplace_back(
        "keys are unevenly spaced and no frame rate is stored: sampled at 30; --fps says "
        "otherwise");
  }
  source.fps_source = "guess";
  return 30;
}

/// A person by the file's own unit who is a dwarf or a giant: the unit is not what it says.
void check_size(const std::vector<Clip>& clips, const Scene& scene, Source& source) {
  const auto& bodies = clips[0].skeleton->bodies();
  std::vector<double> length(bodies.size(), 0);
  double most = 0;
  for (size_t b = 1; b < bodies.size(); ++b) {
    length[b] = length[static_cast<size_t>(bodies[b].parent)] + bodies[b].rest_pos.norm();
    most = std::max(most, length[b]);
  }
  if (bodies.size() < 10 || (most > 0.4 && most < 8)) return;
  source.warnings.push_back(
      fmt::format("the longest chain of bones is {:.3g} m by the unit of the file ({} m): --units "
                  "{:.2g} would make it that of a person",
                  most, scene.metres, scene.metres * 1.1 / most));
}

}  // namespace

std::vector<Clip> clips_of(const Scene& scene, const ReadOptions& options) {
  Source source;
  source.conversions = scene.conversions;
  source.warnings = scene.warnings;
  Tree tree = tree_of(scene, find_bones(scene, source.warnings));
  if (tree.bones.empty()) {
    const auto props = std::count_if(scene.nodes.begin(), scene.nodes.end(),
                                     [](const Node& n) { return n.kind == Node::Kind::prop; });
    throw_error(
        Kind::bad_input,
        "holds neither a skeleton nor an animation ({} nodes, {} of them meshes, cameras or "
        "lights)",
        scene.nodes.size(), props);
  }
  std::vector<Samples> takes;
  std::string still;
  double numbers = 0;
  for (size_t t = 0; t < scene.takes.size(); ++t) {
    const double fps = rate(scene.takes[t], options, source);
    Samples s = sample_take(scene, tree.bones, static_cast<int>(t), fps, numbers);
    if (has_motion(s)) {
      takes.push_back(std::move(s));
    } else {
      still += fmt::format("{}'{}'", still.empty() ? "" : ", ", s.name);
    }
  }
  if (!still.empty()) {
    source.warnings.push_back(fmt::format("nothing moves in take {}: left out", still));
  }
  if (takes.empty()) {
    source.warnings.emplace_back("no animation moves the skeleton: one frame of its stored pose");
    source.fps_source = "guess";
    takes.push_back(sample_stored_pose(scene, tree.bones));
  }
  fold_root(scene, takes, tree, source);
  std::vector<Clip> clips = Builder(scene, std::move(takes), std::move(tree), source).build();
  Source last;
  check_size(clips, scene, last);
  for (Clip& c : clips) {
    c.source.warnings.insert(c.source.warnings.end(), last.warnings.begin(), last.warnings.end());
  }
  return clips;
}

}  // namespace motus::formats::scene
