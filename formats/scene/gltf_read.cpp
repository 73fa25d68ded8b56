#include <algorithm>
#include <cmath>

#include "formats/bytes.h"
#include "formats/scene/gltf.h"
#include "formats/scene/gltf_file.h"
#include "formats/scene/scene.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

using gltf::File;
using gltf::json;
using namespace scene;

/// Keys of one property of one node: step, linear or cubic (glTF 2.0, appendix C).
struct Track {
  enum class Mode { step, linear, cubic } mode = Mode::linear;
  std::vector<double> times;
  int width = 3;               ///< 3, or 4 for a quaternion x y z w
  std::vector<double> values;  ///< (keys, width); cubic: (keys, 3, width): in, value, out

  Eigen::Vector4d at(double time) const {
    const size_t n = times.size();
    const auto upper = std::upper_bound(times.begin(), times.end(), time);
    size_t i = upper == times.begin() ? 0 : static_cast<size_t>(upper - times.begin()) - 1;
    i = std::min(i, n - 1);
    if (i + 1 >= n || time <= times[0]) return key(time <= times[0] ? 0 : n - 1, kValue);
    const double step = times[i + 1] - times[i];
    double u = (time - times[i]) / step;
    // times are float32: a frame is the key that it was meant to be
    if (u < kSnap) u = 0;
    if (u > 1 - kSnap) u = 1;
    if (mode == Mode::step) return key(u < 1 ? i : i + 1, kValue);
    if (mode == Mode::cubic) return hermite(i, u, step);
    return between(key(i, kValue), key(i + 1, kValue), u);
  }

 private:
  static constexpr double kSnap = 2e-3;
  enum Part { kIn = 0, kValue = 1, kOut = 2 };

  Eigen::Vector4d key(size_t i, Part part) const {
    Eigen::Vector4d v = Eigen::Vector4d::Zero();
    const auto w = static_cast<size_t>(width);
    const size_t row = mode == Mode::cubic ? 3 * i + part : i;
    for (size_t k = 0; k < w; ++k) v[static_cast<Eigen::Index>(k)] = values[row * w + k];
    return v;
  }

  Eigen::Vector4d between(const Eigen::Vector4d& a, const Eigen::Vector4d& b, double u) const {
    if (width == 3) return (1 - u) * a + u * b;
    const Quat q = slerp(Quat(a[3], a[0], a[1], a[2]).normalized(),
                         Quat(b[3], b[0], b[1], b[2]).normalized(), u);
    return {q.x(), q.y(), q.z(), q.w()};
  }

  Eigen::Vector4d hermite(size_t i, double u, double step) const {
    const double u2 = u * u, u3 = u2 * u;
    return (2 * u3 - 3 * u2 + 1) * key(i, kValue) + step * (u3 - 2 * u2 + u) * key(i, kOut) +
           (3 * u2 - 2 * u3) * key(i + 1, kValue) + step * (u3 - u2) * key(i + 1, kIn);
  }
};

/// What moves one node in one animation; empty tracks leave the stored value.
struct Motion {
  Track translation, rotation, scale;
};

class GltfScene : public Scene {
 public:
  GltfScene(const File& file, const ReadOptions& options) : file_(file) {
    read_nodes();
    read_skins();
    read_animations();
    orient(options);
  }

  Affine local(int take, int node, double time) const override {
    const auto n = static_cast<size_t>(node);
    const Motion* m = take < 0 ? nullptr : motion_of(static_cast<size_t>(take), n);
    if (!m) return still_[n];
    Vec3 t = translation_[n], s = scale_[n];
    Quat r = rotation_[n];
    if (!m->translation.times.empty()) t = m->translation.at(time).head<3>();
    if (!m->scale.times.empty()) s = m->scale.at(time).head<3>();
    if (!m->rotation.times.empty()) {
      const Eigen::Vector4d q = m->rotation.at(time);
      r = Quat(q[3], q[0], q[1], q[2]);
      r = r.norm() > 1e-9 ? r.normalized() : Quat::Identity();
    }
    return Eigen::Translation3d(t) * r * Eigen::Scaling(s);
  }

