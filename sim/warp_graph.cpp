#include "sim/warp_graph.h"

#include <atomic>
#include <cstring>
#include <map>

#include "motion/error.h"

namespace motus::sim {

namespace {

/// The linker wants a name for each object file that no other graph of this process uses.
std::string unique_name(const std::string& file) {
  static std::atomic<int> loads{0};
  return fmt::format("motus_{}_{}", ++loads, file);
}

}  // namespace

const char* name_of(WarpDevice device) {
  return device == WarpDevice::cpu ? "cpu" : "cuda";
}

WarpGraph::WarpGraph(const WarpLibrary& library, const std::filesystem::path& file,
                     WarpDevice device)
    : warp_(library), place_(file.string()), device_(device) {
  require(std::filesystem::exists(file), Kind::bad_input, "{}: no such file", place_);
  open_device();
  graph_ = warp_.load_graph_ex(context_, place_.c_str(), device == WarpDevice::cuda ? 0 : 1,
                               (warp_.folder / "native").c_str());
  require(graph_ != nullptr, Kind::bad_input, "{}: Warp does not load it: {}", place_,
          warp_.get_error_string());
  if (device == WarpDevice::cuda) return;  // Warp loads these kernels itself
  try {
    load_kernels(file.parent_path() / (file.stem().string() + "_modules"));
  } catch (...) {
    close();
    throw;
  }
}

WarpGraph::~WarpGraph() {
  close();
}

void WarpGraph::open_device() {
  if (device_ == WarpDevice::cpu) return;
  require(warp_.cuda_device_get_count() > 0, Kind::failed,
          "{}: captured for CUDA, and there is no CUDA device or no driver for it", place_);
  context_ = warp_.cuda_device_get_primary_context(0);
  require(context_ != nullptr, Kind::failed, "the CUDA device does not open: {}",
          warp_.get_error_string());
  warp_.cuda_context_set_current(context_);
  stream_ = warp_.cuda_context_get_stream(context_);
}

void WarpGraph::load_kernels(const std::filesystem::path& folder) {
  std::map<std::string, std::string> linked;  // file, name
  const int kernels = warp_.get_num_kernels(graph_);
  for (int k = 0; k < kernels; ++k) {
    const char* key = warp_.get_kernel_key(graph_, k);
    const char* file = warp_.get_kernel_module_binary_filename(graph_, k);
    const char* forward = warp_.get_kernel_forward_name(graph_, k);
    require(key && file && forward, Kind::bad_input, "{}: kernel {} has no name", place_, k);
    auto [at, fresh] = linked.try_emplace(file);
    if (fresh) {
      const std::filesystem::path object = folder / std::filesystem::path(file).filename();
      require(std::filesystem::exists(object), Kind::bad_input, "{}: no such file ({} needs it)",
              object.string(), place_);
      at->second = unique_name(file);
      require(warp_.load_obj(object.c_str(), at->second.c_str(), false) == 0, Kind::bad_input,
              "{}: not compiled kernels for this machine", object.string());
      objects_.push_back(at->second);
    }
    void* function = warp_.lookup(at->second.c_str(), forward);
    require(function != nullptr, Kind::bad_input, "{}: has no {}", (folder / file).string(),
            forward);
    warp_.register_loaded_cpu_kernel(graph_, key, warp_.get_kernel_module_hash(graph_, k), function,
                                     nullptr);
  }
}

void WarpGraph::close() {
  for (const std::string& name : objects_) warp_.unload_obj(name.c_str());
  objects_.clear();
  if (graph_) warp_.destroy_graph(graph_);
  graph_ = nullptr;
}

void WarpGraph::replay() {
  const bool done =
      device_ == WarpDevice::cpu ? warp_.cpu_replay_graph(graph_) : warp_.launch(graph_, stream_);
  require(done, Kind::failed, "{}: Warp stopped: {}", place_, warp_.get_error_string());
}

std::byte* WarpGraph::address(const std::string& array) const {
  void* p = warp_.get_param_ptr(graph_, array.c_str());
  require(p != nullptr, Kind::bad_input, "{}: holds no array '{}'", place_, array);
  return static_cast<std::byte*>(p);
}

size_t WarpGraph::size(const std::string& array) const {
  address(array);
  return warp_.get_param_size(graph_, array.c_str());
}

void* WarpGraph::at(const std::string& array, size_t offset, size_t bytes) const {
  const size_t all = size(array);
  require(offset <= all && bytes <= all - offset, Kind::bad_input,
          "{}: '{}' has {} bytes, not {} + {}", place_, array, all, offset, bytes);
  return address(array) + offset;
}

void WarpGraph::write(const std::string& array, size_t offset, std::span<const std::byte> bytes) {
  void* to = at(array, offset, bytes.size());
  if (device_ == WarpDevice::cpu) {
    std::memcpy(to, bytes.data(), bytes.size());
    return;
  }
  require(warp_.memcpy_h2d(context_, to, bytes.data(), bytes.size(), stream_), Kind::failed,
          "{}: writing '{}': {}", place_, array, warp_.get_error_string());
}

void WarpGraph::read(const std::string& array, size_t offset, std::span<std::byte> bytes) const {
  const void* from = at(array, offset, bytes.size());
  if (device_ == WarpDevice::cpu) {
    std::memcpy(bytes.data(), from, bytes.size());
    return;
  }
  require(warp_.memcpy_d2h(context_, bytes.data(), from, bytes.size(), stream_) &&
              warp_.cuda_stream_synchronize(stream_),
          Kind::failed, "{}: reading '{}': {}", place_, array, warp_.get_error_string());
}

}  // namespace motus::sim
