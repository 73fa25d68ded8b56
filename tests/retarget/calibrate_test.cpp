// Which way the bodies of a source look, and what cannot be read in anatomical terms.
#include <numbers>

#include "motion/error.h"
#include "retarget/observe.h"
#include "retarget/rest.h"
#include "tests/catch.h"
#include "tests/retarget/figures.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

/// `frames` times the figure's zero pose with the root turned.
Clip still(const SkeletonPtr& s, int frames, const Quat& root) {
  Clip c;
  c.name = "still";
  c.skeleton = s;
  c.fps = 30;
  c.root_pos = Frames::Zero(frames, 3);
  c.root_pos.col(2).setConstant(1);
  c.root_rot.resize(frames, 4);
  c.local_rot.resize(frames, 4 * s->body_count());
  for (int f = 0; f < frames; ++f) {
    Clip::set_quat(c.root_rot, f, 0, root);
    for (int b = 0; b < s->body_count(); ++b) Clip::set_quat(c.local_rot, f, b, Quat::Identity());
  }
  return c;
}

Quat turn(double angle, const Vec3& axis) {
  return Quat(Eigen::AngleAxisd(angle, axis));
}

Observation seen(const Clip& c, Rest rest) {
  const RoleMap roles = map_roles(*c.skeleton);
  return observe(c, roles, rest_pose(c, make_rig(c.skeleton, roles), rest));
}

std::vector<Part> dog_parts() {
  std::vector<Part> p = {{"Hips", -1, {0, 0, 0}},
                         {"Spine", 0, {0.3, 0, 0}},
                         {"Neck", 1, {0.2, 0, 0.1}},
                         {"Head", 2, {0.1, 0, 0.1}}};
  for (const double y : {1.0, -1.0}) {
    const std::string w = y > 0 ? "Left" : "Right";
    const int n = static_cast<int>(p.size());
    p.push_back({w + "Shoulder", 1, {0.1, 0.05 * y, -0.02}});
    p.push_back({w + "Arm", n, {0, 0, -0.05}});
    p.push_back({w + "ForeArm", n + 1, {-0.05, 0, -0.2}});
    p.push_back({w + "Hand", n + 2, {0.05, 0, -0.2}});
  }
  for (const double y : {1.0, -1.0}) {
    const std::string w = y > 0 ? "Left" : "Right";
    const int n = static_cast<int>(p.size());
    p.push_back({w + "UpLeg", 0, {-0.02, 0.06 * y, -0.05}});
    p.push_back({w + "Leg", n, {0.07, 0, -0.2}});
    p.push_back({w + "Foot", n + 1, {-0.1, 0, -0.15}});
    p.push_back({w + "Toe", n + 2, {0.03, 0, -0.07}});
  }
  p.push_back({"Tail", 0, {-0.2, 0, 0.05}});
  return p;
}

}  // namespace

TEST_CASE("a clip in which nobody stands takes its frames from the bind pose") {
  const SkeletonPtr s = person_named({});
  // lying on the side, turned: a mean over the clip would call this upright
  const Quat lying = turn(0.7, Vec3::UnitZ()) * turn(1.4, Vec3::UnitX());
  const Observation o = seen(still(s, 20, lying), Rest::automatic);
  CHECK(o.poses[5].pelvis.angularDistance(lying) < 1e-6);
  CHECK(o.poses[5].chest.angularDistance(lying) < 1e-6);
}

TEST_CASE("a pelvis looks where its hips do, however its axes lie in it") {
  for (const double angle : {0.0, 0.3, 0.47, 0.68}) {
    std::vector<Part> p = person_parts();
    for (Part& part : p) part.at = turn(angle, Vec3::UnitZ()) * part.at;
    const Quat ahead = turn(1.1, Vec3::UnitZ());
    const Clip c = still(figure(p), 20, ahead * turn(-angle, Vec3::UnitZ()));
    CHECK(seen(c, Rest::automatic).poses[5].pelvis.angularDistance(ahead) < 1e-3);
  }
}

