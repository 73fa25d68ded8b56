// Bodies against bodies: distances, pairs, derivatives, and arms that are kept out of the trunk.
#include "retarget/collide.h"

#include <random>
#include <tuple>

#include "retarget/hinges.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

/// The walk with the forearms swinging in across the body, through the belly.
Clip arms_crossed() {
  Clip c = walk();
  for (const std::string side : {"Left", "Right"}) {
    const int forearm = c.skeleton->find_body(side + "ForeArm");
    const Vec3 inwards = side == "Left" ? Vec3(0, 1, 0) : Vec3(0, -1, 0);
    for (int f = 0; f < c.frames(); ++f) {
      const double t = 0.5 - 0.5 * std::cos(2 * M_PI * f / 60.0);
      Clip::set_quat(c.local_rot, f, forearm,
                     exp_map(t * 2.2 * inwards) * c.local_rot_at(f, forearm));
    }
  }
  return c;
}

/// Share of frames in which two bodies overlap by more than 5 mm.
double overlapping(const Clip& c, const RobotBody& body) {
  Collider collider(body);
  Model model(body.robot.skeleton);
  State state;
  int n = 0;
  for (int f = 0; f < c.frames(); ++f) {
    state.root_pos = c.root_pos_at(f);
    state.root_rot = c.root_rot_at(f);
    state.dofs = c.dof_pos.row(f);
    model.update(state);
    bool hit = false;
    for (const Contact& k : collider.near(model, 0)) hit = hit || k.gap < -0.005;
    n += hit;
  }
  return static_cast<double>(n) / c.frames();
}

}  // namespace

TEST_CASE("nearest points of segments: crossing, parallel, end to end, points") {
  const Vec3 x = Vec3::UnitX(), y = Vec3::UnitY(), z = Vec3::UnitZ(), o = Vec3::Zero();
  CHECK(nearest_points(-x, x, z - y, z + y).distance == Approx(1));
  CHECK(nearest_points(o, x, z, z + x).distance == Approx(1));
  CHECK(nearest_points(o, x, 3 * x, 5 * x).distance == Approx(2));
  CHECK(nearest_points(o, o, y, y).distance == Approx(1));
  CHECK(nearest_points(o, x, 2 * y + 0.5 * x, 2 * y + 0.5 * x).distance == Approx(2));
  CHECK(nearest_points(o, o, z, z).distance == Approx(1));
  CHECK(nearest_points(o, x, 2 * x + y, 2 * x - y).distance == Approx(1));
  // against a search over both segments
  std::mt19937 rng(2);
  std::uniform_real_distribution<double> u(-1, 1);
  const auto random = [&] { return Vec3(u(rng), u(rng), u(rng)); };
  for (int round = 0; round < 20; ++round) {
    const Vec3 a = random(), b = random(), c = random(), d = random();
    double least = 1e9;
    for (int i = 0; i <= 100; ++i) {
      for (int j = 0; j <= 100; ++j)
        least = std::min(least, (a + 0.01 * i * (b - a) - c - 0.01 * j * (d - c)).norm());
    }
    const Nearest n = nearest_points(a, b, c, d);
    CHECK(n.distance <= least + 1e-12);
    CHECK(n.distance > least - 0.02);
    CHECK((n.b - n.a).norm() == Approx(n.distance));
  }
}

TEST_CASE("pairs of a robot leave out neighbours and what is built together") {
  const RobotBody g1 = robot_body("g1");
  const Skeleton& s = *g1.robot.skeleton;
  bool hands_trunk = false;
  for (const CollisionPair& p : g1.pairs) {
    const int a = g1.robot.capsules[static_cast<size_t>(p.a)].body,
              b = g1.robot.capsules[static_cast<size_t>(p.b)].body;
    CHECK(a != b);
    CHECK(s.bodies()[static_cast<size_t>(a)].parent != b);
    CHECK(s.bodies()[static_cast<size_t>(b)].parent != a);
    CHECK(p.gap > 0);
    hands_trunk =
        hands_trunk || (a == s.find_body("torso_link") && b == s.find_body("left_wrist_yaw_link"));
  }
  CHECK(hands_trunk);
}

TEST_CASE("the rates at which points rise and approach agree with finite differences") {
  const RobotBody g1 = robot_body("g1");
  Model m(g1.robot.skeleton);
  const int hand = m.skeleton().find_body("left_wrist_yaw_link"),
            thigh = m.skeleton().find_body("left_hip_yaw_link");
  State s;
  s.root_pos = Vec3(0.1, 0.2, 0.8);
  s.root_rot = exp_map(Vec3(0.2, -0.3, 0.4));
  s.dofs = Eigen::VectorXd::Constant(m.dims() - 6, 0.1);
  m.update(s);
  const Vec3 tip(0.1, 0, 0), side(0, 0, -0.1);
  const Vec3 a = m.at(thigh, side), b = m.at(hand, tip), along = (b - a).normalized();
  Eigen::VectorXd rise = Eigen::VectorXd::Zero(m.dims()), near = rise;
  m.rise(hand, b, [&](int d, double v) { rise[d] += v; });
  m.approach(thigh, a, hand, b, along, [&](int d, double v) { near[d] += v; });
  for (int d = 0; d < m.dims(); ++d) {
    Eigen::VectorXd step = Eigen::VectorXd::Zero(m.dims());
    step[d] = 1e-6;
    State t = s;
    m.advance(t, step);
    m.update(t);
    INFO("dimension " << d);
    CHECK((m.at(hand, tip).z() - b.z()) / 1e-6 == Approx(rise[d]).margin(1e-5));
    CHECK(((m.at(hand, tip) - m.at(thigh, side)).norm() - (b - a).norm()) / 1e-6 ==
          Approx(near[d]).margin(1e-5));
  }
}

TEST_CASE("one-sided terms: the minimum with springs where they press, none where they do not") {
  // min 1/2 (x - g)'(x - g) and a floor at x0 + x1 >= 1, of weight 100
  BoxSolver box;
  const Eigen::VectorXd lo = Eigen::VectorXd::Constant(2, -10), hi = -lo;
  for (const auto& [g0, active, joined] :
       {std::tuple(0.0, true, false), {0.0, true, true}, {3.0, false, true}}) {
    Hinges hinges;
    hinges.begin(-1, 100, joined);
    hinges.derivative(0, 1);
    hinges.derivative(1, 1);
    // two variables on one path, and on two branches that the term joins
    TreeSystem h({-1, joined ? -1 : 0});
    h.diagonal(0) = h.diagonal(1) = 1;
    Eigen::VectorXd g(2);
    g << g0, 0;
    const Eigen::VectorXd x = hinges.solve(box, h, g, lo, hi);
    CHECK(x.sum() == Approx(active ? 1.0 : g0).epsilon(1e-3));
    CHECK(x[0] - x[1] == Approx(g0).margin(1e-9));
  }
}

TEST_CASE("arms stay out of the trunk in full quality, and go through it in a draft") {
  const RobotBody g1 = robot_body("g1");
  Options options;
  options.quality = Quality::draft;
  CHECK(overlapping(run(arms_crossed(), g1, options).clip, g1) > 0.05);
  options.quality = Quality::full;
  CHECK(overlapping(run(arms_crossed(), g1, options).clip, g1) < 0.005);
}
