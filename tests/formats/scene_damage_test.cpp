// Scenes that are cut short or have bytes changed: an error, or a clip, never anything worse.
#include <cstring>

#include "formats/scene/fbx.h"
#include "formats/scene/gltf.h"
#include "tests/catch.h"
#include "tests/formats/fbx_builder.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

using Read = std::vector<Clip> (*)(formats::Bytes, const formats::ReadOptions&);

/// Reads; counts what came back, and lets through what is no Error of ours.
void attempt(Read read, formats::Bytes bytes, int& good) {
  try {
    for (const Clip& c : read(bytes, {})) {
      good += c.root_pos.allFinite() && c.local_rot.allFinite() ? 1 : -1'000'000;
    }
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::bad_input);
  }
}

void damage(Read read, const std::vector<std::byte>& whole) {
  int good = 0;
  attempt(read, whole, good);
  REQUIRE(good == 1);
  for (size_t n = 0; n < whole.size(); n += 1 + whole.size() / 300) {
    attempt(read, formats::Bytes(whole).first(n), good);
  }
  uint64_t state = 88172645463325252;
  for (int i = 0; i < 1500; ++i) {
    std::vector<std::byte> bytes = whole;
    for (int k = 0; k <= i % 3; ++k) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      bytes[(state >> 8) % bytes.size()] = static_cast<std::byte>(state >> 56);
    }
    attempt(read, bytes, good);
  }
  CHECK(good > 0);
}

std::vector<std::byte> small_fbx(FbxForm form) {
  FbxBuilder b({{"UnitScaleFactor", {1}}, {"TimeMode", {6}}});
  const int64_t hips = b.limb("Hips", 0, {{"Lcl Translation", {0, 100, 0}}});
  b.limb("Spine", hips, {{"Lcl Translation", {0, 50, 0}}});
  b.curves(hips, "Lcl Rotation",
           {{.times = {0, 0.2, 0.4}, .values = {0, 30, 10}},
            {},
            {.times = {0, 0.4}, .values = {0, 200}}});
  return b.write(form);
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto b = std::as_bytes(std::span(text));
  return {b.begin(), b.end()};
}

/// JSON as a .gltf, read without neighbours.
void refused(const std::string& text, const char* words) {
  INFO(text);
  CHECK_THROWS_WITH(formats::read_gltf(bytes_of(text), {}), Catch::Contains(words));
}

}  // namespace

TEST_CASE("damaged FBX") {
  damage(formats::read_fbx, small_fbx({}));
  damage(formats::read_fbx, small_fbx({.version = 7700, .deflate = true}));
  damage(formats::read_fbx, small_fbx({.text = true}));
}

TEST_CASE("damaged GLB") {
  const Clip c = standing_character();
  damage(formats::read_gltf, formats::write_glb(std::span(&c, 1), {}));
}

TEST_CASE("an array that claims to unpack into gigabytes is refused") {
  std::vector<std::byte> bytes = small_fbx({.deflate = true});
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t at = text.find("KeyTime") + 7;
  REQUIRE(text[at] == 'l');
  const uint32_t many = 90'000'000;
  std::memcpy(bytes.data() + at + 1, &many, 4);
  CHECK_THROWS_WITH(formats::read_fbx(bytes, {}), Catch::Contains("90000000 values"));
}

TEST_CASE("glTF that cannot be is refused in one line") {
  const std::string head = R"({"asset":{"version":"2.0"},)";
  refused("{", "no JSON");
  refused(R"({"asset":{"version":"1.0"},"nodes":[]})", "version '1.0'");
  refused(head + R"("nodes":[{"children":[1]},{"children":[0]}]})", "own ancestor");
  refused(head + R"("nodes":[{"children":[2]},{"children":[2]},{}]})", "two parents");
  refused(head + R"("nodes":[{"children":[7]}]})", "child 7");
  refused(head + R"("nodes":[{"children":{}}]})", "no list");
  refused(head + R"("nodes":[{"rotation":[0,0,0,0]}]})", "rotation is zero");
  refused(head + R"("nodes":[{"translation":[0,1e999,0]}]})", "");
  refused(head + R"("nodes":[{}],"skins":[{"joints":[3]}]})", "joint 3");
  refused(head + R"("nodes":7})", "nodes is no list");
  refused(head + R"("buffers":[{"uri":"walk.bin","byteLength":4}]})", "'walk.bin' beside this one");
  for (const char* uri : {"../walk.bin", "/etc/passwd", "a\\\\b", "..", "a%2fb", "file:x"}) {
    refused(head + R"("buffers":[{"uri":")" + uri + R"("}]})", "not the name of a file");
  }
  refused(head + R"("buffers":[{"uri":"data:x;base64,!!"}]})", "not base64");
  const std::string key = R"("nodes":[{}],"animations":[{"samplers":[{"input":0,"output":0}],)"
                          R"("channels":[{"sampler":0,"target":{"node":0,"path":"scale"}}]}],)";
  const std::string data = R"("buffers":[{"uri":"data:;base64,AACAfwAAgH8=","byteLength":8}],)";
  refused(head + key + data + R"("bufferViews":[{"buffer":0,"byteLength":8}],"accessors":)" +
              R"([{"bufferView":0,"componentType":5126,"count":2,"type":"SCALAR"}]})",
          "item 0 is inf");
  refused(head + key + data + R"("bufferViews":[{"buffer":0,"byteLength":9}],"accessors":)" +
              R"([{"bufferView":0,"componentType":5126,"count":2,"type":"SCALAR"}]})",
          "bufferView 0");
  refused(head + key + data + R"("bufferViews":[{"buffer":0,"byteLength":8}],"accessors":)" +
              R"([{"bufferView":0,"componentType":5126,"count":3,"type":"SCALAR"}]})",
          "do not fit");
  std::string deep = head + R"("extras":)";
  for (int i = 0; i < 100; ++i) deep += "[";
  refused(deep, "nested deeper");
}