TEST_CASE("a bind pose whose hips sit elsewhere than in the motion is not asked") {
  std::vector<Part> p = person_parts();
  // hip joints of their own between the pelvis and the legs
  p.insert(p.begin() + 17, {"l", 0, {0, 0, 0}});
  p.insert(p.begin() + 22, {"r", 0, {0, 0, 0}});
  for (const size_t leg : {18u, 23u}) {
    p[leg].parent = static_cast<int>(leg) - 1;
    for (size_t i = 1; i < 4; ++i) p[leg + i].parent = static_cast<int>(leg + i) - 1;
  }
  const SkeletonPtr s = figure(p);
  const RoleMap roles = map_roles(*s);
  const Quat lying = turn(1.4, Vec3::UnitX());
  Clip c = still(s, 20, lying);
  CHECK(rest_pose(c, make_rig(s, roles), Rest::automatic));
  for (int f = 0; f < c.frames(); ++f) {
    for (const int hip : {17, 22}) Clip::set_quat(c.local_rot, f, hip, turn(0.8, Vec3::UnitZ()));
  }
  CHECK_FALSE(rest_pose(c, make_rig(s, roles), Rest::automatic));
  CHECK(rest_pose(c, make_rig(s, roles), Rest::bind));
}

TEST_CASE("every rest that a person offers gives the same frames") {
  const SkeletonPtr s = person_named({});
  const Quat ahead = turn(1.1, Vec3::UnitZ());
  const Clip c = still(s, 20, ahead);
  for (const Rest rest : {Rest::t_pose, Rest::bind, Rest::first}) {
    const Observation o = seen(c, rest);
    CHECK(o.poses[0].pelvis.angularDistance(ahead) < 1e-6);
    CHECK(o.poses[0].head.angularDistance(ahead) < 1e-6);
  }
  CHECK_THROWS_WITH(seen(c, Rest::a_pose), Catch::Contains("A-pose"));
  CHECK_THROWS_WITH(seen(still(s, 3, turn(1.4, Vec3::UnitX())), Rest::first),
                    Catch::Contains("nobody stands"));
  CHECK_THROWS_WITH(read_rest("tpose"), Catch::Contains("t-pose"));
}

TEST_CASE("a leg without length is refused, naming its bodies") {
  std::vector<Part> p = person_parts();
  const std::vector<std::string> names = {"LeftUpLeg",  "LeftLeg",  "LeftFoot",  "LeftToe",
                                          "RightUpLeg", "RightLeg", "RightFoot", "RightToe"};
  for (size_t i = 0; i < names.size(); ++i) p[17 + i].name = names[i];
  p[0].name = "Hips";
  p[19].at = Vec3::Zero();
  const SkeletonPtr s = figure(p);
  CHECK_THROWS_WITH(seen(still(s, 3, Quat::Identity()), Rest::automatic),
                    Catch::Contains("'LeftLeg' and 'LeftFoot'"));
}

TEST_CASE("a dog keeps its heading and its level back on a robot") {
  const Quat ahead = turn(std::numbers::pi / 3, Vec3::UnitZ());
  Clip c = still(figure(dog_parts()), 20, ahead);
  c.root_pos.col(2).setConstant(0.47);
  const Result r = run(c, robot_body("go2"));
  CHECK(r.roles.quadruped);
  CHECK(r.report.metrics.limit_outside == 0);
  CHECK(r.clip.root_rot_at(10).angularDistance(ahead) < 0.12);
}

TEST_CASE("a robot's clip on its kin keeps heading, stance and speed") {
  const Clip pace = shipped_clip("go2_pace.h5");
  const Result a1 = run(pace, robot_body("a1"));
  CHECK(a1.report.metrics.limit_outside == 0);
  double turned = 0;
  for (int f = 0; f < pace.frames(); ++f)
    turned = std::max(turned, a1.clip.root_rot_at(f).angularDistance(pace.root_rot_at(f)));
  CHECK(turned < 0.15);
  const Vec3 way = pace.root_pos_at(pace.frames() - 1) - pace.root_pos_at(0);
  const Vec3 there = a1.clip.root_pos_at(pace.frames() - 1) - a1.clip.root_pos_at(0);
  CHECK((there - a1.report.metrics.scale * way).norm() < 0.05 * way.norm());
}

TEST_CASE("Peng's rule takes the roll out of a trunk and is refused for two legs") {
  Clip c = still(figure(dog_parts()), 20, turn(0.3, Vec3::UnitX()));
  c.root_pos.col(2).setConstant(0.47);
  Options options;
  options.peng = true;
  const auto roll = [](const Result& r) { return (r.clip.root_rot_at(10) * Vec3::UnitY()).z(); };
  CHECK(std::abs(roll(run(c, robot_body("go2"), options))) < 0.05);
  CHECK(roll(run(c, robot_body("go2"))) > 0.15);
  CHECK_THROWS_AS(run(walk(), robot_body("g1"), options), Error);
}
