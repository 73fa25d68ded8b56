#include "formats/mjcf.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "formats/mjcf_compile.h"
#include "formats/mjcf_shapes.h"
#include "motion/data_path.h"
#include "motion/error.h"
#include "motion/nearest.h"
#include "motion/sha256.h"

namespace motus::formats {

namespace fs = std::filesystem;

namespace {

std::string hash_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return sha256(std::as_bytes(std::span(text)));
}

std::string name_of(const mjModel* m, mjtObj type, int id, const char* kind) {
  const char* name = mj_id2name(m, type, id);
  return name && *name ? name : fmt::format("{}_{}", kind, id);
}

Vec3 vec(const mjtNum* p) {
  return {p[0], p[1], p[2]};
}
Quat quat(const mjtNum* q) {
  return Quat(q[0], q[1], q[2], q[3]).normalized();
}

class TreeReader {
 public:
  TreeReader(const mjModel* m, const std::string& place) : m_(m), place_(place) {
    int root = 1;
    require(m->nbody > 1, Kind::bad_input, "{}: has no bodies below the world", place);
    // a file may hold a floor or props as further trees: the first is the character
    bodies_.push_back(root);
    for (int b = root + 1; b < m->nbody; ++b) {
      if (index_of(m->body_parentid[b]) >= 0) bodies_.push_back(b);
    }
  }

  /// Index in the skeleton of a model's body, or -1.
  int index_of(int body) const {
    const auto it = std::find(bodies_.begin(), bodies_.end(), body);
    return it == bodies_.end() ? -1 : static_cast<int>(it - bodies_.begin());
  }

  Skeleton::Spec read() const {
    Skeleton::Spec s;
    s.kind = SkeletonKind::robot;
    s.mass = m_->body_subtreemass[bodies_.front()];
    for (const int b : bodies_) {
      Body body;
      body.name = name_of(m_, mjOBJ_BODY, b, "body");
      body.parent = b == bodies_.front() ? -1 : index_of(m_->body_parentid[b]);
      body.rest_pos = vec(m_->body_pos + 3 * b);
      body.rest_rot = quat(m_->body_quat + 4 * b);
      s.bodies.push_back(body);
      if (body.parent >= 0) add_joints(s, b);
    }
    return s;
  }

  std::span<const int> bodies() const { return bodies_; }

 private:
  void add_joints(Skeleton::Spec& s, int body) const;
  void add_dof(Skeleton::Spec& s, int joint) const;

