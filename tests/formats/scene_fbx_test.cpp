// FBX: both forms say the same, transforms multiply as in the SDK, curves go as drawn.
#include "formats/scene/fbx.h"
#include "formats/scene/fbx_curve.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/formats/fbx_builder.h"

using namespace motus;
using formats::read_fbx;
using formats::fbx::Curve;
using formats::fbx::Key;

namespace {

using Keys = FbxBuilder::Keys;

/// Hips at 1 m, a spine of 50 cm, a tip 30 cm on; cm, y up, 30 frames a second.
FbxBuilder arm(const FbxBuilder::Settings& spine = {}, FbxBuilder::Settings settings = {}) {
  settings.insert(settings.end(), {{"UnitScaleFactor", {1}}, {"TimeMode", {6}}});
  FbxBuilder b(settings);
  const int64_t hips = b.limb("Hips", 0, {{"Lcl Translation", {0, 100, 0}}});
  FbxBuilder::Settings values = {{"Lcl Translation", {0, 50, 0}}};
  values.insert(values.end(), spine.begin(), spine.end());
  const int64_t id = b.limb("Spine", hips, values);
  b.limb("Tip", id, {{"Lcl Translation", {0, 30, 0}}});
  return b;
}

constexpr int64_t kHips = 100, kSpine = 101;

/// Angles at every frame of a second.
Keys every_frame(double scale) {
  Keys k;
  for (int f = 0; f <= 30; ++f) {
    k.times.push_back(f / 30.0);
    k.values.push_back(scale * std::sin(0.2 * f + scale));
  }
  return k;
}

Vec3 tip(const Clip& c, int frame) {
  return forward(c, frame).pos[2];
}

}  // namespace

TEST_CASE("binary of both widths, deflated and text are one scene") {
  FbxBuilder b = arm({{"PreRotation", {10, 20, 30}}, {"RotationActive", {1}}});
  b.curves(kSpine, "Lcl Rotation", {every_frame(40), every_frame(-30), every_frame(70)});
  b.curves(kHips, "Lcl Translation", {every_frame(20), {}, every_frame(9)});
  const Clip a = read_fbx(b.write(), {})[0];
  CHECK(a.name == "walk");
  CHECK(a.fps == 30);
  CHECK(a.frames() == 31);
  CHECK(a.skeleton->bodies()[1].name == "Spine");
  for (const FbxForm form : {FbxForm{.version = 7500}, FbxForm{.version = 7700, .deflate = true},
                             FbxForm{.deflate = true}, FbxForm{.text = true}}) {
    INFO(form.version << form.deflate << form.text);
    CHECK(read_fbx(b.write(form), {})[0].fingerprint() == a.fingerprint());
  }
}

TEST_CASE("three quarters of a turn between two keys are not a quarter the other way") {
  FbxBuilder b = arm();
  b.curves(kSpine, "Lcl Rotation", {{}, {}, Keys{.times = {0, 1}, .values = {0, 270}}});
  const Clip c = read_fbx(b.write(), {})[0];
  REQUIRE(c.frames() == 31);
  for (int f = 0; f <= 30; ++f) {
    // z forward in the file is x in ours; the tip goes round in y (left) and z (up)
    const double angle = 1.5 * M_PI * f / 30;
    const Vec3 expected(0, -0.3 * std::sin(angle), 1.5 + 0.3 * std::cos(angle));
    CHECK((tip(c, f) - expected).norm() < 1e-6);
  }
}

