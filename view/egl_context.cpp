#include "view/egl_context.h"

#include <dlfcn.h>

#include <array>

#include "motion/error.h"

#if __has_include(<EGL/egl.h>)
#include <EGL/egl.h>
#include <EGL/eglext.h>

namespace motus::view {

namespace {

constexpr const char* kPackages = "apt install libegl1 libgl1-mesa-dri";

/// The functions of libEGL that are used here.
struct Egl {
  void* library = nullptr;
  decltype(&eglGetProcAddress) get_proc_address = nullptr;
  decltype(&eglInitialize) initialize = nullptr;
  decltype(&eglTerminate) terminate = nullptr;
  decltype(&eglChooseConfig) choose_config = nullptr;
  decltype(&eglBindAPI) bind_api = nullptr;
  decltype(&eglCreateContext) create_context = nullptr;
  decltype(&eglDestroyContext) destroy_context = nullptr;
  decltype(&eglMakeCurrent) make_current = nullptr;
  decltype(&eglGetError) get_error = nullptr;
  PFNEGLQUERYDEVICESEXTPROC query_devices = nullptr;
  PFNEGLGETPLATFORMDISPLAYEXTPROC get_platform_display = nullptr;

  Egl() {
    // global: MuJoCo's renderer asks the process for eglGetProcAddress
    library = dlopen("libEGL.so.1", RTLD_NOW | RTLD_GLOBAL);
    if (!library) return;
    load(get_proc_address, "eglGetProcAddress");
    load(initialize, "eglInitialize");
    load(terminate, "eglTerminate");
    load(choose_config, "eglChooseConfig");
    load(bind_api, "eglBindAPI");
    load(create_context, "eglCreateContext");
    load(destroy_context, "eglDestroyContext");
    load(make_current, "eglMakeCurrent");
    load(get_error, "eglGetError");
    query_devices =
        reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(get_proc_address("eglQueryDevicesEXT"));
    get_platform_display = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
        get_proc_address("eglGetPlatformDisplayEXT"));
  }
  template <typename F>
  void load(F& function, const char* name) {
    function = reinterpret_cast<F>(dlsym(library, name));
  }
};

const Egl& egl() {
  static const Egl functions;
  return functions;
}

}  // namespace

EglContext::EglContext() {
  const Egl& e = egl();
  if (!e.library) throw Error(Kind::not_built, "drawing needs libEGL.so.1", kPackages);
  std::array<EGLDeviceEXT, 16> devices{};
  EGLint count = 0;
  if (!e.query_devices || !e.get_platform_display ||
      !e.query_devices(static_cast<EGLint>(devices.size()), devices.data(), &count) || count == 0) {
    throw Error(Kind::not_built, "drawing needs an EGL device, and there is none", kPackages);
  }
  EGLint error = EGL_SUCCESS;
  for (EGLint i = 0; i < count; ++i) {
    EGLDisplay display =
        e.get_platform_display(EGL_PLATFORM_DEVICE_EXT, devices[static_cast<size_t>(i)], nullptr);
    if (display == EGL_NO_DISPLAY || !e.initialize(display, nullptr, nullptr)) {
      error = e.get_error();
      continue;
    }
    // MuJoCo draws into its own framebuffer: the config only has to allow desktop OpenGL
    const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                             EGL_NONE};
    EGLConfig config = nullptr;
    EGLint configs = 0;
    if (e.choose_config(display, wanted, &config, 1, &configs) && configs > 0 &&
        e.bind_api(EGL_OPENGL_API)) {
      EGLContext context = e.create_context(display, config, EGL_NO_CONTEXT, nullptr);
      if (context != EGL_NO_CONTEXT &&
          e.make_current(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
        display_ = display;
        context_ = context;
        return;
      }
      error = e.get_error();
      if (context != EGL_NO_CONTEXT) e.destroy_context(display, context);
    } else {
      error = e.get_error();
    }
    e.terminate(display);
  }
  throw Error(Kind::failed,
              fmt::format("none of {} EGL devices gives an OpenGL context (EGL error 0x{:x})",
                          count, error),
              kPackages);
}

// The display is not terminated: the process has one a device, shared by all contexts on it.
EglContext::~EglContext() {
  const Egl& e = egl();
  e.make_current(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  e.destroy_context(display_, context_);
}

void EglContext::make_current() const {
  const Egl& e = egl();
  if (!e.make_current(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_))
    throw_error(Kind::failed, "EGL error 0x{:x}: the context cannot be used here", e.get_error());
}

}  // namespace motus::view

#else

namespace motus::view {

EglContext::EglContext() {
  throw Error(Kind::not_built, "this build cannot draw: EGL's headers were missing",
              "apt install libegl-dev, then build again");
}
EglContext::~EglContext() = default;
void EglContext::make_current() const {}

}  // namespace motus::view

#endif
