#include "sim/feature_list.h"

#include <vector>

#include "motion/math.h"
#include "sim/random.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::sim;

namespace {

void store(const Quat& q, float out[4]) {
  out[0] = static_cast<float>(q.w()), out[1] = static_cast<float>(q.x());
  out[2] = static_cast<float>(q.y()), out[3] = static_cast<float>(q.z());
}

}  // namespace

TEST_CASE("rotations of the terms are those of motion/") {
  for (const Vec3& e : {Vec3(0.3, -0.5, 0.7), Vec3(0, 0, 3), Vec3(-2, 1, 0.1), Vec3(0, 0, 0)}) {
    const Quat q = exp_map(e);
    float f[4], six[6], v[3] = {0.3f, -1.2f, 2.0f}, w[3];
    store(q, f);
    tangent_normal(f, six);
    const auto expected = motus::tangent_normal(q);
    for (int i = 0; i < 6; ++i) CHECK(six[i] == Approx(expected[i]).margin(1e-6));
    rotate(f, v, w);
    const Vec3 turned = q * Vec3(0.3, -1.2, 2.0);
    for (int i = 0; i < 3; ++i) CHECK(w[i] == Approx(turned[i]).margin(1e-5));
    const Heading h = heading_of(f);
    CHECK(std::atan2(h.s, h.c) == Approx(heading(q)).margin(1e-6));
    to_heading(h, v, w);
    const Vec3 local = heading_rotation(q).conjugate() * Vec3(0.3, -1.2, 2.0);
    for (int i = 0; i < 3; ++i) CHECK(w[i] == Approx(local[i]).margin(1e-5));
  }
  // published: e = (.3, -.5, .7)
  float f[4], six[6];
  store(exp_map(Vec3(0.3, -0.5, 0.7)), f);
  tangent_normal(f, six);
  const float golden[6] = {.654894f, .537153f, .531583f, -.335712f, -.423414f, .841438f};
  for (int i = 0; i < 6; ++i) CHECK(six[i] == Approx(golden[i]).margin(1e-6));
  // a character that looks straight up has no heading
  store(exp_map(Vec3(0, -M_PI / 2, 0)), f);
  CHECK(std::isfinite(heading_of(f).c));
}

TEST_CASE("joint features of hinges, balls, series and rigid connections") {
  JointTerm fixed, hinge, ball, series;
  hinge.kind = JointTerm::hinge, hinge.qpos = 0, hinge.count = 1;
  hinge.axis[0][1] = 1;
  ball.kind = JointTerm::ball, ball.qpos = 1;
  series.kind = JointTerm::series, series.qpos = 5, series.count = 2;
  series.axis[0][0] = 1, series.axis[1][2] = 1;
  const JointTerm joints[] = {fixed, hinge, ball, series};
  const Quat b = exp_map(Vec3(0.3, -0.5, 0.7));
  const double qpos[] = {0.4, b.w(), b.x(), b.y(), b.z(), 0.2, -0.9};
  float six[24], few[9];
  joint_features(joints, 4, false, qpos, six);
  const Quat expected[] = {Quat::Identity(), exp_map(Vec3(0, 0.4, 0)), b,
                           exp_map(Vec3(0.2, 0, 0)) * exp_map(Vec3(0, 0, -0.9))};
  for (int j = 0; j < 4; ++j) {
    const auto e = motus::tangent_normal(expected[j]);
    for (int i = 0; i < 6; ++i) CHECK(six[6 * j + i] == Approx(e[i]).margin(1e-6));
  }
  joint_features(joints, 4, true, qpos, few);
  CHECK(few[0] == 0.4f);
  CHECK(few[1] == Approx(.654894f).margin(1e-6));
  CHECK(few[7] == 0.2f);
  CHECK(few[8] == -0.9f);
  int width = 0;
  for (const JointTerm& j : joints) width += feature_count(j, true);
  CHECK(width == 9);
}

