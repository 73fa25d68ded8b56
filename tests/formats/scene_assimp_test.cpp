// Scenes that come through Assimp, written here by hand: Collada and a small X file.
#include <fmt/format.h>

#include "formats/scene/assimp.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

Clip waving() {
  Clip c = standing(Skeleton::build(figure_spec(SkeletonKind::character)));
  c.name = "wave";
  c.fps = 30;
  constexpr int kFrames = 25;
  c.root_pos = Frames(kFrames, 3);
  c.root_rot = Frames(kFrames, 4);
  c.local_rot = Frames(kFrames, 4 * c.skeleton->body_count());
  for (int f = 0; f < kFrames; ++f) {
    c.root_pos.row(f) << 0.04 * f, 0.1 * std::sin(0.2 * f), 0.9;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.1 * f));
    for (int b = 0; b < c.skeleton->body_count(); ++b) {
      const Quat turn = exp_map(Vec3(0.3 * std::sin(0.3 * f + b), 0.2, -0.05 * b));
      Clip::set_quat(c.local_rot, f, b, b == 0 ? Quat::Identity() : turn);
    }
  }
  return c;
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// A body's transform in its parent's frame, in a file with y up and centimetres.
Eigen::Matrix4d local_in_file(const Clip& c, int frame, int body) {
  const Quat axes(0.5, 0.5, 0.5, 0.5);
  const Body& b = c.skeleton->bodies()[static_cast<size_t>(body)];
  const Vec3 at = body == 0 ? Vec3(c.root_pos.row(frame).transpose()) : b.rest_pos;
  const Quat turn = body == 0 ? Clip::quat_at(c.root_rot, frame, 0)
                              : b.rest_rot * Clip::quat_at(c.local_rot, frame, body);
  return (axes.conjugate() * Eigen::Translation3d(100 * at) * turn * axes).matrix();
}

std::string numbers(const Eigen::Matrix4d& m) {
  std::string out;
  for (int i = 0; i < 16; ++i) out += fmt::format("{:.9g} ", m(i / 4, i % 4));
  return out;
}

std::string node_of(const Clip& c, int body) {
  const std::string& name = c.skeleton->bodies()[static_cast<size_t>(body)].name;
  std::string out = fmt::format(
      R"(<node id="{0}" name="{0}" sid="{0}" type="JOINT"><matrix sid="m">{1}</matrix>)", name,
      numbers(local_in_file(c, 0, body)));
  for (int b = 1; b < c.skeleton->body_count(); ++b) {
    if (c.skeleton->bodies()[static_cast<size_t>(b)].parent == body) out += node_of(c, b) + "\n";
  }
  return out + "</node>";
}

std::string animation_of(const Clip& c, int body) {
  std::string times, matrices, modes;
  for (int f = 0; f < c.frames(); ++f) {
    times += fmt::format("{:.9g} ", f / c.fps);
    matrices += numbers(local_in_file(c, f, body));
    modes += "LINEAR ";
  }
  return fmt::format(
      R"(<animation id="a{0}"><source id="t{0}"><float_array id="tf{0}" count="{1}">{2}</float_array>
<technique_common><accessor source="#tf{0}" count="{1}" stride="1"><param name="TIME" type="float"/>
</accessor></technique_common></source><source id="v{0}"><float_array id="vf{0}" count="{3}">{4}
</float_array><technique_common><accessor source="#vf{0}" count="{1}" stride="16">
<param name="TRANSFORM" type="float4x4"/></accessor></technique_common></source>
<source id="i{0}"><Name_array id="if{0}" count="{1}">{5}</Name_array><technique_common>
<accessor source="#if{0}" count="{1}" stride="1"><param name="INTERPOLATION" type="name"/></accessor>
</technique_common></source><sampler id="s{0}"><input semantic="INPUT" source="#t{0}"/>
<input semantic="OUTPUT" source="#v{0}"/><input semantic="INTERPOLATION" source="#i{0}"/></sampler>
<channel source="#s{0}" target="{6}/m"/></animation>
)",
      body, c.frames(), times, 16 * c.frames(), matrices, modes,
      c.skeleton->bodies()[static_cast<size_t>(body)].name);
}

std::vector<std::byte> collada_of(const Clip& c) {
  std::string text =
      R"(<?xml version="1.0" encoding="utf-8"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit name="centimeter" meter="0.01"/><up_axis>Y_UP</up_axis></asset><library_animations>
)";
  for (int b = 0; b < c.skeleton->body_count(); ++b) text += animation_of(c, b);
  text += "</library_animations><library_visual_scenes><visual_scene id=\"scene\">\n";
  text += node_of(c, 0);
  text += "\n</visual_scene></library_visual_scenes><scene><instance_visual_scene url=\"#scene\"/>";
  return bytes_of(text + "</scene></COLLADA>\n");
}

}  // namespace

