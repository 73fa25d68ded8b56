// What is drawn, and from where: sides, directions, cameras, scenes. None of this needs a GPU.
#include <mujoco/mujoco.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/view/walker.h"
#include "view/bearing.h"
#include "view/camera.h"
#include "view/scene.h"
#include "view/sides.h"

using namespace motus;
using namespace motus::view;
namespace fs = std::filesystem;

namespace {

/// A model file in the temporary folder, gone with the test.
struct ModelFile {
  explicit ModelFile(const std::string& xml)
      : path(fs::temp_directory_path() / fmt::format("motus_view_{}.xml", getpid())) {
    std::ofstream(path) << xml;
  }
  ~ModelFile() { fs::remove(path); }
  fs::path path;
};

/// arm() of tests/motion with its ball as three hinges, and a hand that the skeleton leaves out.
constexpr const char* kArm = R"(<mujoco><worldbody>
  <geom type="plane" size="1 1 1"/>
  <body name="base"><freejoint/><geom size=".1"/>
    <body name="upper" pos="0 0 1">
      <joint axis="1 0 0"/><joint axis="0 1 0"/><joint axis="0 0 1"/><geom size=".1"/>
      <body name="lower" pos="1 0 0"><joint axis="0 1 0"/><geom size=".1"/>
        <body name="hand" pos="0.5 0 0"><geom size=".1"/></body>
      </body>
    </body>
  </body></worldbody></mujoco>)";

Clip waving_arm() {
  Clip c;
  c.name = "wave";
  c.skeleton = arm();
  c.root_pos = Frames::Zero(2, 3);
  c.root_rot = Frames::Zero(2, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos = Frames::Zero(2, 4);
  c.dof_pos.row(1) << 0.3, -0.4, 0.5, 0.7;
  return c;
}

Vec3 body_at(const Scene& s, const char* name) {
  const int b = mj_name2id(s.model(), mjOBJ_BODY, name);
  REQUIRE(b > 0);
  return Eigen::Map<const Vec3>(s.data()->xpos + 3 * b);
}

double degrees_apart(double a, double b) {
  return std::abs(std::remainder(a - b, 360.0));
}

}  // namespace

TEST_CASE("a model that is missing, broken or another robot's is refused by name") {
  const Clip c = waving_arm();
  try {
    Scene scene({{.clip = &c, .model = "no_such_robot.xml"}});
    FAIL("drew a model that does not exist");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::usage);
    CHECK_THAT(e.what(), Catch::Contains("no_such_robot.xml"));
  }
  const ModelFile broken("<mujoco><worldbody><body></worldbody></mujoco>");
  CHECK_THROWS_WITH(Scene({{.clip = &c, .model = broken.path}}),
                    Catch::Contains(broken.path.string()));
  const ModelFile other(
      "<mujoco><worldbody><body name='base'><geom size='1'/></body></worldbody>"
      "</mujoco>");
  CHECK_THROWS_WITH(Scene({{.clip = &c, .model = other.path}}), Catch::Contains("no body 'upper'"));
}

TEST_CASE("a model's bodies are where the skeleton's are, hinges merged into a ball or not") {
  const Clip c = waving_arm();
  const ModelFile model(kArm);
  Scene scene({{.clip = &c, .model = model.path}});
  for (int f = 0; f < c.frames(); ++f) {
    scene.pose(f / c.fps);
    const BodyPoses poses = forward(c, f);
    CHECK((body_at(scene, "figure0/upper") - poses.pos[1]).norm() < 1e-12);
    CHECK((body_at(scene, "figure0/lower") - poses.pos[2]).norm() < 1e-12);
    // what the skeleton does not know follows its parent
    const Vec3 hand = poses.pos[2] + poses.rot[2] * Vec3(0.5, 0, 0);
    CHECK((body_at(scene, "figure0/hand") - hand).norm() < 1e-12);
  }
}

TEST_CASE("a clip's terrain is the ground that it is drawn on") {
  const Clip flat = waving_arm();
  Clip hilly = flat;
  hilly.terrain.emplace(Terrain{Frames(3, 2), -1, 2, 0.5});
  hilly.terrain->heights << 0.1, 0.2, 0.3, 0.4, 0.5, 0.9;  // three along x, two along y
  const Scene plane({{.clip = &flat}}), ground({{.clip = &hilly}});
  CHECK(plane.model()->nhfield == 0);
  const mjModel* m = ground.model();
  REQUIRE(m->nhfield == 1);
  CHECK(m->hfield_ncol[0] == 3);
  CHECK(m->hfield_nrow[0] == 2);
  const int floor = mj_name2id(m, mjOBJ_GEOM, "floor");
  CHECK(m->geom_type[floor] == mjGEOM_HFIELD);
  const mjtNum* middle = m->geom_pos + 3 * floor;
  CHECK(middle[0] == Approx(-0.5));
  CHECK(middle[1] == Approx(2.25));
  const auto height = [&](int i, int j) {
    return middle[2] + m->hfield_size[2] * static_cast<double>(m->hfield_data[3 * j + i]);
  };
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 2; ++j) {
      CHECK(height(i, j) == Approx(hilly.terrain->heights(i, j)).margin(1e-6));
    }
  }
}