  const mjModel* m_;
  std::string place_;
  std::vector<int> bodies_;
};

void TreeReader::add_dof(Skeleton::Spec& s, int joint) const {
  Dof dof{.name = name_of(m_, mjOBJ_JOINT, joint, "joint")};
  if (m_->jnt_limited[joint]) {
    dof.lower = m_->jnt_range[2 * joint];
    dof.upper = m_->jnt_range[2 * joint + 1];
  }
  s.dofs.push_back(dof);
}

void TreeReader::add_joints(Skeleton::Spec& s, int body) const {
  const int first = m_->body_jntadr[body], count = m_->body_jntnum[body];
  const int index = static_cast<int>(s.bodies.size()) - 1;
  for (int j = first; j < first + count; ++j) {
    const std::string name = name_of(m_, mjOBJ_JOINT, j, "joint");
    require(m_->jnt_type[j] == mjJNT_HINGE || m_->jnt_type[j] == mjJNT_BALL, Kind::bad_input,
            "{}: joint '{}' below the root is {}; expected a hinge or a ball", place_, name,
            m_->jnt_type[j] == mjJNT_SLIDE ? "a slide" : "free");
    require(vec(m_->jnt_pos + 3 * j).norm() < 1e-6, Kind::bad_input,
            "{}: joint '{}' does not pass through the origin of its body (pos {} {} {})", place_,
            name, m_->jnt_pos[3 * j], m_->jnt_pos[3 * j + 1], m_->jnt_pos[3 * j + 2]);
  }
  const auto hinge = [&](int j) { return m_->jnt_type[j] == mjJNT_HINGE; };
  const bool triple = count == 3 && hinge(first) && hinge(first + 1) && hinge(first + 2);
  if (triple) {
    std::string name = name_of(m_, mjOBJ_JOINT, first, "joint");
    if (const size_t cut = name.rfind('_'); cut != std::string::npos && cut > 0) name.resize(cut);
    s.joints.push_back({.name = name, .type = JointType::ball, .body = index});
    for (int j = first; j < first + 3; ++j) add_dof(s, j);
    return;
  }
  for (int j = first; j < first + count; ++j) {
    const std::string name = name_of(m_, mjOBJ_JOINT, j, "joint");
    if (hinge(j)) {
      s.joints.push_back({.name = name,
                          .type = JointType::hinge,
                          .body = index,
                          .axis = vec(m_->jnt_axis + 3 * j).normalized()});
      add_dof(s, j);
    } else {
      s.joints.push_back({.name = name, .type = JointType::ball, .body = index});
      for (const char* axis : {"_x", "_y", "_z"}) s.dofs.push_back({.name = name + axis});
    }
  }
}

/// The tip of every leaf: the mean of its farthest collision points, so that exporters can draw the
/// bone. A tip within a centimetre of the body's origin says nothing.
void add_tips(Skeleton::Spec& s, const std::vector<CollisionPoint>& points) {
  std::vector<bool> leaf(s.bodies.size(), true);
  for (const Body& b : s.bodies) {
    if (b.parent >= 0) leaf[static_cast<size_t>(b.parent)] = false;
  }
  for (size_t b = 0; b < s.bodies.size(); ++b) {
    if (!leaf[b]) continue;
    double far = 0;
    for (const CollisionPoint& p : points) {
      if (p.body == static_cast<int>(b)) far = std::max(far, p.pos.norm());
    }
    Vec3 sum = Vec3::Zero();
    int count = 0;
    for (const CollisionPoint& p : points) {
      if (p.body != static_cast<int>(b) || p.pos.norm() < 0.9 * far) continue;
      sum += p.pos;
      ++count;
    }
    if (count == 0 || (sum / count).norm() < 0.01) continue;
    s.end_sites.push_back(
        {.name = s.bodies[b].name + "_end", .body = static_cast<int>(b), .pos = sum / count});
  }
}

/// The pose of the model's keyframe, if it has one: the one called home or stand, else the first.
struct Home {
  double root_height = 0;
  std::vector<std::pair<std::string, double>> dofs;
};

Home read_home(const mjModel* m, int root, const Skeleton::Spec& spec) {
  Home home;
  if (m->nkey == 0) return home;
  int key = 0;
  for (int k = m->nkey; k-- > 0;) {
    const std::string name = name_of(m, mjOBJ_KEY, k, "key");
    if (name == "home" || name == "stand" || name == "default") key = k;
  }
  const mjtNum* qpos = m->key_qpos + static_cast<ptrdiff_t>(key) * m->nq;
  for (const Joint& j : spec.joints) {
    const int id = j.type == JointType::hinge ? mj_name2id(m, mjOBJ_JOINT, j.name.c_str()) : -1;
    if (id >= 0) home.dofs.emplace_back(j.name, qpos[m->jnt_qposadr[id]]);
  }
  const int free = m->body_jntadr[root];
  if (free >= 0 && m->jnt_type[free] == mjJNT_FREE)
    home.root_height = qpos[m->jnt_qposadr[free] + 2];
  return home;
}

struct Loaded {
  Skeleton::Spec spec;
  Home home;
  std::vector<CollisionPoint> points;
  std::vector<Capsule> capsules;
  std::vector<double> masses;
  std::vector<Vec3> mass_centres;
};

Loaded load(const fs::path& file) {
  const Compiled compiled = compile_model(file);
  const mjModel* m = compiled.model.get();
  const TreeReader tree(m, file.string());
  Loaded out;
  out.spec = tree.read();
  out.home = read_home(m, tree.bodies().front(), out.spec);
  out.points = collision_points(*m, tree.bodies());
  out.capsules = capsules(*m, tree.bodies());
  add_tips(out.spec, out.points);
  if (compiled.whole) {
    for (const int b : tree.bodies()) {
      out.masses.push_back(m->body_mass[b]);
      out.mass_centres.push_back(vec(m->body_ipos + 3 * b));
    }
  } else {
    out.spec.mass = 0;  // the meshes that weigh are not here
  }
  const std::string own = m->names;  // the model's name is the first of all names
  out.spec.name = own.empty() || own == "MuJoCo Model" ? file.stem().string() : own;
  out.spec.model_file = file.filename().string();
  out.spec.model_sha256 = hash_of(file);
  return out;
}

bool is_model_file(const std::string& name) {
  const fs::path p(name);
  return p.has_parent_path() || p.extension() == ".xml" || p.extension() == ".urdf" ||
         p.extension() == ".mjcf";
}

/// Index of a body by name, or an error with the nearest one.
int body_named(const Skeleton& s, const std::string& name, const std::string& what,
               const fs::path& yaml) {
  const int body = s.find_body(name);
  if (body >= 0) return body;
  std::vector<std::string> known;
  for (const Body& b : s.bodies()) known.push_back(b.name);
  throw Error(Kind::usage,
              fmt::format("{}: {} names body '{}', which '{}' does not have", yaml.string(), what,
                          name, s.name()),
              did_you_mean(name, known));
}

void apply_yaml(Robot& robot, const RobotYaml& yaml, const fs::path& file) {
  Skeleton::Spec spec = robot.skeleton->spec();
  spec.name = yaml.name;
  for (const auto& [role, body] : yaml.roles) {
    spec.roles[role] = body_named(*robot.skeleton, body, "role " + role, file);
  }
  robot.skeleton = Skeleton::build(std::move(spec));
  for (const auto* list : {&yaml.key_bodies, &yaml.contact_bodies, &yaml.foot_bodies}) {
    for (const std::string& name : *list) body_named(*robot.skeleton, name, "a list", file);
  }
  for (const auto& [name, value] : yaml.default_pose) {
    const int dof = robot.skeleton->find_dof(name);
    if (dof < 0) {
      std::vector<std::string> known;
      for (const Dof& d : robot.skeleton->dofs()) known.push_back(d.name);
      throw Error(Kind::usage, fmt::format("{}: default_pose names dof '{}'", file.string(), name),
                  did_you_mean(name, known));
    }
    robot.default_dofs[static_cast<size_t>(dof)] = value;
  }
  for (const auto& [part, limit] : yaml.speed_limits) {
    bool found = false;
    for (size_t d = 0; d < robot.speed_limits.size(); ++d) {
      if (robot.skeleton->dofs()[d].name.find(part) == std::string::npos) continue;
      found = true;
      if (robot.speed_limits[d] == 0) robot.speed_limits[d] = limit;
    }
    require(found, Kind::usage, "{}: speed_limits: no dof's name holds '{}'", file.string(), part);
  }
  robot.name = yaml.name;
  robot.title = yaml.title;
  robot.kind = yaml.kind;
  robot.root_height = yaml.root_height;
  robot.key_bodies = yaml.key_bodies;
  robot.contact_bodies = yaml.contact_bodies;
  robot.foot_bodies = yaml.foot_bodies;
}

/// By name, folder or model file, as load_robot() takes it.
Robot read_robot(const std::string& name_or_path);

/// When a file was written and how long it is: says whether it must be read again.
struct Stamp {
  fs::file_time_type time;
  std::uintmax_t size = 0;
  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const fs::path& file) {
  std::error_code ec;
  return {fs::last_write_time(file, ec), fs::file_size(file, ec)};
}

/// A robot that was read, with the stamps of its two files.
struct Known {
  Robot robot;
  Stamp yaml, model;
};

}  // namespace

