#include "view/renderer.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <map>

#include "motion/error.h"
#include "view/egl_context.h"
#include "view/touch.h"

namespace motus::view {

namespace {

constexpr int kMaxShapes = 4000;

/// What the graphics card holds of one model.
class Upload {
 public:
  Upload(const mjModel* model, int width, int height) {
    mjv_defaultScene(&scene);
    mjr_defaultContext(&context);
    mjv_makeScene(model, &scene, kMaxShapes);
    mjr_makeContext(model, &context, mjFONTSCALE_100);
    mjr_resizeOffscreen(width, height, &context);
  }
  ~Upload() {
    mjv_freeScene(&scene);
    mjr_freeContext(&context);
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  mjvScene scene;
  mjrContext context;
};

}  // namespace

struct Renderer::Impl {
  EglContext egl;
  int width, height;
  std::map<const mjModel*, std::unique_ptr<Upload>> uploads;

  Impl(int w, int h) : width(w), height(h) {}
  ~Impl() {
    try {
      egl.make_current();
      uploads.clear();
    } catch (const Error&) {
      // the driver is gone, and what it held with it
      for (auto& [model, upload] : uploads) static_cast<void>(upload.release());
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Upload& upload(const mjModel* model) {
    std::unique_ptr<Upload>& u = uploads[model];
    if (!u) u = std::make_unique<Upload>(model, width, height);
    return *u;
  }
};

Renderer::Renderer(int width, int height) : impl_(std::make_unique<Impl>(width, height)) {}
Renderer::~Renderer() = default;

namespace {

mjvOption options(const Scene& scene) {
  mjvOption o;
  mjv_defaultOption(&o);
  // only what a scene that is posed and not stepped has up to date
  std::fill(std::begin(o.flags), std::end(o.flags), mjtByte{0});
  o.flags[mjVIS_TEXTURE] = o.flags[mjVIS_STATIC] = o.flags[mjVIS_SKIN] = 1;
  std::fill(std::begin(o.sitegroup), std::end(o.sitegroup), mjtByte{0});
  for (int i = 0; i < mjNGROUP; ++i) o.geomgroup[i] = scene.groups()[static_cast<size_t>(i)];
  return o;
}

/// Ghosts are see-through and cast no shadow.
void fade(const Scene& scene, mjvScene& shapes) {
  for (int i = 0; i < shapes.ngeom; ++i) {
    mjvGeom& g = shapes.geoms[i];
    if (g.objtype != mjOBJ_GEOM) continue;
    const int figure = scene.figure_of(scene.model()->geom_bodyid[g.objid]);
    if (figure < 0) continue;
    const double alpha = scene.figures()[static_cast<size_t>(figure)].alpha;
    if (alpha >= 1) continue;
    g.rgba[3] *= static_cast<float>(alpha);
    g.castshadow = 0;
  }
}

/// The shadow's map is as fine as its region is small: the light follows the camera.
void aim_light(const Scene& scene, const Camera& camera) {
  const Vec3 from_camera =
      Eigen::AngleAxisd((camera.azimuth - 90) * M_PI / 180, Vec3::UnitZ()) * Vec3(-0.9, -0.9, 2.6);
  mjData* d = scene.data();
  for (int i = 0; i < 3; ++i) {
    d->light_xpos[i] = scene.focus()[i] + scene.extent() * from_camera[i];
    d->light_xdir[i] = -from_camera.normalized()[i];
  }
}

double text_width(const std::string& text, const mjrContext& context) {
  double width = 0;
  for (const char c : text) width += context.charWidth[static_cast<unsigned char>(c) & 127];
  return width;
}

void write_caption(const Caption& caption, int width, const mjrContext& context) {
  const mjrRect strip{0, 0, width, kCaptionHeight};
  mjr_rectangle(strip, 0.16F, 0.18F, 0.21F, 1);
  const double margin = 6, left_end = margin + text_width(caption.left, context);
  const double right = width - margin - text_width(caption.right, context);
  const auto put = [&](const std::string& text, double x, float grey) {
    mjr_text(mjFONT_NORMAL, text.c_str(), &context, static_cast<float>(x / width), 0.3F, grey, grey,
             grey);
  };
  put(caption.left, margin, 1.0F);
  if (right > left_end + margin) put(caption.right, right, 0.75F);
}

}  // namespace

Image Renderer::draw(const Scene& scene, const Camera& camera, const Caption& caption) {
  impl_->egl.make_current();
  const mjModel* m = scene.model();
  Upload& u = impl_->upload(m);
  mjr_setBuffer(mjFB_OFFSCREEN, &u.context);
  require(u.context.currentBuffer == mjFB_OFFSCREEN, Kind::failed,
          "the OpenGL driver gives no {} x {} framebuffer", impl_->width, impl_->height);

  mjvCamera view;
  mjv_defaultCamera(&view);
  view.type = mjCAMERA_FREE;
  view.azimuth = camera.azimuth;
  view.elevation = camera.elevation;
  view.distance = camera.distance;
  const Vec3 at = scene.focus() + Vec3(0, 0, camera.height);
  mju_copy3(view.lookat, at.data());

  aim_light(scene, camera);
  const mjvOption o = options(scene);
  // the scene sorts its shapes by the camera it had: twice the same picture needs this one first
  mjv_updateCamera(m, scene.data(), &view, &u.scene);
  mjv_updateScene(m, scene.data(), &o, nullptr, &view, mjCAT_ALL, &u.scene);
  fade(scene, u.scene);
  mark_touches(m, scene.extent(), &u.scene);
  u.scene.flags[mjRND_SHADOW] = 1;
  u.scene.flags[mjRND_HAZE] = 1;
  u.scene.flags[mjRND_REFLECTION] = 0;

  const mjrRect picture{0, kCaptionHeight, impl_->width, impl_->height - kCaptionHeight};
  mjr_render(picture, &u.scene, &u.context);
  write_caption(caption, impl_->width, u.context);

  const mjrRect whole{0, 0, impl_->width, impl_->height};
  Image upside_down(impl_->width, impl_->height), image(impl_->width, impl_->height);
  mjr_readPixels(upside_down.rgb.data(), nullptr, whole, &u.context);
  for (int y = 0; y < image.height; ++y)
    std::copy_n(upside_down.pixel(0, image.height - 1 - y), 3 * image.width, image.pixel(0, y));
  return image;
}

}  // namespace motus::view