TEST_CASE("a stick figure has a bone to every child and a colour for either side") {
  const Clip c = walker();
  Scene scene({{.clip = &c}});
  scene.pose(0.3);
  const BodyPoses poses = forward(c, frame_at(c, 0.3));
  CHECK((body_at(scene, "figure0/bone/LeftFoot") - poses.pos[9]).norm() < 1e-12);
  const mjModel* m = scene.model();
  int capsules = 0, blue = 0, orange = 0;
  for (int g = 0; g < m->ngeom; ++g) {
    if (m->geom_type[g] != mjGEOM_CAPSULE) continue;
    ++capsules;
    blue += m->geom_rgba[4 * g + 2] > 2 * m->geom_rgba[4 * g];
    orange += m->geom_rgba[4 * g] > 2 * m->geom_rgba[4 * g + 2];
  }
  CHECK(capsules == 12 + 4);  // bones, and end sites but for the head's
  CHECK(blue == orange);
  CHECK(blue == 7);
}

TEST_CASE("sides are read off names of many habits") {
  Skeleton::Spec s;
  s.name = "names";
  s.bodies = {{.name = "Hips"},
              {.name = "lThigh", .parent = 0},
              {.name = "shin", .parent = 1},
              {.name = "arm.R", .parent = 0},
              {.name = "mixamorig:LeftArm", .parent = 0},
              {.name = "Lower_back", .parent = 0},
              {.name = "RR_calf", .parent = 0},
              {.name = "r_hip", .parent = 0}};
  const std::vector<Side> expected{Side::centre, Side::left,   Side::left,  Side::right,
                                   Side::left,   Side::centre, Side::right, Side::right};
  CHECK(sides(*Skeleton::build(s)) == expected);
}

TEST_CASE("the side camera sees the way of travel go from left to right") {
  for (const double way : {0.0, 0.7, M_PI / 2, -2.5}) {
    const Clip c = walker(1, way);
    CHECK(std::abs(std::remainder(bearing(c, 0, 60) - way, 2 * M_PI)) < 1e-9);
    const Camera side = choose_camera("side", c, 0, 60);
    CHECK(degrees_apart(side.azimuth, way * 180 / M_PI + 90) < 1e-6);
    // front looks against the facing
    const Camera front = choose_camera("front", c, 0, 60);
    CHECK(degrees_apart(front.azimuth, way * 180 / M_PI + 180) < 1);
  }
  // on the spot the figure's own front is what goes to the right
  CHECK(std::abs(bearing(walker(0, 0), 0, 60)) < 0.05);
  // a rollout's next episode begins where the first one did: no way back
  Clip twice = walker(1, 0);
  for (int f = 35; f < twice.frames(); ++f) twice.root_pos(f, 0) -= 10;
  CHECK(std::abs(bearing(twice, 0, 60)) < 1e-9);
  // backwards is backwards
  CHECK(std::abs(std::remainder(bearing(walker(-1, 0), 0, 60) - M_PI, 2 * M_PI)) < 1e-9);
}

TEST_CASE("the camera stands as near as holds everything, and looks at its middle") {
  const Clip c = walker();
  Scene scene({{.clip = &c}});
  scene.pose(0.25);
  std::vector<Vec3> corners;
  scene.corners(corners);
  for (const double aspect : {0.4, 1.0, 2.0}) {
    Camera camera = choose_camera("side", c, 0, 60);
    fit(camera, corners, aspect);
    CHECK(camera.height == Approx(0.8).margin(0.15));
    // projected by hand: x right, z up, y away from the camera (azimuth 90, -9 degrees)
    const double el = camera.elevation * M_PI / 180, half = std::tan(kFieldOfView * M_PI / 360);
    double most = 0;
    for (Vec3 p : corners) {
      p.z() -= camera.height;
      const double depth = camera.distance + p.y() * std::cos(el) + p.z() * std::sin(el);
      const double high = p.z() * std::cos(el) - p.y() * std::sin(el);
      most = std::max(
          {most, std::abs(p.x()) / (depth * half * aspect), std::abs(high) / (depth * half)});
    }
    CHECK(most < 1);
    CHECK(most > 0.9);
  }
  Camera given = choose_camera("30,-45,2.5", c, 0, 60);
  fit(given, corners, 1);
  CHECK(given.azimuth == 30);
  CHECK(given.elevation == -45);
  CHECK(given.distance == 2.5);
}

TEST_CASE("cameras that do not exist are refused, with the nearest that does") {
  const Clip c = walker();
  for (const char* bad : {"", "sides,", "1,2", "1,2,0", "1,2,-3", "1,2,3,4", "nan,0,1"})
    CHECK_THROWS_AS(choose_camera(bad, c, 0, 60), Error);
  try {
    choose_camera("sied", c, 0, 60);
    FAIL("took 'sied'");
  } catch (const Error& e) {
    CHECK_THAT(e.hint(), Catch::Contains("side"));
  }
}