TEST_CASE("Collada is the motion that went into it") {
  const Clip clip = waving();
  const std::vector<std::byte> dae = collada_of(clip);
  CHECK(formats::detect(dae).name == "assimp");
  const std::vector<Clip> read = formats::read(dae, "", {});
  REQUIRE(read.size() == 1);
  CHECK(read[0].fps == 30);
  REQUIRE(read[0].frames() == clip.frames());
  const Skeleton &a = *clip.skeleton, &b = *read[0].skeleton;
  REQUIRE(b.body_count() == a.body_count());
  double most = 0;
  for (int f = 0; f < clip.frames(); ++f) {
    const auto here = forward(clip, f), there = forward(read[0], f);
    for (int i = 0; i < a.body_count(); ++i) {
      const int j = b.find_body(a.bodies()[static_cast<size_t>(i)].name);
      REQUIRE(j >= 0);
      most = std::max(
          most, (here.pos[static_cast<size_t>(i)] - there.pos[static_cast<size_t>(j)]).norm());
    }
  }
  CHECK(most < 1e-4);
}

TEST_CASE("a damaged or empty scene is refused in one line") {
  const std::vector<std::byte> dae = collada_of(waving());
  for (const size_t part : {size_t{3}, size_t{2}}) {
    const std::vector<std::byte> half(dae.begin(),
                                      dae.begin() + static_cast<long>(dae.size() / part));
    try {
      formats::read(half, "assimp", {});
      FAIL("half a file was read");
    } catch (const Error& e) {
      CHECK(e.kind() == Kind::bad_input);
      CHECK(std::string(e.what()).find('\n') == std::string::npos);
    }
  }
  CHECK_THROWS_AS(formats::read(bytes_of("xof 0303txt 0032\n"), "", {}), Error);
  CHECK_THROWS_AS(formats::read(bytes_of("<?xml version=\"1.0\"?>\n<COLLADA></COLLADA>"), "", {}),
                  Error);
}

TEST_CASE("a DirectX X file moves by its ticks") {
  // two frames of a bone that turns by 90 degrees about the file's y axis in one second
  const auto bytes = bytes_of(
      "xof 0303txt 0032\n"
      "AnimTicksPerSecond { 10; }\n"
      "Frame Root { FrameTransformMatrix { 1.0,0.0,0.0,0.0, 0.0,1.0,0.0,0.0, 0.0,0.0,1.0,0.0, "
      "0.0,0.0,0.0,1.0;; }\n"
      " Frame Arm { FrameTransformMatrix { 1.0,0.0,0.0,0.0, 0.0,1.0,0.0,0.0, 0.0,0.0,1.0,0.0, "
      "0.0,2.0,0.0,1.0;; }\n"
      "  Frame Hand { FrameTransformMatrix { 1.0,0.0,0.0,0.0, 0.0,1.0,0.0,0.0, 0.0,0.0,1.0,0.0, "
      "1.0,0.0,0.0,1.0;; } } } }\n"
      "AnimationSet Turn {\n"
      " Animation { {Root} AnimationKey { 0; 2; 0;4;1.0,0.0,0.0,0.0;;, "
      "10;4;0.70710678,0.0,0.70710678,0.0;;; } "
      "}\n"
      " Animation { {Arm} AnimationKey { 0; 2; 0;4;1.0,0.0,0.0,0.0;;, 10;4;1.0,0.0,0.0,0.0;;; } }\n"
      " Animation { {Hand} AnimationKey { 0; 2; 0;4;1.0,0.0,0.0,0.0;;, 10;4;1.0,0.0,0.0,0.0;;; } "
      "}\n"
      "}\n");
  CHECK(formats::detect(bytes).name == "assimp");
  formats::ReadOptions at_ten;
  at_ten.fps = 10;
  const std::vector<Clip> read = formats::read(bytes, "", at_ten);
  REQUIRE(read.size() == 1);
  const Clip& c = read[0];
  REQUIRE(c.frames() == 11);
  const int hand = c.skeleton->find_body("Hand");
  REQUIRE(hand >= 0);
  const auto first = forward(c, 0), last = forward(c, 10);
  const Vec3 before = first.pos[static_cast<size_t>(hand)],
             after = last.pos[static_cast<size_t>(hand)];
  CHECK(before.z() == Approx(2).margin(1e-5));
  CHECK(after.z() == Approx(2).margin(1e-5));
  CHECK((after - before).norm() == Approx(std::sqrt(2.0)).margin(1e-5));
}
