#pragma once
// A window to watch a show in, by GLFW. Keys and mouse:
//   space or Enter pauses; right and left arrow step a frame; [ and ] change the speed
//   drag orbits, right drag pans, wheel zooms; T tracks or stays; R the camera's first place
//   G the other figures (the reference) on and off; Ctrl drag pulls a body; Q or Escape closes
#include <string>

#include "view/show.h"

namespace motus::view {

struct WindowOptions {
  std::string title = "Motus";
  std::string camera = "side";  ///< as choose_camera() has it
  int width = 960, height = 640;
};

/// Opens a window and returns when it was closed. Throws Error(not_built) if this build has no GLFW
/// or there is no display to open it on, Error(failed) if there is no OpenGL.
void open_window(Show& show, const WindowOptions& options);

}  // namespace motus::view
