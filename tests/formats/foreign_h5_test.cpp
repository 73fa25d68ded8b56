// Other people's HDF5, made here with the library itself.
#include "formats/foreign_h5.h"

#include <hdf5.h>
#include <hdf5_hl.h>

#include "formats/body_order.h"
#include "formats/hdf5_numbers.h"
#include "formats/mjcf.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

/// A file in memory; groups are made on the way.
class H5Writer {
 public:
  H5Writer() {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 65536, false);
    static int count = 0;
    const std::string name = fmt::format("made_{}.h5", count++);
    file_ = H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
  }
  H5Writer(const H5Writer&) = delete;
  H5Writer& operator=(const H5Writer&) = delete;
  ~H5Writer() { H5Fclose(file_); }

  void put(const std::string& path, const std::vector<hsize_t>& shape, const Frames& data) {
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set =
        H5Dcreate2(file_, path.c_str(), H5T_IEEE_F32BE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(set >= 0);
    REQUIRE(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()) >= 0);
    H5Dclose(set), H5Sclose(space), H5Pclose(links);
  }
  void attribute(const std::string& path, const char* name, double value) {
    REQUIRE(H5LTset_attribute_double(file_, path.c_str(), name, &value, 1) >= 0);
  }
  std::vector<std::byte> finish() {
    H5Fflush(file_, H5F_SCOPE_GLOBAL);
    std::vector<std::byte> out(static_cast<size_t>(H5Fget_file_image(file_, nullptr, 0)));
    REQUIRE(H5Fget_file_image(file_, out.data(), out.size()) > 0);
    return out;
  }

 private:
  hid_t file_ = -1;
};

Frames reordered(const Clip& c, TreeOrder order) {
  const std::vector<int> dof_of = dofs_in_order(*c.skeleton, order);
  Frames out(c.frames(), c.dof_pos.cols());
  for (size_t i = 0; i < dof_of.size(); ++i) {
    out.col(static_cast<Eigen::Index>(i)) = c.dof_pos.col(dof_of[i]);
  }
  return out;
}

Frames pose(const Clip& c) {
  Frames out(c.frames(), 7);
  out << c.root_pos, c.root_rot;
  return out;
}

ReadOptions robot(const char* name) {
  ReadOptions o;
  o.skeleton = name;
  return o;
}

hsize_t n(const Clip& c) {
  return static_cast<hsize_t>(c.frames());
}

}  // namespace

TEST_CASE("robomimic: demonstrations in the order of their numbers, breadth-first as Isaac Lab") {
  const SkeletonPtr go2 = load_robot("go2").skeleton;
  H5Writer h5;
  for (const int demo : {0, 2, 10}) {
    const Clip c = moving(go2, 3 + demo);
    const std::string at = fmt::format("data/demo_{}/states/articulation/robot/", demo);
    h5.put(at + "joint_position", {n(c), 12}, reordered(c, TreeOrder::breadth));
    h5.put(at + "root_pose", {n(c), 7}, pose(c));
  }
  h5.attribute("data", "fps", 50);
  h5.attribute("data/demo_2", "success", 1);
  const std::vector<std::byte> file = h5.finish();
  const std::vector<Clip> clips = read(file, "", robot("go2"));
  REQUIRE(clips.size() == 3);
  CHECK(clips[0].name == "demo_0");
  CHECK(clips[1].name == "demo_2");
  CHECK(clips[2].name == "demo_10");
  CHECK(clips[1].source.format == "foreign_h5");
  CHECK(clips[1].source.metadata.at("success") == "true");
  CHECK(clips[2].fps == 50);
  const Clip want = moving(go2, 13);
  CHECK(difference(clips[2].dof_pos, want.dof_pos) < 1e-6);
  CHECK(turn(clips[2].root_rot, want.root_rot) < 1e-6);
  CHECK_THAT(warnings(clips[0]), Contains("breadth-first") && Contains("--kind"));
  ReadOptions o = robot("go2");
  o.kind = "depth";
  CHECK(difference(read(file, "", o)[2].dof_pos, want.dof_pos) > 0.1);
  CHECK_THROWS_WITH(read(file, "", {}), Contains("a robot that it does not name"));
  CHECK_THROWS_WITH(read(file, "", robot("g1")),
                    Contains("/data/demo_0/states/articulation/robot/joint_position has 12 dofs"));
  CHECK_THROWS_WITH(read(file, "h5", {}), Contains("robomimic"));
}

