// Every real file is read and survives h5, or is refused in one line.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/h5/h5.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/corpus.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

/// Folders of the corpus whose formats this version reads, all but the files it refuses by name.
const std::set<std::string> kRead = {"bvh",       "npy_poselib",    "npz_isaaclab_amp",
                                     "pkl_gmr",   "pkl_mimickit",   "json_amp_hardware",
                                     "csv_robot", "json_deepmimic", "motion_protomotions",
                                     "pkl_parc"};
const std::set<std::string> kRefusedWithin = {"AMP_for_hardware_WoohyunCha", "TienKung"};

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
    const std::string kind = relative.begin()->string();
    const bool expected = kRead.contains(kind) &&
                          !kRefusedWithin.contains(path.parent_path().filename().string()) &&
                          !path.filename().string().starts_with("dog3d");
    INFO(relative.string());
    try {
      const std::vector<Clip> clips = read_file(path);
      const Clip& c = clips[0];
      fmt::print("{:<66} {:<10} {:>2} clips {:>5} frames {:>8.4f} fps\n", relative.string(),
                 c.source.format, clips.size(), c.frames(), c.fps);
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
      CHECK_FALSE(expected);
      ++refused;
    }
  }
  fmt::print("{} read, {} refused\n", read, refused);
  CHECK(read >= 92);
}