TEST_CASE("pivots, offsets, orders and scales multiply as the SDK says") {
  using Eigen::Affine3d;
  const auto turn = [](const Vec3& degrees, const std::string& order) {
    Eigen::Matrix3d m = Eigen::Matrix3d::Identity();
    for (const char axis : order) {  // the first axis turns first
      const int i = axis - 'X';
      m = Eigen::AngleAxisd(degrees[i] * M_PI / 180, Vec3::Unit(i)).toRotationMatrix() * m;
    }
    return Affine3d(m);
  };
  const auto move = [](double x, double y, double z) {
    return Affine3d(Eigen::Translation3d(x, y, z));
  };
  const std::string orders[] = {"XYZ", "XZY", "YZX", "YXZ", "ZXY", "ZYX"};
  for (size_t order = 0; order < 6; ++order) {
    INFO(orders[order]);
    FbxBuilder b = arm({{"RotationActive", {1}},
                        {"RotationOrder", {static_cast<double>(order)}},
                        {"PreRotation", {15, -40, 65}},
                        {"PostRotation", {-25, 35, 5}},
                        {"RotationPivot", {3, 5, -2}},
                        {"RotationOffset", {1, -4, 2}},
                        {"ScalingPivot", {2, 1, 7}},
                        {"ScalingOffset", {-3, 2, 1}},
                        {"Lcl Scaling", {1.5, 1.5, 1.5}}});
    int64_t leg = kHips;  // hips with a leg are the root, whatever slides above them
    for (const char* name : {"Thigh", "Shin", "Foot"}) {
      leg = b.limb(name, leg, {{"Lcl Translation", {0, -40, 0}}});
    }
    const Keys x = every_frame(40), y = every_frame(-30), z = every_frame(70);
    b.curves(kSpine, "Lcl Rotation", {x, y, z});
    const Clip c = read_fbx(b.write(), {})[0];
    // pivots make the spine slide in its parent
    const Frames& slide = c.channels.at("joint_pos_local").data;
    for (int f = 0; f < c.frames(); ++f) {
      const auto i = static_cast<size_t>(f);
      const Affine3d m = move(0, 50, 0) * move(1, -4, 2) * move(3, 5, -2) *
                         turn({15, -40, 65}, "XYZ") *
                         turn({x.values[i], y.values[i], z.values[i]}, orders[order]) *
                         turn({-25, 35, 5}, "XYZ").inverse() * move(-3, -5, 2) * move(-3, 2, 1) *
                         move(2, 1, 7) * Affine3d(Eigen::Scaling(1.5)) * move(-2, -1, -7);
      const auto ours = [](const Vec3& v) { return Vec3(0.01 * Vec3(v.z(), v.x(), v.y() + 100)); };
      const Quat spine = c.root_rot_at(f) * c.skeleton->bodies()[1].rest_rot * c.local_rot_at(f, 1);
      const Vec3 at =
          c.root_pos_at(f) + c.root_rot_at(f) * Vec3(slide.block<1, 3>(f, 3).transpose());
      const Vec3 end = at + spine * Vec3(slide.block<1, 3>(f, 6).transpose());
      CHECK((at - ours(m * Vec3(0, 0, 0))).norm() < 1e-9);
      CHECK((end - ours(m * Vec3(0, 30, 0))).norm() < 1e-9);
    }
  }
}

TEST_CASE("without RotationActive pre-rotations do not count") {
  FbxBuilder b = arm({{"PreRotation", {0, 0, 90}}});
  b.curves(kHips, "Lcl Translation", {every_frame(20), {}, {}});
  CHECK((tip(read_fbx(b.write(), {})[0], 0) - read_fbx(b.write(), {})[0].root_pos_at(0) -
         Vec3(0, 0, 0.8))
            .norm() < 1e-9);
}

TEST_CASE("units and axes are the file's, or the user's") {
  FbxBuilder b = arm({}, {{"UnitScaleFactor", {2.54}}, {"UpAxis", {2}}, {"CoordAxis", {0}}});
  b.curves(kHips, "Lcl Translation", {every_frame(20), every_frame(10), {}});
  const Clip c = read_fbx(b.write(), {})[0];
  // z up: the file's -y is forward, its x left
  CHECK(c.root_pos(3, 0) == Approx(-0.0254 * 10 * std::sin(0.6 + 10)));
  CHECK(c.root_pos(3, 1) == Approx(0.0254 * 20 * std::sin(0.6 + 20)));
  formats::ReadOptions options;
  options.units = "m";
  options.up_axis = "y";
  options.fps = 60;
  const Clip user = read_fbx(b.write(), options)[0];
  CHECK(user.frames() == 61);
  CHECK(user.fps == 60);
  CHECK(user.root_pos(6, 1) == Approx(20 * std::sin(0.6 + 20)));
  CHECK(user.root_pos(6, 2) == Approx(10 * std::sin(0.6 + 10)));
}

