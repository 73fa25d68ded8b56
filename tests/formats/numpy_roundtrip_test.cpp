// Array formats of robots on the shipped clips: bit for bit back, and cut off anywhere.
#include <fmt/format.h>

#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

TEST_CASE("shipped clips through the array formats: the motion, then the same bytes") {
  for (const char* name : {"g1_walk", "go2_pace", "pi_plus_walk"}) {
    const Clip clip = read_file(std::filesystem::path(source_dir()) / "data/clips" /
                                fmt::format("{}.h5", name))[0];
    const std::string robot = std::string(name).substr(0, std::string(name).rfind('_'));
    for (const char* format : {"isaaclab", "beyondmimic", "locomujoco", "amp_rsl"}) {
      INFO(name << " as " << format);
      const std::vector<std::byte> file = write(format, clip);
      ReadOptions o;
      o.skeleton = robot;
      if (std::string(format) == "locomujoco") o.fps = clip.fps;
      const Clip back = read(file, "", o)[0];
      CHECK(back.source.format == format);
      CHECK(back.fps == clip.fps);
      CHECK(difference(back.dof_pos, clip.dof_pos) < 1e-6);
      CHECK(difference(back.root_pos, clip.root_pos) < 1e-6);
      CHECK(turn(back.root_rot, clip.root_rot) < 1e-6);
      CHECK(write(format, read_back(write("h5", back))) == file);
    }
  }
}

TEST_CASE("array files cut off anywhere are refused in one line") {
  const Clip robot = moving(load_robot("go2").skeleton, 2);
  const Clip person = moving(load_robot("smpl").skeleton, 2);
  for (const char* format : {"isaaclab", "beyondmimic", "locomujoco", "amp_rsl", "amass"}) {
    const bool smpl = std::string(format) == "amass";
    const std::vector<std::byte> file = write(format, smpl ? person : robot);
    ReadOptions o;
    o.skeleton = "go2";
    int refused = 0, cuts = 0;
    for (size_t cut = 0; cut < file.size(); cut += cut < 200 || cut + 200 > file.size() ? 1 : 17) {
      const std::vector<std::byte> part(file.begin(), file.begin() + static_cast<ptrdiff_t>(cut));
      ++cuts;
      try {
        read(part, "", o);
      } catch (const Error& e) {
        ++refused;
        if (std::string(e.what()).find('\n') != std::string::npos) FAIL(e.what());
      }
    }
    INFO(format);
    CHECK(refused == cuts);
  }
}

TEST_CASE("archives that hold something else are named") {
  const std::vector<std::byte> one = write_npy(scalar_i8(1));
  CHECK_THROWS_WITH(read_back(write_zip({{"a.npz", one}, {"b.npz", one}})),
                    Contains("a zip of npz"));
  CHECK_THROWS_WITH(read_back(write_zip({{"scene.usdc", one}})), Contains("a USDZ package"));
}
