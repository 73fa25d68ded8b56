#include "view/player_data.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "view/camera.h"

namespace motus::view {

namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the player reads little-endian arrays");

/// Micrometres are enough, and shorter than what a double can say.
double short_number(double v) {
  return std::round(v * 1e6) / 1e6;
}

json numbers(std::span<const double> v) {
  json out = json::array();
  for (const double x : v) out.push_back(short_number(x));
  return out;
}

json numbers(const Vec3& v) {
  return numbers(std::span(v.data(), 3));
}

json numbers(const Quat& q) {
  const double v[4] = {q.w(), q.x(), q.y(), q.z()};
  return numbers(v);
}

template <typename T>
std::string packed(const std::vector<T>& v) {
  return base64(std::as_bytes(std::span(v)));
}

int stride_of(const Clip& c) {
  return std::max(1, static_cast<int>(std::floor(c.fps / kPlayerRate + 1e-6)));
}

/// World rotation of the root and joint rotations of the rest, per kept frame.
std::vector<std::vector<Quat>> rotations_of(const Clip& c, int stride) {
  std::vector<std::vector<Quat>> out;
  for (int f = 0; f < c.frames(); f += stride) {
    std::vector<Quat>& row = out.emplace_back();
    joint_rotations(c, f, row);
    row[0] = c.root_rot_at(f);
  }
  return out;
}

bool still(const std::vector<std::vector<Quat>>& turns, size_t body) {
  const Quat& first = turns.front()[body];
  return std::all_of(turns.begin(), turns.end(), [&](const std::vector<Quat>& row) {
    return std::abs(row[body].dot(first)) > 1 - 1e-9;
  });
}

/// Bodies, and the frames of those that turn. A body that keeps one pose has it as its rest.
void write_motion(const Figure& figure, json& out) {
  const Clip& c = *figure.clip;
  const int stride = stride_of(c);
  const std::vector<std::vector<Quat>> turns = rotations_of(c, stride);
  const Skeleton& s = *c.skeleton;
  std::vector<size_t> moving;
  json bodies = json::array();
  for (size_t b = 0; b < s.bodies().size(); ++b) {
    const Body& body = s.bodies()[b];
    const bool turns_here = b == 0 || !still(turns, b);
    if (turns_here) moving.push_back(b);
    const Quat rest = b == 0 ? Quat::Identity() : body.rest_rot;
    json j{{"name", body.name},
           {"parent", body.parent},
           {"pos", numbers(b == 0 ? Vec3(Vec3::Zero()) : body.rest_pos)},
           {"rot", numbers(turns_here ? rest : Quat(rest * turns.front()[b]))}};
    const auto [first, last] = s.joints_of(static_cast<int>(b));
    for (int i = first; i < last; ++i)
      j["joints"].push_back(s.joints()[static_cast<size_t>(i)].name);
    bodies.push_back(std::move(j));
  }
  std::vector<float> root;
  std::vector<int16_t> packed_turns;
  for (size_t f = 0; f < turns.size(); ++f) {
    const Vec3 at = c.root_pos_at(static_cast<int>(f) * stride) + figure.offset;
    for (int i = 0; i < 3; ++i) root.push_back(static_cast<float>(at[i]));
    for (const size_t b : moving) {
      const Quat q = turns[f][b].normalized();
      for (const double v : {q.w(), q.x(), q.y(), q.z()})
        packed_turns.push_back(static_cast<int16_t>(std::lround(32767 * v)));
    }
  }
  out["fps"] = c.fps / stride;
  out["frames"] = turns.size();
  out["bodies"] = std::move(bodies);
  out["moving"] = moving;
  out["root"] = packed(root);
  out["turns"] = packed(packed_turns);
}

const char* shape_name(Marker::Shape shape) {
  switch (shape) {
    case Marker::Shape::arrow:
      return "arrow";
    case Marker::Shape::ball:
      return "ball";
    default:
      return "pole";
  }
}

void write_markers(const Figure& figure, json& out) {
  if (!figure.markers || figure.markers->empty()) return;
  const auto& frames = *figure.markers;
  const auto longest = std::max_element(frames.begin(), frames.end(),
                                        [](auto& a, auto& b) { return a.size() < b.size(); });
  for (size_t i = 0; i < longest->size(); ++i) {
    const Marker& m = (*longest)[i];
    std::vector<float> track;
    for (size_t f = 0; f < frames.size(); f += static_cast<size_t>(stride_of(*figure.clip))) {
      const bool there = i < frames[f].size();
      const Marker& now = there ? frames[f][i] : m;
      for (const double v : {now.pos.x(), now.pos.y(), now.pos.z(), now.angle})
        track.push_back(there ? static_cast<float>(v) : std::numeric_limits<float>::quiet_NaN());
    }
    out["markers"].push_back({{"name", m.name},
                              {"shape", shape_name(m.shape)},
                              {"size", short_number(m.size)},
                              {"rgba", std::vector<float>(m.rgba, m.rgba + 4)},
                              {"track", packed(track)}});
  }
}

/// What is drawn of a figure: the shapes of its model, each on the body of the skeleton that carries
/// it, in that body's frame.
class Shapes {
 public:
  Shapes(const Scene& scene, json& meshes) : m_(scene.model()), scene_(scene), meshes_(meshes) {
    const std::vector<int>& bodies = scene.bodies(0);
    owner_.assign(static_cast<size_t>(m_->nbody), -1);
    for (size_t b = 0; b < bodies.size(); ++b)
      owner_[static_cast<size_t>(bodies[b])] = static_cast<int>(b);
  }

