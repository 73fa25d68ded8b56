#include "formats/bvh/bvh.h"

#include <cmath>

#include "formats/bvh/bvh_file.h"
#include "formats/h5/h5.h"
#include "formats/units.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/motion/arm.h"

using namespace motus;
using formats::Bytes;

namespace {

Bytes bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

Clip read(const std::string& text, formats::ReadOptions options = {}) {
  return formats::read(bytes_of(text), "bvh", options)[0];
}

/// A person of 100 cm from hips to head and feet, two spine joints, arms out.
std::string figure(const std::string& rows, const std::string& frames = "Frames: 1",
                   const std::string& spine_channels = "3 Zrotation Xrotation Yrotation") {
  return R"(HIERARCHY
ROOT Hips
{
  OFFSET 0 90 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Spine
  {
    OFFSET 0 50 0
    CHANNELS )" +
         spine_channels + R"(
    JOINT Head
    {
      OFFSET 0 30 0
      CHANNELS 3 Yrotation Xrotation Zrotation
      End Site
      {
        OFFSET 0 20 0
      }
    }
  }
  JOINT LeftFoot
  {
    OFFSET 10 -80 0
    CHANNELS 3 Xrotation Yrotation Zrotation
    End Site { OFFSET 0 0 15 }
  }
}
MOTION
)" + frames +
         "\nFrame Time: .0083333\n" + rows;
}

const std::string kStill = "0 90 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

double worst_angle(const Clip& a, const Clip& b) {
  const Frames p = body_rotations(a), q = body_rotations(b);
  REQUIRE(p.rows() == q.rows());
  REQUIRE(p.cols() == q.cols());
  double worst = 0;
  for (int f = 0; f < p.rows(); ++f) {
    for (int i = 0; i < p.cols() / 4; ++i) {
      worst = std::max(worst, Clip::quat_at(p, f, i).angularDistance(Clip::quat_at(q, f, i)));
    }
  }
  return worst * 180 / M_PI;
}

Clip again(const Clip& c, const formats::WriteOptions& options = {}) {
  return formats::read(formats::write_bvh(std::span(&c, 1), options), "", {})[0];
}

}  // namespace

TEST_CASE("a BVH that is broken is refused with its line") {
  using Catch::Contains;
  CHECK_THROWS_WITH(read("HIERARCHY\nJOINT a"), Contains("line 2: expected 'ROOT'"));
  CHECK_THROWS_WITH(read("HIERARCHY\nROOT a\n{\nOFFSET 1 b 3"),
                    Contains("line 4") && Contains("'b'"));
  CHECK_THROWS_WITH(read("HIERARCHY\nROOT a\n{\nOFFSET 1 2 3\nCHANNELS 1 Wrotation"),
                    Contains("'Wrotation'"));
  CHECK_THROWS_WITH(read(figure("0 90 0 0 0 0 0 0 0 0 0 x 0 0 0")),
                    Contains("frame 0, column 12") && Contains("'x'"));
  CHECK_THROWS_WITH(read(figure("1 2 3")), Contains("no frame of 15 numbers"));
  CHECK_THROWS_WITH(read(figure(kStill.substr(0, kStill.size() - 2) + "nan\n")),
                    Contains("frame 0"));
  const std::string whole = figure(kStill);
  for (size_t n = 0; n < whole.size() - 3; n += 7) {
    INFO(n);
    CHECK_THROWS_AS(read(whole.substr(0, n)), Error);
  }
}

TEST_CASE("numbers are read as the library reads them") {
  const std::string text =
      "0 -0 1 -1.5 .5 -.25 +3 1e3 -2.5E-4 123456789.123456789 0.1 9007199254740993 "
      "3.14159265358979323846 1e-300 179.9999999999999999999 00012.500";
  std::vector<double> values(32);
  double* out = values.data();
  const char* end = text.data() + text.size();
  CHECK(formats::bvh::parse_numbers(text.data(), end, out, values.data() + 32) == end);
  const std::vector<double> expected = {0,
                                        -0.0,
                                        1,
                                        -1.5,
                                        .5,
                                        -.25,
                                        3,
                                        1e3,
                                        -2.5e-4,
                                        123456789.123456789,
                                        0.1,
                                        9007199254740993.0,
                                        3.14159265358979323846,
                                        1e-300,
                                        179.9999999999999999999,
                                        12.5};
  REQUIRE(out - values.data() == static_cast<long>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) CHECK(values[i] == expected[i]);
  for (const char* bad : {"-", ".", "1.2.3", "12abc", "--1", "+-1", "1e"}) {
    out = values.data();
    const std::string word = bad;
    INFO(word);
    formats::bvh::parse_numbers(word.data(), word.data() + word.size(), out, values.data() + 32);
    CHECK(out == values.data());
  }
}

