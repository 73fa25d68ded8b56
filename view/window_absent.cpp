#include "motion/error.h"
#include "view/window.h"

namespace motus::view {

void open_window(Show& /*show*/, const WindowOptions& /*options*/) {
  throw Error(Kind::not_built, "this build opens no window: GLFW was missing",
              "apt install libglfw3-dev and build again; films and pages need no window");
}

}  // namespace motus::view
