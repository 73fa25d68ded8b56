#pragma once
// The folder of a captured control step of MuJoCo Warp, made by scripts/warp_capture:
//   request.yaml   what is to be captured; written here, with model.mjb
//   model.mjb      the model that is simulated
//   step.wrp, step_modules/   the captured substeps and their compiled kernels
//   capture.yaml   the request again, the processor and where Warp's library lies; written last
// Folders lie in $MOTUS_CACHE, else $XDG_CACHE_HOME/motus, else ~/.cache/motus, under a hash of the
// request, which holds the model's own. Internal to sim/.
#include <mujoco/mujoco.h>

#include <filesystem>
#include <string>

#include "sim/warp_graph.h"

namespace motus::sim {

struct WarpSizes {
  int worlds = 1;
  int substeps = 1;   ///< physics steps of one control step
  int contacts = 32;  ///< room for those of one world
  int rows = 128;     ///< room for the constraint rows of one world
};

/// The text of request.yaml.
std::string warp_request(const mjModel* m, const WarpSizes& sizes, WarpDevice device);

/// Where the capture that answers a request lies, or would.
std::filesystem::path warp_folder(const std::string& request);

/// The folder of Warp's library, after comparing FOLDER/capture.yaml with the request. Where there is
/// no capture, writes request.yaml and model.mjb there and throws Error(bad_input) whose hint is the
/// command that makes it. Throws Error(bad_input) naming the first difference for a capture of
/// another model, size or version, or of kernels for another processor.
std::filesystem::path require_capture(const mjModel* m, const std::string& request,
                                      const std::filesystem::path& folder);

/// Throws Error(bad_input) if the kernels of a CPU capture are for another processor.
void require_processor(const WarpLibrary& library, const std::filesystem::path& folder);

}  // namespace motus::sim