TEST_CASE("dm_control: time is the last axis") {
  const Clip c = moving(load_robot("g1").skeleton, 11);
  H5Writer h5;
  const Frames joints = c.dof_pos.transpose(), pos = c.root_pos.transpose(),
               rot = c.root_rot.transpose();
  h5.put("CMU_016_22/walkers/walker_0/joints", {29, 11}, joints);
  h5.put("CMU_016_22/walkers/walker_0/position", {3, 11}, pos);
  h5.put("CMU_016_22/walkers/walker_0/quaternion", {4, 11}, rot);
  h5.attribute("CMU_016_22", "dt", 0.02);
  const std::vector<Clip> clips = read(h5.finish(), "", robot("g1"));
  REQUIRE(clips.size() == 1);
  CHECK(clips[0].name == "CMU_016_22");
  CHECK(clips[0].fps == 50);
  CHECK(difference(clips[0].dof_pos, c.dof_pos) < 1e-6);
  CHECK(difference(clips[0].root_pos, c.root_pos) < 1e-6);
  CHECK(turn(clips[0].root_rot, c.root_rot) < 1e-6);
}

TEST_CASE("a dump of rollouts: a clip an environment, x y z w") {
  const Clip c = moving(load_robot("go2").skeleton, 8);
  Frames dofs(2 * 8, 12), states = Frames::Zero(2 * 8, 13);
  dofs << c.dof_pos, -c.dof_pos;
  for (const int e : {0, 1}) {
    states.block(8 * e, 0, 8, 3) = c.root_pos;
    states.block(8 * e, 3, 8, 3) = c.root_rot.rightCols(3);
    states.block(8 * e, 6, 8, 1) = c.root_rot.leftCols(1);
  }
  H5Writer h5;
  h5.put("dof_pos", {2, 8, 12}, dofs);
  h5.put("root_states", {2, 8, 13}, states);
  h5.attribute("/", "dt", 0.02);
  const std::vector<Clip> clips = read(h5.finish(), "", robot("go2"));
  REQUIRE(clips.size() == 2);
  CHECK(difference(clips[1].dof_pos, -c.dof_pos) < 1e-6);
  CHECK(turn(clips[1].root_rot, c.root_rot) < 1e-6);
  CHECK(clips[1].fps == 50);
}

TEST_CASE("D4RL: episodes end at terminals and timeouts") {
  const Clip c = moving(load_robot("go2").skeleton, 10);
  Frames qpos(10, 19), terminals = Frames::Zero(10, 1), timeouts = Frames::Zero(10, 1);
  qpos << pose(c), c.dof_pos;
  terminals(3, 0) = 1;
  timeouts(7, 0) = 1;
  H5Writer h5;
  h5.put("infos/qpos", {10, 19}, qpos);
  h5.put("terminals", {10}, terminals);
  h5.put("timeouts", {10}, timeouts);
  const std::vector<Clip> clips = read(h5.finish(), "", robot("go2"));
  REQUIRE(clips.size() == 3);
  CHECK(clips[0].frames() == 4);
  CHECK(clips[1].frames() == 4);
  CHECK(clips[2].frames() == 2);
  CHECK(difference(clips[1].dof_pos, c.dof_pos.middleRows(4, 4)) < 1e-6);
  CHECK(clips[0].source.fps_source == "guess");
}

TEST_CASE("HDF5 that holds no motion, and files cut off") {
  {
    H5Writer pictures;
    pictures.put("data/demo_0/obs/camera", {2, 4}, Frames::Zero(2, 4));
    CHECK_THROWS_WITH(read(pictures.finish(), "", robot("go2")), Contains("states/articulation"));
  }
  const Clip c = moving(load_robot("go2").skeleton, 3);
  H5Writer h5;
  h5.put("data/demo_0/states/articulation/robot/joint_position", {3, 12}, c.dof_pos);
  h5.put("data/demo_0/states/articulation/robot/root_pose", {3, 4}, c.root_rot);
  const std::vector<std::byte> file = h5.finish();
  CHECK_THROWS_WITH(read(file, "", robot("go2")), Contains("has shape (3, 4), expected 3 x 7"));
  for (size_t cut = 0; cut < file.size(); cut += 1 + file.size() / 200) {
    const std::vector<std::byte> part(file.begin(), file.begin() + static_cast<ptrdiff_t>(cut));
    CHECK_THROWS_AS(read(part, "", robot("go2")), Error);
  }
}
