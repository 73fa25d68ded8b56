#include "formats/mjcf.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "motion/error.h"
#include "tests/catch.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

/// A model file that vanishes with the test.
struct TempModel {
  fs::path path;
  explicit TempModel(const std::string& text, const std::string& name = "tiny.xml")
      : path(fs::temp_directory_path() / ("motus_mjcf_test_" + name)) {
    std::ofstream(path) << text;
  }
  ~TempModel() {
    std::error_code ec;
    fs::remove(path, ec);
  }
};

std::string tiny(const std::string& torso_joints, const std::string& extra = "") {
  return R"(<mujoco model="tiny"><asset>)" + extra + R"(</asset><worldbody>
    <geom type="plane" size="1 1 1"/>
    <body name="pelvis" pos="0 0 1"><freejoint/><geom type="sphere" size=".1" mass="3"/>
      <body name="torso" pos="0 0 .2" quat=".7071068 0 0 .7071068">)" +
         torso_joints + R"(
        <geom type="box" size=".1 .1 .2" pos="0 0 .2" mass="2"/>
        <body name="head" pos="0 0 .4"><geom type="sphere" size=".05" pos="0 0 .1" mass="1"/></body>
      </body>
      <body name="leg" pos="0 .1 0"><joint name="knee" axis="0 2 0" range="-10 90" limited="true"/>
        <geom type="capsule" size=".03" fromto="0 0 0 0 0 -.4" mass="1"/>
        <geom type="sphere" size=".5" mass="0" contype="0" conaffinity="0"/></body>
    </body>
    <body name="ball" pos="3 0 0"><freejoint/><geom type="sphere" size=".1"/></body>
  </worldbody></mujoco>)";
}

const std::string kTriple =
    R"(<joint name="abdomen_x" axis="1 0 0" range="-60 60" limited="true"/>
       <joint name="abdomen_y" axis="0 1 0" range="-60 90" limited="true"/>
       <joint name="abdomen_z" axis="0 0 1"/>)";

}  // namespace

TEST_CASE("models that cannot be a skeleton are refused in one line") {
  CHECK_THROWS_WITH(formats::load_skeleton("/nowhere/x.xml"), Catch::Contains("no such model"));
  const TempModel garbage("<mujoco><worldbody><body", "garbage.xml");
  CHECK_THROWS_AS(formats::load_skeleton(garbage.path), Error);
  const TempModel slide(tiny(R"(<joint name="s" type="slide" axis="0 0 1"/>)"), "slide.xml");
  CHECK_THROWS_WITH(formats::load_skeleton(slide.path),
                    Catch::Contains("'s'") && Catch::Contains("slide"));
  const TempModel off(tiny(R"(<joint name="o" axis="0 0 1" pos="0 .1 0"/>)"), "off.xml");
  CHECK_THROWS_WITH(formats::load_skeleton(off.path), Catch::Contains("does not pass through"));
  const TempModel empty("<mujoco><worldbody/></mujoco>", "empty.xml");
  CHECK_THROWS_WITH(formats::load_skeleton(empty.path), Catch::Contains("no bodies"));
  CHECK_THROWS_AS(formats::load_robot("no_such_robot"), Error);
}

TEST_CASE("three hinges on a body are one ball that keeps their names and ranges") {
  const TempModel file(tiny(kTriple));
  const SkeletonPtr s = formats::load_skeleton(file.path);
  CHECK(s->name() == "tiny");
  CHECK(s->kind() == SkeletonKind::robot);
  REQUIRE(s->body_count() == 4);  // the loose ball is another tree
  CHECK(s->bodies()[0].rest_pos.isApprox(Vec3(0, 0, 1)));
  CHECK(s->bodies()[1].rest_rot.angularDistance(Quat(Eigen::AngleAxisd(M_PI / 2, Vec3::UnitZ()))) <
        1e-6);
  CHECK(s->bodies()[2].name == "head");
  CHECK(s->joints_of(2) == std::pair<int, int>{1, 1});  // fixed, yet a body
  REQUIRE(s->joints().size() == 2);
  CHECK(s->joints()[0].name == "abdomen");
  CHECK(s->joints()[0].type == JointType::ball);
  REQUIRE(s->dof_count() == 4);
  CHECK(s->dofs()[1].name == "abdomen_y");
  CHECK(s->dofs()[1].lower == Approx(-M_PI / 3));
  CHECK(s->dofs()[1].upper == Approx(M_PI / 2));
  CHECK_FALSE(s->dofs()[2].limited());
  CHECK(s->joints()[1].name == "knee");
  CHECK(s->joints()[1].axis.isApprox(Vec3::UnitY()));
  CHECK(s->spec().mass == Approx(7));
  CHECK(s->spec().model_sha256.size() == 64);
}

TEST_CASE("two hinges stay two hinges") {
  const TempModel file(tiny(R"(<joint name="a" axis="1 0 0"/><joint name="b" axis="0 1 0"/>)"));
  const SkeletonPtr s = formats::load_skeleton(file.path);
  CHECK(s->joints_of(1) == std::pair<int, int>{0, 2});
}

