// ProtoMotions' and PARC's real files (see corpus.h).
#include <fmt/format.h>

#include "formats/numpy/arrays.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/corpus.h"

using namespace motus;
using namespace motus::formats;
namespace fs = std::filesystem;

namespace {

bool warns(const Clip& c, const std::string& text) {
  return std::any_of(c.source.warnings.begin(), c.source.warnings.end(),
                     [&](const std::string& w) { return w.find(text) != w.npos; });
}

std::vector<std::byte> write(const std::string& format, const Clip& clip) {
  return find_format(format).write(std::span(&clip, 1), {});
}

}  // namespace

TEST_CASE("ProtoMotions: frames, bodies, contacts") {
  if (corpus().empty()) return;
  const struct {
    const char* file;
    int frames, dofs, bodies, contacts;
  } rows[] = {{"ProtoMotions/g1_crouch_to_run.motion", 97, 29, 33, 0},
              {"ProtoMotions/output_jumpjack.motion", 120, 29, 33, 226},
              {"ProtoMotions/smpl_humanoid_sit_armchair.motion", 782, 69, 24, 0},
              {"ProtoMotions_history/generated_vault_over_small_obstacle.motion", 80, 66, 23, 127},
              {"ProtoMotions_history/output_walk.motion", 150, 29, 33, 239}};
  for (const auto& row : rows) {
    INFO(row.file);
    const Clip c = read_file(corpus() / "motion_protomotions" / row.file)[0];
    CHECK(c.frames() == row.frames);
    CHECK(c.fps == 30);
    CHECK(c.dof_pos.cols() == row.dofs);
    CHECK(c.channels.at("rigid_body_pos").data.cols() == 3 * row.bodies);
    CHECK(c.channels.at("rigid_body_contacts").data.sum() == row.contacts);
    CHECK(c.root_pos == c.channels.at("rigid_body_pos").data.leftCols(3));
    CHECK(warns(c, "--skeleton"));
    // bit for bit by way of h5
    const Clip back = read(write("protomotions", read(write("h5", c), "", {})[0]), "", {})[0];
    CHECK(back.source.arrays == c.source.arrays);
    CHECK(back.source.metadata == c.source.metadata);
  }
}

TEST_CASE("ProtoMotions: the SMPL figure's dofs are exponential maps in our order of bodies") {
  if (corpus().empty()) return;
  const Clip c =
      read_file(corpus() / "motion_protomotions/ProtoMotions/smpl_humanoid_sit_armchair.motion")[0];
  REQUIRE(c.skeleton->name() == "smpl");
  const Frames& local = c.channels.at("local_rigid_body_rot").data;
  std::vector<Quat> q;
  for (int f = 0; f < c.frames(); f += 20) {
    joint_rotations(c, f, q);
    for (int b = 1; b < 24; ++b) {
      CHECK(q[static_cast<size_t>(b)].angularDistance(Clip::quat_at(local, f, b)) < 2e-3);
    }
  }
  // local and world rotations of the file agree by the parents of our skeleton
  const Frames& world = c.channels.at("rigid_body_rot").data;
  for (int b = 1; b < 24; ++b) {
    const int parent = c.skeleton->bodies()[static_cast<size_t>(b)].parent;
    const Quat made = Clip::quat_at(world, 5, parent) * Clip::quat_at(local, 5, b);
    CHECK(made.angularDistance(Clip::quat_at(world, 5, b)) < 2e-3);
  }
}

TEST_CASE("Kimodo's walk as csv and as .motion is one motion") {
  if (corpus().empty()) return;
  const Clip csv = read_file(corpus() / "csv_robot/ProtoMotions_kimodo/output_walk.csv")[0];
  const Clip motion =
      read_file(corpus() / "motion_protomotions/ProtoMotions_history/output_walk.motion")[0];
  REQUIRE(csv.frames() == motion.frames());
  CHECK(csv.root_rot_at(0).isApprox(Quat(.998537, -.038488, -.037316, .00708852), 1e-5));
  CHECK(motion.root_rot_at(0).isApprox(Quat(.998537, -.038488, -.037316, .00708852), 1e-5));
  CHECK((csv.root_pos - motion.root_pos).leftCols(2).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(csv.root_pos(0, 2) == Approx(.764336).margin(1e-6));
  CHECK(motion.root_pos(0, 2) == Approx(.771211).margin(1e-6));
  CHECK((csv.dof_pos - motion.dof_pos).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("PARC: motion, contacts and terrain") {
  if (corpus().empty()) return;
  const Clip c = read_file(corpus() / "pkl_parc/PARC/dec2024_teaser_717_1_opt_dm.pkl")[0];
  CHECK(c.frames() == 142);
  CHECK(c.fps == 30);
  CHECK(c.loop == LoopMode::clamp);
  CHECK(c.source.arrays.at("terrain/hf").shape == std::vector<int64_t>{18, 15});
  REQUIRE(c.terrain);
  CHECK(c.terrain->heights.rows() == 18);
  CHECK(c.terrain->heights.cols() == 15);
  CHECK(c.terrain->spacing == Approx(0.4));
  // between its jumps the figure stands on it
  for (const int f : {0, 24, 36, 48, 60, 132, 141}) {
    const Terrain& t = *c.terrain;
    const auto i = std::lround((c.root_pos(f, 0) - t.origin_x) / t.spacing);
    const auto j = std::lround((c.root_pos(f, 1) - t.origin_y) / t.spacing);
    INFO("frame " << f);
    CHECK(c.root_pos(f, 2) - t.heights(i, j) > 0.75);
    CHECK(c.root_pos(f, 2) - t.heights(i, j) < 0.9);
  }
  CHECK(c.source.metadata.at("misc_data") == "764569 bytes, not kept");
  CHECK(c.channels.at("contacts").data.cols() == 15);
  // the figure is MimicKit's: what its hinges and balls say is what the file said
  const Frames file = to_frames(c.source.arrays.at("joint_rot"), "joint_rot");
  std::vector<Quat> q;
  for (int f = 0; f < c.frames(); f += 10) {
    joint_rotations(c, f, q);
    for (int b = 1; b < 15; ++b) {
      const double* p = file.data() + (f * 14 + b - 1) * 4;
      CHECK(q[static_cast<size_t>(b)].angularDistance(Quat(p[3], p[0], p[1], p[2])) < 1e-3);
    }
  }
  CHECK(read(write("mimickit", c), "", {})[0].frames() == 142);
}
