// Stands for warp.so of another release.
extern "C" const char* wp_version() {
  return "1.13.0";
}
