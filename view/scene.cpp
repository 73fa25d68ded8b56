#include "view/scene.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <cmath>

#include "motion/data_path.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/robot.h"
#include "view/bearing.h"
#include "view/stage.h"
#include "view/stick_figure.h"

namespace motus::view {

namespace fs = std::filesystem;

namespace {

using SpecPtr = std::unique_ptr<mjSpec, decltype(&mj_deleteSpec)>;

std::string prefix(size_t figure) {
  return fmt::format("figure{}/", figure);
}

SpecPtr load_figure(const Figure& f) {
  if (f.model.empty()) return {make_stick_figure(*f.clip->skeleton), &mj_deleteSpec};
  std::error_code ec;
  if (!fs::is_regular_file(f.model, ec))
    throw Error(Kind::usage, fmt::format("model '{}' does not exist", f.model.string()),
                "--model none draws a stick figure");
  char reason[1000] = "";
  SpecPtr spec(mj_parseXML(f.model.c_str(), nullptr, reason, sizeof reason), &mj_deleteSpec);
  require(spec != nullptr, Kind::bad_input, "{}: {}", f.model.string(), reason);
  return spec;
}

void attach(mjSpec* stage, mjSpec* figure, const std::string& name, const std::string& model) {
  mjsElement* root = mjs_firstChild(mjs_findBody(figure, "world"), mjOBJ_BODY, 0);
  require(root != nullptr, Kind::bad_input, "{}: holds no body", model);
  mjsFrame* frame = mjs_addFrame(mjs_findBody(stage, "world"), nullptr);
  const mjsElement* attached = mjs_attach(frame->element, root, name.c_str(), "");
  require(attached != nullptr, Kind::bad_input, "{}: {}", model, mjs_getError(stage));
}

}  // namespace

fs::path find_model(const Skeleton& skeleton) {
  // the robot's name first: model_file is often just "robot.xml", which any folder may hold
  const std::vector<std::string> robots = robot_names();
  if (std::find(robots.begin(), robots.end(), skeleton.name()) == robots.end())
    return find_data(skeleton.spec().model_file);
  const fs::path folder = find_robot(skeleton.name());
  return folder / read_robot_yaml(folder / "robot.yaml").model;
}

int frame_at(const Clip& clip, double time) {
  const double f = std::round(time * clip.fps);
  return static_cast<int>(std::clamp(f, 0.0, static_cast<double>(clip.frames() - 1)));
}

std::vector<Vec3> side_by_side(std::span<const Figure> figures, double azimuth) {
  const double angle = azimuth * M_PI / 180;
  const Vec3 right(std::sin(angle), -std::cos(angle), 0);
  const Clip& first = *figures.front().clip;
  double gap = 0;
  for (const Figure& f : figures) gap = std::max(gap, rest_extent(*f.clip->skeleton));
  std::vector<Vec3> out;
  for (const Figure& f : figures) {
    Vec3 place = first.root_pos_at(0) - f.clip->root_pos_at(0);
    place.z() = 0;
    out.emplace_back(place + gap * static_cast<double>(out.size()) * right);
  }
  return out;
}

Scene::Scene(std::vector<Figure> figures)
    : figures_(std::move(figures)), model_(nullptr, mj_deleteModel), data_(nullptr, mj_deleteData) {
  quiet_mujoco();
  const std::optional<Terrain>& ground = figures_.front().clip->terrain;
  const SpecPtr stage(make_stage(ground ? &*ground : nullptr), &mj_deleteSpec);
  std::vector<SpecPtr> specs;
  for (size_t i = 0; i < figures_.size(); ++i) {
    specs.push_back(load_figure(figures_[i]));
    attach(stage.get(), specs.back().get(), prefix(i), figures_[i].model.string());
  }
  model_.reset(mj_compile(stage.get(), nullptr));
  require(model_ != nullptr, Kind::bad_input, "{}: {}", figures_.front().model.string(),
          mjs_getError(stage.get()));
  // what is seen scales with the figure, so that one in wrong units is still seen
  model_->vis.map.znear = static_cast<float>(0.03 * extent());
  model_->vis.map.zfar = static_cast<float>(120 * extent());
  // the shadow's map is as fine as the region it covers is small
  model_->vis.map.shadowclip = static_cast<float>(1.4 * extent());
  data_.reset(mj_makeData(model_.get()));
  mj_kinematics(model_.get(), data_.get());

  figure_of_.assign(static_cast<size_t>(model_->nbody), -1);
  posed_.assign(static_cast<size_t>(model_->nbody), false);
  for (size_t i = 0; i < figures_.size(); ++i) {
    std::vector<int> map;
    for (const Body& b : figures_[i].clip->skeleton->bodies()) {
      const std::string name =
          prefix(i) + (figures_[i].model.empty() ? stick_name(b.name) : b.name);
      map.push_back(mj_name2id(model_.get(), mjOBJ_BODY, name.c_str()));
      if (map.back() < 0)
        throw Error(Kind::bad_input,
                    fmt::format("{}: has no body '{}', which the clip moves",
                                figures_[i].model.string(), b.name),
                    "--model none draws a stick figure");
      posed_[static_cast<size_t>(map.back())] = true;
      figure_of_[static_cast<size_t>(map.back())] = static_cast<int>(i);
    }
    bodies_.push_back(std::move(map));
  }
  // bodies without a joint of their own that a skeleton may leave out follow their parents
  for (int b = 1; b < model_->nbody; ++b) {
    int& figure = figure_of_[static_cast<size_t>(b)];
    if (figure < 0) figure = figure_of_[static_cast<size_t>(model_->body_parentid[b])];
  }
  // groups 0 to 2 hold what is meant to be seen, 3 and up collision shapes
  groups_.assign(mjNGROUP, false);
  groups_[0] = groups_[1] = groups_[2] = true;
  std::vector<bool> visible(figures_.size(), false);
  for (int g = 0; g < model_->ngeom; ++g) {
    const int figure = figure_of(model_->geom_bodyid[g]);
    if (figure >= 0 && model_->geom_group[g] < 3) visible[static_cast<size_t>(figure)] = true;
  }
  if (std::find(visible.begin(), visible.end(), false) != visible.end())
    groups_.assign(mjNGROUP, true);
}

void Scene::place(const Figure& figure, const std::vector<int>& bodies, int frame) {
  const BodyPoses poses = forward(*figure.clip, frame);
  for (size_t b = 0; b < bodies.size(); ++b) {
    const Quat& q = poses.rot[b];
    const mjtNum quat[4] = {q.w(), q.x(), q.y(), q.z()};
    const Vec3 at = poses.pos[b] + figure.offset;
    mju_copy3(data_->xpos + 3 * bodies[b], at.data());
    mju_copy4(data_->xquat + 4 * bodies[b], quat);
  }
}

std::vector<Marker> Scene::markers() const {
  std::vector<Marker> out;
  for (const Figure& f : figures_) {
    const auto frame = static_cast<size_t>(frame_at(*f.clip, time_));
    if (!f.markers || frame >= f.markers->size()) continue;
    for (const Marker& m : (*f.markers)[frame]) {
      out.push_back(m);
      out.back().pos += f.offset;
    }
  }
  return out;
}

void Scene::pose(double time) {
  time_ = time;
  for (size_t i = 0; i < figures_.size(); ++i)
    place(figures_[i], bodies_[i], frame_at(*figures_[i].clip, time));
  for (int b = 1; b < model_->nbody; ++b) {
    const int p = model_->body_parentid[b];
    if (!posed_[static_cast<size_t>(b)]) {
      mju_rotVecQuat(data_->xpos + 3 * b, model_->body_pos + 3 * b, data_->xquat + 4 * p);
      mju_addTo3(data_->xpos + 3 * b, data_->xpos + 3 * p);
      mju_mulQuat(data_->xquat + 4 * b, data_->xquat + 4 * p, model_->body_quat + 4 * b);
    }
    mju_quat2Mat(data_->xmat + 9 * b, data_->xquat + 4 * b);
  }
  for (int g = 0; g < model_->ngeom; ++g) {
    const int b = model_->geom_bodyid[g];
    mjtNum quat[4];
    mju_rotVecQuat(data_->geom_xpos + 3 * g, model_->geom_pos + 3 * g, data_->xquat + 4 * b);
    mju_addTo3(data_->geom_xpos + 3 * g, data_->xpos + 3 * b);
    mju_mulQuat(quat, data_->xquat + 4 * b, model_->geom_quat + 4 * g);
    mju_quat2Mat(data_->geom_xmat + 9 * g, quat);
  }
  const Clip& first = *figures_.front().clip;
  focus_ = first.root_pos_at(frame_at(first, time)) + figures_.front().offset;
  focus_.z() = 0;
}

void Scene::corners(std::vector<Vec3>& out) const {
  for (int g = 0; g < model_->ngeom; ++g) {
    if (figure_of(model_->geom_bodyid[g]) < 0) continue;
    if (!groups_[static_cast<size_t>(model_->geom_group[g])]) continue;
    const mjtNum* box = model_->geom_aabb + 6 * g;
    const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> axes(data_->geom_xmat +
                                                                              9 * g);
    const Vec3 origin = Eigen::Map<const Vec3>(data_->geom_xpos + 3 * g) - focus_;
    for (int c = 0; c < 8; ++c) {
      const Vec3 corner(box[0] + (c & 1 ? box[3] : -box[3]), box[1] + (c & 2 ? box[4] : -box[4]),
                        box[2] + (c & 4 ? box[5] : -box[5]));
      out.push_back(origin + axes * corner);
    }
  }
}

std::vector<Vec3> Scene::corners(double start, double end) {
  constexpr int kSamples = 64;
  std::vector<Vec3> out;
  for (int k = 0; k < kSamples; ++k) {
    pose(start + (end - start) * k / (kSamples - 1));
    corners(out);
  }
  return out;
}

double Scene::extent() const {
  return rest_extent(*figures_.front().clip->skeleton);
}

}  // namespace motus::view
