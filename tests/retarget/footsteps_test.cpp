// When a foot of the source stands, and where the robot's is put.
#include "retarget/footsteps.h"

#include <algorithm>
#include <cmath>

#include "tests/catch.h"

using namespace motus;
using namespace motus::retarget;

namespace {

constexpr double kLeg = 0.86, kFps = 30;
constexpr int kFrames = 60;

/// A foot 0.15 m long whose ankle is 0.08 m high, pitched about its toe and moved over the floor.
template <typename Pitch, typename Shift>
FootTrack track(const Pitch& pitch, const Shift& shift) {
  FootTrack t;
  for (int f = 0; f < kFrames; ++f) {
    const Vec3 toe(0.15 + shift(f), 0, 0.02);
    t.toe.push_back(toe);
    t.ankle.push_back(toe +
                      Quat(Eigen::AngleAxisd(pitch(f), Vec3::UnitY())) * Vec3(-0.15, 0, 0.06));
  }
  return t;
}

}  // namespace

TEST_CASE(
    "a foot that rolls over its toe drifts nowhere, one that is dragged by what it is dragged") {
  const auto rolling = [](int f) { return 0.8 * f / kFrames; };
  const auto none = [](int) { return 0.0; };
  const FootContact still = find_contacts({track(rolling, none)}, kFps, kLeg)[0];
  CHECK(still.drift.back().norm() < 1e-9);
  const FootContact moved =
      find_contacts({track(none, [](int f) { return 0.2 * f / kFps; })}, kFps, kLeg)[0];
  CHECK(moved.drift.back().x() == Approx(0.2 * (kFrames - 1) / kFps / kLeg));
}

TEST_CASE("a stance is moved where the source's foot shuffles") {
  // 8 cm within a fifth of a second in the middle of a long stance
  const int begin = 30, end = 36;
  const auto shift = [&](int f) { return 0.08 * std::clamp((f - begin) / 6.0, 0.0, 1.0); };
  const FootTrack t = track([](int) { return 0.0; }, shift);
  const FootContact contact = find_contacts({t}, kFps, kLeg)[0];
  std::vector<FootTarget> raw(kFrames);
  for (int f = 0; f < kFrames; ++f) {
    raw[static_cast<size_t>(f)].ankle = Vec3(shift(f), 0, 0.035);
  }
  Foot foot;
  foot.ankle_height = 0.035;
  foot.heel = -0.05;
  foot.toe = 0.12;
  foot.sole = {{Vec3(-0.05, 0, -0.03), 0.005, {}}, {Vec3(0.12, 0, -0.03), 0.005, {}}};
  const std::vector<FootTarget> out = plan_foot(raw, contact, {}, foot, kFps, false);
  for (int f = 1; f < kFrames; ++f) {
    const size_t k = static_cast<size_t>(f);
    INFO(f);
    if (f <= begin - 3 || f > end + 3) CHECK((out[k].ankle - out[k - 1].ankle).norm() < 1e-9);
  }
  CHECK((out.back().ankle - out.front().ankle).x() == Approx(0.08).margin(0.01));
}

TEST_CASE("a foot that comes down fast and leaves fast stands while it is still, and not before") {
  // a runner's: 3 m/s and half a metre a second down, then 9 frames of 60 a second on the floor
  const double fps = 60;
  const int down = 20, up = 29;
  FootTrack t;
  for (int f = 0; f < kFrames; ++f) {
    const double air = std::max({0, down - f, f - (up - 1)}) / fps;
    t.toe.emplace_back((f < down ? -3 : 3) * air, 0, 0.02 + 0.5 * air);
    t.ankle.push_back(t.toe.back() + Vec3(-0.15, 0, 0.06));
  }
  const FootContact contact = find_contacts({t}, fps, kLeg)[0];
  for (int f = 0; f < kFrames; ++f) {
    INFO(f);
    CHECK(contact.stance[static_cast<size_t>(f)] == (f >= down && f < up ? 1 : 0));
  }
}

TEST_CASE("under a leg that leans further than its ankle tilts, a foot rolls onto its edge") {
  Foot foot;
  foot.ankle_height = 0.035;
  foot.heel = -0.05;
  foot.toe = 0.12;
  foot.left = 0.03;
  foot.right = -0.03;
  foot.roll = 0.26;
  for (const double x : {-0.05, 0.12}) {
    for (const double y : {-0.03, 0.03}) foot.sole.push_back({Vec3(x, y, -0.03), 0.005, {}});
  }
  const std::vector<FootTarget> raw(kFrames, {.ankle = Vec3(0, 0, 0.035)});
  FootContact contact;
  contact.stance.assign(kFrames, 1);
  contact.flat.assign(kFrames, 1);
  contact.drift.assign(kFrames, Vec3::Zero());
  // the hip goes from above the ankle to 40 degrees beside it, either way
  for (const double side : {-1.0, 1.0}) {
    std::vector<Vec3> hips;
    const auto lean = [](int f) { return 0.7 * f / (kFrames - 1); };
    for (int f = 0; f < kFrames; ++f)
      hips.emplace_back(0, side * 0.6 * std::sin(lean(f)), 0.035 + 0.6 * std::cos(lean(f)));
    const std::vector<FootTarget> out = plan_foot(raw, contact, hips, foot, kFps, false);
    const Vec3 edge(0, side * 0.03, 0);
    for (int f = 0; f < kFrames; ++f) {
      INFO(side << ' ' << f);
      const FootTarget& t = out[static_cast<size_t>(f)];
      const double tilt = -side * std::asin((t.foot * Vec3::UnitY()).z());
      if (lean(f) < foot.roll - kRollMargin) {
        CHECK(tilt == 0);
      } else {
        // what is left for the ankle
        CHECK(lean(f) - tilt < foot.roll);
        CHECK(((t.ankle + t.foot * t.touch) - edge).head<2>().norm() < 1e-9);
      }
      CHECK(std::abs(sole_height(foot, t.ankle, t.foot)) < 1e-9);
    }
  }
}

TEST_CASE("paws that creep while they carry a dog stand") {
  // half a second a stride: carried at 0.3 m/s for half of it, then thrown ahead
  const double fps = 60, leg = 0.4;
  std::vector<FootTrack> feet(4);
  std::vector<std::vector<char>> low(4);
  for (size_t i = 0; i < 4; ++i) {
    double x = 0;
    for (int f = 0; f < 120; ++f) {
      const int phase = (f + (i == 0 || i == 3 ? 0 : 15)) % 30;
      const bool carries = phase < 15;
      x += (carries ? 0.3 : 3.7) / fps;
      const Vec3 toe(x, 0, carries ? 0.01 : 0.01 + 0.08 * std::sin(M_PI * (phase - 14) / 16));
      feet[i].toe.push_back(toe);
      feet[i].ankle.push_back(toe + Vec3(-0.02, 0, 0.05));
      low[i].push_back(phase > 2 && phase < 12 ? 1 : phase > 17 && phase < 27 ? 0 : 2);
    }
  }
  const std::vector<FootContact> dog = find_contacts(feet, fps, leg);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t f = 30; f < 90; ++f) {
      if (low[i][f] != 2) CHECK(dog[i].stance[f] == low[i][f]);
    }
  }
  const std::vector<FootContact> person = find_contacts({feet[0], feet[1]}, fps, leg);
  CHECK(std::count(person[0].stance.begin(), person[0].stance.end(), 1) == 0);
}
