#include "sim/warp_capture.h"

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <vector>

#include "motion/config.h"
#include "motion/error.h"
#include "motion/sha256.h"

namespace motus::sim {

namespace {

constexpr const char* kCaptured = "capture.yaml";

std::vector<std::byte> bytes_of(const mjModel* m) {
  std::vector<std::byte> out(static_cast<size_t>(mj_sizeModel(m)));
  mj_saveModel(m, nullptr, out.data(), static_cast<mjtSize>(out.size()));
  return out;
}

std::string hash_of(const std::string& text) {
  return sha256(std::as_bytes(std::span(text)));
}

/// The file appears whole or not at all.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const std::filesystem::path temporary = path.string() + ".part";
  std::ofstream out(temporary, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(temporary, path, error);
  require(out && !error, Kind::failed, "{}: cannot be written", path.string());
}

void write_request(const mjModel* m, const std::string& request,
                   const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  require(!error, Kind::failed, "{}: {}", folder.string(), error.message());
  write_file(folder / "model.mjb", bytes_of(m));
  write_file(folder / "request.yaml", std::as_bytes(std::span(request)));
}

std::string command(const std::filesystem::path& folder) {
  return "scripts/warp_capture " + folder.string();
}

}  // namespace

std::string warp_request(const mjModel* m, const WarpSizes& s, WarpDevice device) {
  require(s.worlds > 0 && s.substeps > 0 && s.contacts > 0 && s.rows > 0, Kind::usage,
          "{} worlds, {} substeps, {} contacts, {} rows: each must be at least 1", s.worlds,
          s.substeps, s.contacts, s.rows);
  return fmt::format(
      "model: {}\nworlds: {}\nsubsteps: {}\ncontacts: {}\nrows: {}\ndevice: {}\n"
      "warp: {}\nmujoco_warp: {}\nmujoco: {}\n",
      sha256(bytes_of(m)), s.worlds, s.substeps, s.contacts, s.rows, name_of(device), kWarpVersion,
      kMujocoWarpVersion, mj_versionString());
}

std::filesystem::path warp_folder(const std::string& request) {
  const auto variable = [](const char* name) -> std::filesystem::path {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  std::filesystem::path cache = variable("MOTUS_CACHE");
  if (cache.empty()) {
    cache = variable("XDG_CACHE_HOME");
    if (cache.empty()) cache = variable("HOME") / ".cache";
    cache /= "motus";
  }
  constexpr size_t kDigits = 16;
  return cache / "warp" / hash_of(request).substr(0, kDigits);
}

std::filesystem::path require_capture(const mjModel* m, const std::string& request,
                                      const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kCaptured;
  if (!std::filesystem::exists(file)) {
    write_request(m, request, folder);
    throw Error(Kind::bad_input,
                folder.string() + ": this robot's step is not captured for so many worlds",
                "make it once: " + command(folder));
  }
  const Config have = Config::load(file), want = Config::parse(request, "request");
  for (const std::string& key : want.keys()) {
    const auto there = have.get<std::string>(key), asked = want.get<std::string>(key);
    if (there == asked) continue;
    throw Error(
        Kind::bad_input,
        fmt::format("{}: captured for {} {}, expected {}", file.string(), key, there, asked),
        "without a folder of your own the right one is found or asked for");
  }
  return have.get<std::string>("library");
}

void require_processor(const WarpLibrary& library, const std::filesystem::path& folder) {
  const auto there = Config::load(folder / kCaptured).get<std::string>("processor");
  if (there != hash_of(library.get_host_cpu_features())) {
    throw Error(Kind::bad_input, folder.string() + ": captured on a processor of another kind",
                "make it on this machine: " + command(folder));
  }
}

}  // namespace motus::sim
