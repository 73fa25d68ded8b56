#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "formats/scene/gltf.h"
#include "formats/scene/gltf_figure.h"
#include "formats/scene/scene.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

using json = nlohmann::ordered_json;

/// Our axes to glTF's: x forward, y left, z up to z forward, x left, y up.
Vec3 to_gltf(const Vec3& v) {
  return scene::kYUp.conjugate() * v;
}
Quat to_gltf(const Quat& q) {
  return scene::kYUp.conjugate() * q * scene::kYUp;
}

json list_of(const Vec3& v) {
  const Vec3 g = to_gltf(v);
  return {g.x(), g.y(), g.z()};
}

json list_of(const Quat& q) {
  const Quat g = to_gltf(q);
  return {g.x(), g.y(), g.z(), g.w()};
}

enum class Target { none = 0, vertices = 34962 };

/// The binary chunk and the views and accessors that divide it.
class Numbers {
 public:
  /// Adds float32 rows and returns the accessor's index; the range is stated, as positions and key
  /// times must have it.
  size_t add_floats(const std::vector<float>& values, size_t width, const char* type,
                    Target target = Target::none) {
    json least = json::array(), most = json::array();
    for (size_t c = 0; c < width; ++c) {
      float low = std::numeric_limits<float>::max(), high = -low;
      for (size_t i = c; i < values.size(); i += width) {
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
      }
      least.push_back(low);
      most.push_back(high);
    }
    json a = add(std::as_bytes(std::span(values)), values.size() / width, 5126, type, target);
    a["min"] = std::move(least);
    a["max"] = std::move(most);
    accessors.push_back(std::move(a));
    return accessors.size() - 1;
  }

  size_t add_joints(const std::vector<uint16_t>& values) {
    accessors.push_back(
        add(std::as_bytes(std::span(values)), values.size() / 4, 5123, "VEC4", Target::vertices));
    return accessors.size() - 1;
  }

  json views = json::array(), accessors = json::array();
  std::vector<std::byte> bytes;

 private:
  json add(std::span<const std::byte> data, size_t count, int component, const char* type,
           Target target) {
    json view = {{"buffer", 0}, {"byteOffset", bytes.size()}, {"byteLength", data.size()}};
    if (target != Target::none) view["target"] = static_cast<int>(target);
    bytes.insert(bytes.end(), data.begin(), data.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
    views.push_back(std::move(view));
    return {{"bufferView", views.size() - 1},
            {"componentType", component},
            {"count", count},
            {"type", type}};
  }
};

void push(std::vector<float>& out, const Vec3& v) {
  const Vec3 g = to_gltf(v);
  for (int i = 0; i < 3; ++i) out.push_back(static_cast<float>(g[i]));
}

class Writer {
 public:
  explicit Writer(std::span<const Clip> clips)
      : clips_(clips), skeleton_(*clips[0].skeleton), figure_(gltf::make_figure(skeleton_)) {}

  std::vector<std::byte> write() {
    add_nodes();
    add_skin();
    add_mesh();
    json animations = json::array();
    for (const Clip& c : clips_) animations.push_back(animation(c));
    const json material = {{"name", "bone"},
                           {"pbrMetallicRoughness",
                            {{"baseColorFactor", {0.35, 0.55, 0.8, 1.0}},
                             {"metallicFactor", 0.0},
                             {"roughnessFactor", 0.7}}}};
    json root;
    root["asset"] = {{"version", "2.0"}, {"generator", "Motus"}};
    root["scene"] = 0;
    root["scenes"][0]["nodes"] = {0, mesh_node_};
    root["nodes"] = nodes_;
    root["meshes"][0] = mesh_;
    root["materials"][0] = material;
    root["skins"][0] = skin_;
    root["animations"] = animations;
    root["accessors"] = numbers_.accessors;
    root["bufferViews"] = numbers_.views;
    root["buffers"][0]["byteLength"] = numbers_.bytes.size();
    return pack(root.dump(-1, ' ', false, json::error_handler_t::replace));
  }

 private:
  size_t bodies() const { return skeleton_.bodies().size(); }

