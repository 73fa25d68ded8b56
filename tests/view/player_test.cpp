// The player in a page: what it holds is the clip, and nothing in it asks the network.
#include <cstring>
#include <nlohmann/json.hpp>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/view/walker.h"
#include "view/html_player.h"

using namespace motus;
using namespace motus::view;
using nlohmann::json;

namespace {

template <typename T>
std::vector<T> unpack(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t word = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    word = word << 6 | static_cast<uint32_t>(digits.find(c));
    if ((bits += 6) < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(word >> bits & 255);
  }
  std::vector<T> out(bytes.size() / sizeof(T));
  std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

Vec3 vec(const json& j) {
  return Vec3(j[0].get<double>(), j[1].get<double>(), j[2].get<double>());
}

Quat quat(const json& j) {
  return Quat(j[0].get<double>(), j[1].get<double>(), j[2].get<double>(), j[3].get<double>());
}

std::string data_of(const std::vector<Figure>& figures, const PlayerOptions& options) {
  return player_data(figures, options);
}

/// World poses of a frame as data/web/player.js makes them.
BodyPoses played(const json& figure, int frame) {
  const auto root = unpack<float>(figure["root"]);
  const auto turns = unpack<int16_t>(figure["turns"]);
  const auto moving = figure["moving"].get<std::vector<int>>();
  BodyPoses out;
  std::vector<Quat> joints(figure["bodies"].size(), Quat::Identity());
  for (size_t m = 0; m < moving.size(); ++m) {
    const int16_t* t = &turns[4 * (static_cast<size_t>(frame) * moving.size() + m)];
    joints[static_cast<size_t>(moving[m])] = Quat(t[0], t[1], t[2], t[3]).normalized();
  }
  for (size_t b = 0; b < joints.size(); ++b) {
    const json& body = figure["bodies"][b];
    if (b == 0) {
      const float* r = &root[3 * static_cast<size_t>(frame)];
      out.pos.emplace_back(r[0], r[1], r[2]);
      out.rot.push_back(joints[0]);
      continue;
    }
    const size_t up = body["parent"].get<size_t>();
    out.pos.emplace_back(out.pos[up] + out.rot[up] * vec(body["pos"]));
    out.rot.push_back(out.rot[up] * quat(body["rot"]) * joints[b]);
  }
  return out;
}

void check_frames(const Clip& clip, const json& figure, int stride) {
  REQUIRE(figure["frames"] == (clip.frames() - 1) / stride + 1);
  CHECK(figure["fps"] == clip.fps / stride);
  for (int f = 0; f < figure["frames"].get<int>(); ++f) {
    const BodyPoses here = played(figure, f), there = forward(clip, f * stride);
    for (size_t b = 0; b < here.pos.size(); ++b) {
      CHECK((here.pos[b] - there.pos[b]).norm() < 2e-4);
      CHECK(here.rot[b].angularDistance(there.rot[b]) < 3e-4);
    }
  }
}

}  // namespace

TEST_CASE("base64 of every remainder") {
  const auto of = [](const std::string& s) { return base64(std::as_bytes(std::span(s))); };
  CHECK(of("").empty());
  CHECK(of("f") == "Zg==");
  CHECK(of("fo") == "Zm8=");
  CHECK(of("foo") == "Zm9v");
  CHECK(of("foobar") == "Zm9vYmFy");
  CHECK(of("\xff\xfe") == "//4=");
}

TEST_CASE("a player refuses a motion without frames and a start beyond its end") {
  Clip c = walker();
  CHECK_THROWS_AS(data_of({{.clip = &c}}, {.start = 2.5}), Error);
  CHECK_THROWS_AS(data_of({{.clip = &c}}, {.start = -1}), Error);
  CHECK_THROWS_AS(data_of({{.clip = &c}}, {.camera = "fornt"}), Error);
  c.root_pos.resize(0, 3);
  CHECK_THROWS_AS(data_of({{.clip = &c}}, {}), Error);
}

TEST_CASE("the frames that a page plays are the clip's") {
  Clip c = walker(1, 0.7);
  // a body that never turns keeps its pose without a single frame
  const int head = c.skeleton->find_body("Head");
  const Quat nod(Eigen::AngleAxisd(0.3, Vec3::UnitY()));
  for (int f = 0; f < c.frames(); ++f) Clip::set_quat(c.local_rot, f, head, nod);
  const json all = json::parse(data_of({{.clip = &c}}, {}));
  REQUIRE(all["figures"].size() == 1);
  check_frames(c, all["figures"][0], 1);
  const auto moving = all["figures"][0]["moving"].get<std::vector<int>>();
  CHECK(moving.size() == 7);
  CHECK(std::find(moving.begin(), moving.end(), head) == moving.end());
  // as many shapes as the stick figure has: a ball a joint, a capsule a bone, a head
  CHECK(all["figures"][0]["shapes"].size() == 13 + 16 + 1);

  c.fps = 150;  // thinned to 75
  check_frames(c, json::parse(data_of({{.clip = &c}}, {}))["figures"][0], 2);
}

TEST_CASE("several figures stand side by side from one line, their names cannot end the script") {
  const Clip one = walker();
  Clip two = walker();
  two.name = "</script><script>alert(1)</script>";
  two.root_pos.col(1).array() += 3;
  const std::string text = data_of({{.clip = &one}, {.clip = &two, .alpha = 0.5}}, {});
  CHECK(text.find('<') == std::string::npos);
  const json all = json::parse(text);
  CHECK(all["figures"][1]["name"] == two.name);
  CHECK(all["figures"][1]["alpha"] == 0.5);
  // the side camera looks along y: its right is x, and both starts are on it
  CHECK(vec(all["figures"][0]["beside"]).norm() == 0);
  const Vec3 beside = vec(all["figures"][1]["beside"]);
  CHECK(beside.x() > 1);
  CHECK(beside.y() == Approx(-3));
}

TEST_CASE("markers follow their frames, and are nowhere where there is none") {
  const Clip c = walker();
  std::vector<std::vector<Marker>> markers(static_cast<size_t>(c.frames()));
  markers[3] = {{.name = "target", .pos = Vec3(1, 2, 3), .angle = 0.5}};
  const json figure = json::parse(data_of({{.clip = &c, .markers = &markers}}, {}))["figures"][0];
  REQUIRE(figure["markers"].size() == 1);
  const auto track = unpack<float>(figure["markers"][0]["track"]);
  REQUIRE(track.size() == 4 * markers.size());
  CHECK(std::isnan(track[4 * 2]));
  CHECK(track[4 * 3 + 2] == 3);
  CHECK(track[4 * 3 + 3] == 0.5F);
}

TEST_CASE("without three.js the error names its package") {
  const std::vector<std::filesystem::path> nowhere{"/nonexistent/three.min.js"};
  try {
    player_head(nowhere);
    FAIL("made a page without three.js");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::not_built);
    CHECK_THAT(e.hint(), Catch::Contains("libjs-three"));
  }
}
