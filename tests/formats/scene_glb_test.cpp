// glTF: what is written comes back, obeys the rules of glTF 2.0, and is the same scene to Assimp
// and tinygltf.
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "formats/scene/gltf.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/formats/second_reader.h"
#include "tests/motion/figure.h"

using namespace motus;
using nlohmann::json;

namespace {

/// The figure nodding, walking and turning, with an end site and a name with a prefix.
Clip dancing(const std::string& name, int frames = 41) {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  spec.bodies[1].name = "mixamorig:Head";
  spec.bodies[3].rest_rot = Quat(Eigen::AngleAxisd(0.3, Vec3(1, 2, 3).normalized()));
  spec.end_sites = {{.name = "crown", .body = 1, .pos = Vec3(0.01, 0, 0.2)}};
  Clip c = standing(Skeleton::build(spec));
  c.name = name;
  c.fps = 24000.0 / 1001;
  c.loop = LoopMode::wrap;
  c.weight = 0.25;
  c.root_pos = Frames(frames, 3);
  c.root_rot = Frames(frames, 4);
  c.local_rot = Frames(frames, 40);
  for (int f = 0; f < frames; ++f) {
    c.root_pos.row(f) << 0.05 * f, 0.1 * std::sin(0.2 * f), 0.9;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.15 * f));
    for (int b = 0; b < 10; ++b) {
      const Vec3 turn = b == 0 ? Vec3(0, 0, 0) : Vec3(0.3 * std::sin(0.3 * f + b), 0.2, -0.1 * b);
      Clip::set_quat(c.local_rot, f, b, b == 9 ? Quat::Identity() : exp_map(turn));
    }
  }
  return c;
}

std::vector<Clip> back(std::span<const Clip> clips) {
  return formats::read(formats::write_glb(clips, {}), "glb", {});
}

double largest(const Frames& a, const Frames& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return (a - b).cwiseAbs().maxCoeff();
}

/// Largest difference of quaternions that may differ in sign.
double largest_turn(const Frames& a, const Frames& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  double most = 0;
  for (int f = 0; f < a.rows(); ++f) {
    for (int i = 0; i < a.cols() / 4; ++i) {
      most = std::max(most, Clip::quat_at(a, f, i).angularDistance(Clip::quat_at(b, f, i)));
    }
  }
  return most;
}

/// The JSON chunk of a GLB, and where its binary chunk begins.
std::pair<json, size_t> take_apart(const std::vector<std::byte>& glb) {
  const auto word = [&](size_t at) {
    uint32_t v = 0;
    std::memcpy(&v, glb.data() + at, 4);
    return v;
  };
  REQUIRE(word(0) == 0x46546c67);
  REQUIRE(word(4) == 2);
  REQUIRE(word(8) == glb.size());
  REQUIRE(word(12) % 4 == 0);
  REQUIRE(word(16) == 0x4e4f534a);
  const size_t bin = 20 + word(12);
  REQUIRE(word(bin) % 4 == 0);
  REQUIRE(word(bin + 4) == 0x004e4942);
  REQUIRE(bin + 8 + word(bin) == glb.size());
  const char* text = reinterpret_cast<const char*>(glb.data()) + 20;
  return {json::parse(text, text + word(12)), bin + 8};
}

}  // namespace

TEST_CASE("a character written as GLB comes back as it was") {
  const Clip clips[] = {dancing("dance"), dancing("short", 7)};
  const std::vector<Clip> read = back(clips);
  REQUIRE(read.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    const Clip &a = clips[i], &b = read[i];
    CHECK(b.name == a.name);
    CHECK(b.fps == a.fps);
    CHECK(b.loop == LoopMode::wrap);
    CHECK(b.weight == 0.25);
    CHECK(b.skeleton->roles() == a.skeleton->roles());
    REQUIRE(b.skeleton->body_count() == a.skeleton->body_count());
    for (int j = 0; j < 10; ++j) {
      const Body &x = a.skeleton->bodies()[j], &y = b.skeleton->bodies()[j];
      CHECK(y.name == x.name);
      CHECK(y.parent == x.parent);
      CHECK((y.rest_pos - x.rest_pos).norm() < 1e-6);
      CHECK(y.rest_rot.angularDistance(x.rest_rot) < 1e-5);
    }
    REQUIRE(b.skeleton->end_sites().size() == 1);
    CHECK(b.skeleton->end_sites()[0].name == "crown");
    CHECK(b.skeleton->end_sites()[0].body == 1);
    CHECK((b.skeleton->end_sites()[0].pos - Vec3(0.01, 0, 0.2)).norm() < 1e-6);
    CHECK(largest(b.root_pos, a.root_pos) < 1e-5);
    CHECK(largest(body_positions(b), body_positions(a)) < 1e-5);
    CHECK(largest_turn(body_rotations(b), body_rotations(a)) < 1e-5);
    CHECK(b.source.conversions.back() == "rest pose from the inverse bind matrices of the skin");
  }
}

