#pragma once
// A model file of any origin, read by MuJoCo and compiled; what is missing beside it does not matter.
#include <filesystem>
#include <memory>

struct mjModel_;

namespace motus::formats {

struct ModelDeleter {
  void operator()(mjModel_* model) const;
};

struct Compiled {
  std::unique_ptr<mjModel_, ModelDeleter> model;
  bool whole =
      false;  ///< false: meshes were not found, so shapes and masses that came from them are gone
};

/// Throws Error(bad_input) for a file that is not there, too large, not a model, or that includes
/// files from other folders than its own.
Compiled compile_model(const std::filesystem::path& file);

}  // namespace motus::formats
