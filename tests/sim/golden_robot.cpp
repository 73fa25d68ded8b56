#include "tests/sim/golden_robot.h"
#include "tests/source_dir.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace motus::golden {

namespace {

template <size_t N>
void take(std::istream& in, std::array<double, N>& out) {
  for (double& x : out) in >> x;
}

/// Half the height of a geom above its centre along the world's z.
double reach(const mjModel* m, const mjData* d, int g) {
  const mjtNum* size = m->geom_size + 3 * g;
  const mjtNum* up = d->geom_xmat + 9 * g + 6;  // the world's z in the geom's frame
  switch (m->geom_type[g]) {
    case mjGEOM_SPHERE:
      return size[0];
    case mjGEOM_CAPSULE:
      return size[0] + size[1] * std::abs(up[2]);
    case mjGEOM_CYLINDER:
      return size[0] * std::sqrt(std::max(0.0, 1 - up[2] * up[2])) + size[1] * std::abs(up[2]);
    case mjGEOM_BOX:
      return size[0] * std::abs(up[0]) + size[1] * std::abs(up[1]) + size[2] * std::abs(up[2]);
    default:
      throw std::runtime_error("a robot collides with spheres, capsules, cylinders and boxes only");
  }
}

}  // namespace

Robot read(const std::string& name) {
  const std::string file = std::string(motus::source_dir()) + "/tests/sim/golden/" + name + ".txt";
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no golden file " + file);
  Robot r;
  r.name = name;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key;
    if (!(words >> key) || key[0] == '#') continue;
    if (key == "body") {
      Body b;
      words >> b.name;
      take(words, b.pos);
      take(words, b.rot);
      r.bodies.push_back(b);
    } else if (key == "joint") {
      Joint j;
      words >> j.name >> j.body;
      take(words, j.axis);
      words >> j.low >> j.high >> j.kp >> j.kd >> j.armature >> j.frictionloss >> j.force >>
          j.gear >> j.ctrl_low >> j.ctrl_high >> j.actuator;
      r.joints.push_back(j);
    } else if (key == "touch_default") {
      std::pair<std::string, std::string> p;
      words >> p.first >> p.second;
      r.touches.push_back(p);
    } else if (key == "stand") {
      Stand s;
      std::string self;
      words >> s.gains >> self >> s.floor_condim >> s.floor_margin >> s.steps_per_second >>
          s.height >> s.degrees;
      s.self_collision = self == "on";
      r.stands.push_back(s);
    } else {
      std::vector<double>& v = r.values[key];
      for (double x; words >> x;) v.push_back(x);
      words.clear();
    }
    if (words.fail()) throw std::runtime_error(file + ": cannot read: " + line);
  }
  return r;
}

std::string model_file(const std::string& name) {
  return std::string(motus::source_dir()) + "/data/robots/" + name + "/robot.xml";
}

Spec parse(const std::string& name) {
  std::array<char, 1000> error{};
  Spec spec(mj_parseXML(model_file(name).c_str(), nullptr, error.data(), error.size()),
            mj_deleteSpec);
  if (!spec) throw std::runtime_error(error.data());
  return spec;
}

Model compile(mjSpec* spec) {
  Model m(mj_compile(spec, nullptr), mj_deleteModel);
  if (!m) throw std::runtime_error(mjs_getError(spec));
  return m;
}

Data make_data(const mjModel* m) {
  return Data(mj_makeData(m), mj_deleteData);
}

void set_pose(const Robot& r, const mjModel* m, mjData* d, Pose pose) {
  const int dofs = m->nv - 6;
  const std::vector<double> origin(3, 0.0);
  const std::vector<double>& root = pose == Pose::zero   ? origin
                                    : pose == Pose::rest ? r.values.at("default_root")
                                                         : r.values.at("test_root");
  const double norm = std::sqrt(0.9 * 0.9 + 0.1 * 0.1 + 0.2 * 0.2 + 0.3 * 0.3);
  std::array<double, 4> rot{1, 0, 0, 0};
  if (pose == Pose::test) rot = {0.9 / norm, 0.1 / norm, -0.2 / norm, 0.3 / norm};
  if (const auto turned = r.values.find("default_rot");
      pose == Pose::rest && turned != r.values.end())
    std::copy(turned->second.begin(), turned->second.end(), rot.begin());
  std::copy(root.begin(), root.end(), d->qpos);
  std::copy(rot.begin(), rot.end(), d->qpos + 3);
  for (int i = 0; i < dofs; ++i) {
    d->qpos[7 + i] = pose == Pose::zero   ? 0
                     : pose == Pose::rest ? r.values.at("default_dofs").at(static_cast<size_t>(i))
                                          : 0.3 * std::sin(i + 1);
  }
  std::fill(d->qvel, d->qvel + m->nv, 0.0);
  mj_forward(m, d);
}

double lowest(const mjModel* m, const mjData* d) {
  double z = 1e30;
  for (int g = 0; g < m->ngeom; ++g) {
    if (m->geom_contype[g] == 0 && m->geom_conaffinity[g] == 0) continue;
    if (m->geom_type[g] == mjGEOM_PLANE) continue;
    z = std::min(z, d->geom_xpos[3 * g + 2] - reach(m, d, g));
  }
  return z;
}

}  // namespace motus::golden