TEST_CASE("the rest pose stands with z up, x forward, y left") {
  const Clip c = read(figure(kStill));
  CHECK(c.root_pos.row(0).transpose().isApprox(Vec3(0, 0, 0.9), 1e-12));
  CHECK(c.root_rot_at(0).angularDistance(Quat::Identity()) < 1e-7);
  CHECK(c.skeleton->bodies()[1].rest_pos.isApprox(Vec3(0, 0, 0.5), 1e-12));
  CHECK(c.skeleton->bodies()[3].rest_pos.isApprox(Vec3(0, 0.1, -0.8), 1e-12));
  REQUIRE(c.skeleton->end_sites().size() == 2);
  CHECK(c.skeleton->end_sites()[1].pos.isApprox(Vec3(0.15, 0, 0), 1e-12));  // toes point forward
  CHECK(c.fps == 120);
  CHECK(c.source.metadata.at("frame_time") == ".0083333");
}

TEST_CASE("each joint turns in the order of its own channels") {
  const Clip c = read(figure("0 90 0 10 20 30 40 50 60 70 80 85 11 12 13\n"));
  const auto axis = [](int file_axis, double degrees) {
    // file x, y, z are our y, z, x
    return Quat(Eigen::AngleAxisd(degrees * M_PI / 180, Vec3::Unit((file_axis + 1) % 3)));
  };
  CHECK(c.root_rot_at(0).angularDistance(axis(2, 10) * axis(1, 20) * axis(0, 30)) < 1e-7);
  CHECK(c.local_rot_at(0, 1).angularDistance(axis(2, 40) * axis(0, 50) * axis(1, 60)) < 1e-7);
  CHECK(c.local_rot_at(0, 2).angularDistance(axis(1, 70) * axis(0, 80) * axis(2, 85)) < 1e-7);
  CHECK(c.local_rot_at(0, 3).angularDistance(axis(0, 11) * axis(1, 12) * axis(2, 13)) < 1e-7);
}

TEST_CASE("position channels replace OFFSET and are kept") {
  const std::string channels = "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation";
  const std::string row = "0 90 0 0 0 0 1 51 2 0 0 0 0 0 0 0 0 0\n";
  const Clip c = read(figure(row, "Frames: 1", channels));
  CHECK(c.skeleton->bodies()[1].rest_pos.isApprox(Vec3(0, 0, 0.5), 1e-12));
  const Channel& p = c.channels.at("joint_pos_local");
  CHECK(Vec3(p.data.block<1, 3>(0, 3).transpose()).isApprox(Vec3(0.02, 0.01, 0.51), 1e-12));
  CHECK(Vec3(p.data.block<1, 3>(0, 6).transpose()).isApprox(Vec3(0, 0, 0.3), 1e-12));
  CHECK(again(c).channels.at("joint_pos_local").data.isApprox(p.data, 1e-9));
}

TEST_CASE("a root that only carries the hips is folded into them") {
  const std::string text = R"(HIERARCHY
ROOT world { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition Yrotation Xrotation Zrotation
JOINT Hips { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
JOINT Spine { OFFSET 0 60 0 CHANNELS 3 Zrotation Xrotation Yrotation
JOINT Head { OFFSET 0 40 0 CHANNELS 3 Zrotation Xrotation Yrotation
End Site { OFFSET 0 20 0 } } } } }
MOTION Frames: 2 Frame Time: 0.02
100 0 0 90 0 0  0 90 0 5 6 7  1 2 3 4 5 6
100 0 0 90 0 0  0 90 50 5 6 7  1 2 3 4 5 6)";
  const Clip c = read(text);
  REQUIRE(c.skeleton->body_count() == 3);
  CHECK(c.skeleton->bodies()[0].name == "Hips");
  // 50 forward in a frame turned left by 90 degrees about up is 50 to the left of its x = 100
  CHECK(c.root_pos.row(1).transpose().isApprox(Vec3(0, 1.5, 0.9), 1e-9));
  CHECK(worst_angle(c, again(c)) < 1e-6);
}