 private:
  const Motion* motion_of(size_t take, size_t node) const {
    const auto at = motions_[take].find(node);
    return at == motions_[take].end() ? nullptr : &at->second;
  }

  /// Parents come before children: files order nodes as they like, so they are numbered anew.
  void read_nodes() {
    const json& list = file_.list("nodes");
    const size_t count = list.size();
    std::vector<int> parent(count, -1);
    for (size_t n = 0; n < count; ++n) {
      const auto kids = list[n].find("children");
      if (kids == list[n].end()) continue;
      require(kids->is_array(), Kind::bad_input, "node {}: children is no list", n);
      for (const json& k : *kids) {
        require(k.is_number_unsigned() && k.get<uint64_t>() < count, Kind::bad_input,
                "node {}: child {} is not one of {} nodes", n, k.dump(), count);
        const auto c = k.get<size_t>();
        require(parent[c] < 0, Kind::bad_input, "node {} has two parents, {} and {}", c, parent[c],
                n);
        parent[c] = static_cast<int>(n);
      }
    }
    index_.assign(count, -1);
    std::vector<size_t> open;
    for (size_t n = count; n-- > 0;) {
      if (parent[n] < 0) open.push_back(n);
    }
    while (!open.empty()) {
      const size_t n = open.back();
      open.pop_back();
      index_[n] = static_cast<int>(nodes.size());
      add_node(list[n], n, parent[n] < 0 ? -1 : index_[static_cast<size_t>(parent[n])]);
      if (!list[n].contains("children")) continue;
      const json& kids = list[n]["children"];
      for (size_t k = kids.size(); k-- > 0;) open.push_back(kids[k].get<size_t>());
    }
    for (size_t n = 0; n < count; ++n) {
      require(index_[n] >= 0, Kind::bad_input, "node {} is its own ancestor", n);
    }
  }

  void add_node(const json& j, size_t number, int parent) {
    const std::string where = fmt::format("node {}", number);
    Node node;
    node.name = gltf::text_of(j, "name");
    node.parent = parent;
    if (j.contains("mesh") || j.contains("camera")) node.kind = Node::Kind::prop;
    if (const auto extras = j.find("extras"); extras != j.end() && extras->is_object()) {
      node.end_site = extras->value("end_site", json()) == true;
      node.role = gltf::text_of(*extras, "role");
    }
    Vec3 t = Vec3::Zero(), s = Vec3::Ones();
    Quat r = Quat::Identity();
    if (const auto v = gltf::numbers_of(j, "translation", 3, where); !v.empty())
      t << v[0], v[1], v[2];
    if (const auto v = gltf::numbers_of(j, "scale", 3, where); !v.empty()) s << v[0], v[1], v[2];
    if (const auto v = gltf::numbers_of(j, "rotation", 4, where); !v.empty()) {
      r = Quat(v[3], v[0], v[1], v[2]);
      require(r.norm() > 1e-6, Kind::bad_input, "{}: rotation is zero", where);
      r.normalize();
    }
    Affine still = Eigen::Translation3d(t) * r * Eigen::Scaling(s);
    if (const auto v = gltf::numbers_of(j, "matrix", 16, where); !v.empty()) {
      still.matrix() = Eigen::Map<const Eigen::Matrix4d>(v.data());
      still.matrix().row(3) << 0, 0, 0, 1;
    }
    nodes.push_back(std::move(node));
    translation_.push_back(t);
    rotation_.push_back(r);
    scale_.push_back(s);
    still_.push_back(still);
  }