TEST_CASE("a robot's hinges become rotations") {
  const Clip robot = standing(Skeleton::build(figure_spec(SkeletonKind::robot)));
  const Clip read = back(std::span(&robot, 1))[0];
  CHECK(read.skeleton->kind() == SkeletonKind::character);
  CHECK(largest(body_positions(read), body_positions(robot)) < 1e-5);
  CHECK(largest_turn(body_rotations(read), body_rotations(robot)) < 1e-5);
}

TEST_CASE("bones that slide are written as they slide") {
  Clip c = dancing("slide");
  Channel ch{.data = Frames::Zero(c.frames(), 30),
             .components = 3,
             .names = {},
             .units = "m",
             .frame = "parent"};
  for (int f = 0; f < c.frames(); ++f) {
    for (int b = 1; b < 10; ++b) ch.data.block<1, 3>(f, 3 * b) = c.skeleton->bodies()[b].rest_pos;
    ch.data(f, 3 * 9) += 0.002 * std::sin(0.5 * f);
  }
  c.channels["joint_pos_local"] = ch;
  const Clip read = back(std::span(&c, 1))[0];
  REQUIRE(read.channels.contains("joint_pos_local"));
  CHECK(largest(read.channels.at("joint_pos_local").data, ch.data) < 1e-6);
}

TEST_CASE("what is written obeys the rules of glTF") {
  const Clip clips[] = {dancing("a"), dancing("b", 1)};
  const std::vector<std::byte> glb = formats::write_glb(clips, {});
  const auto [root, bin] = take_apart(glb);
  const size_t binary = glb.size() - bin;
  CHECK(root["asset"]["version"] == "2.0");
  CHECK(root["buffers"][0]["byteLength"] == binary);
  for (const json& a : root["accessors"]) {
    const json& view = root["bufferViews"][a["bufferView"].get<size_t>()];
    const std::string type = a["type"];
    const size_t n = type == "SCALAR" ? 1 : type == "VEC3" ? 3 : type == "VEC4" ? 4 : 16;
    const size_t size = a["componentType"] == 5126 ? 4 : 2;
    CHECK(view["byteOffset"].get<size_t>() % 4 == 0);
    CHECK(view["byteLength"] == a["count"].get<size_t>() * n * size);
    CHECK(view["byteOffset"].get<size_t>() + view["byteLength"].get<size_t>() <= binary);
    if (size == 2) continue;
    for (size_t c = 0; c < n; ++c) {
      float least = 1e30f, most = -1e30f;
      for (size_t i = 0; i < a["count"]; ++i) {
        float v = 0;
        std::memcpy(&v, glb.data() + bin + view["byteOffset"].get<size_t>() + 4 * (i * n + c), 4);
        least = std::min(least, v);
        most = std::max(most, v);
      }
      CHECK(a["min"][c].get<float>() == least);
      CHECK(a["max"][c].get<float>() == most);
    }
  }
  const json& skin = root["skins"][0];
  CHECK(skin["skeleton"] == 0);
  CHECK(skin["joints"].size() == 10);
  CHECK(root["accessors"][skin["inverseBindMatrices"].get<size_t>()]["count"] == 10);
  for (const json& animation : root["animations"]) {
    std::set<std::pair<int, std::string>> targets;
    for (const json& c : animation["channels"]) {
      const std::pair<int, std::string> target(c["target"]["node"].get<int>(),
                                               c["target"]["path"].get<std::string>());
      CHECK(targets.insert(target).second);
      const json& s = animation["samplers"][c["sampler"].get<size_t>()];
      const json& in = root["accessors"][s["input"].get<size_t>()];
      CHECK(root["accessors"][s["output"].get<size_t>()]["count"] == in["count"]);
    }
    CHECK_FALSE(
        targets.contains(std::pair(9, std::string("rotation"))));  // never leaves its rest pose
  }
  const json& attributes = root["meshes"][0]["primitives"][0]["attributes"];
  const json& joints = root["accessors"][attributes["JOINTS_0"].get<size_t>()];
  CHECK(joints["count"] == root["accessors"][attributes["POSITION"].get<size_t>()]["count"]);
  CHECK(root["nodes"].size() == 12);
}

TEST_CASE("other readers see the figure that was written") {
  const Clip c = dancing("dance");
  const std::vector<std::byte> glb = formats::write_glb(std::span(&c, 1), {});
  CHECK(tinygltf_complaints(glb).empty());
  const Frames seen = assimp_positions(glb, "glb", c);
  CHECK(largest(seen, body_positions(c)) < 1e-4);
}

TEST_CASE("clips of two skeletons do not share a GLB") {
  const Clip clips[] = {dancing("a"), standing_character()};
  CHECK_THROWS_WITH(formats::write_glb(clips, {}), Catch::Contains("one skeleton"));
  CHECK_THROWS_AS(formats::write_glb({}, {}), Error);
}
