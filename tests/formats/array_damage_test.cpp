// Damaged files: every one is read or refused with an Error; under sanitizers, with nothing else.
#include <iostream>
#include <random>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/formats/sample.h"

using namespace motus;
using namespace motus::formats;

namespace {

struct Tally {
  int read = 0, refused = 0;
};

void attempt(const std::vector<std::byte>& bytes, const std::string& format, Tally& tally) {
  try {
    ReadOptions o;
    o.kind = "dof_pos";
    read(bytes, format, o);
    ++tally.read;
  } catch (const Error& e) {
    CHECK(std::string(e.what()).size() > 5);
    ++tally.refused;
  }
}

/// Cuts at about `cuts` places and flips bytes as often, mostly near the beginning, where the
/// structure is.
void damage(const std::vector<std::byte>& file, const std::string& format, int cuts, Tally& tally) {
  std::mt19937 random(20240229);
  for (int i = 0; i < cuts; ++i) {
    const size_t at = i < cuts / 2
                          ? random() % std::min<size_t>(file.size(), 400)
                          : file.size() * static_cast<size_t>(i) / static_cast<size_t>(cuts);
    attempt({file.begin(), file.begin() + static_cast<ptrdiff_t>(at)}, format, tally);
    std::vector<std::byte> flipped = file;
    for (int k = 0; k < 1 + i % 3; ++k) {
      const size_t where =
          i % 2 ? random() % file.size() : random() % std::min<size_t>(file.size(), 700);
      flipped[where] = static_cast<std::byte>(random() & 255);
    }
    attempt(flipped, format, tally);
    // the end of a zip is its directory
    flipped = file;
    flipped[file.size() - 1 - random() % std::min<size_t>(file.size(), 900)] =
        static_cast<std::byte>(random() & 255);
    attempt(flipped, format, tally);
  }
}

}  // namespace

TEST_CASE("damage to files made here") {
  Clip robot;
  robot.skeleton = load_robot("go2").skeleton;
  robot.root_pos = Frames::Random(5, 3);
  robot.root_rot = Frames::Zero(5, 4);
  robot.root_rot.col(0).setOnes();
  robot.dof_pos = Frames::Random(5, 12);
  Tally tally;
  for (const char* format : {"mimickit", "gmr", "isaaclab", "poselib"}) {
    INFO(format);
    damage(find_format(format).write(std::span(&robot, 1), {}), format, 150, tally);
  }
  damage(write_npy(f8_array(robot.dof_pos)), "array", 150, tally);
  CHECK(tally.refused > 500);
}

TEST_CASE("damage to real files") {
  if (corpus().empty()) return;
  Tally tally;
  for (const char* folder : {"npy_poselib", "npz_isaaclab_amp", "pkl_mimickit", "pkl_gmr",
                             "npy_array", "pkl_parc", "npz_locomujoco", "motion_protomotions"}) {
    for (const auto& path : files_below(corpus() / folder)) {
      INFO(path.string());
      damage(file_bytes(path), "", 25, tally);
    }
  }
  std::cerr << "damaged real files: " << tally.read << " read, " << tally.refused << " refused\n";
  CHECK(tally.refused > 1000);
}
