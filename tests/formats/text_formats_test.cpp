// Quadruped JSON, DeepMimic JSON and robot CSV: invalid, round trip, then what is known of real
// files.
#include <cmath>
#include <set>

#include "formats/json/amp_json.h"
#include "formats/json/deepmimic_json.h"
#include "formats/json/json_frames.h"
#include "formats/json/tienkung.h"
#include "formats/robot_csv.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/corpus.h"

using namespace motus;
using Catch::Contains;
using formats::Bytes;

namespace {

Clip read(const std::string& text, const std::string& from, formats::ReadOptions options = {}) {
  return formats::read(std::as_bytes(std::span(text)), from, options)[0];
}

/// A line of `n` numbers: position 1 2 3, the quaternion given, then 0.01, 0.02 ...
std::string row(const std::string& quat, int n) {
  std::string out = "1,2,3," + quat;
  for (int i = 7; i < n; ++i) out += "," + std::to_string(0.01 * (i - 6));
  return out;
}

}  // namespace

TEST_CASE("JSON motions that are broken are refused in one line") {
  const std::string head = R"({"LoopMode":"Wrap","FrameDuration":0.02,"Frames":)";
  CHECK_THROWS_WITH(read(head, "amp_json"), Contains("is no JSON"));
  CHECK_THROWS_WITH(read(head + "[]}", "amp_json"), Contains("'Frames' is empty"));
  CHECK_THROWS_WITH(read(head + "[[1,2],[1]]}", "amp_json"), Contains("frame 1: expected 2"));
  CHECK_THROWS_WITH(read(head + "[[1,\"a\"]]}", "amp_json"), Contains("frame 0, column 1"));
  CHECK_THROWS_WITH(read(head + "[[1,2]]}", "amp_json"), Contains("has 2 columns, expected 61"));
  CHECK_THROWS_WITH(read(head + "[[" + row("0,0,0,0", 19) + "]]}", "amp_json"),
                    Contains("frame 0"));
  CHECK_THROWS_WITH(read(R"({"Loop":"none","Frames":[[1,2]]})", "deepmimic"),
                    Contains("expected 44"));
}

TEST_CASE("robot CSV: dialects, guesses and refusals") {
  const std::string up = "0.01,0.02,0.03,0.99929976", wxyz = "0.99929976,0.01,0.02,0.03";
  const Clip a = read(row(up, 36) + "\n" + row(up, 36) + "\n", "");
  CHECK(a.source.format == "csv");
  CHECK(a.skeleton->name() == "g1");
  CHECK(a.frames() == 2);
  CHECK(a.fps == 30);
  CHECK(a.source.fps_source == "guess");
  CHECK(a.root_rot(0, 0) == Approx(0.9993).epsilon(1e-4));
  CHECK(a.dof_pos(1, 28) == Approx(0.29));
  const Clip b = read("\xef\xbb\xbf" + row(wxyz, 36) + ",\r\n", "");
  CHECK(b.root_rot.row(0).isApprox(a.root_rot.row(0), 1e-12));
  formats::ReadOptions lying;
  lying.quat_order = "xyzw";
  lying.fps = 50;
  const Clip told = read(row(wxyz, 36), "", lying);
  CHECK(told.root_rot(0, 1) == Approx(0.9993).epsilon(1e-4));
  CHECK(told.fps == 50);
  CHECK(told.source.fps_source == "user");

  CHECK_THROWS_WITH(read(row(up, 36) + "\n" + row(up, 35), ""), Contains("line 2: 35 columns"));
  CHECK_THROWS_WITH(read(row(up, 36) + "\n" + row(up, 35) + ",x", "csv"),
                    Contains("line 2, column 36") && Contains("'x'"));
  CHECK_THROWS_WITH(read(row(up, 36) + "\n" + row(up, 35) + ",nan", "csv"), Contains("frame 1"));
  CHECK_THROWS_WITH(read(row(up, 20), ""), Contains("13 dofs of a robot"));
  CHECK_THROWS_WITH(read("root_pos_x,root_pos_y\n", "csv"), Contains("no rows"));
}