  json all() {
    json out = json::array();
    for (int g = 0; g < m_->ngeom; ++g) {
      if (scene_.figure_of(m_->geom_bodyid[g]) < 0) continue;
      if (!scene_.groups()[static_cast<size_t>(m_->geom_group[g])]) continue;
      json shape = form(g);
      if (!shape.is_null()) out.push_back(std::move(shape));
    }
    return out;
  }

 private:
  json form(int g) {
    const mjtNum* size = m_->geom_size + 3 * g;
    json out;
    switch (m_->geom_type[g]) {
      case mjGEOM_SPHERE:
        out = {{"type", "sphere"}, {"size", numbers(std::span(size, 1))}};
        break;
      case mjGEOM_CAPSULE:
        out = {{"type", "capsule"}, {"size", numbers(std::span(size, 2))}};
        break;
      case mjGEOM_CYLINDER:
        out = {{"type", "cylinder"}, {"size", numbers(std::span(size, 2))}};
        break;
      case mjGEOM_ELLIPSOID:
        out = {{"type", "ellipsoid"}, {"size", numbers(std::span(size, 3))}};
        break;
      case mjGEOM_BOX:
        out = {{"type", "box"}, {"size", numbers(std::span(size, 3))}};
        break;
      case mjGEOM_MESH:
        out = {{"type", "mesh"}, {"size", json::array()}, {"mesh", mesh(m_->geom_dataid[g])}};
        break;
      default:
        return {};  // planes and height fields are no part of a figure
    }
    mjtNum pos[3], quat[4];
    mju_copy3(pos, m_->geom_pos + 3 * g);
    mju_copy4(quat, m_->geom_quat + 4 * g);
    int body = m_->geom_bodyid[g];
    // up to the nearest body that the skeleton knows; those between do not move
    while (owner_[static_cast<size_t>(body)] < 0) {
      mju_mulPose(pos, quat, m_->body_pos + 3 * body, m_->body_quat + 4 * body,
                  std::array<mjtNum, 3>{pos[0], pos[1], pos[2]}.data(),
                  std::array<mjtNum, 4>{quat[0], quat[1], quat[2], quat[3]}.data());
      body = m_->body_parentid[body];
    }
    out["body"] = owner_[static_cast<size_t>(body)];
    out["pos"] = numbers(std::span(pos, 3));
    out["rot"] = numbers(std::span(quat, 4));
    const int material = m_->geom_matid[g];
    const float* colour = material >= 0 ? m_->mat_rgba + 4 * material : m_->geom_rgba + 4 * g;
    const double rgba[4] = {colour[0], colour[1], colour[2], colour[3]};
    out["rgba"] = numbers(rgba);
    return out;
  }

