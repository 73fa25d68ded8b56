#pragma once
// NVIDIA Warp's native library, found at run time in the folder of its Python package; no Python runs.
// Its C interface is experimental and fits one release only: the version is checked before anything
// else is called. Internal to sim/.
#include <cstddef>
#include <filesystem>

namespace motus::sim {

constexpr const char* kWarpVersion = "1.19.0";  ///< of warp-lang
constexpr const char* kMujocoWarpVersion = "4.0.0";

struct WarpNativeGraph;

/// The functions of warp/native/{warp,apic,warp_clang}.h that are used here, under their names without
/// wp_ and wp_apic_ (an address that Warp declares as uint64_t is a pointer here). A device is 0 for CUDA and 1 for the CPU.
struct WarpLibrary {
  /// Opens FOLDER/bin/warp.so and warp-clang.so, once in a process. Throws Error(not_built) if they
  /// are not there, Error(bad_input) for another release.
  static const WarpLibrary& open(const std::filesystem::path& folder);

  const char* (*version)() = nullptr;
  int (*init)(const char* version) = nullptr;
  const char* (*get_error_string)() = nullptr;
  void (*set_error_output_enabled)(int enable) = nullptr;

  WarpNativeGraph* (*load_graph_ex)(void* context, const char* path, int device,
                                    const char* include_dir) = nullptr;
  void (*destroy_graph)(WarpNativeGraph*) = nullptr;
  bool (*cpu_replay_graph)(WarpNativeGraph*) = nullptr;
  bool (*launch)(WarpNativeGraph*, void* stream) = nullptr;
  void* (*get_param_ptr)(WarpNativeGraph*, const char* name) = nullptr;
  size_t (*get_param_size)(WarpNativeGraph*, const char* name) = nullptr;

  int (*get_num_kernels)(WarpNativeGraph*) = nullptr;
  const char* (*get_kernel_key)(WarpNativeGraph*, int) = nullptr;
  const char* (*get_kernel_module_hash)(WarpNativeGraph*, int) = nullptr;
  const char* (*get_kernel_module_binary_filename)(WarpNativeGraph*, int) = nullptr;
  const char* (*get_kernel_forward_name)(WarpNativeGraph*, int) = nullptr;
  void (*register_loaded_cpu_kernel)(WarpNativeGraph*, const char* key, const char* module_hash,
                                     void* forward, void* backward) = nullptr;

  int (*cuda_device_get_count)() = nullptr;
  void* (*cuda_device_get_primary_context)(int ordinal) = nullptr;
  void (*cuda_context_set_current)(void* context) = nullptr;
  void* (*cuda_context_get_stream)(void* context) = nullptr;
  bool (*cuda_stream_synchronize)(void* stream) = nullptr;
  bool (*memcpy_h2d)(void* context, void* to, const void* from, size_t, void* stream) = nullptr;
  bool (*memcpy_d2h)(void* context, void* to, const void* from, size_t, void* stream) = nullptr;

  // of warp-clang.so, which holds the linker of compiled CPU kernels
  int (*load_obj)(const char* file, const char* name, bool legacy_linker) = nullptr;
  int (*unload_obj)(const char* name) = nullptr;
  void* (*lookup)(const char* name, const char* function) = nullptr;
  const char* (*get_host_cpu_features)() = nullptr;

  std::filesystem::path folder;

 private:
  explicit WarpLibrary(const std::filesystem::path& folder);
};

}  // namespace motus::sim
