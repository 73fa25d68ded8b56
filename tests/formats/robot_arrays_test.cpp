// BeyondMimic, holosoma, LocoMuJoCo and amp-rsl-rl files of motions made here.
#include <cmath>

#include "formats/body_order.h"
#include "formats/locomujoco.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/robot_dofs.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

using Members = std::vector<std::pair<std::string, Array>>;

WriteOptions with(const std::string& key, const std::string& value) {
  WriteOptions o;
  o.extra[key] = value;
  return o;
}

Members members(const std::vector<std::byte>& file) {
  const Npz npz(file);
  Members out;
  for (const std::string& name : npz.names()) out.emplace_back(name, npz.array(name));
  return out;
}

/// Keeps these columns of a (T, B, k) array.
Array columns(const Array& a, const std::vector<int>& keep) {
  const Frames all = to_frames(a, "a");
  const auto k = a.shape[2];
  Frames out(a.shape[0], k * static_cast<int64_t>(keep.size()));
  for (size_t i = 0; i < keep.size(); ++i) {
    out.middleCols(static_cast<Eigen::Index>(i) * k, k) = all.middleCols(keep[i] * k, k);
  }
  return f4_array(out, {a.shape[0], static_cast<int64_t>(keep.size()), k});
}

}  // namespace

TEST_CASE("BeyondMimic: either order is found by kinematics, and said") {
  for (const char* robot : {"g1", "go2"}) {
    const Clip clip = moving(load_robot(robot).skeleton, 20);
    for (const char* order : {"depth", "breadth"}) {
      INFO(robot << " " << order);
      const std::vector<std::byte> file = write("beyondmimic", clip, with("order", order));
      const Clip c = read_back(file, robot);
      CHECK(c.fps == 50);
      CHECK(difference(c.dof_pos, clip.dof_pos) < 1e-6);
      CHECK(turn(c.root_rot, clip.root_rot) < 1e-6);
      CHECK(c.source.metadata.at("dof_order") == order);
      CHECK_THAT(warnings(c), Contains(std::string(order) + "-first"));
      CHECK(write("beyondmimic", read_back(write("h5", c))) == file);
      // said rather than found: the other order reads other dofs
      ReadOptions o;
      o.skeleton = robot;
      o.kind = order;
      CHECK(difference(read(file, "", o)[0].dof_pos, clip.dof_pos) < 1e-6);
      o.kind = std::string(order) == "depth" ? "breadth" : "depth";
      CHECK(difference(read(file, "", o)[0].dof_pos, clip.dof_pos) > 0.1);
      o.kind = "sideways";
      CHECK_THROWS_WITH(read(file, "", o), Contains("depth or breadth"));
    }
  }
}

TEST_CASE("BeyondMimic: without the bodies that have no joint, as PhysX lists them") {
  const SkeletonPtr g1 = load_robot("g1").skeleton;
  const Clip clip = moving(g1, 12);
  Members m = members(write("beyondmimic", clip, with("order", "breadth")));
  std::vector<int> keep;
  const std::vector<int> all = bodies_in_order(*g1, TreeOrder::breadth, false);
  const std::vector<int> movable = bodies_in_order(*g1, TreeOrder::breadth, true);
  REQUIRE(movable.size() == 30);
  for (size_t i = 0; i < all.size(); ++i) {
    if (std::count(movable.begin(), movable.end(), all[i])) keep.push_back(static_cast<int>(i));
  }
  for (auto& [name, a] : m) {
    if (name.starts_with("body_")) a = columns(a, keep);
  }
  const Clip c = read_back(write_npz(m), "g1");
  CHECK(difference(c.dof_pos, clip.dof_pos) < 1e-6);
  CHECK_THAT(warnings(c), Contains("without those that have no joint"));
}