  size_t mesh(int id) {
    const auto [found, fresh] = index_.emplace(id, meshes_.size());
    if (!fresh) return found->second;
    const float* points = m_->mesh_vert + static_cast<ptrdiff_t>(3) * m_->mesh_vertadr[id];
    const int* faces = m_->mesh_face + static_cast<ptrdiff_t>(3) * m_->mesh_faceadr[id];
    const auto bytes = [](const auto* p, int rows) {
      return base64(std::as_bytes(std::span(p, 3 * static_cast<size_t>(rows))));
    };
    meshes_.push_back({{"points", bytes(points, m_->mesh_vertnum[id])},
                       {"faces", bytes(faces, m_->mesh_facenum[id])}});
    return found->second;
  }

  const mjModel* m_;
  const Scene& scene_;
  json& meshes_;
  std::vector<int> owner_;
  std::map<int, size_t> index_;
};

/// Seen over the whole first clip.
Camera camera_for(const PlayerOptions& options, Scene& scene) {
  const Clip& clip = *scene.figures().front().clip;
  Camera camera = choose_camera(options.camera, clip, 0, clip.frames() - 1);
  fit(camera, scene.corners(0, clip.duration()), 1.2);
  camera.distance *= 1.25;  // the page has a bar and a legend
  return camera;
}

}  // namespace

std::string base64(std::span<const std::byte> bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(3, bytes.size() - i);
    uint32_t word = 0;
    for (size_t k = 0; k < 3; ++k)
      word = word << 8 | (k < left ? std::to_integer<uint32_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= left ? kDigits[word >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string player_data(std::span<const Figure> figures, const PlayerOptions& options) {
  require(!figures.empty(), Kind::failed, "a player without figures");
  double longest = 0;
  for (const Figure& f : figures) {
    require(f.clip->frames() > 0, Kind::bad_input, "clip '{}' has no frames", f.clip->name);
    longest = std::max(longest, f.clip->duration());
  }
  require(options.start >= 0 && options.start <= longest, Kind::usage,
          "from {} s: the motion lasts {:.3f} s", options.start, longest);
  std::vector<std::unique_ptr<Scene>> scenes;
  double extent = 0;
  for (const Figure& f : figures) {
    scenes.push_back(std::make_unique<Scene>(std::vector<Figure>{f}));
    extent = std::max(extent, scenes.back()->extent());
  }
  const Camera camera = camera_for(options, *scenes.front());
  const std::vector<Vec3> beside = side_by_side(figures, camera.azimuth);
  json meshes = json::array(), list = json::array();
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& f = figures[i];
    json j{{"name", f.clip->name},
           {"note", f.note},
           {"alpha", f.alpha},
           {"beside", numbers(beside[i])}};
    write_motion(f, j);
    j["shapes"] = Shapes(*scenes[i], meshes).all();
    write_markers(f, j);
    list.push_back(std::move(j));
  }
  const json all{{"title", options.title},
                 {"start", options.start},
                 {"over", options.over},
                 {"extent", short_number(extent)},
                 {"camera",
                  {{"azimuth", short_number(camera.azimuth)},
                   {"elevation", short_number(camera.elevation)},
                   {"distance", short_number(camera.distance)},
                   {"height", short_number(camera.height)}}},
                 {"meshes", std::move(meshes)},
                 {"figures", std::move(list)}};
  // names may hold anything; a '<' only stands in them
  const std::string text = all.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace motus::view