  void read_skins() {
    std::vector<Affine> world;
    world_transforms(*this, -1, 0, {}, world);
    const json& skins = file_.list("skins");
    for (size_t i = 0; i < skins.size(); ++i) {
      const std::string where = fmt::format("skin {}", i);
      const auto list = skins[i].find("joints");
      require(list != skins[i].end() && list->is_array() && !list->empty(), Kind::bad_input,
              "{}: has no joints", where);
      std::vector<size_t> joints;
      for (const json& j : *list) {
        require(j.is_number_unsigned() && j.get<uint64_t>() < nodes.size(), Kind::bad_input,
                "{}: joint {} is not one of {} nodes", where, j.dump(), nodes.size());
        joints.push_back(static_cast<size_t>(index_[j.get<size_t>()]));
        nodes[joints.back()].kind = Node::Kind::bone;
      }
      const size_t at =
          gltf::index_of(skins[i], "inverseBindMatrices", file_.list("accessors").size(), where);
      if (at == std::string::npos) continue;
      const File::Numbers m = file_.numbers(at);
      require(m.components == 16 && m.count >= joints.size(), Kind::bad_input,
              "{}: {} inverse bind matrices for {} joints", where, m.count, joints.size());
      bind(joints, m, world);
    }
    rest_words = "the inverse bind matrices of the skin";
  }

  /// Bind poses live in the space of the mesh, which may stand otherwise than the scene: its turn,
  /// by quarters, is that of the topmost joint.
  void bind(const std::vector<size_t>& joints, const File::Numbers& m,
            const std::vector<Affine>& world) {
    std::vector<Affine> binds;
    for (size_t j = 0; j < joints.size(); ++j) {
      Affine inverse;
      inverse.matrix() = Eigen::Map<const Eigen::Matrix4d>(m.values.data() + 16 * j);
      if (std::abs(inverse.linear().determinant()) < 1e-20) return;  // no pose to be had
      binds.push_back(inverse.inverse());
    }
    const auto top =
        static_cast<size_t>(std::min_element(joints.begin(), joints.end()) - joints.begin());
    const Quat turn = nearest_quarter(rotation_in(world[joints[top]].linear()) *
                                      rotation_in(binds[top].linear()).conjugate());
    for (size_t j = 0; j < joints.size(); ++j) {
      if (!nodes[joints[j]].bind) nodes[joints[j]].bind = turn * binds[j];
    }
  }

  /// Of the 24 rotations that take axes to axes, the one within 30 degrees of q, or else q.
  static Quat nearest_quarter(const Quat& q) {
    const Eigen::Matrix3d m = q.toRotationMatrix();
    Eigen::Matrix3d r = Eigen::Matrix3d::Zero();
    for (int c = 0; c < 3; ++c) {
      Eigen::Index row = 0;
      m.col(c).cwiseAbs().maxCoeff(&row);
      r(row, c) = m(row, c) > 0 ? 1 : -1;
    }
    if (std::abs(r.determinant() - 1) > 1e-9) return q;
    const Quat quarter = Quat(r).normalized();
    return quarter.angularDistance(q) < M_PI / 6 ? quarter : q;
  }

  void read_animations() {
    const json& list = file_.list("animations");
    motions_.resize(list.size());
    for (size_t a = 0; a < list.size(); ++a) {
      const std::string where = fmt::format("animation {}", a);
      Take take;
      take.name = gltf::text_of(list[a], "name");
      take.moves.assign(nodes.size(), false);
      take.start = 1e300, take.end = -1e300;
      const auto part = [&](const char* key) {
        const auto at = list[a].find(key);
        require(at != list[a].end() && at->is_array(), Kind::bad_input, "{}: has no {}", where,
                key);
        return *at;
      };
      const json channels = part("channels"), samplers = part("samplers");
      size_t most_keys = 0;
      for (size_t c = 0; c < channels.size(); ++c) {
        read_channel(channels[c], samplers, fmt::format("{}, channel {}", where, c), a, take,
                     most_keys);
      }
      if (take.start > take.end) take.start = take.end = 0;
      read_extras(list[a], take);
      takes.push_back(std::move(take));
    }
  }

