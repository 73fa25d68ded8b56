// Balls as three hinges: there and back, limits of both forms, the pole where two hinges are one.
#include "retarget/balls.h"

#include <random>

#include "formats/mjcf.h"
#include "motion/limits.h"
#include "motion/metrics.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::retarget;

namespace {

std::vector<Dof> limits(const Vec3& lower, const Vec3& upper) {
  std::vector<Dof> out;
  for (int i = 0; i < 3; ++i) out.push_back({std::string(1, "xyz"[i]), lower[i], upper[i]});
  return out;
}

Vec3 random_vector(const Vec3& lower, const Vec3& upper, std::mt19937& rng) {
  Vec3 v;
  for (int i = 0; i < 3; ++i)
    v[i] = std::uniform_real_distribution<double>(lower[i], upper[i])(rng);
  return v;
}

}  // namespace

TEST_CASE("a hinged skeleton moves its bodies as balls do") {
  const SkeletonPtr balls = formats::load_robot("smpl").skeleton, hinges = hinged(balls);
  REQUIRE(hinges->dof_count() == balls->dof_count());
  CHECK(hinges->joints().size() == static_cast<size_t>(balls->dof_count()));
  CHECK(hinged(hinges) == hinges);
  std::mt19937 rng(5);
  Model a(balls), b(hinges);
  const Balls convert(*balls);
  State s, t;
  s.root_pos = t.root_pos = Vec3(1, 2, 3);
  s.dofs.resize(balls->dof_count());
  for (Eigen::Index i = 0; i < s.dofs.size(); i += 3)
    s.dofs.segment<3>(i) = random_vector(Vec3::Constant(-1.2), Vec3::Constant(1.2), rng);
  t.dofs = s.dofs;
  convert.to_angles(t.dofs);
  a.update(s);
  b.update(t);
  for (int k = 0; k < balls->body_count(); ++k) {
    CHECK((a.pos(k) - b.pos(k)).norm() < 1e-12);
    CHECK((a.axes(k) - b.axes(k)).norm() < 1e-12);
  }
  convert.to_maps_near(s.dofs, t.dofs);
  CHECK((s.dofs - t.dofs).norm() < 1e-12);
}

TEST_CASE("a ball beyond its hinges' limits is brought to them, another is left alone") {
  std::mt19937 rng(9);
  const Vec3 lower(-0.5, 0, -0.6), upper(0.5, 2.7, 0.6);
  const std::vector<Dof> dofs = limits(lower, upper);
  int cut = 0;
  for (int round = 0; round < 200; ++round) {
    const Vec3 inside = random_vector(lower, upper, rng);
    const Vec3 e = log_map(hinges_turn(inside));
    Vec3 kept = e;
    CHECK((hinge_angles(dofs.data(), exp_map(e)) - inside).norm() < 1e-9);
    clamp_ball(dofs.data(), kept);
    CHECK((kept - e).norm() < 1e-9);
    Vec3 any = random_vector(Vec3::Constant(-2.5), Vec3::Constant(2.5), rng);
    cut += clamp_ball(dofs.data(), any) ? 1 : 0;
    CHECK(outside(dofs.data(), hinge_angles(dofs.data(), exp_map(any))).maxCoeff() < 1e-9);
  }
  CHECK(cut > 100);
}

TEST_CASE("at the pole the first and last hinge share what they turn") {
  const std::vector<Dof> dofs = limits(Vec3(-0.3, -M_PI / 2, -1), Vec3(0.3, M_PI / 2, 1));
  for (const double side : {-1.0, 1.0}) {
    const Quat turn = hinges_turn(Vec3(0.3, side * M_PI / 2, 0.8));
    const Vec3 angles = hinge_angles(dofs.data(), turn);
    CHECK(outside(dofs.data(), angles).maxCoeff() < 1e-7);
    CHECK(hinges_turn(angles).angularDistance(turn) < 1e-6);
  }
}

TEST_CASE("a rotation vector stays on its side of half a turn") {
  const Vec3 axis = Vec3(1, 2, -1).normalized();
  for (const double angle : {3.0, 3.3, 4.0}) {
    const Vec3 e = angle * axis;
    CHECK((log_map_near(e, exp_map(e)) - e).norm() < 1e-9);
  }
}

TEST_CASE("a ball that jumps goes the way of its hinges within its speed; far frames stay") {
  const SkeletonPtr smpl = formats::load_robot("smpl").skeleton;
  const int dof = smpl->find_dof("L_Shoulder_x");
  const int n = 90;
  Frames dofs = Frames::Zero(n, smpl->dof_count());
  for (int f = 0; f < n; ++f) {
    const Vec3 angles = f < 40 ? Vec3(-1.2, 0.3, -2.5) : Vec3(1.1, -0.8, 0.6);
    dofs.block<1, 3>(f, dof) = log_map(hinges_turn(angles)).transpose();
  }
  const Frames before = dofs;
  const double most = 0.25;
  Balls(*smpl).limit_turns(Eigen::RowVectorXd::Constant(dofs.cols(), most), dofs);
  const auto turn = [&](int f) { return exp_map(dofs.block<1, 3>(f, dof).transpose()); };
  for (int f = 1; f < n; ++f) CHECK(turn(f - 1).angularDistance(turn(f)) < most + 1e-9);
  for (int f = 0; f < n; ++f)
    CHECK(outside(&smpl->dofs()[static_cast<size_t>(dof)],
                  hinge_angles(&smpl->dofs()[static_cast<size_t>(dof)], turn(f)))
              .maxCoeff() < 1e-9);
  CHECK(dofs.topRows(10) == before.topRows(10));
  CHECK(dofs.bottomRows(10) == before.bottomRows(10));
}
