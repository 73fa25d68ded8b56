// Differences that are planted come back as numbers; equal motions have none; lists and names of datasets.
#include "motion/diff.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "motion/dataset.h"
#include "motion/edit_place.h"
#include "motion/error.h"
#include "motion/resample.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

Clip walking(SkeletonKind kind) {
  Clip c = standing(Skeleton::build(figure_spec(kind)));
  for (int f = 0; f < c.frames(); ++f) {
    c.root_pos(f, 0) = 0.03 * f;
    Clip::set_quat(c.root_rot, f, 0,
                   Quat(Eigen::AngleAxisd(0.4 * std::sin(0.15 * f), Vec3::UnitY())));
  }
  return c;
}

}  // namespace

TEST_CASE("a motion does not differ from itself") {
  const Clip c = walking(SkeletonKind::robot);
  for (const Align align : {Align::time, Align::dtw}) {
    const ClipDiff d = diff(c, c, {.align = align});
    CHECK(d.frames == 61);
    CHECK(d.notes.empty());
    CHECK(ClipDiff::worst(d.positions).worst == 0);
    CHECK(ClipDiff::worst(d.rotations).worst == 0);
    CHECK(ClipDiff::worst(d.dofs).worst == 0);
  }
}

TEST_CASE("a planted difference: body, frame, size") {
  const Clip a = walking(SkeletonKind::robot);
  Clip b = a;
  b.dof_pos(40, 1) += 0.5;  // the left knee: its shin's children swing
  const ClipDiff d = diff(a, b);
  CHECK(ClipDiff::worst(d.dofs).name == "l_knee");
  CHECK(ClipDiff::worst(d.dofs).worst == Approx(0.5));
  CHECK(ClipDiff::worst(d.dofs).frame == 40);
  CHECK(ClipDiff::worst(d.rotations).worst == Approx(0.5 * 180 / M_PI));
  CHECK(ClipDiff::worst(d.positions).name == "l_toe");
  CHECK(ClipDiff::worst(d.positions).frame == 40);
  CHECK(d.positions[0].worst == 0);
  CHECK(d.dofs[1].mean == Approx(0.5 / 61));
}

TEST_CASE("place and heading count in the world, not against the root") {
  const Clip a = walking(SkeletonKind::character);
  const Clip b = turn(translate(a, Vec3(3, 4, 0)), 1.0);
  CHECK(ClipDiff::worst(diff(a, translate(a, Vec3(3, 4, 0))).positions).worst == Approx(5));
  CHECK(ClipDiff::worst(diff(a, b, {.against = Against::root}).positions).worst < 1e-12);
  CHECK(ClipDiff::worst(diff(a, b, {.against = Against::root}).rotations).worst < 1e-6);
}

TEST_CASE("another rate is resampled, another length is said") {
  const Clip a = walking(SkeletonKind::robot);
  const ClipDiff d = diff(resample(a, 15), a);
  CHECK(d.frames == 31);
  CHECK(ClipDiff::worst(d.positions).worst < 1e-12);
  CHECK(d.notes.size() == 1);
  const ClipDiff s = diff(a, cut(a, 0, 50));
  CHECK(s.missing == 11);
  CHECK(s.frames == 50);
}

TEST_CASE("warping: the same motion played unevenly") {
  const Clip a = walking(SkeletonKind::character);
  Clip b = a;
  for (int f = 0; f < a.frames(); ++f) {
    const int g = static_cast<int>(60 * std::pow(f / 60.0, 1.5));  // late first, then hurries
    b.root_rot.row(f) = a.root_rot.row(g);
    b.local_rot.row(f) = a.local_rot.row(g);
  }
  const DiffOptions time{.against = Against::root},
      dtw{.align = Align::dtw, .against = Against::root};
  CHECK(ClipDiff::mean(diff(a, b, dtw).positions) <
        0.2 * ClipDiff::mean(diff(a, b, time).positions));
  const auto pairs = diff(a, b, dtw).pairs;
  CHECK(pairs.front() == std::pair(0, 0));
  CHECK(pairs.back() == std::pair(60, 60));
  for (size_t i = 1; i < pairs.size(); ++i) {
    CHECK(pairs[i].first - pairs[i - 1].first <= 1);
    CHECK(pairs[i].second - pairs[i - 1].second <= 1);
  }
}

