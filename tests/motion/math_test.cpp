// Rotations: axioms, then golden values published with MimicKit's maths (quaternions there are x y
// z w).
#include "motion/math.h"

#include <cmath>
#include <limits>

#include "tests/catch.h"

using namespace motus;

namespace {
void check_quat(const Quat& q, double x, double y, double z, double w) {
  CHECK(q.x() == Approx(x).margin(2e-6));
  CHECK(q.y() == Approx(y).margin(2e-6));
  CHECK(q.z() == Approx(z).margin(2e-6));
  CHECK(q.w() == Approx(w).margin(2e-6));
}
}  // namespace

TEST_CASE("a rotation vector that is not a number is no rotation") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(exp_map(Vec3(nan, nan, nan)).coeffs() == Quat::Identity().coeffs());
}

TEST_CASE("exp and log are inverse") {
  const Vec3 e(0.3, -0.5, 0.7);
  CHECK((log_map(exp_map(e)) - e).norm() < 1e-12);
  Quat minus = exp_map(e);
  minus.coeffs() *= -1;
  CHECK((log_map(minus) - e).norm() < 1e-12);
  CHECK(log_map(exp_map(Vec3::Zero())).norm() == 0);
}

TEST_CASE("exponential map, golden") {
  check_quat(exp_map(Vec3(.3, -.5, .7)), .144866, -.241443, .338021, .898032);
  const Quat beyond = exp_map(Vec3(3.5, 0, 0));
  check_quat(positive(beyond), -.983986, 0, 0, .178246);
  CHECK(log_map(beyond).x() == Approx(-2.783185).margin(1e-6));
}

TEST_CASE("tangent-normal form, heading and twist, golden") {
  const Quat q = exp_map(Vec3(.3, -.5, .7));
  const auto t = tangent_normal(q);
  const double expected[6] = {.654894, .537153, .531583, -.335712, -.423414, .841438};
  for (int i = 0; i < 6; ++i) CHECK(t[i] == Approx(expected[i]).margin(2e-6));
  CHECK(heading(q) == Approx(.686945).margin(1e-6));
  CHECK(twist_angle(q, Vec3::UnitY()) == Approx(-.525295).margin(1e-6));
}

TEST_CASE("slerp takes the short arc, golden") {
  const Quat a = exp_map(Vec3(.3, -.5, .7)), b = exp_map(Vec3(-.2, .4, 1.9));
  check_quat(slerp(a, b, .25), .090235, -.142631, .486079, .857462);
  Quat c = b;
  c.coeffs() *= -1;
  CHECK(slerp(a, c, .25).angularDistance(slerp(a, b, .25)) < 1e-12);
  CHECK(slerp(a, b, 0).angularDistance(a) < 1e-7);
  CHECK(slerp(a, b, 1).angularDistance(b) < 1e-7);
  CHECK(slerp(a, a, .3).angularDistance(a) < 1e-7);
}

TEST_CASE("Euler angles of all six orders return, also at the pole") {
  const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& axes : orders) {
    for (const Vec3& a : {Vec3(.4, -.8, 1.1), Vec3(-2.9, 1.3, 3.0), Vec3(.7, M_PI / 2, 0),
                          Vec3(.7, -M_PI / 2, 0)}) {
      const Quat q = from_euler(a, axes);
      CHECK(from_euler(to_euler(q, axes), axes).angularDistance(q) < 1e-7);
    }
    const Vec3 plain(.4, -.8, 1.1);
    CHECK((to_euler(from_euler(plain, axes), axes) - plain).norm() < 1e-12);
  }
}