TEST_CASE("rows, units and up axis: what is guessed is said, what is told is done") {
  const Clip more = read(figure(kStill + kStill));
  CHECK(more.frames() == 2);
  CHECK(more.source.warnings == std::vector<std::string>{"1 frames announced, 2 are there"});
  const Clip fewer = read(figure(kStill, "Frames: 1000000000"));
  CHECK(fewer.frames() == 1);
  const Clip part = read(figure(kStill + "0 90 0"));
  CHECK(part.frames() == 1);
  CHECK(part.source.warnings.size() == 1);
  formats::ReadOptions options;
  options.units = "inch";
  CHECK(read(figure(kStill), options).root_pos(0, 2) == Approx(90 * 0.0254));
  options.units = "0.5";
  options.up_axis = "z";
  const Clip z = read(figure(kStill), options);
  CHECK(std::abs(z.root_pos(0, 2)) < 1e-12);
}

TEST_CASE("frame times are snapped to the rates in use") {
  CHECK(formats::snap_fps(.008333) == 120);
  CHECK(formats::snap_fps(.0083333) == 120);
  CHECK(formats::snap_fps(.008342) == Approx(119.88).epsilon(1e-5));
  CHECK(formats::snap_fps(.0417083) == Approx(23.976).epsilon(1e-5));
  CHECK(formats::snap_fps(.041667) == 24);
  CHECK(formats::snap_fps(.033333) == 30);
  CHECK(formats::snap_fps(.033) == Approx(1 / .033));  // 1 % away from 30
  CHECK(formats::snap_fps(.04) == 25);
}

TEST_CASE("a robot's rest rotations are baked into the offsets") {
  Skeleton::Spec spec = arm_spec();
  spec.bodies[1].rest_rot = Quat(Eigen::AngleAxisd(0.7, Vec3(1, 2, 3).normalized()));
  spec.bodies[2].rest_rot = Quat(Eigen::AngleAxisd(-1.1, Vec3::UnitX()));
  Clip c;
  c.skeleton = Skeleton::build(spec);
  c.name = "arm";
  c.fps = 29.97;
  const int frames = 40;
  c.root_pos.resize(frames, 3);
  c.root_rot.resize(frames, 4);
  c.dof_pos.resize(frames, 4);
  for (int f = 0; f < frames; ++f) {
    c.root_pos.row(f) << 0.1 * f, -0.2, 1 + 0.01 * f;
    // turns three times: angles must go on beyond 180 degrees
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.5 * f));
    c.dof_pos.row(f) << 0.3 * std::sin(f), 0.1 * f, -0.7, std::cos(0.2 * f);
  }
  formats::WriteOptions options;
  for (const char* preset : {"raw", "blender", "motionbuilder"}) {
    for (const char* order : {"ZYX", "XYZ", "YXZ", "ZXY"}) {
      options.extra = {{"preset", preset}, {"order", order}};
      if (std::string(preset) == "blender") options.extra["units"] = "m";
      formats::ReadOptions as;
      as.units = std::string(preset) == "blender" ? "m" : "cm";
      as.up_axis = "y";
      const auto bytes = formats::write_bvh(std::span(&c, 1), options);
      const Clip back = formats::read(bytes, "", as)[0];
      CHECK(back.fps == Approx(29.97));
      const Frames p = body_positions(c), q = body_positions(back);
      CHECK((p - q).cwiseAbs().maxCoeff() < 1e-6);
      const formats::bvh::File file = formats::bvh::parse(bytes);
      double jump = 0;
      for (int64_t r = 1; r < file.rows; ++r) {
        for (int k = 3; k < file.columns; ++k) {
          const auto at = static_cast<size_t>(r * file.columns + k);
          jump = std::max(jump, std::abs(file.values[at] -
                                         file.values[at - static_cast<size_t>(file.columns)]));
        }
      }
      CHECK(jump < 60);
    }
  }
  // a robot that moves after a BVH is not the figure of that file
  c.source.format = "bvh";
  c.source.metadata = {{"channels", "base:XpYpZpXrYrZr\nother:XrYrZr"}, {"metres_per_unit", "0.3"}};
  const auto text = formats::write_bvh(std::span(&c, 1), {});
  CHECK(formats::bvh::parse(text).joints[0].channels == std::vector<int>{0, 1, 2, 5, 4, 3});
  CHECK(formats::bvh::parse(text).joints[1].offset.isApprox(Vec3(0, 100, 0)));
  options.extra = {{"order", "ZZX"}};
  CHECK_THROWS_WITH(formats::write_bvh(std::span(&c, 1), options), Catch::Contains("'ZZX'"));
  options.extra = {{"preset", "blendr"}};
  CHECK_THROWS_AS(formats::write_bvh(std::span(&c, 1), options), Error);
}

