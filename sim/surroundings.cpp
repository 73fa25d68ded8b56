#include "sim/surroundings.h"

#include <algorithm>
#include <array>
#include <vector>

#include "motion/clip.h"
#include "motion/error.h"
#include "sim/spec_tools.h"

namespace motus::sim {

namespace {

class Surroundings {
 public:
  Surroundings(mjSpec* spec, const PhysicsOptions& options, const CollisionBits& bits)
      : spec_(spec), options_(options), bits_(bits) {}

  void add_floor() {
    mjsGeom* floor = mjs_addGeom(mjs_findBody(spec_, "world"), nullptr);
    mjs_setName(floor->element, kFloor);
    if (options_.ground) {
      raise(floor, *options_.ground);
    } else {
      floor->type = mjGEOM_PLANE;
      floor->size[0] = floor->size[1] = 0, floor->size[2] = 1;
    }
    // a pair takes the larger friction and the larger dimension of its two shapes
    floor->friction[0] = 1;
    like_floor(floor);
  }

  void add_objects() {
    mjsBody* world = mjs_findBody(spec_, "world");
    for (size_t i = 0; i < options_.objects.size(); ++i) {
      const StaticObject& o = options_.objects[i];
      std::array<char, 1000> error{};
      Spec thing(mj_parseXML(o.file.c_str(), nullptr, error.data(), static_cast<int>(error.size())),
                 mj_deleteSpec);
      require(thing != nullptr, Kind::bad_input, "{}: {}", o.file, one_line(error.data()));
      require(!mjs_firstElement(thing.get(), mjOBJ_JOINT), Kind::bad_input,
              "{}: a static object has no joints", o.file);
      for (mjsElement* e = mjs_firstElement(thing.get(), mjOBJ_GEOM); e;
           e = mjs_nextElement(thing.get(), e)) {
        like_floor(mjs_asGeom(e));
      }
      mjsFrame* frame = mjs_addFrame(world, nullptr);
      std::copy_n(o.pos, 3, frame->pos);
      std::copy_n(o.rot, 4, frame->quat);
      const std::vector<mjsElement*> bodies =
          children(mjs_findBody(thing.get(), "world"), mjOBJ_BODY);
      require(!bodies.empty(), Kind::bad_input, "{}: has no bodies below the world", o.file);
      for (mjsElement* body : bodies) {
        const std::string prefix = fmt::format("object{}_", i);
        require(mjs_attach(frame->element, body, prefix.c_str(), "") != nullptr, Kind::bad_input,
                "{}: {}", o.file, one_line(mjs_getError(spec_)));
      }
    }
  }

  void add_balls() {
    for (int i = 0; i < options_.balls; ++i) {
      mjsBody* body = mjs_addBody(mjs_findBody(spec_, "world"), nullptr);
      mjs_setName(body->element, fmt::format("motus_ball{}", i).c_str());
      mjs_addFreeJoint(body)->align = mjALIGNFREE_FALSE;
      mjsGeom* g = mjs_addGeom(body, nullptr);
      g->type = mjGEOM_SPHERE;
      g->size[0] = options_.ball_radius;
      g->mass = options_.ball_mass;
      g->condim = 3;
      g->contype = bits_.affinity | 1;
      g->conaffinity = bits_.type | 1;
    }
  }

 private:
  /// A height field in place of the plane. MuJoCo stretches its heights to [0, 1].
  void raise(mjsGeom* floor, const Terrain& t) {
    mjsHField* field = mjs_addHField(spec_);
    mjs_setName(field->element, kFloor);
    field->nrow = static_cast<int>(t.heights.cols());  // rows lie along x
    field->ncol = static_cast<int>(t.heights.rows());
    const double low = t.heights.minCoeff(), rise = t.heights.maxCoeff() - low;
    std::vector<float> data(static_cast<size_t>(t.heights.size()));
    for (Eigen::Index j = 0, k = 0; j < t.heights.cols(); ++j) {
      for (Eigen::Index i = 0; i < t.heights.rows(); ++i, ++k) {
        data[static_cast<size_t>(k)] = static_cast<float>(t.heights(i, j) - low);
      }
    }
    mjs_setFloat(field->userdata, data.data(), static_cast<int>(data.size()));
    field->size[0] = (field->ncol - 1) * t.spacing / 2;
    field->size[1] = (field->nrow - 1) * t.spacing / 2;
    field->size[2] = rise > 0 ? rise : 1;  // must be positive; all heights are 0 then
    field->size[3] = 1;                    // m of ground below the lowest place
    floor->type = mjGEOM_HFIELD;
    mjs_setString(floor->hfieldname, kFloor);
    floor->pos[0] = t.origin_x + field->size[0];
    floor->pos[1] = t.origin_y + field->size[1];
    floor->pos[2] = low;
  }

  /// What is there besides the character meets it as the floor does.
  void like_floor(mjsGeom* g) const {
    g->condim = std::max(g->condim, 3);
    g->contype = options_.self_collision ? bits_.affinity : 1;
    g->conaffinity = options_.self_collision ? bits_.type : 0;
  }

  mjSpec* spec_;
  const PhysicsOptions& options_;
  CollisionBits bits_;
};

}  // namespace

void add_surroundings(mjSpec* spec, const PhysicsOptions& options, const CollisionBits& bits) {
  Surroundings s(spec, options, bits);
  s.add_floor();
  s.add_objects();
  s.add_balls();
}

}  // namespace motus::sim