TEST_CASE("a window is read from the ring oldest first, wherever its head is") {
  const SnapshotLayout l{.joint_features = 1, .dofs = 1, .keys = 0};
  const std::vector<FeatureTerm> terms = mimickit_discriminator(true, true, true);
  const FeatureView o{terms.data(), static_cast<int>(terms.size()), nullptr};
  const int steps = 3;
  std::vector<float> straight, turned(static_cast<size_t>(steps * l.size()));
  for (int i = 0; i < steps; ++i) {
    std::vector<float> s(static_cast<size_t>(l.size()));
    s[0] = static_cast<float>(i), s[1] = 10, s[2] = 0.5f + static_cast<float>(i), s[3] = 1;
    s[SnapshotLayout::kJoints] = 7 + static_cast<float>(i);
    straight.insert(straight.end(), s.begin(), s.end());
  }
  const size_t width = static_cast<size_t>(features_width(l, o) * steps);
  std::vector<float> a(width), b(width);
  write_window(l, o, straight.data(), steps, 2, false, a.data());
  for (int head = 0; head < steps; ++head) {
    for (int i = 0; i < steps; ++i) {
      const int at = (head + 1 + i) % steps;
      std::copy_n(&straight[static_cast<size_t>(i * l.size())], l.size(),
                  &turned[static_cast<size_t>(at * l.size())]);
    }
    write_window(l, o, turned.data(), steps, head, false, b.data());
    CHECK(a == b);
  }
  // x and y from the newest root, z absolute
  CHECK(a[0] == -2);
  CHECK(a[1] == 0);
  CHECK(a[2] == 0.5f);
  CHECK(a[9] == 7);
  const size_t last = width - width / 3;
  CHECK(a[last] == 0);
  CHECK(a[last + 2] == 2.5f);
}

TEST_CASE("what may not touch the ground fails beyond a tenth of a newton") {
  const unsigned char may[] = {0, 1, 0};
  float forces[9] = {};
  CHECK(!ground_contact(forces, may, 3));
  forces[5] = 300;  // a foot
  CHECK(!ground_contact(forces, may, 3));
  forces[6] = 0.1f;
  CHECK(!ground_contact(forces, may, 3));
  forces[6] = -0.11f;
  CHECK(ground_contact(forces, may, 3));
}

TEST_CASE("the velocity envelope follows slowly and is round") {
  std::vector<float> s(13);
  s[3] = std::cos(0.25f * 3.14159265f), s[6] = std::sin(0.25f * 3.14159265f);  // faces y
  s[8] = 1;                                                                    // moves along y
  float v[2] = {0, 0};
  for (int i = 0; i < 200; ++i) follow_velocity(s.data(), 0.1f, v);
  CHECK(v[0] == Approx(1).margin(1e-4));
  CHECK(v[1] == Approx(0).margin(1e-4));
  const float mean[2] = {1.2f, 0.1f};
  CHECK(outside_envelope(v, mean, 0.22f));
  CHECK(!outside_envelope(v, mean, 0.23f));
}

TEST_CASE("random numbers depend on all of their coordinates and fill the unit interval") {
  CHECK(random_bits(1, 2, 3, 4) == random_bits(1, 2, 3, 4));
  CHECK(random_bits(1, 2, 3, 4) != random_bits(2, 2, 3, 4));
  CHECK(random_bits(1, 2, 3, 4) != random_bits(1, 3, 3, 4));
  CHECK(random_bits(1, 2, 3, 4) != random_bits(1, 2, 4, 4));
  CHECK(random_bits(1, 2, 3, 4) != random_bits(1, 2, 3, 5));
  double sum = 0, least = 1, most = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    const double u = random_unit(7, 0, i, 0);
    sum += u, least = std::min(least, u), most = std::max(most, u);
  }
  CHECK(sum / 10000 == Approx(0.5).margin(0.015));
  CHECK(least >= 0);
  CHECK(most < 1);
  CHECK(most - least > 0.999);
}
