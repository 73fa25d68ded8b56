// Scenes by others: FBX and glTF of the corpus.
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/formats/second_reader.h"

using namespace motus;

namespace {

double largest(const Frames& a, const Frames& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return (a - b).cwiseAbs().maxCoeff();
}

/// Height of a body above the lowest one in the first frame.
double height(const Clip& c, const std::string& body) {
  const BodyPoses p = forward(c, 0);
  double lowest = 1e300;
  for (const Vec3& at : p.pos) lowest = std::min(lowest, at.z());
  const int b = c.skeleton->find_body(body);
  REQUIRE(b >= 0);
  return p.pos[static_cast<size_t>(b)].z() - lowest;
}

}  // namespace

TEST_CASE("CMU's FBX are where Assimp sees them") {
  const auto folder = corpus();
  if (folder.empty()) return;
  struct Expected {
    const char* name;
    int frames;
  };
  for (const auto& [name, frames] :
       {Expected{"07_01_cmu", 317}, Expected{"08_02_cmu", 310}, Expected{"09_11_cmu", 166}}) {
    INFO(name);
    const auto path = folder / "fbx" / "poselib" / (std::string(name) + ".fbx");
    formats::ReadOptions options;
    options.units = "0.00056444";  // an inch / 0.45, below an armature scaled by 100
    const Clip c = read_file(path, options)[0];
    CHECK(c.frames() == frames);
    CHECK(c.fps == 120);
    CHECK(c.skeleton->body_count() == 38);
    CHECK(c.skeleton->bodies()[0].name == "Hips");
    // bones keep their lengths, so forward kinematics says all
    CHECK_FALSE(c.channels.contains("joint_pos_local"));
    CHECK(height(c, "Head") == Approx(1.4).margin(0.2));
    const Frames seen = assimp_positions(file_bytes(path), "fbx", c, 0.00056444);
    CHECK(largest(seen, body_positions(c)) < 1e-3);
    // it walks or runs to where it faces
    CHECK(c.root_pos(frames - 1, 0) - c.root_pos(0, 0) > 3);
    CHECK(std::abs(c.root_pos(frames - 1, 1) - c.root_pos(0, 1)) < 0.3);
  }
}

TEST_CASE("ozz's FBX stand upright, walk ahead and stretch little") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const Clip walk = read_file(folder / "fbx" / "ozz" / "walk.fbx")[0];
  CHECK(walk.name == "walk");
  CHECK(walk.frames() == 41);
  CHECK(walk.fps == 30);
  CHECK(walk.skeleton->body_count() == 67);
  CHECK(walk.root_pos(40, 0) - walk.root_pos(0, 0) == Approx(1.4262).margin(1e-3));
  CHECK(height(walk, "Head") == Approx(1.55).margin(0.1));
  const auto bytes = file_bytes(folder / "fbx" / "ozz" / "walk.fbx");
  const Frames seen = assimp_positions(bytes, "fbx", walk, 0.01);
  CHECK(largest(seen.leftCols(3), walk.root_pos) < 1e-4);
  CHECK(largest(seen, body_positions(walk)) < 0.02);  // bones that slide by 7 mm
  const Clip crack = read_file(folder / "fbx" / "ozz" / "crackhead.fbx")[0];
  CHECK(crack.frames() == 101);
  CHECK(crack.skeleton->same_structure(*crack.skeleton));
}

TEST_CASE("glTF of the corpus") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const auto read = [&](const char* path) { return read_file(folder / "gltf" / path); };
  const std::vector<Clip> man = read("ozz/cesium_man.gltf");
  REQUIRE(man.size() == 1);
  CHECK(man[0].skeleton->body_count() == 19);
  CHECK(man[0].frames() == 49);
  CHECK(man[0].fps == 24);
  CHECK(man[0].root_pos(0, 2) == Approx(0.64).margin(0.02));
  const std::vector<Clip> fox = read("usdz2glb/Fox.glb");
  REQUIRE(fox.size() == 3);
  CHECK(fox[0].name == "Run");
  CHECK(fox[1].name == "Survey");
  CHECK(fox[1].frames() == 83);
  CHECK(fox[2].name == "Walk");
  CHECK(fox[2].frames() == 18);
  CHECK(read("raylib/robot.glb").size() == 14);
  const std::vector<Clip> classic = read("ProjectLookingGlass/Classic.glb");
  REQUIRE(classic.size() == 1);
  CHECK(classic[0].frames() == 399);
  CHECK(classic[0].fps == 25);
  CHECK(classic[0].skeleton->bodies()[0].name.starts_with("b_Hip"));
  const auto bytes = file_bytes(folder / "gltf" / "ProjectLookingGlass" / "Classic.glb");
  CHECK(largest(assimp_positions(bytes, "glb", classic[0], 1, 0.04), body_positions(classic[0])) <
        1e-3);
}

TEST_CASE("scenes without motion and broken ones are refused in one line") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const std::pair<const char*, const char*> cases[] = {
      {"gltf/CesiumMan/CesiumMan.glb", "neither a skeleton nor an animation"},
      {"gltf/assimp_malformed/NoScene.gltf", "neither a skeleton nor an animation"},
      {"gltf/assimp_malformed/SceneWithoutNodes.gltf", "neither a skeleton nor an animation"},
      {"gltf/assimp_malformed/BoxWithInfinites.glb", "neither a skeleton nor an animation"},
      {"gltf/assimp_malformed/badArray.gltf", "BoxTextured0.bin: no such file"},
      {"gltf/assimp/AnimatedMorphCube.gltf", "neither a skeleton nor an animation"},
      {"gltf/ozz/interpolation_test.gltf", "interpolation_test.bin: no such file"},
      {"fbx/assimp/phong_cube.fbx", "neither a skeleton nor an animation"},
      {"fbx/assimp/global_settings.fbx", "neither a skeleton nor an animation"},
      {"fbx/assimp/cubes_with_outofrange_float.fbx", "neither a skeleton nor an animation"},
      {"fbx/assimp/boxWithUncompressedCTypeArray.FBX", "neither a skeleton nor an animation"},
  };
  for (const auto& [path, words] : cases) {
    INFO(path);
    CHECK_THROWS_WITH(read_file(folder / path), Catch::Contains(words));
  }
}
