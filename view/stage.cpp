#include "view/stage.h"

#include <mujoco/mujoco.h>

#include <algorithm>

#include "motion/clip.h"

namespace motus::view {

namespace {

template <typename T>
void set(T* to, std::initializer_list<double> values) {
  std::transform(values.begin(), values.end(), to, [](double v) { return static_cast<T>(v); });
}

/// MuJoCo's rows lie along x, and it stretches heights to [0, 1].
void raise(mjSpec* spec, mjsGeom* floor, const Terrain& t) {
  const double low = t.heights.minCoeff(), rise = t.heights.maxCoeff() - low;
  const Eigen::MatrixXf rows = (t.heights.array() - low).cast<float>();  // column by column
  mjsHField* field = mjs_addHField(spec);
  mjs_setName(field->element, "floor");
  field->nrow = static_cast<int>(rows.cols());
  field->ncol = static_cast<int>(rows.rows());
  mjs_setFloat(field->userdata, rows.data(), static_cast<int>(rows.size()));
  set(field->size, {(field->ncol - 1) * t.spacing / 2, (field->nrow - 1) * t.spacing / 2,
                    rise > 0 ? rise : 1, 1});
  floor->type = mjGEOM_HFIELD;
  mjs_setString(floor->hfieldname, "floor");
  set(floor->pos, {t.origin_x + field->size[0], t.origin_y + field->size[1], low});
}

}  // namespace

mjSpec_* make_stage(const Terrain* ground) {
  mjSpec* spec = mj_makeSpec();
  mjVisual& v = spec->visual;
  v.global.fovy = 30;
  v.quality.shadowsize = 1024;
  v.quality.offsamples = 4;
  v.quality.numslices = 20;
  v.quality.numstacks = 10;
  set(v.headlight.ambient, {0.38, 0.38, 0.40});
  set(v.headlight.diffuse, {0.25, 0.25, 0.25});
  set(v.headlight.specular, {0, 0, 0});
  set(v.rgba.haze, {0.90, 0.93, 0.97, 1});
  // metres, not multiples of whatever the figure measures
  spec->stat.extent = 1;
  set(spec->stat.center, {0, 0, 1});
  v.map.haze = 0.35F;

  mjsTexture* sky = mjs_addTexture(spec, nullptr);
  sky->type = mjTEXTURE_SKYBOX;
  sky->builtin = mjBUILTIN_GRADIENT;
  sky->width = 64;
  sky->height = 64;
  set(sky->rgb1, {0.72, 0.82, 0.93});
  set(sky->rgb2, {0.93, 0.95, 0.98});
  mjs_setName(sky->element, "sky");

  mjsTexture* squares = mjs_addTexture(spec, nullptr);
  squares->type = mjTEXTURE_2D;
  squares->builtin = mjBUILTIN_CHECKER;
  squares->width = squares->height = 256;
  set(squares->rgb1, {0.80, 0.82, 0.84});
  set(squares->rgb2, {0.66, 0.69, 0.72});
  mjs_setName(squares->element, "squares");

  mjsMaterial* floor = mjs_addMaterial(spec, nullptr);
  mjs_setName(floor->element, "floor");
  mjs_setInStringVec(floor->textures, mjTEXROLE_RGB, "squares");
  floor->texuniform = 1;
  floor->texrepeat[0] = floor->texrepeat[1] = 1;  // a tile of two by two squares each metre

  mjsBody* world = mjs_findBody(spec, "world");
  mjsGeom* plane = mjs_addGeom(world, nullptr);
  plane->type = mjGEOM_PLANE;
  mjs_setName(plane->element, "floor");
  set(plane->size, {0, 0, 0.5});
  mjs_setString(plane->material, "floor");
  plane->castshadow = 0;  // nothing is below it, and it would speckle itself
  if (ground) raise(spec, plane, *ground);

  mjsLight* sun = mjs_addLight(world, nullptr);
  mjs_setName(sun->element, "sun");
  sun->type = mjLIGHT_DIRECTIONAL;
  sun->castshadow = 1;
  set(sun->ambient, {0, 0, 0});
  set(sun->diffuse, {0.55, 0.55, 0.53});
  set(sun->specular, {0.2, 0.2, 0.2});
  return spec;
}

void quiet_mujoco() {
  mju_user_warning = [](const char*) {};
}

}  // namespace motus::view
