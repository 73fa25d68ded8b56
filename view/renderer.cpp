#include "view/renderer.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <map>

#include "motion/error.h"
#include "view/draw.h"
#include "view/egl_context.h"

namespace motus::view {

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
    if (!u) {
      u = std::make_unique<Upload>(model);
      mjr_resizeOffscreen(width, height, &u->context);
    }
    return *u;
  }
};

Renderer::Renderer(int width, int height) : impl_(std::make_unique<Impl>(width, height)) {}
Renderer::~Renderer() = default;

namespace {

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
  Upload& u = impl_->upload(scene.model());
  mjr_setBuffer(mjFB_OFFSCREEN, &u.context);
  require(u.context.currentBuffer == mjFB_OFFSCREEN, Kind::failed,
          "the OpenGL driver gives no {} x {} framebuffer", impl_->width, impl_->height);

  const mjrRect picture{0, kCaptionHeight, impl_->width, impl_->height - kCaptionHeight};
  draw_scene(scene, seen_from(camera, scene.focus()), picture, u);
  write_caption(caption, impl_->width, u.context);

  const mjrRect whole{0, 0, impl_->width, impl_->height};
  Image upside_down(impl_->width, impl_->height), image(impl_->width, impl_->height);
  mjr_readPixels(upside_down.rgb.data(), nullptr, whole, &u.context);
  for (int y = 0; y < image.height; ++y)
    std::copy_n(upside_down.pixel(0, image.height - 1 - y), 3 * image.width, image.pixel(0, y));
  return image;
}

}  // namespace motus::view
