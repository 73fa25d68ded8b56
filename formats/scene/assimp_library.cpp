#include "formats/scene/assimp_library.h"

#include <dlfcn.h>

#include <limits>

#include "motion/error.h"

namespace motus::formats::scene {

const AssimpLibrary& AssimpLibrary::get() {
  static const AssimpLibrary library;
  return library;
}

AssimpLibrary::AssimpLibrary() {
  void* handle = dlopen("libassimp.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    throw Error(Kind::not_built, "scenes of this kind are read by Assimp, which is not installed",
                "the package is libassimp5");
  }
  const auto find = [&](const char* name, auto& function) {
    void* address = dlsym(handle, name);
    require(address != nullptr, Kind::not_built, "libassimp.so.5 has no {}", name);
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
  };
  find("aiImportFileFromMemory", import_);
  find("aiReleaseImport", release_);
  find("aiGetErrorString", error_);
}

/// The library quotes files at length, line breaks and all.
static std::string one_line(std::string words) {
  constexpr size_t kMost = 160;
  if (words.size() > kMost) words = words.substr(0, kMost) + " ...";
  for (char& c : words) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return words;
}

AssimpLibrary::ScenePtr AssimpLibrary::import(Bytes bytes, const std::string& extension) const {
  require(bytes.size() <= std::numeric_limits<unsigned>::max(), Kind::bad_input,
          "{} bytes are more than Assimp takes", bytes.size());
  ScenePtr scene(import_(reinterpret_cast<const char*>(bytes.data()),
                         static_cast<unsigned>(bytes.size()), 0, extension.c_str()),
                 release_);
  require(scene && scene->mRootNode, Kind::bad_input, "Assimp reads no scene: {}",
          one_line(error_()));
  return scene;
}

}  // namespace motus::formats::scene
