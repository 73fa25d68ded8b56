#include "view/draw.h"

#include <algorithm>
#include <cmath>

#include "view/touch.h"

namespace motus::view {

namespace {

constexpr int kMaxShapes = 4000;

/// Ghosts are see-through and cast no shadow; figures that are not shown go.
void fade(const Scene& scene, mjvScene& shapes) {
  int kept = 0;
  for (int i = 0; i < shapes.ngeom; ++i) {
    mjvGeom& g = shapes.geoms[i];
    const int figure =
        g.objtype == mjOBJ_GEOM ? scene.figure_of(scene.model()->geom_bodyid[g.objid]) : -1;
    if (!scene.shown(figure)) continue;
    const double alpha = figure < 0 ? 1 : scene.figures()[static_cast<size_t>(figure)].alpha;
    if (alpha < 1) {
      g.rgba[3] *= static_cast<float>(alpha);
      g.castshadow = 0;
    }
    shapes.geoms[kept++] = g;
  }
  shapes.ngeom = kept;
}

/// The shadow's map is as fine as its region is small: the light follows the camera.
void aim_light(const Scene& scene, const mjvCamera& camera) {
  const Vec3 from_camera =
      Eigen::AngleAxisd((camera.azimuth - 90) * M_PI / 180, Vec3::UnitZ()) * Vec3(-0.9, -0.9, 2.6);
  mjData* d = scene.data();
  for (int i = 0; i < 3; ++i) {
    d->light_xpos[i] = camera.lookat[i] * (i < 2) + scene.extent() * from_camera[i];
    d->light_xdir[i] = -from_camera.normalized()[i];
  }
}

/// A shape more, if there is room.
void add(mjvScene& shapes, mjtGeom type, const Marker& marker, const Vec3& pos, const Vec3& size) {
  if (shapes.ngeom >= shapes.maxgeom) return;
  const double c = std::cos(marker.angle), s = std::sin(marker.angle);
  // an arrow's own z axis is its length
  const mjtNum along[9] = {0, -s, c, 0, c, s, -1, 0, 0}, upright[9] = {c, -s, 0, s, c, 0, 0, 0, 1};
  mjvGeom* g = shapes.geoms + shapes.ngeom++;
  mjv_initGeom(g, type, size.data(), pos.data(), type == mjGEOM_ARROW ? along : upright,
               marker.rgba);
  g->category = mjCAT_DECOR;
}

void add_markers(std::span<const Marker> markers, mjvScene& shapes) {
  for (const Marker& m : markers) {
    const double s = m.size;
    switch (m.shape) {
      case Marker::Shape::pole:
        add(shapes, mjGEOM_SPHERE, m, m.pos, Vec3::Constant(0.1 * s));
        add(shapes, mjGEOM_CYLINDER, m, m.pos + Vec3(0, 0, 0.5 * s), Vec3(0.015 * s, 0.5 * s, 0));
        break;
      case Marker::Shape::arrow:
        add(shapes, mjGEOM_ARROW, m, m.pos, Vec3(0.08 * s, 0.08 * s, s));
        break;
      case Marker::Shape::ball:
        add(shapes, mjGEOM_SPHERE, m, m.pos, Vec3::Constant(s));
        break;
    }
  }
}

}  // namespace

Upload::Upload(const mjModel* model) {
  mjv_defaultScene(&scene);
  mjr_defaultContext(&context);
  mjv_makeScene(model, &scene, kMaxShapes);
  mjr_makeContext(model, &context, mjFONTSCALE_100);
}

Upload::~Upload() {
  mjv_freeScene(&scene);
  mjr_freeContext(&context);
}

mjvCamera seen_from(const Camera& camera, const Vec3& focus) {
  mjvCamera out;
  mjv_defaultCamera(&out);
  out.type = mjCAMERA_FREE;
  out.azimuth = camera.azimuth;
  out.elevation = camera.elevation;
  out.distance = camera.distance;
  const Vec3 at = focus + Vec3(0, 0, camera.height);
  mju_copy3(out.lookat, at.data());
  return out;
}

mjvOption draw_options(const Scene& scene) {
  mjvOption o;
  mjv_defaultOption(&o);
  // only what a scene that is posed and not stepped has up to date
  std::fill(std::begin(o.flags), std::end(o.flags), mjtByte{0});
  o.flags[mjVIS_TEXTURE] = o.flags[mjVIS_STATIC] = o.flags[mjVIS_SKIN] = 1;
  std::fill(std::begin(o.sitegroup), std::end(o.sitegroup), mjtByte{0});
  for (int i = 0; i < mjNGROUP; ++i) o.geomgroup[i] = scene.groups()[static_cast<size_t>(i)];
  return o;
}

void draw_scene(const Scene& scene, const mjvCamera& camera, const mjrRect& where, Upload& upload,
                std::span<const Marker> more) {
  const mjModel* m = scene.model();
  mjvScene& shapes = upload.scene;
  mjvCamera view = camera;
  aim_light(scene, view);
  const mjvOption o = draw_options(scene);
  // the scene sorts its shapes by the camera it had: twice the same picture needs this one first
  mjv_updateCamera(m, scene.data(), &view, &shapes);
  mjv_updateScene(m, scene.data(), &o, nullptr, &view, mjCAT_ALL, &shapes);
  fade(scene, shapes);
  mark_touches(m, scene.extent(), &shapes);
  add_markers(scene.markers(), shapes);
  add_markers(more, shapes);
  shapes.flags[mjRND_SHADOW] = 1;
  shapes.flags[mjRND_HAZE] = 1;
  shapes.flags[mjRND_REFLECTION] = 0;
  mjr_render(where, &shapes, &upload.context);
}

}  // namespace motus::view