TEST_CASE("BeyondMimic: what does not fit is refused") {
  const Clip clip = moving(load_robot("g1").skeleton, 6);
  Members m = members(write("beyondmimic", clip));
  const auto replaced = [&](const std::string& name, const Array& a) {
    Members out = m;
    for (auto& [key, value] : out) {
      if (key == name) value = a;
    }
    return write_npz(out);
  };
  CHECK_THROWS_WITH(read_back(write_npz(m), "go2"), Contains("29 dofs, 'go2' has 12"));
  CHECK_THROWS_WITH(read_back(replaced("joint_pos", f4_array(Frames::Random(6, 29)))),
                    Contains("no order of the 29 dofs"));
  CHECK_THROWS_WITH(read_back(replaced("joint_vel", f4_array(Frames::Zero(6, 20)))),
                    Contains("29 columns and joint_vel 20"));
  CHECK_THROWS_WITH(read_back(replaced("body_quat_w", f4_array(Frames::Zero(6, 12), {6, 3, 4}))),
                    Contains("body_quat_w has shape (6, 3, 4)"));
  CHECK_THROWS_WITH(read_back(replaced("fps", scalar_i8(0))), Contains("0 frames a second"));
  CHECK_THROWS_WITH(write("beyondmimic", clip, with("order", "up")), Contains("depth or breadth"));
  CHECK_THROWS_WITH(write("beyondmimic", clip, with("layout", "x")), Contains("layout 'x'"));
}

TEST_CASE("holosoma: names, the root within joint_pos, base-frame velocity, objects") {
  Clip clip = moving(load_robot("g1").skeleton, 9);
  clip.channels["object_pos"] = {
      .data = Frames::Random(9, 3), .components = 3, .names = {}, .units = "m", .frame = "world"};
  clip.channels["object_rot"] = {.data = Frames::Constant(9, 4, .5),
                                 .components = 4,
                                 .names = {},
                                 .units = "1",
                                 .frame = "world"};
  const std::vector<std::byte> file = write("beyondmimic", clip, with("layout", "holosoma"));
  const Npz npz(file);
  CHECK(to_strings(npz.array("body_names"), "n")[0] == "world");
  CHECK(to_strings(npz.array("body_names"), "n")[1] == "pelvis");
  const Frames pos = to_frames(npz.array("joint_pos"), "joint_pos");
  const Frames vel = to_frames(npz.array("joint_vel"), "joint_vel");
  CHECK(pos.cols() == 36);
  CHECK(vel.cols() == 35);
  // joint_pos[:, :7] is body 1, and the angular velocity is the world's seen from the base
  const Frames body = to_frames(npz.array("body_pos_w"), "p"),
               rot = to_frames(npz.array("body_quat_w"), "q");
  const Frames ang = to_frames(npz.array("body_ang_vel_w"), "w");
  CHECK(pos.leftCols(3) == body.middleCols(3, 3));
  CHECK(pos.middleCols(3, 4) == rot.middleCols(4, 4));
  const Vec3 w = ang.block<1, 3>(3, 3).transpose(), seen = vel.block<1, 3>(3, 3).transpose();
  CHECK((clip.root_rot_at(3) * seen - w).norm() < 1e-12);
  CHECK((seen - w).norm() > 1e-3);
  const Clip c = read_back(file);
  CHECK(c.source.variant == "holosoma");
  CHECK(c.skeleton->name() == load_robot("g1").skeleton->name());
  CHECK(c.dof_pos == clip.dof_pos);
  CHECK(c.root_pos == clip.root_pos);
  CHECK(c.channels.at("object_pos").data == clip.channels.at("object_pos").data);
  CHECK(c.channels.at("object_rot").components == 4);
  CHECK(write("beyondmimic", read_back(write("h5", c))) == file);
}

TEST_CASE("LocoMuJoCo: coordinates, the rate from the velocities, clips at split points") {
  const SkeletonPtr g1 = load_robot("g1").skeleton;
  Clip clip = moving(g1, 400);
  clip.fps = 500;
  const std::vector<std::byte> file = write("locomujoco", clip);
  const Clip c = read_back(file, "g1");
  CHECK(c.fps == 500);
  CHECK_THAT(warnings(c), Contains("500 by its velocities"));
  CHECK(difference(c.dof_pos, clip.dof_pos) == 0);
  CHECK(difference(c.root_pos, clip.root_pos) == 0);
  CHECK(turn(c.root_rot, clip.root_rot) < 1e-7);
  CHECK(write("locomujoco", read_back(write("h5", c))) == file);
  // without the robot: the same dofs without bodies
  const Clip bare = read_back(file);
  CHECK(bare.skeleton->dof_count() == 29);
  CHECK(difference(bare.dof_pos, clip.dof_pos) == 0);
  CHECK_THAT(warnings(bare), Contains("--skeleton"));
  ReadOptions o;
  o.fps = 100;
  CHECK(read(file, "", o)[0].fps == 100);

  Clip second = moving(g1, 90);
  second.fps = 500;
  const std::vector<Clip> two = {clip, second};
  const std::vector<std::byte> both = find_format("locomujoco").write(two, {});
  o = {};
  o.skeleton = "g1";
  const std::vector<Clip> back = read(both, "", o);
  REQUIRE(back.size() == 2);
  CHECK(back[0].frames() == 400);
  CHECK(difference(back[1].dof_pos, second.dof_pos) == 0);
  CHECK(find_format("locomujoco").write(back, {}) == both);
}

