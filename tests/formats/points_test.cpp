// Points to skeletons: a motion made here, its joints as points, and back.
#include "formats/points.h"

#include <cmath>
#include <limits>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

/// A trunk with two legs that hang and a tail of two bones, children before their parents.
PointTree figure() {
  PointTree t;
  t.name = "figure";
  t.names = {"left", "right", "tip", "tail", "root", "foot"};
  t.parents = {4, 4, 3, 4, -1, 0};
  t.rest = {{0, .1, -.3}, {0, -.1, -.3}, {-.2, 0, 0}, {-.3, 0, 0}, {0, 0, 0}, {0, 0, -.4}};
  t.roles = {{"left_foot", "foot"}, {"head", "nobody"}};
  return t;
}

/// Where the points are when the joints turn by known rotations.
Frames posed(const PointTree& t, int frames, double twist) {
  Frames out(frames, 3 * static_cast<Eigen::Index>(t.names.size()));
  for (int f = 0; f < frames; ++f) {
    const Quat root = yaw_rotation(0.2 * f) * exp_map(Vec3(0.1, 0.05 * f, 0));
    const Quat leg = root * exp_map(Vec3(0.3 * std::sin(f), 0.4, 0));
    const Quat tail = root * exp_map(Vec3(twist, 0.1 * f, 0.3));
    const Vec3 at(0.1 * f, 0, 1), left = at + root * t.rest[0], end = at + root * t.rest[3];
    const Vec3 all[] = {left, at + root * t.rest[1], end + tail * t.rest[2], end,
                        at,   left + leg * t.rest[5]};
    for (int i = 0; i < 6; ++i) out.block<1, 3>(f, 3 * i) = all[i].transpose();
  }
  return out;
}

}  // namespace

TEST_CASE("points: the skeleton's joints are where the points were") {
  const PointTree t = figure();
  const Frames points = posed(t, 12, 0);
  const Clip c = clip_from_points(t, points, 25);
  c.validate();
  CHECK(c.fps == 25);
  CHECK(c.skeleton->bodies()[0].name == "root");
  CHECK(c.skeleton->role("left_foot") == c.skeleton->find_body("foot"));
  CHECK(c.skeleton->role("head") == -1);
  const Frames made = body_positions(c);
  for (int i = 0; i < 6; ++i) {
    const int b = c.skeleton->find_body(t.names[static_cast<size_t>(i)]);
    CHECK((made.middleCols(3 * b, 3) - points.middleCols(3 * i, 3)).cwiseAbs().maxCoeff() < 1e-6);
  }
  // the root is known from its three bones
  for (int f = 0; f < 12; ++f) {
    const Quat root = yaw_rotation(0.2 * f) * exp_map(Vec3(0.1, 0.05 * f, 0));
    CHECK(c.root_rot_at(f).angularDistance(root) < 1e-5);
  }
  CHECK(c.channels.at("keypoints").data == points);
  CHECK(c.channels.at("keypoints").names == t.names);
}

TEST_CASE("points: a bone's twist is not invented") {
  const PointTree t = figure();
  const Clip c = clip_from_points(t, posed(t, 5, 0), 25);
  const int tail = c.skeleton->find_body("tail");
  for (int f = 0; f < 5; ++f) {
    CHECK(std::abs(twist_angle(c.local_rot_at(f, tail), Vec3::UnitX())) < 1e-6);
  }
}

TEST_CASE("points: lengths are medians, gaps are filled and counted") {
  PointTree t = figure();
  t.rest.clear();  // as in the first frame
  Frames points = posed(t, 9, 0.2);
  const Frames whole = points;
  points.block<1, 3>(0, 6).setConstant(std::numeric_limits<double>::quiet_NaN());
  points.block<1, 3>(8, 6).setConstant(std::numeric_limits<double>::quiet_NaN());
  points(4, 15) = std::numeric_limits<double>::infinity();
  points.block<1, 3>(3, 9) += Eigen::RowVector3d(5, 0, 0);  // one wild frame
  const Clip c = clip_from_points(t, points, 30);
  c.validate();
  CHECK(c.source.warnings.size() == 1);
  CHECK_THAT(c.source.warnings[0], Contains("3 of 54 points are missing"));
  const int tail = c.skeleton->find_body("tail"), foot = c.skeleton->find_body("foot");
  CHECK(c.skeleton->bodies()[static_cast<size_t>(tail)].rest_pos.norm() == Approx(.3));
  CHECK(c.skeleton->bodies()[static_cast<size_t>(foot)].rest_pos.norm() == Approx(.4));
  CHECK(std::isnan(c.channels.at("keypoints").data(0, 6)));
  const Vec3 between = (whole.block<1, 3>(3, 15) + whole.block<1, 3>(5, 15)).transpose() / 2;
  const Vec3 made = forward(c, 4).pos[static_cast<size_t>(foot)];
  const Vec3 knee = forward(c, 4).pos[static_cast<size_t>(c.skeleton->find_body("left"))];
  CHECK((made - knee).normalized().dot((between - knee).normalized()) > 1 - 1e-9);
}

TEST_CASE("points: trees that are none, and points that are never there") {
  PointTree t = figure();
  Frames points = posed(t, 3, 0);
  CHECK_THROWS_WITH(clip_from_points(t, points.leftCols(15), 30), Contains("expected 3 x 6"));
  points.middleCols(6, 3).setConstant(std::nan(""));
  CHECK_THROWS_WITH(clip_from_points(t, points, 30), Contains("'tip' is missing in all frames"));
  t.parents = {4, 4, 3, 2, -1, 0};
  CHECK_THROWS_WITH(clip_from_points(t, points, 30), Contains("no tree"));
  t.parents = {4, 4, 3, -1, -1, 0};
  CHECK_THROWS_WITH(clip_from_points(t, points, 30), Contains("2 points have no parent"));
}