  void read_channel(const json& channel, const json& samplers, const std::string& where, size_t a,
                    Take& take, size_t& most_keys) {
    const auto target = channel.find("target");
    require(channel.is_object() && target != channel.end() && target->is_object(), Kind::bad_input,
            "{}: has no target", where);
    const std::string path = gltf::text_of(*target, "path");
    const size_t node = gltf::index_of(*target, "node", nodes.size(), where);
    if (node == std::string::npos) return;  // an extension's target
    const bool turns = path == "rotation";
    if (!turns && path != "translation" && path != "scale") return;  // morph weights
    const size_t s = gltf::index_of(channel, "sampler", samplers.size(), where);
    require(s != std::string::npos && samplers[s].is_object(), Kind::bad_input,
            "{}: has no sampler", where);
    const auto n = static_cast<size_t>(index_[node]);
    Track track = read_track(samplers[s], turns ? 4 : 3, where);
    take.start = std::min(take.start, track.times.front());
    take.end = std::max(take.end, track.times.back());
    take.moves[n] = true;
    if (track.times.size() > most_keys) {
      most_keys = track.times.size();
      take.fps = rate_of_keys(track.times);
    }
    Motion& m = motions_[a][n];
    (turns ? m.rotation : path == "scale" ? m.scale : m.translation) = std::move(track);
  }

  Track read_track(const json& sampler, int width, const std::string& where) const {
    const size_t accessors = file_.list("accessors").size();
    const size_t in = gltf::index_of(sampler, "input", accessors, where);
    const size_t out = gltf::index_of(sampler, "output", accessors, where);
    require(in != std::string::npos && out != std::string::npos, Kind::bad_input,
            "{}: sampler lacks input or output", where);
    Track t;
    t.width = width;
    const std::string mode = gltf::text_of(sampler, "interpolation");
    t.mode = mode == "STEP"          ? Track::Mode::step
             : mode == "CUBICSPLINE" ? Track::Mode::cubic
                                     : Track::Mode::linear;
    t.times = file_.numbers(in).values;
    File::Numbers values = file_.numbers(out);
    const size_t rows = t.times.size() * (t.mode == Track::Mode::cubic ? 3 : 1);
    require(!t.times.empty() && values.count == rows && values.components == width, Kind::bad_input,
            "{}: {} keys with {} values of {} numbers, expected {} of {}", where, t.times.size(),
            values.count, values.components, rows, width);
    for (size_t i = 1; i < t.times.size(); ++i) {
      require(t.times[i] > t.times[i - 1], Kind::bad_input, "{}: key {} at {} s comes before {} s",
              where, i, t.times[i], t.times[i - 1]);
    }
    t.values = std::move(values.values);
    return t;
  }

  /// What Motus writes and glTF has no field for.
  static void read_extras(const json& animation, Take& take) {
    const auto extras = animation.find("extras");
    if (extras == animation.end() || !extras->is_object()) return;
    const auto number = [&](const char* key, double fallback) {
      const auto at = extras->find(key);
      const double v = at != extras->end() && at->is_number() ? at->get<double>() : fallback;
      return std::isfinite(v) && v > 0 ? v : fallback;
    };
    take.fps = number("fps", take.fps);
    take.weight = number("weight", 1);
    if (gltf::text_of(*extras, "loop_mode") == "wrap") take.loop = LoopMode::wrap;
  }

  const File& file_;
  std::vector<int> index_;  ///< a file's node to ours
  std::vector<Vec3> translation_, scale_;
  std::vector<Quat> rotation_;
  std::vector<Affine> still_;
  std::vector<std::map<size_t, Motion>> motions_;  ///< by take, then node
};

}  // namespace

Match sniff_glb(Bytes bytes) {
  return starts_with(bytes, "glTF") ? Match::yes : Match::no;
}

Match sniff_gltf(Bytes bytes) {
  std::string_view t = as_text(bytes);
  if (t.starts_with("\xef\xbb\xbf")) t.remove_prefix(3);
  const size_t at = t.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos || t[at] != '{') return Match::no;
  const auto holds = [&](std::string_view word) { return t.find(word) != std::string_view::npos; };
  const bool scene =
      holds("\"accessors\"") || holds("\"scene") || holds("\"nodes\"") || holds("\"meshes\"");
  return scene && holds("\"asset\"") ? Match::yes : Match::no;
}

std::vector<Clip> read_gltf(Bytes bytes, const ReadOptions& options) {
  const File file(bytes, options);
  return clips_of(GltfScene(file, options), options);
}

}  // namespace motus::formats