TEST_CASE("curves step, run straight and bend as their keys say") {
  Curve c;
  c.keys = {{.time = 0, .value = 1, .mode = Key::Mode::step},
            {.time = 1, .value = 3, .mode = Key::Mode::linear},
            {.time = 2, .value = 5, .mode = Key::Mode::cubic, .right = 6},
            {.time = 4, .value = 5, .mode = Key::Mode::jump, .left = 0},
            {.time = 5, .value = -1}};
  CHECK(c.at(-1) == 1);
  CHECK(c.at(0.9) == 1);
  CHECK(c.at(1.25) == Approx(3.5));
  // Hermite with slopes 6 and 0 over 2 s: 5 + 12 (u^3 - 2 u^2 + u) at u = 1/4
  CHECK(c.at(2.5) == Approx(5 + 12 * (1.0 / 64 - 2.0 / 16 + 0.25)));
  CHECK(c.at(4.5) == -1);
  CHECK(c.at(9) == -1);
  // handles of length 1 and 1 make time itself bend: x = u^3 + 3 u^2 (1 - u) * 0 + 3 u (1 - u)^2
  c.keys = {{.time = 0, .value = 0, .right = 0, .right_weight = 1},
            {.time = 1, .value = 1, .left = 0, .left_weight = 1}};
  const double u = 0.3, x = 3 * u * (1 - u) * (1 - u) + u * u * u;
  CHECK(c.at(x) == Approx(3 * u * u * (1 - u) + u * u * u));
}

TEST_CASE("tangents come from the keys' attributes") {
  FbxBuilder b = arm();
  const int64_t user = 0x8 | 0x400;
  b.curves(
      kSpine, "Lcl Rotation",
      {{}, {}, Keys{.times = {0, 1}, .values = {0, 0}, .flags = user, .slopes = {90, -90, 0, 0}}});
  const Clip c = read_fbx(b.write(), {})[0];
  // a parabola of height 90 / 4 degrees
  const double top = 22.5 * M_PI / 180;
  CHECK((tip(c, 15) - Vec3(0, -0.3 * std::sin(top), 1.5 + 0.3 * std::cos(top))).norm() < 1e-6);
}

TEST_CASE("takes without motion are left out; a still scene is one frame") {
  FbxBuilder b = arm();
  b.curves(kSpine, "Lcl Rotation", {{}, {}, Keys{.times = {0, 1}, .values = {20, 20}}});
  const std::vector<Clip> clips = read_fbx(b.write(), {});
  REQUIRE(clips.size() == 1);
  CHECK(clips[0].frames() == 1);
  CHECK(clips[0].source.warnings.size() == 2);
}

TEST_CASE("FBX that cannot be is refused in one line") {
  const auto fails = [](const std::vector<std::byte>& bytes, const char* words) {
    INFO(words);
    CHECK_THROWS_WITH(read_fbx(bytes, {}), Catch::Contains(words));
  };
  FbxBuilder old = arm();
  old.set_version(6100);
  fails(old.write(), "FBX version 6.1, expected 7.1 or later");
  fails(FbxBuilder().write(), "neither a skeleton nor an animation");
  FbxBuilder ring = arm();
  ring.connect("OO", kHips, kSpine);
  fails(ring.write(), "ancestor");
  FbxBuilder two = arm();
  two.connect("OO", 102, kHips);
  fails(two.write(), "two parents");
  FbxBuilder back_in_time = arm();
  back_in_time.curves(kSpine, "Lcl Rotation", {Keys{.times = {1, 0}, .values = {1, 2}}});
  fails(back_in_time.write(), "comes before");
  FbxBuilder forever = arm();
  forever.curves(kSpine, "Lcl Rotation", {Keys{.times = {0, 1e8}, .values = {1, 2}}});
  fails(forever.write(), "too much");
  FbxBuilder nan = arm({{"Lcl Rotation", {std::nan(""), 0, 0}}});
  fails(nan.write(), "not finite");
  Record deep{.name = "a", .values = {}, .children = {}};
  for (int i = 0; i < 100; ++i) deep = {.name = "a", .values = {}, .children = {deep}};
  const Record root{.name = "", .values = {}, .children = {deep}};
  fails(FbxWriter({}).write(root), "deeper");
  fails(FbxWriter({.text = true}).write(root), "deeper");
}