TEST_CASE("hinge chains merge into one joint with the same rotation") {
  Skeleton::Spec s;
  s.name = "leg";
  s.kind = SkeletonKind::robot;
  s.bodies = {{.name = "pelvis"},
              {.name = "pitch", .parent = 0, .rest_pos = Vec3(0, 0.1, 0)},
              {.name = "roll", .parent = 1},
              {.name = "yaw", .parent = 2},
              {.name = "knee", .parent = 3, .rest_pos = Vec3(0, 0, -0.4)}};
  s.joints = {{.name = "p", .body = 1, .axis = Vec3::UnitY()},
              {.name = "r", .body = 2, .axis = Vec3::UnitX()},
              {.name = "y", .body = 3, .axis = Vec3::UnitZ()},
              {.name = "k", .body = 4, .axis = Vec3::UnitY()}};
  s.roles = {{"pelvis", 0}, {"left_upper_leg", 3}, {"left_lower_leg", 4}};
  Clip c;
  c.skeleton = Skeleton::build(s);
  c.root_pos = Frames::Zero(1, 3);
  c.root_rot = Frames::Zero(1, 4);
  c.root_rot(0, 0) = 1;
  c.dof_pos.resize(1, 4);
  c.dof_pos << 0.3, -0.4, 0.5, 0.6;
  formats::WriteOptions options;
  options.extra = {{"merge_hinges", "1"}, {"preset", "motionbuilder"}, {"tpose_frame", "1"}};
  formats::ReadOptions as;
  as.units = "cm";
  const Clip back = formats::read(formats::write_bvh(std::span(&c, 1), options), "", as)[0];
  REQUIRE(back.skeleton->body_count() == 3);
  CHECK(back.skeleton->bodies()[1].name == "LeftUpLeg");
  CHECK(back.skeleton->bodies()[2].name == "LeftLeg");
  REQUIRE(back.frames() == 2);
  CHECK(back.root_pos(0, 2) == Approx(0.4 + 0.1));  // stands on its tip: 0.3 of 0.4, at most 0.1
  CHECK(back.local_rot_at(0, 1).angularDistance(Quat::Identity()) < 1e-7);
  CHECK(forward(c, 0).rot[4].angularDistance(forward(back, 1).rot[2]) < 1e-7);
  CHECK(forward(c, 0).pos[4].isApprox(forward(back, 1).pos[2], 1e-6));
}

TEST_CASE("real BVH files: the counts that are known") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const std::tuple<const char*, int, int, int> known[] = {
      {"AnimatedDrawings/rokoko__jesse_dance.bvh", 60, 183, 1007},
      {"AnimatedDrawings_history/5yr_old__glinda.bvh", 27, 84, 817},
      {"bvh-python/test_mocapbank.bvh", 19, 60, 455},
      {"pybvh/rotation_first_root.bvh", 4, 15, 4},
      {"pybvh/cmu_12_01_walk.bvh", 31, 96, 524}};
  for (const auto& [name, joints, columns, rows] : known) {
    const formats::bvh::File f = formats::bvh::parse(file_bytes(folder / "bvh" / name));
    INFO(name);
    CHECK(static_cast<int>(f.joints.size()) == joints);
    CHECK(f.columns == columns);
    CHECK(f.rows == rows);
  }
}

TEST_CASE("real BVH files come back from h5 as the same rotations and channels") {
  const auto folder = corpus();
  if (folder.empty()) return;
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "bvh")) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path().filename().string());
    const Clip a = read_file(entry.path())[0];
    const auto h5 = formats::write_h5(std::span(&a, 1), {});
    const Clip b = formats::read(h5, "", {})[0];
    const auto text = formats::write_bvh(std::span(&b, 1), {});
    const Clip c = formats::read(text, "",
                                 {.name = "back.bvh",
                                  .skeleton = "",
                                  .fps = {},
                                  .up_axis = "",
                                  .units = "",
                                  .quat_order = "",
                                  .kind = ""})[0];
    CHECK(worst_angle(a, c) < 1e-4);
    CHECK((a.root_pos - c.root_pos).cwiseAbs().maxCoeff() < 1e-7);
    CHECK(a.fps == c.fps);
    CHECK(a.source.metadata.at("channels") == c.source.metadata.at("channels"));
    CHECK(a.root_pos.col(2).minCoeff() > 0);  // every one of them has z up now
    CHECK(a.root_pos.col(2).maxCoeff() < 4);
    ++files;
  }
  CHECK(files == 21);
}
