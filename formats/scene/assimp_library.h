#pragma once
// Assimp 5's C interface, loaded when a scene that needs it is met: linked in the ordinary way it
// takes the start of every program from 0.6 to 3.5 ms.
#include <assimp/scene.h>

#include <memory>
#include <string>

#include "formats/format.h"

namespace motus::formats::scene {

class AssimpLibrary {
 public:
  /// Throws Error(not_built) naming the package where the library is not installed.
  static const AssimpLibrary& get();

  using ScenePtr = std::unique_ptr<const aiScene, void (*)(const aiScene*)>;
  /// The scene in `bytes`, which the importer of `extension` reads. Throws Error(bad_input) with
  /// Assimp's words.
  ScenePtr import(Bytes bytes, const std::string& extension) const;

 private:
  AssimpLibrary();
  const aiScene* (*import_)(const char*, unsigned, unsigned, const char*) = nullptr;
  void (*release_)(const aiScene*) = nullptr;
  const char* (*error_)() = nullptr;
};

}  // namespace motus::formats::scene
