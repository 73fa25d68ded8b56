#include "sim/warp_library.h"

#include <dlfcn.h>

#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>

#include "motion/error.h"

namespace motus::sim {

namespace {

constexpr const char* kHint = "scripts/setup --test brings it";

class Object {
 public:
  explicit Object(const std::filesystem::path& file) : file_(file) {
    // lazily: warp.so names functions of a CUDA driver that need not be there
    handle_ = dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!handle_) {
      const bool there = std::filesystem::exists(file);
      throw Error(
          Kind::not_built,
          fmt::format("{}: {}", file.string(), there ? dlerror() : "Warp's library is not here"),
          kHint);
    }
  }
  template <typename F>
  void find(const char* name, F& function) const {
    void* address = dlsym(handle_, name);
    if (!address) {
      throw Error(Kind::bad_input, fmt::format("{} has no {}", file_.string(), name),
                  fmt::format("Warp {} has; {}", kWarpVersion, kHint));
    }
    function = reinterpret_cast<F>(address);
  }
  void require_version(const char* name) const {
    const char* (*version)() = nullptr;
    find(name, version);
    if (version() != std::string_view(kWarpVersion)) {
      throw Error(
          Kind::bad_input,
          fmt::format("{} is Warp {}, expected {}", file_.string(), version(), kWarpVersion),
          kHint);
    }
  }

 private:
  std::filesystem::path file_;
  void* handle_ = nullptr;
};

}  // namespace

WarpLibrary::WarpLibrary(const std::filesystem::path& where) : folder(where) {
  const Object core(folder / "bin" / "warp.so");
  core.require_version("wp_version");
  core.find("wp_version", version);
  core.find("wp_init", init);
  core.find("wp_get_error_string", get_error_string);
  core.find("wp_set_error_output_enabled", set_error_output_enabled);
  core.find("wp_apic_load_graph_ex", load_graph_ex);
  core.find("wp_apic_destroy_graph", destroy_graph);
  core.find("wp_apic_cpu_replay_graph", cpu_replay_graph);
  core.find("wp_apic_launch", launch);
  core.find("wp_apic_get_param_ptr", get_param_ptr);
  core.find("wp_apic_get_param_size", get_param_size);
  core.find("wp_apic_get_num_kernels", get_num_kernels);
  core.find("wp_apic_get_kernel_key", get_kernel_key);
  core.find("wp_apic_get_kernel_module_hash", get_kernel_module_hash);
  core.find("wp_apic_get_kernel_module_binary_filename", get_kernel_module_binary_filename);
  core.find("wp_apic_get_kernel_forward_name", get_kernel_forward_name);
  core.find("wp_apic_register_loaded_cpu_kernel", register_loaded_cpu_kernel);
  core.find("wp_cuda_device_get_count", cuda_device_get_count);
  core.find("wp_cuda_device_get_primary_context", cuda_device_get_primary_context);
  core.find("wp_cuda_context_set_current", cuda_context_set_current);
  core.find("wp_cuda_context_get_stream", cuda_context_get_stream);
  core.find("wp_cuda_stream_synchronize", cuda_stream_synchronize);
  core.find("wp_memcpy_h2d", memcpy_h2d);
  core.find("wp_memcpy_d2h", memcpy_d2h);

  const Object clang(folder / "bin" / "warp-clang.so");
  clang.require_version("wp_warp_clang_version");
  clang.find("wp_load_obj", load_obj);
  clang.find("wp_unload_obj", unload_obj);
  clang.find("wp_lookup", lookup);
  clang.find("wp_get_host_cpu_features", get_host_cpu_features);

  set_error_output_enabled(0);  // what failed is said in the error that is thrown
  require(init(kWarpVersion) == 0, Kind::failed, "Warp does not start: {}", get_error_string());
  // kernels that work in blocks of threads run them as fibres of the core library
  const void* (*block_runtime)() = nullptr;
  int (*set_block_runtime)(const void*) = nullptr;
  core.find("wp_cpu_block_runtime_get_api", block_runtime);
  clang.find("wp_llvm_set_cpu_block_runtime", set_block_runtime);
  require(set_block_runtime(block_runtime()) != 0, Kind::failed,
          "Warp's compiler does not take its runtime: {}", get_error_string());
}

const WarpLibrary& WarpLibrary::open(const std::filesystem::path& folder) {
  static std::mutex mutex;
  static std::map<std::filesystem::path, std::unique_ptr<const WarpLibrary>> libraries;
  const std::lock_guard lock(mutex);
  auto& library = libraries[std::filesystem::weakly_canonical(folder)];
  if (!library) library.reset(new WarpLibrary(folder));
  return *library;
}

}  // namespace motus::sim