  void add_nodes() {
    for (size_t b = 0; b < bodies(); ++b) {
      const Body& body = skeleton_.bodies()[b];
      // unanimated, the figure stands in its rest pose
      nodes_.push_back({{"name", body.name},
                        {"translation", list_of(b == 0 ? figure_.rest_pos[0] : body.rest_pos)},
                        {"rotation", list_of(b == 0 ? Quat::Identity() : body.rest_rot)}});
      if (b > 0) nodes_[static_cast<size_t>(body.parent)]["children"].push_back(b);
    }
    for (const auto& [role, body] : skeleton_.roles()) {
      nodes_[static_cast<size_t>(body)]["extras"]["role"] = role;
    }
    for (const EndSite& e : skeleton_.end_sites()) {
      nodes_[static_cast<size_t>(e.body)]["children"].push_back(nodes_.size());
      nodes_.push_back(
          {{"name", e.name}, {"translation", list_of(e.pos)}, {"extras", {{"end_site", true}}}});
    }
    mesh_node_ = nodes_.size();
    nodes_.push_back({{"name", "figure"}, {"mesh", 0}, {"skin", 0}});
  }

  void add_skin() {
    std::vector<float> matrices;
    json joints = json::array();
    for (size_t b = 0; b < bodies(); ++b) {
      joints.push_back(b);
      Eigen::Affine3d world = Eigen::Affine3d::Identity();
      world.linear() = to_gltf(figure_.rest_rot[b]).toRotationMatrix();
      world.translation() = to_gltf(figure_.rest_pos[b]);
      Eigen::Matrix4f m = world.inverse(Eigen::Isometry).matrix().cast<float>();
      matrices.insert(matrices.end(), m.data(), m.data() + 16);
    }
    skin_ = {{"name", skeleton_.name().empty() ? "skeleton" : skeleton_.name()},
             {"inverseBindMatrices", numbers_.add_floats(matrices, 16, "MAT4")},
             {"skeleton", 0},
             {"joints", joints}};
  }

  void add_mesh() {
    std::vector<float> points, normals, weights;
    std::vector<uint16_t> joints;
    for (size_t i = 0; i < figure_.points.size(); ++i) {
      push(points, figure_.points[i]);
      push(normals, figure_.normals[i]);
      joints.insert(joints.end(), {static_cast<uint16_t>(figure_.bones[i]), 0, 0, 0});
      weights.insert(weights.end(), {1, 0, 0, 0});
    }
    const json attributes = {
        {"POSITION", numbers_.add_floats(points, 3, "VEC3", Target::vertices)},
        {"NORMAL", numbers_.add_floats(normals, 3, "VEC3", Target::vertices)},
        {"JOINTS_0", numbers_.add_joints(joints)},
        {"WEIGHTS_0", numbers_.add_floats(weights, 4, "VEC4", Target::vertices)}};
    mesh_["name"] = "figure";
    mesh_["primitives"][0] = {{"attributes", attributes}, {"material", 0}};
  }

  json animation(const Clip& c) {
    std::vector<float> times;
    for (int f = 0; f < c.frames(); ++f) times.push_back(static_cast<float>(f / c.fps));
    const size_t input = numbers_.add_floats(times, 1, "SCALAR");
    json channels = json::array(), samplers = json::array();
    const auto add = [&](size_t node, const char* path, size_t output) {
      channels.push_back(
          {{"sampler", samplers.size()}, {"target", {{"node", node}, {"path", path}}}});
      samplers.push_back({{"input", input}, {"interpolation", "LINEAR"}, {"output", output}});
    };
    const auto slides = c.channels.find("joint_pos_local");
    const bool has_slides =
        slides != c.channels.end() && slides->second.data.cols() == 3 * static_cast<int>(bodies());
    for (size_t b = 0; b < bodies(); ++b) {
      if (b > 0 && !has_slides) break;
      std::vector<float> rows;
      for (int f = 0; f < c.frames(); ++f) {
        push(rows,
             b == 0
                 ? c.root_pos_at(f)
                 : Vec3(slides->second.data.block<1, 3>(f, 3 * static_cast<int>(b)).transpose()));
      }
      add(b, "translation", numbers_.add_floats(rows, 3, "VEC3"));
    }
    std::vector<std::vector<float>> turns = rotations(c);
    for (size_t b = 0; b < bodies(); ++b) {
      if (!turns[b].empty()) add(b, "rotation", numbers_.add_floats(turns[b], 4, "VEC4"));
    }
    json out = {{"name", c.name}, {"channels", channels}, {"samplers", samplers}};
    out["extras"] = {{"fps", c.fps},
                     {"loop_mode", c.loop == LoopMode::wrap ? "wrap" : "clamp"},
                     {"weight", c.weight}};
    return out;
  }