TEST_CASE("a CSV's header says what its columns are") {
  formats::ReadOptions a1;
  a1.skeleton = "a1";
  std::string head =
      "frame,root pos x,root pos y,root pos z,root rot x,root rot y,root rot z,root rot w";
  std::string values = "0,1,2,3,0,0,0,1";
  // legs in another order than the robot's: names win
  int k = 0;
  for (const char* leg : {"RL", "RR", "FL", "FR"}) {
    for (const char* joint : {"hip", "thigh", "calf"}) {
      head += std::string(",") + leg + "_" + joint + "_joint";
      values += "," + std::to_string(++k);
    }
  }
  const Clip c = read(head + "\n" + values + "\n", "", a1);
  CHECK(c.root_pos(0, 2) == 3);
  CHECK(c.root_rot(0, 0) == 1);
  CHECK(c.dof_pos(0, c.skeleton->find_dof("RL_hip_joint")) == 1);
  CHECK(c.dof_pos(0, c.skeleton->find_dof("FR_calf_joint")) == 12);
  const Clip found = read(head + "\n" + values + "\n", "");  // by its dof names, in any order
  CHECK(found.skeleton->name() == "a1");
  REQUIRE_FALSE(found.source.warnings.empty());
  CHECK(found.source.warnings[0].find("'a1' and 'go2'") != std::string::npos);
  CHECK(found.dof_pos(0, found.skeleton->find_dof("RL_hip_joint")) == 1);
  const auto written = formats::write_robot_csv(std::span(&found, 1), {});
  CHECK(formats::read(written, "", {})[0].dof_pos == found.dof_pos);
  CHECK_THROWS_WITH(read("root_pos_x,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,8\n", "csv", a1),
                    Contains("root_rot"));
}

TEST_CASE("damaged text is a clip or one line, never a crash") {
  const std::string up = "0.01,0.02,0.03,0.99929976";
  std::string frames, deep = "0.016";
  const std::set<int> real_parts = {4, 8, 12, 16, 21, 25, 30, 35, 39};
  for (int c = 1; c < 44; ++c) deep += real_parts.contains(c) ? ",1" : ",0";
  for (int i = 0; i < 3; ++i) frames += std::string(i ? "," : "") + "[" + row(up, 61) + "]";
  const std::string bvh =
      "HIERARCHY\nROOT a { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition Zrotation "
      "Yrotation Xrotation JOINT b { OFFSET 0 9 0 CHANNELS 3 Zrotation Xrotation Yrotation End "
      "Site { OFFSET 0 1 0 } } }\nMOTION\nFrames: 2\nFrame Time: 0.01\n1 2 3 4 5 6 7 8 9\n1 2 3 4 "
      "5 6 7 8 9\n";
  const std::pair<std::string, std::string> seeds[] = {
      {"bvh", bvh},
      {"csv", row(up, 36) + "\n" + row(up, 36) + "\n"},
      {"amp_json", R"({"LoopMode":"Wrap","FrameDuration":0.02,"Frames":[)" + frames + "]}"},
      {"deepmimic", R"({"Loop":"wrap","Frames":[[)" + deep + "],[" + deep + "]]}"}};
  uint64_t state = 12345;
  const auto random = [&](size_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<size_t>(state >> 33) % n;
  };
  const std::string alphabet = "0123456789.-+eE,[]{}\" \n\tnaRJ\xff" + std::string(1, '\0');
  for (const auto& [format, seed] : seeds) {
    int refused = 0;
    for (int i = 0; i < 400; ++i) {
      std::string text = seed;
      for (size_t k = 0; k <= random(4); ++k) {
        const size_t at = random(text.size());
        if (random(3) == 0) {
          text.erase(at, 1 + random(20));
        } else {
          text[at] = alphabet[random(alphabet.size())];
        }
        if (text.empty()) text = "x";
      }
      try {
        read(text, format);
      } catch (const Error& e) {
        ++refused;
        CHECK(std::string(e.what()).find('\n') == std::string::npos);
      }
    }
    INFO(format);
    CHECK(refused > 50);
    CHECK(refused < 400);
  }
}

