// Every real file is read and survives h5, or is refused in one line.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "formats/h5/h5.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/corpus.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

/// What the files of each folder of the corpus are, by its MANIFEST.
const std::map<std::string, std::set<std::string>> kFormats = {
    {"bvh", {"bvh"}},
    {"csv_robot", {"csv"}},
    {"fbx", {"fbx"}},
    {"gltf", {"glb", "gltf"}},
    {"json_amp_hardware", {"amp_json", "tienkung"}},
    {"json_deepmimic", {"deepmimic"}},
    {"motion_protomotions", {"protomotions"}},
    {"npy_array", {}},
    {"npy_poselib", {"poselib"}},
    {"npz_isaaclab_amp", {"isaaclab"}},
    {"npz_locomujoco", {"locomujoco"}},
    {"pkl_gmr", {"gmr"}},
    {"pkl_mimickit", {"mimickit"}},
    {"pkl_parc", {"parc"}}};

/// Scenes without a figure that moves, files of which a part is missing, and bare numbers.
const std::set<std::string> kRefused = {"boxWithUncompressedCTypeArray.FBX",
                                        "cubes_with_outofrange_float.fbx",
                                        "global_settings.fbx",
                                        "phong_cube.fbx",
                                        "CesiumMan.glb",
                                        "AnimatedMorphCube.bin",
                                        "AnimatedMorphCube.gltf",
                                        "BoxWithInfinites.glb",
                                        "IndexOutOfRange.bin",
                                        "NoScene.gltf",
                                        "SceneWithoutNodes.gltf",
                                        "badArray.gltf",
                                        "MorphStressTest.gltf",
                                        "gltf_extras.glb",
                                        "interpolation_test.gltf",
                                        "greenman_hat.glb",
                                        "nested.glb",
                                        "processed_data_8.txt",
                                        "right_foot_contact.npy"};

}  // namespace

TEST_CASE("the whole corpus is read or refused in one line") {
  const fs::path folder = corpus();
  if (folder.empty()) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != "MANIFEST.md") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  int read = 0, refused = 0;
  for (const fs::path& path : files) {
    const fs::path relative = fs::relative(path, folder);
    const std::string folder_name = relative.begin()->string();
    INFO(relative.string());
    REQUIRE(kFormats.contains(folder_name));
    try {
      const std::vector<Clip> clips = read_file(path);
      const Clip& c = clips[0];
      fmt::print("{:<66} {:<10} {:>2} clips {:>5} frames {:>8.4f} fps\n", relative.string(),
                 c.source.format, clips.size(), c.frames(), c.fps);
      for (const std::string& w : c.source.warnings) fmt::print("    {}\n", w);
      CHECK(kFormats.at(folder_name).contains(c.source.format));
      CHECK_FALSE(kRefused.contains(path.filename().string()));
      CHECK(c.source.sha256.size() == 64);
      const std::vector<Clip> back = formats::read(formats::write_h5(clips, {}), "", {});
      REQUIRE(back.size() == clips.size());
      for (size_t i = 0; i < clips.size(); ++i) {
        CHECK(back[i].fingerprint() == clips[i].fingerprint());
        CHECK(back[i].source.arrays == clips[i].source.arrays);
      }
      ++read;
    } catch (const Error& e) {
      const std::string line = e.what();
      fmt::print("{:<66} refused: {}\n", relative.string(), line);
      CHECK(e.kind() == Kind::bad_input);
      CHECK(line.find('\n') == std::string::npos);
      CHECK(line.find(path.filename().string()) != std::string::npos);
      CHECK(kRefused.contains(path.filename().string()));
      ++refused;
    }
  }
  fmt::print("{} read, {} refused\n", read, refused);
}
