#include "motion/clip.h"

#include <limits>

#include "motion/error.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/motion/arm.h"

using namespace motus;

namespace {
Clip still() {
  Clip c;
  c.name = "still";
  c.skeleton = arm();
  c.root_pos = Frames::Zero(3, 3);
  c.root_rot = Frames::Zero(3, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos = Frames::Zero(3, 4);
  return c;
}
}  // namespace

TEST_CASE("a clip says what is wrong with it") {
  Clip c = still();
  CHECK_NOTHROW(c.validate());
  c.dof_pos(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(c.validate(), Catch::Contains("frame 1: dof_pos[2]"));
  c = still();
  c.root_rot(2, 0) = 0.5;
  CHECK_THROWS_WITH(c.validate(), Catch::Contains("frame 2: root rotation 0 has norm 0.5"));
  c = still();
  c.dof_pos.resize(3, 5);
  CHECK_THROWS_WITH(c.validate(), Catch::Contains("expected 3 x 4"));
  c = still();
  for (const double fps : {0.0, -30.0, 1e-12, 1e12, std::numeric_limits<double>::quiet_NaN()}) {
    c.fps = fps;
    CHECK_THROWS_WITH(c.validate(), Catch::Contains("frames a second, expected"));
  }
}

TEST_CASE("the fingerprint sees a change of motion and nothing else") {
  Clip a = still(), b = still();
  b.name = "other";
  b.history.push_back("touched");
  CHECK(a.fingerprint() == b.fingerprint());
  b.dof_pos(0, 0) = 1e-12;
  CHECK(a.fingerprint() != b.fingerprint());
}

TEST_CASE("quaternions are made continuous without turning anything") {
  Clip c = still();
  Clip::set_quat(c.root_rot, 0, 0, Quat(-1, 0, 0, 0));
  Clip::set_quat(c.root_rot, 1, 0, Quat(0.8, 0.6, 0, 0));
  Clip::set_quat(c.root_rot, 2, 0, Quat(-0.8, -0.6, 0, 0));
  make_continuous(c.root_rot);
  CHECK(c.root_rot(0, 0) == 1);
  CHECK(c.root_rot(1, 0) == 0.8);
  CHECK(c.root_rot(2, 0) == 0.8);
}

TEST_CASE("clips of different skeletons are no dataset") {
  Clip a = still(), b = still();
  Skeleton::Spec spec = arm_spec();
  spec.bodies[2].rest_pos.x() = 2;
  b.skeleton = Skeleton::build(spec);
  CHECK_THROWS_AS(Dataset::from({a, b}), Error);
  CHECK_THROWS_AS(Dataset::from({}), Error);
}

TEST_CASE("SHA-256 of FIPS 180-4's example") {
  const std::string abc = "abc";
  CHECK(sha256(std::as_bytes(std::span(abc))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
