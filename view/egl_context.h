#pragma once
// An OpenGL context without a window: the EGL device platform, no surface, no display server.
// libEGL is loaded when the first context is made, so that programs which only might draw start as
// fast as those which never do.
#include <string>

namespace motus::view {

class EglContext {
 public:
  /// Creates a context on the first device that gives one and makes it current in this thread.
  /// Throws Error(not_built) naming the packages if libEGL or a device is missing, Error(failed)
  /// with EGL's code if a device refuses.
  EglContext();
  ~EglContext();
  EglContext(const EglContext&) = delete;
  EglContext& operator=(const EglContext&) = delete;

  /// Makes it the context of this thread again, after another one was.
  void make_current() const;

 private:
  void* display_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace motus::view