SkeletonPtr load_skeleton(const fs::path& model) {
  return Skeleton::build(load(model).spec);
}

// compiling a model takes longer than reading a clip, and a folder of clips has one robot
Robot load_robot(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || is_model_file(name_or_path)) {
    return read_robot(name_or_path);
  }
  static std::mutex mutex;
  static std::map<fs::path, Known> known;
  const fs::path folder = find_robot(name_or_path);
  const Stamp yaml = stamp_of(folder / "robot.yaml");
  const std::lock_guard lock(mutex);
  const auto at = known.find(folder);
  const bool fresh = at != known.end() && at->second.yaml == yaml &&
                     at->second.model == stamp_of(at->second.robot.model);
  if (fresh) return at->second.robot;
  const Robot robot = read_robot(name_or_path);
  known[folder] = {robot, yaml, stamp_of(robot.model)};
  return robot;
}

namespace {

Robot read_robot(const std::string& name_or_path) {
  Robot robot;
  RobotYaml yaml;
  fs::path folder = name_or_path, yaml_file;
  std::error_code ec;
  if (name_or_path.find('/') != std::string::npos && fs::is_directory(folder, ec)) {
    yaml_file = folder / "robot.yaml";
    require(fs::exists(yaml_file, ec), Kind::usage, "{}: a robot's folder holds a robot.yaml",
            folder.string());
  } else if (is_model_file(name_or_path)) {
    robot.model = require_data(name_or_path, "model");
  } else {
    folder = find_robot(name_or_path);
    yaml_file = folder / "robot.yaml";
  }
  if (!yaml_file.empty()) {
    yaml = read_robot_yaml(yaml_file);
    robot.model = folder / yaml.model;
  }
  Loaded loaded = load(robot.model);
  robot.collision_points = std::move(loaded.points);
  robot.capsules = std::move(loaded.capsules);
  robot.masses = std::move(loaded.masses);
  robot.mass_centres = std::move(loaded.mass_centres);
  robot.skeleton = Skeleton::build(std::move(loaded.spec));
  robot.name = robot.title = robot.skeleton->name();
  robot.default_dofs.assign(static_cast<size_t>(robot.skeleton->dof_count()), 0.0);
  robot.speed_limits = robot.default_dofs;
  if (!yaml_file.empty()) {
    apply_yaml(robot, yaml, yaml_file);
    return robot;
  }
  robot.root_height = loaded.home.root_height;
  for (const auto& [name, angle] : loaded.home.dofs)
    robot.default_dofs[static_cast<size_t>(robot.skeleton->find_dof(name))] = angle;
  return robot;
}

}  // namespace

}  // namespace motus::formats