TEST_CASE("warp: a worked example") {
  Frames a(3, 1), b(4, 1);
  a << 0, 1, 2;
  b << 0, 0, 1, 2;
  const std::vector<std::pair<int, int>> expected{{0, 0}, {0, 1}, {1, 2}, {2, 3}};
  CHECK(warp(a, b) == expected);
}

TEST_CASE("other skeletons are compared by name, then by role, or not at all") {
  const Clip a = walking(SkeletonKind::character);
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  for (Body& b : spec.bodies) b.name = "x_" + b.name;
  Clip b = a;
  b.skeleton = Skeleton::build(spec);
  const ClipDiff d = diff(a, b);
  CHECK(d.positions.size() == 10);
  CHECK(ClipDiff::worst(d.positions).worst == 0);
  REQUIRE(d.notes.size() == 1);
  CHECK(d.notes[0].find("10 by role") != std::string::npos);
  spec.roles.clear();
  b.skeleton = Skeleton::build(spec);
  CHECK_THROWS_AS(diff(a, b), Error);
}

TEST_CASE("the first difference of two skeletons in words") {
  const Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  const SkeletonPtr a = Skeleton::build(spec);
  CHECK(first_difference(*a, *a).empty());
  const auto changed = [&](auto change) {
    Skeleton::Spec s = spec;
    change(s);
    return first_difference(*Skeleton::build(s), *a);
  };
  CHECK(changed([](auto& s) { s.bodies[9].name = "toe"; }) == "body 9 is 'toe', expected 'r_toe'");
  CHECK(changed([](auto& s) { s.bodies.pop_back(), s.roles.erase("right_toe"); }) ==
        "9 bodies, expected 10");
  CHECK(changed([](auto& s) { s.bodies[1].rest_pos.z() = 0.5; }) ==
        "body 'head' lies at (0 0 0.5) m from its parent, expected (0 0 0.7)");
  CHECK(changed([](auto& s) { s.joints[0].axis = Vec3::UnitX(); }) ==
        "joint 'neck' turns about (1 0 0), expected (0 0 1)");
}

TEST_CASE("names that are taken get the next free number") {
  std::vector<Clip> clips(5);
  const char* names[] = {"walk", "walk", "walk_2", "run", "walk"};
  for (size_t i = 0; i < clips.size(); ++i) clips[i].name = names[i];
  CHECK(make_names_unique(clips) == 2);
  const char* expected[] = {"walk", "walk_3", "walk_2", "run", "walk_4"};
  for (size_t i = 0; i < clips.size(); ++i) CHECK(clips[i].name == expected[i]);
}

TEST_CASE("MimicKit's list of motions: there and back, and what is refused") {
  namespace fs = std::filesystem;
  const fs::path file = fs::temp_directory_path() / "motus_dataset_test.yaml";
  const auto write = [&](const std::string& text) { std::ofstream(file) << text; };
  const std::vector<DatasetEntry> entries{{"a/walk.pkl", 3}, {"run \"fast\": #1.pkl", 0.125}};
  write(dataset_list_text(entries));
  const std::vector<DatasetEntry> back = read_dataset_list(file);
  REQUIRE(back.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(back[i].file == entries[i].file);
    CHECK(back[i].weight == entries[i].weight);
  }
  for (const char* text :
       {"motions: []\n", "motions:\n  - file: a\n", "motions:\n  - {file: a, weight: -1}\n",
        "motions:\n  - {file: a, weight: heavy}\n", "motion:\n  - {file: a, weight: 1}\n",
        "motions:\n  - {file: a, weight: 1}\nmore: 1\n"}) {
    INFO(text);
    write(text);
    CHECK_THROWS_AS(read_dataset_list(file), Error);
  }
  fs::remove(file);
}