  /// Keys of every body, each the near one of the quaternions that mean its rotation; none for a
  /// body that never leaves its rest pose.
  std::vector<std::vector<float>> rotations(const Clip& c) const {
    std::vector<std::vector<float>> out(bodies());
    std::vector<Quat> joint, last(bodies(), Quat::Identity());
    std::vector<bool> turned(bodies(), false);
    turned[0] = true;
    for (int f = 0; f < c.frames(); ++f) {
      joint_rotations(c, f, joint);
      for (size_t b = 0; b < bodies(); ++b) {
        const Quat local = b == 0 ? c.root_rot_at(f) : skeleton_.bodies()[b].rest_rot * joint[b];
        Quat q = to_gltf(local).normalized();
        if (q.dot(last[b]) < 0) q.coeffs() = -q.coeffs();
        last[b] = q;
        if (b > 0 && joint[b].vec().norm() > 1e-9) turned[b] = true;
        for (const double v : {q.x(), q.y(), q.z(), q.w()}) out[b].push_back(static_cast<float>(v));
      }
    }
    for (size_t b = 0; b < bodies(); ++b) {
      if (!turned[b]) out[b].clear();
    }
    return out;
  }

  /// Header and two chunks, each padded to four bytes (glTF 2.0, chapter 4).
  std::vector<std::byte> pack(std::string text) const {
    text.resize((text.size() + 3) / 4 * 4, ' ');
    std::vector<std::byte> out;
    const auto word = [&](uint32_t v) {
      const auto b = std::as_bytes(std::span(&v, 1));
      out.insert(out.end(), b.begin(), b.end());
    };
    const auto chunk = [&](uint32_t type, std::span<const std::byte> data) {
      word(static_cast<uint32_t>(data.size()));
      word(type);
      out.insert(out.end(), data.begin(), data.end());
    };
    const size_t total = 12 + 8 + text.size() + 8 + numbers_.bytes.size();
    require(total <= std::numeric_limits<uint32_t>::max(), Kind::usage,
            "a GLB holds at most 4 GiB, these clips need {} bytes", total);
    word(0x46546c67);  // glTF
    word(2);
    word(static_cast<uint32_t>(total));
    chunk(0x4e4f534a, std::as_bytes(std::span(text)));
    chunk(0x004e4942, numbers_.bytes);
    return out;
  }

  std::span<const Clip> clips_;
  const Skeleton& skeleton_;
  gltf::Figure figure_;
  Numbers numbers_;
  json nodes_ = json::array(), skin_, mesh_;
  size_t mesh_node_ = 0;
};

}  // namespace

std::vector<std::byte> write_glb(std::span<const Clip> clips, const WriteOptions&) {
  require(!clips.empty(), Kind::usage, "no clips to write");
  for (const Clip& c : clips) {
    if (!c.skeleton->same_structure(*clips[0].skeleton)) {
      throw Error(Kind::usage,
                  fmt::format("a GLB holds clips of one skeleton: '{}' has another than '{}'",
                              c.name, clips[0].name),
                  "-o FOLDER/ writes one file an input");
    }
    require(c.skeleton->body_count() < 65536, Kind::usage, "a GLB skin has at most 65535 joints");
    require(c.frames() > 0, Kind::usage, "clip '{}' has no frames", c.name);
  }
  return Writer(clips).write();
}

}  // namespace motus::formats