TEST_CASE("a robot's CSV comes back") {
  const std::string up = "0.01,0.02,0.03,0.99929976";
  const Clip a = read(row(up, 36) + "\n" + row(up, 36) + "\n", "");
  const auto bytes = formats::write_robot_csv(std::span(&a, 1), {});
  const Clip b = formats::read(bytes, "", {})[0];
  CHECK(b.root_pos == a.root_pos);
  CHECK((b.root_rot - a.root_rot).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(b.dof_pos == a.dof_pos);
}

TEST_CASE("quadruped JSON of another robot is noticed by its toes") {
  const Clip robot = read(
      "root_pos_x,root_pos_y,root_pos_z,root_rot_x,root_rot_y,root_rot_z,"
      "root_rot_w,FR_hip_joint,FR_thigh_joint,FR_calf_joint,FL_hip_joint,"
      "FL_thigh_joint,FL_calf_joint,RR_hip_joint,RR_thigh_joint,RR_calf_joint,"
      "RL_hip_joint,RL_thigh_joint,RL_calf_joint\n"
      "0,0,.3,0,0,0,1,0,.9,-1.8,0,.9,-1.8,0,.9,-1.8,0,.9,-1.8\n",
      "csv", [] {
        formats::ReadOptions o;
        o.skeleton = "go2";
        return o;
      }());
  const auto text = formats::write_amp_json(std::span(&robot, 1), {});
  formats::ReadOptions options;
  CHECK(formats::read(text, "", options)[0].source.warnings.size() == 1);
  options.skeleton = "go2";
  const Clip back = formats::read(text, "", options)[0];
  CHECK(back.source.warnings.empty());
  CHECK(back.dof_pos == robot.dof_pos);
}

TEST_CASE("AMP_for_hardware: known clips, and the same numbers back") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const std::tuple<const char*, int, double> known[] = {
      {"trot0", 33, .021},     {"pace0", 39, .021},       {"pace1", 492, .021},
      {"leftturn0", 46, .021}, {"rightturn0", 120, .021}, {"hopturn", 90, .0416667}};
  for (const auto& [name, frames, dt] : known) {
    INFO(name);
    const auto path =
        folder / "json_amp_hardware" / "AMP_for_hardware" / (std::string(name) + ".txt");
    const Clip c = read_file(path)[0];
    CHECK(c.frames() == frames);
    CHECK(1 / c.fps == Approx(dt).epsilon(1e-5));
    CHECK(c.loop == LoopMode::wrap);
    const auto bytes = formats::write_amp_json(std::span(&c, 1), {});
    const formats::JsonFrames before = formats::parse_json_frames(file_bytes(path)),
                              after = formats::parse_json_frames(bytes);
    CHECK(before.rows == after.rows);  // bit for bit
    // what is computed anew for an edited clip is what the original tools computed
    Clip edited = c;
    edited.source.fingerprint = "edited";
    const formats::JsonFrames made =
        formats::parse_json_frames(formats::write_amp_json(std::span(&edited, 1), {}));
    const Frames off = (made.rows - before.rows).cwiseAbs();
    CHECK(off.leftCols(3).maxCoeff() == 0);
    CHECK(off.middleCols(7, 12).maxCoeff() == 0);
    CHECK(off.middleCols(19, 12).maxCoeff() < 2e-5);  // toes: five decimals
    const int steady = std::string(name) == "hopturn" ? 0 : frames - 1;
    if (std::string(name) == "trot0") {
      CHECK(off.block(0, 31, steady, 3).maxCoeff() < 2e-3);
      CHECK(off.block(0, 37, steady, 12).maxCoeff() < 2e-3);
    }
  }
}

TEST_CASE("TienKung: the two dialects are told apart and come back bit for bit") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const auto path = [&](const char* name) {
    return folder / "json_amp_hardware" / "TienKung" / (std::string(name) + ".txt");
  };
  for (const auto& [name, variant, frames] :
       {std::tuple("motion_amp_expert__run", "expert", 344),
        std::tuple("motion_visualization__walk", "visualization", 736)}) {
    INFO(name);
    const Clip c = read_file(path(name))[0];
    CHECK(c.source.format == "tienkung");
    CHECK(c.source.variant == variant);
    CHECK(c.frames() == frames);
    CHECK(c.fps == Approx(1 / 0.033));
    CHECK(c.weight == 0.5);
    const formats::JsonFrames before = formats::parse_json_frames(file_bytes(path(name)));
    CHECK(formats::parse_json_frames(formats::write_tienkung(std::span(&c, 1), {})).rows ==
          before.rows);
    // what is computed anew is what the original converter computed, but for its first frame
    Clip edited = c;
    edited.source.fingerprint = "edited";
    const Frames made =
        formats::parse_json_frames(formats::write_tienkung(std::span(&edited, 1), {})).rows;
    const Frames off = (made - before.rows).bottomRows(frames - 2).cwiseAbs();
    // two steps of the recorded angular velocity are off by whole turns (188.5 rad/s)
    CHECK((off.array() > 0.5).count() <= 2);
    CHECK(off.mean() < 3e-2);
  }
  const Clip run = read_file(path("motion_amp_expert__run"))[0];
  const Clip walk = read_file(path("motion_visualization__walk"))[0];
  // knees bend one way, arms hang to their own side, whatever the order of the columns
  for (const Clip* c : {&run, &walk}) {
    const auto mean = [&](const char* dof) {
      return c->dof_pos.col(c->skeleton->find_dof(dof)).mean();
    };
    CHECK(mean("knee_pitch_l_joint") > 0.3);
    CHECK(mean("knee_pitch_r_joint") > 0.3);
    CHECK(mean("shoulder_roll_l_joint") > 0.05);
    CHECK(mean("shoulder_roll_r_joint") < -0.05);
    CHECK(mean("elbow_pitch_l_joint") < -0.2);
  }
  formats::ReadOptions other;
  other.kind = "dance";
  CHECK_THROWS_WITH(read_file(path("motion_amp_expert__run"), other), Contains("--kind"));
  const std::string still = R"({"FrameDuration":0.03,"Frames":[[)" + row("0,0,0,0", 52) + "]]}";
  CHECK_THROWS_WITH(read(still, ""), Contains("do not tell which"));
}