TEST_CASE("LocoMuJoCo: what is damaged is named") {
  Members m = members(write("locomujoco", moving(load_robot("go2").skeleton, 20)));
  const auto changed = [&](const std::string& name, const Array& a) {
    Members out = m;
    out.emplace_back(name, a);
    std::erase_if(out, [&](const auto& e) { return e.first == name && !(e.second == a); });
    return write_npz(out);
  };
  CHECK_THROWS_WITH(read_back(changed("q_FL_hip_joint", f8_array(Frames::Zero(7, 1), {7}))),
                    Contains("q_FL_hip_joint has shape (7,), expected (20,)"));
  Array split = f8_array(Frames(Eigen::RowVector3d(0, 30, 20)), {3});
  CHECK_THROWS_WITH(read_back(changed("split_points", split)), Contains("do not rise"));
  std::erase_if(m, [](const auto& e) { return e.first == "q_pelvis_ty"; });
  CHECK_THROWS_WITH(read_back(write_npz(m)), Contains("no 'q_pelvis_ty'"));
}

TEST_CASE("amp-rsl-rl: names, x y z w, bit for bit back") {
  for (const char* robot : {"g1", "go2", "pi_plus"}) {
    INFO(robot);
    const Clip clip = moving(load_robot(robot).skeleton, 7);
    const std::vector<std::byte> file = write("amp_rsl", clip);
    const Clip c = read_back(file);
    CHECK(c.source.format == "amp_rsl");
    CHECK(c.source.metadata.at("quat_order") == "xyzw");
    CHECK(c.skeleton->same_structure(*clip.skeleton));
    CHECK(c.dof_pos == clip.dof_pos);
    CHECK(turn(c.root_rot, clip.root_rot) < 1e-9);
    CHECK(write("amp_rsl", read_back(write("h5", c))) == file);
  }
}

TEST_CASE("named root and dof arrays: the order of the quaternion by the upright robot") {
  const Clip clip = moving(load_robot("g1").skeleton, 30);
  Frames xyzw(30, 4);
  xyzw << clip.root_rot.rightCols(3), clip.root_rot.col(0);
  const auto file = [&](const Frames& rot) {
    return write_npz({{"fps", scalar_i8(50)},
                      {"root_pos", f4_array(clip.root_pos)},
                      {"root_rot", f4_array(rot)},
                      {"dof_pos", f4_array(clip.dof_pos)}});
  };
  for (const Frames& rot : {clip.root_rot, xyzw}) {
    const Clip c = read_back(file(rot));
    CHECK(turn(c.root_rot, clip.root_rot) < 1e-3);
    CHECK_THAT(warnings(c), Contains("--quat-order") && Contains("suit 'g1'"));
  }
  CHECK_THROWS_WITH(read_back(file(clip.root_rot), "go2"), Contains("29 columns, 'go2' has 12"));
  ReadOptions o;
  o.quat_order = "wxyz";
  o.skeleton = "g1";
  CHECK(read(file(clip.root_rot), "", o)[0].source.warnings.empty());
}

TEST_CASE("dofs by name: with and without '_joint', missing ones counted") {
  const SkeletonPtr g1 = load_robot("g1").skeleton;
  std::vector<std::string> names;
  for (const Dof& d : g1->dofs()) names.push_back(d.name.substr(0, d.name.size() - 6));  // "_joint"
  CHECK(robots_with(names) == std::vector<std::string>{"g1"});
  Source s;
  const Frames values = Frames::Random(3, 29);
  CHECK(dofs_by_name(values, names, *g1, s) == values);
  names.resize(20);
  CHECK(dofs_by_name(values.leftCols(20), names, *g1, s).rightCols(9).norm() == 0);
  REQUIRE(s.warnings.size() == 1);
  CHECK_THAT(s.warnings[0], Contains("held at 0"));
  names.resize(5);
  CHECK_THROWS_WITH(dofs_by_name(values.leftCols(5), names, *g1, s), Contains("5 of the 29 dofs"));
}
