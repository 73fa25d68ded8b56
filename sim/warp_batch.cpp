#include "sim/warp_batch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "motion/error.h"

namespace motus::sim {

namespace {

/// What mujoco_warp notes of a world in Data.overflow: no room for rows, pairs, contacts or what their
/// computing needs. The other bits tell of solvers that stopped at their last iteration.
constexpr int kNoRoom = 0b1'1111'1111;

WarpGraph open_graph(const mjModel* m, const WarpSizes& sizes, WarpDevice device,
                     std::filesystem::path& folder) {
  require(m->na == 0 && m->nmocap == 0 && m->nuserdata == 0, Kind::bad_input,
          "a model with activations, mocap bodies or user data is not stepped by Warp");
  const std::string request = warp_request(m, sizes, device);
  if (folder.empty()) folder = warp_folder(request);
  const WarpLibrary& library = WarpLibrary::open(require_capture(m, request, folder));
  if (device == WarpDevice::cpu) require_processor(library, folder);
  return {library, folder / "step.wrp", device};
}

}  // namespace

WarpBatch::WarpBatch(const mjModel* m, const WarpSizes& sizes, WarpDevice device,
                     std::filesystem::path folder)
    : sizes_(sizes),
      nq_(static_cast<int>(m->nq)),
      nv_(static_cast<int>(m->nv)),
      nu_(static_cast<int>(m->nu)),
      folder_(std::move(folder)),
      graph_(open_graph(m, sizes, device, folder_)) {
  const auto expect = [&](const char* array, int row) {
    const size_t want = sizeof(float) * static_cast<size_t>(sizes.worlds * row);
    require(graph_.size(array) == want, Kind::bad_input,
            "{}: '{}' has {} bytes, expected {} for {} worlds of {} numbers", folder_.string(),
            array, graph_.size(array), want, sizes.worlds, row);
  };
  expect("qpos", nq_);
  expect("qvel", nv_);
  expect("qacc_warmstart", nv_);
  expect("ctrl", nu_);
  expect("xpos", 3 * static_cast<int>(m->nbody));
  expect("time", 1);
  expect("overflow", 1);
}

void WarpBatch::set(int world, std::span<const double> qpos, std::span<const double> qvel) {
  require(world >= 0 && world < sizes_.worlds, Kind::usage, "world {} of {}", world, sizes_.worlds);
  require(std::ssize(qpos) == nq_ && std::ssize(qvel) == nv_, Kind::usage,
          "{} positions and {} velocities, expected {} and {}", qpos.size(), qvel.size(), nq_, nv_);
  write_row("qpos", world, std::vector<float>(qpos.begin(), qpos.end()));
  write_row("qvel", world, std::vector<float>(qvel.begin(), qvel.end()));
  const std::vector<float> zeros(static_cast<size_t>(std::max(nv_, nu_)), 0.0f);
  const auto zero = [&](const char* array, int n) {
    write_row(array, world, std::span(zeros).first(static_cast<size_t>(n)));
  };
  zero("qacc_warmstart", nv_);
  zero("ctrl", nu_);
  zero("time", 1);
  zero("overflow", 1);  // the integer 0 has the bits of 0.0f
}

void WarpBatch::step(std::span<const float> ctrl) {
  require(std::ssize(ctrl) == sizes_.worlds * nu_, Kind::usage,
          "{} controls, expected {} worlds of {}", ctrl.size(), sizes_.worlds, nu_);
  graph_.write("ctrl", 0, std::as_bytes(ctrl));
  graph_.replay();
}

void WarpBatch::require_room() const {
  std::vector<int> flags(static_cast<size_t>(sizes_.worlds));
  graph_.read("overflow", 0, std::as_writable_bytes(std::span(flags)));
  for (size_t w = 0; w < flags.size(); ++w) {
    if ((flags[w] & kNoRoom) == 0) continue;
    throw Error(Kind::failed,
                fmt::format("world {}: {} contacts or {} constraint rows are not enough", w,
                            sizes_.contacts, sizes_.rows),
                "capture the step with more");
  }
}

void WarpBatch::read(const char* array, std::span<float> out) const {
  require(out.size_bytes() == graph_.size(array), Kind::usage, "'{}' is {} bytes, not {}", array,
          graph_.size(array), out.size_bytes());
  graph_.read(array, 0, std::as_writable_bytes(out));
}

void WarpBatch::write_row(const char* array, int world, std::span<const float> row) {
  graph_.write(array, static_cast<size_t>(world) * row.size_bytes(), std::as_bytes(row));
}

}  // namespace motus::sim