TEST_CASE("DeepMimic: known clips stand upright and last as long") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const auto file = [&](const char* name) {
    return read_file(folder / "json_deepmimic" / "DeepMimic" / (std::string(name) + ".txt"))[0];
  };
  const Clip jump = file("humanoid3d_jump");
  CHECK(jump.frames() == 107);
  CHECK(std::stod(jump.source.metadata.at("duration")) == Approx(1.766596).epsilon(1e-6));
  CHECK(jump.loop == LoopMode::wrap);
  const Clip roll = file("humanoid3d_roll");
  CHECK(std::stod(roll.source.metadata.at("duration")) == Approx(2.01592).epsilon(1e-6));
  CHECK(roll.duration() == Approx(2.01592).margin(1.0 / 60));
  CHECK(file("humanoid3d_sideflip").duration() == Approx(2.4375));
  const Clip spin = file("humanoid3d_spin");
  const Frames p = body_positions(spin);
  const auto z = [&](const char* body) { return p(0, 3 * spin.skeleton->find_body(body) + 2); };
  CHECK(z("head") > 1.2);
  CHECK(z("left_foot") < 0.3);
  CHECK(z("right_foot") < 0.3);
  CHECK(p(0, 3 * spin.skeleton->find_body("left_thigh") + 1) >
        p(0, 3 * spin.skeleton->find_body("right_thigh") + 1));
  const Clip dog = file("dog3d_trot");
  CHECK(dog.frames() == 32);
  CHECK(dog.fps == Approx(60));
  CHECK(dog.loop == LoopMode::wrap);
  const Frames d = body_positions(dog);
  const auto at = [&](const char* body, int axis) {
    return d(0, 3 * dog.skeleton->find_body(body) + axis);
  };
  CHECK(d(31, 0) - d(0, 0) > 0.5);                // trots forward
  CHECK(at("head", 0) > at("root", 0) + 0.5);     // head ahead
  CHECK(at("left_toe", 1) > at("right_toe", 1));  // left is left
  double lowest = 1;
  for (int b = 0; b < dog.skeleton->body_count(); ++b) lowest = std::min(lowest, d(0, 3 * b + 2));
  CHECK(std::abs(lowest) < 0.1);
}

TEST_CASE("DeepMimic: both figures come back bit for bit, edited ones within rounding") {
  const auto folder = corpus();
  if (folder.empty()) return;
  for (const char* name : {"humanoid3d_roll", "humanoid3d_jump", "dog3d_trot", "dog3d_spin"}) {
    INFO(name);
    const auto path = folder / "json_deepmimic" / "DeepMimic" / (std::string(name) + ".txt");
    const Clip c = read_file(path)[0];
    const formats::JsonFrames before = formats::parse_json_frames(file_bytes(path));
    const auto text = formats::write_deepmimic_json(std::span(&c, 1), {});
    CHECK(formats::parse_json_frames(text).rows == before.rows);
    CHECK(formats::parse_json_frames(text).word("Loop") == before.word("Loop"));
    Clip edited = c;
    edited.source.fingerprint = "edited";
    const Clip back =
        formats::read(formats::write_deepmimic_json(std::span(&edited, 1), {}), "", {})[0];
    REQUIRE(back.frames() == c.frames());
    CHECK((body_positions(back) - body_positions(c)).cwiseAbs().maxCoeff() < 1e-9);
  }
}

TEST_CASE("Kimodo's CSV: quaternions guessed as they are") {
  const auto folder = corpus();
  if (folder.empty()) return;
  const Clip c = read_file(folder / "csv_robot" / "ProtoMotions_kimodo" / "output_walk.csv")[0];
  CHECK(c.frames() == 150);
  CHECK(c.root_pos(0, 2) == Approx(.764336).epsilon(1e-5));
  const double expected[] = {.998537, -.038488, -.037316, .00708852};
  for (int k = 0; k < 4; ++k) CHECK(c.root_rot(0, k) == Approx(expected[k]).epsilon(1e-5));
}