TEST_CASE("collision points come from shapes that collide") {
  const TempModel file(tiny(kTriple));
  const Robot r = formats::load_robot(file.path.string());
  // sphere 1, box 8, head sphere 1, capsule 2; the drawn sphere of the leg none
  REQUIRE(r.collision_points.size() == 12);
  double lowest = 1;
  for (const CollisionPoint& p : r.collision_points) {
    if (p.body == 3) lowest = std::min(lowest, p.pos.z() - p.radius);
  }
  CHECK(lowest == Approx(-0.43));
  CHECK(r.skeleton->end_sites().size() == 2);
}

TEST_CASE("capsules and masses come with the robot") {
  const TempModel file(tiny(kTriple));
  const Robot r = formats::load_robot(file.path.string());
  REQUIRE(r.capsules.size() == 4);  // two spheres, a box, a capsule
  REQUIRE(r.masses.size() == 4);
  double sum = 0;
  for (const double m : r.masses) sum += m;
  CHECK(sum == Approx(r.skeleton->spec().mass));
  CHECK(r.mass_centres.size() == 4);
  for (const double v : r.speed_limits) CHECK(v == 0);  // a model file says none
}

TEST_CASE("a robot's speed limits: the first part of a name that fits") {
  const Robot g1 = formats::load_robot("g1");
  const auto limit = [&](const char* name) {
    return g1.speed_limits[static_cast<size_t>(g1.skeleton->find_dof(name))];
  };
  CHECK(limit("left_hip_roll_joint") == 20);
  CHECK(limit("left_hip_yaw_joint") == 32);
  CHECK(limit("waist_yaw_joint") == 32);
  CHECK(limit("waist_pitch_joint") == 37);
  CHECK(limit("right_wrist_roll_joint") == 37);
  CHECK(limit("right_wrist_yaw_joint") == 22);
  CHECK(*std::min_element(g1.speed_limits.begin(), g1.speed_limits.end()) > 0);
}

TEST_CASE("meshes that are not here do not hide the tree") {
  const TempModel file(tiny(kTriple + R"(<geom type="mesh" mesh="m"/>)",
                            R"(<mesh name="m" file="not_there.stl"/>)"));
  const SkeletonPtr s = formats::load_skeleton(file.path);
  CHECK(s->body_count() == 4);
  CHECK(s->spec().mass == 0);  // unknown without the mesh
}

TEST_CASE("a URDF keeps its fixed links") {
  const std::string link = R"(<inertial><mass value="1"/>
      <inertia ixx=".1" iyy=".1" izz=".1" ixy="0" ixz="0" iyz="0"/></inertial></link>)";
  const TempModel file(R"(<robot name="u"><link name="base">)" + link + R"(<link name="arm">)" +
                           link + R"(<link name="tool">)" + link +
                           R"(<joint name="j" type="revolute"><parent link="base"/>
      <child link="arm"/><origin xyz="0 0 1"/><axis xyz="0 1 0"/><limit lower="-1" upper="2"
      effort="1" velocity="1"/></joint><joint name="f" type="fixed"><parent link="arm"/>
      <child link="tool"/><origin xyz="1 0 0"/></joint></robot>)",
                       "u.urdf");
  const SkeletonPtr s = formats::load_skeleton(file.path);
  REQUIRE(s->body_count() == 3);
  CHECK(s->bodies()[0].name == "base");
  CHECK(s->bodies()[2].rest_pos.isApprox(Vec3(1, 0, 0)));
  REQUIRE(s->dof_count() == 1);
  CHECK(s->dofs()[0].upper == Approx(2));
}

TEST_CASE("a robot is read once, and again when its files change") {
  CHECK(formats::load_robot("go2").skeleton == formats::load_robot("go2").skeleton);
  const fs::path data = fs::temp_directory_path() / "motus_mjcf_test_data";
  const fs::path folder = data / "robots" / "changing";
  fs::create_directories(folder);
  const fs::path shipped = formats::load_robot("go2").model.parent_path();
  fs::copy_file(shipped / "robot.xml", folder / "robot.xml", fs::copy_options::overwrite_existing);
  std::ifstream in(shipped / "robot.yaml");
  const std::string yaml((std::istreambuf_iterator<char>(in)), {});
  const auto write_yaml = [&](const std::string& title) {
    const size_t at = yaml.find("title: "), end = yaml.find('\n', at);
    std::ofstream(folder / "robot.yaml")
        << yaml.substr(0, at) << "title: " << title << yaml.substr(end);
  };
  const char* before = std::getenv("MOTUS_DATA");
  const std::string kept = before ? before : "";
  setenv("MOTUS_DATA", data.c_str(), 1);
  write_yaml("first");
  CHECK(formats::load_robot("changing").title == "first");
  write_yaml("the second");
  CHECK(formats::load_robot("changing").title == "the second");
  before ? setenv("MOTUS_DATA", kept.c_str(), 1) : unsetenv("MOTUS_DATA");
  fs::remove_all(data);
}
