// Golden values of real npz files (see corpus.h), and what must be equal across containers.
#include <fmt/format.h>

#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

Clip load(const fs::path& file) {
  return read_file(file)[0];
}

}  // namespace

TEST_CASE("LocoMuJoCo: the rate is 500 by the velocities, the walk goes forward") {
  if (corpus().empty()) return;
  for (const char* name : {"ATLAS", "full_humanoid"}) {
    INFO(name);
    const fs::path file =
        corpus() / "npz_locomujoco/loco-mujoco" / fmt::format("02-constspeed_{}.npz", name);
    const Clip c = load(file);
    CHECK(c.fps == 500);
    CHECK_THAT(warnings(c), Contains("500 by its velocities (496."));
    // 1.4 m/s along x, upright
    const double seconds = (c.frames() - 1) / c.fps;
    CHECK((c.root_pos(c.frames() - 1, 0) - c.root_pos(0, 0)) / seconds ==
          Approx(1.35).margin(0.25));
    CHECK((c.root_rot_at(0) * Vec3::UnitZ()).z() > .98);
    const std::vector<std::byte> bytes = file_bytes(file);
    const Npz a(bytes);
    const std::vector<std::byte> made = write("locomujoco", read_back(write("h5", c)));
    const Npz b(made);
    CHECK(a.names() == b.names());
    for (const std::string& member : a.names()) CHECK(a.array(member) == b.array(member));
  }
  // the same walker as a robot and as OpenSim's figure: the same pelvis but for its model's offsets
  const fs::path folder = corpus() / "npz_locomujoco/loco-mujoco";
  const Clip atlas = load(folder / "02-constspeed_ATLAS.npz");
  const Clip human = load(folder / "02-constspeed_full_humanoid.npz");
  CHECK(difference(atlas.root_pos.leftCols(2), human.root_pos.leftCols(2)) < 1e-9);
  CHECK(turn(atlas.root_rot, human.root_rot) < 0.14);
}

TEST_CASE("the walk as poselib and as Isaac Lab: one motion") {
  if (corpus().empty()) return;
  const Clip a = load(corpus() / "npy_poselib/IsaacGymEnvs/amp_humanoid_walk.npy");
  const Clip b = load(corpus() / "npz_isaaclab_amp/humanoid_amp_zhoushanghai/humanoid_walk.npz");
  CHECK(difference(a.root_pos, b.root_pos) == 0);
  REQUIRE(a.frames() == b.frames());
  for (int f = 0; f < a.frames(); ++f) {
    CHECK(std::abs(a.root_rot_at(f).dot(b.root_rot_at(f))) >= .9999999);
  }
}
