// Poselib, Isaac Lab, MimicKit, GMR and bare arrays on motions made here.
#include <cmath>
#include <limits>

#include "formats/amp_humanoid.h"
#include "formats/clip_tools.h"
#include "formats/format.h"
#include "formats/h5/h5.h"
#include "formats/mjcf.h"
#include "formats/numpy/array_file.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_writer.h"
#include "formats/smooth_velocity.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

/// A MimicKit file of these frames.
std::vector<std::byte> mimickit(const Frames& frames, const std::string& loop = "") {
  PickleWriter out;
  out.open_dict();
  out.text("fps");
  out.integer(30);
  out.text("loop_mode");
  if (loop.empty()) {
    out.integer(0);
  } else {
    out.text(loop);
  }
  out.text("frames");
  out.array(f4_array(frames));
  out.close_dict();
  return out.finish();
}

}  // namespace

TEST_CASE("files that hold no motion are refused with what was found") {
  const auto refuse = [](const Frames& frames, const std::string& expected,
                         const std::string& skeleton = "") {
    CHECK_THROWS_WITH(read_back(mimickit(frames), skeleton), Contains(expected));
  };
  refuse(Frames::Zero(3, 33), "frames of 33 numbers: no known character");
  refuse(Frames::Zero(3, 37), "sword and shield");
  refuse(Frames::Zero(3, 34), "'g1' needs 35 (6 + 29 dofs)", "g1");
  CHECK_THROWS_WITH(read_back(mimickit(Frames::Zero(3, 35), "sideways")),
                    Contains("loop_mode 'sideways'"));
  Frames bad = Frames::Zero(3, 35);
  bad(1, 0) = std::numeric_limits<double>::quiet_NaN();
  refuse(bad, "frame 1: root_pos[0] is nan");
  Clip zero = moving(load_robot("g1").skeleton, 4);
  zero.root_rot.row(2).setZero();
  CHECK_THROWS_WITH(read_back(write("gmr", zero)), Contains("frame 2: root_rot 0 is"));
  CHECK_THROWS_WITH(write("mimickit", as_character(moving(amp(), 3))), Contains("a character"));
  CHECK_THROWS_WITH(write("gmr", moving(amp(), 3)), Contains("hanging arms"));
  const std::vector<Clip> two(2, moving(amp(), 3));
  CHECK_THROWS_WITH(find_format("isaaclab").write(two, {}), Contains("hold one clip, got 2"));
}

TEST_CASE("bare arrays need to be told what they are") {
  const SkeletonPtr go2 = load_robot("go2").skeleton;
  const Clip clip = moving(go2, 5);
  Frames qpos(5, 7 + go2->dof_count());
  qpos << clip.root_pos, clip.root_rot, clip.dof_pos;
  const std::vector<std::byte> file = write_npy(f8_array(qpos));
  CHECK_THROWS_WITH(read(file, "", {}), Contains("(5, 19) of '<f8': numbers that do not say"));
  ReadOptions o;
  o.kind = "qpos";
  CHECK_THROWS_WITH(read(file, "", o), Contains("needs a robot"));
  o.skeleton = "g1";
  CHECK_THROWS_WITH(read(file, "", o), Contains("19 columns; 'g1' needs 7 + 29 dofs"));
  o.skeleton = "go2";
  const Clip guessed = read(file, "", o)[0];
  CHECK(guessed.source.fps_source == "guess");
  CHECK_THAT(warnings(guessed), Contains("--fps") && Contains("--quat-order"));
  o.fps = 25;
  o.quat_order = "wxyz";
  const Clip c = read(file, "", o)[0];
  CHECK(c.source.warnings.empty());
  CHECK(c.fps == 25);
  CHECK(difference(c.dof_pos, clip.dof_pos) == 0);
  CHECK(turn(c.root_rot, clip.root_rot) < 1e-9);
  o.units = "cm";
  const Clip small = read(file, "", o)[0];
  CHECK(difference(small.root_pos, 0.01 * clip.root_pos) < 1e-12);
  CHECK(small.source.conversions == std::vector<std::string>{"cm to m"});
  o.up_axis = "y";
  CHECK_THROWS_WITH(read(file, "", o), Contains("qpos is read with z up"));
  o.units = o.up_axis = "";
  o.kind = "speed";
  CHECK_THROWS_WITH(read(file, "", o), Contains("--kind 'speed' is not known"));
  const std::vector<std::byte> several =
      write_npz({{"a", f8_array(qpos)}, {"b", f4_array(clip.dof_pos)}});
  o.kind = "dof_pos";
  CHECK_THROWS_WITH(read(several, "", o), Contains("a (5, 19), b (5, 12)"));
  o.kind = "dof_pos:b";
  CHECK(difference(read(several, "", o)[0].dof_pos, clip.dof_pos) < 1e-7);
}

TEST_CASE("bare arrays: exponential maps, points and SMPL's poses") {
  const Clip clip = moving(load_robot("go2").skeleton, 5);
  Frames rows(5, 18);
  for (int f = 0; f < 5; ++f) {
    rows.row(f) << clip.root_pos.row(f), log_map(clip.root_rot_at(f)).transpose(),
        clip.dof_pos.row(f);
  }
  ReadOptions o;
  o.kind = "expmap";
  o.skeleton = "go2";
  const Clip c = read(write_npy(f8_array(rows)), "", o)[0];
  CHECK(turn(c.root_rot, clip.root_rot) < 1e-7);
  CHECK(difference(c.dof_pos, clip.dof_pos) == 0);
  // the robot's bodies as points
  const Frames points = body_positions(clip);
  o.kind = "keypoints";
  o.up_axis = "z";
  const Clip p = read(write_npy(f8_array(points, {5, points.cols() / 3, 3})), "", o)[0];
  CHECK(difference(body_positions(p), points) < 1e-6);
  CHECK(p.skeleton->role("trunk") == 0);
  o.units = "2";
  const Clip twice = read(write_npy(f8_array(points, {5, points.cols() / 3, 3})), "", o)[0];
  CHECK(difference(body_positions(twice), 2 * points) < 1e-6);
  o.skeleton = "g1";
  CHECK_THROWS_WITH(read(write_npy(f8_array(points, {5, points.cols() / 3, 3})), "", o),
                    Contains("key points; 'g1' has"));
  o = {};
  o.kind = "keypoints";
  CHECK_THROWS_WITH(read(write_npy(f8_array(Frames::Zero(2, 9), {2, 3, 3})), "", o),
                    Contains("3 key points are of no known figure"));
  o.kind = "smpl";
  CHECK(read(write_npy(f8_array(Frames::Zero(4, 72))), "", o)[0].skeleton->body_count() == 24);
  CHECK_THROWS_WITH(read(write_npy(f8_array(Frames::Zero(4, 70))), "", o), Contains("70 columns"));
}

TEST_CASE("NaN becomes rest, joint by joint, and is reported") {
  const SkeletonPtr s = load_robot("humanoid").skeleton;
  Frames frames = Frames::Constant(4, 34, 0.25);
  frames(1, 6 + s->find_dof("neck_y")) = std::nan("");
  frames(2, 6 + s->find_dof("neck_x")) = std::nan("");
  frames(3, 4) = std::nan("");
  const Clip c = read_back(mimickit(frames));
  CHECK_THAT(warnings(c), Contains("3 NaN set to zero (joints: neck, root)"));
  CHECK(c.dof_pos(1, s->find_dof("neck_x")) == 0);
  CHECK(c.dof_pos(0, s->find_dof("neck_x")) == 0.25);
  CHECK(c.root_rot_at(3).isApprox(Quat::Identity()));
}

TEST_CASE("quirks are reported: lengths, repeats, guesses") {
  Clip c = moving(load_robot("g1").skeleton, 6);
  c.root_rot.row(2) *= 0.98;
  c.root_pos.row(4) = c.root_pos.row(3);
  c.root_rot.row(4) = c.root_rot.row(3);
  c.dof_pos.row(4) = c.dof_pos.row(3);
  const Clip back = read_back(write("gmr", c));
  CHECK_THAT(warnings(back), Contains("off unit length by up to 0.02") &&
                                 Contains("1 of 5 steps repeat") && Contains("suit 'g1'"));
  CHECK(std::abs(back.root_rot.row(2).norm() - 1) < 1e-12);
  c.skeleton = moving(amp(), 6).skeleton;
}

TEST_CASE("MimicKit and GMR files return the motion of any robot") {
  for (const char* name : {"g1", "go2", "humanoid", "smpl", "pi_plus"}) {
    for (const char* format : {"mimickit", "gmr"}) {
      INFO(name << " as " << format);
      const Clip clip = moving(load_robot(name).skeleton, 9);
      const Clip back = read_back(write(format, clip), name);
      CHECK(back.fps == 50);
      CHECK(difference(back.root_pos, clip.root_pos) == 0);
      CHECK(difference(back.dof_pos, clip.dof_pos) == 0);
      CHECK(turn(back.root_rot, clip.root_rot) < 1e-7);
      if (std::string(format) == "mimickit") CHECK(back.loop == LoopMode::wrap);
    }
  }
}

TEST_CASE("Isaac Lab files return the humanoid, its dofs by name, its offsets by measure") {
  const Clip clip = moving(amp(), 12);
  const Clip back = read_back(write("isaaclab", clip));
  CHECK(back.skeleton->same_structure(*clip.skeleton));
  CHECK(back.skeleton->role("left_foot") == back.skeleton->find_body("left_foot"));
  CHECK(difference(back.dof_pos, clip.dof_pos) < 1e-6);
  CHECK(turn(back.root_rot, clip.root_rot) < 1e-6);
  CHECK(difference(body_positions(back), body_positions(clip)) < 1e-5);
  // as a character: the same file but for rounding
  const Npz a(write("isaaclab", clip));
  const std::vector<std::byte> character = write("isaaclab", as_character(clip));
  const Npz b(character);
  CHECK(b.array("dof_names") == string_array(amp_dof_names()));
  for (const char* member : {"dof_positions", "dof_velocities", "body_positions", "body_rotations",
                             "body_linear_velocities"}) {
    INFO(member);
    CHECK(difference(to_frames(Npz(write("isaaclab", clip)).array(member), member),
                     to_frames(b.array(member), member)) < 2e-5);
  }
}

TEST_CASE("Isaac Lab files of other robots go by the names of their dofs") {
  const Clip clip = moving(load_robot("g1").skeleton, 7);
  const std::vector<std::byte> file = write("isaaclab", clip);
  CHECK(difference(read_back(file).dof_pos, clip.dof_pos) < 1e-7);
  CHECK(difference(read_back(file, "g1").dof_pos, clip.dof_pos) < 1e-7);
  CHECK_THROWS_WITH(read_back(file, "go2"), Contains("0 of the 12 dofs of 'go2'"));
  const Clip other = as_character(moving(load_robot("go2").skeleton, 4));
  CHECK_THROWS_WITH(read_back(write("isaaclab", other)), Contains("not known here"));
}

TEST_CASE("Isaac Lab files with key bodies only: the root by one of these and the dofs") {
  const Clip clip = moving(load_robot("g1").skeleton, 7);
  const std::vector<std::byte> whole = write("isaaclab", clip);
  const Npz npz(whole);
  const auto names = to_strings(npz.array("body_names"), "body_names");
  const std::vector<std::string> keys = {"left_ankle_roll_link", "right_wrist_yaw_link"};
  std::vector<std::pair<std::string, Array>> members;
  for (const std::string& name : npz.names()) {
    Array a = npz.array(name);
    if (name == "body_names") a = string_array(keys);
    if (a.shape.size() == 3) {
      const Eigen::Index k = a.shape[2];
      const Frames all = to_frames(a, name);
      Frames few(all.rows(), 2 * k);
      for (Eigen::Index i = 0; i < 2; ++i) {
        const auto at = std::find(names.begin(), names.end(), keys[static_cast<size_t>(i)]);
        few.middleCols(i * k, k) = all.middleCols((at - names.begin()) * k, k);
      }
      a = f4_array(few, {all.rows(), 2, k});
    }
    members.emplace_back(name, a);
  }
  members.emplace_back("record_time", string_array({"2025-01-02T03:04:05"}));
  const std::vector<std::byte> file = write_npz(members);
  const Clip c = read_back(file, "g1");
  CHECK(difference(c.root_pos, clip.root_pos) < 1e-5);
  CHECK(turn(c.root_rot, clip.root_rot) < 1e-5);
  CHECK_THAT(warnings(c), Contains("no body 'pelvis'") && Contains("left_ankle_roll_link"));
  CHECK(write("isaaclab", read_back(write("h5", c))) == file);
}

TEST_CASE("poselib files return a character") {
  const Clip clip = as_character(moving(amp(), 12));
  const Clip back = read_back(write("poselib", clip));
  CHECK(back.skeleton->kind() == SkeletonKind::character);
  CHECK(back.skeleton->same_structure(*clip.skeleton));
  CHECK(back.fps == 50);
  CHECK(turn(back.local_rot, clip.local_rot) < 1e-6);
  CHECK(turn(back.root_rot, clip.root_rot) < 1e-6);
  CHECK(difference(back.root_pos, clip.root_pos) < 1e-7);
  CHECK(difference(back.channels.at("body_lin_vel").data,
                   smooth_linear_velocity(body_positions(clip), clip.fps)) < 1e-5);
}

TEST_CASE("an untouched clip returns its source bit for bit, a touched one does not") {
  const SkeletonPtr g1 = load_robot("g1").skeleton;
  Frames odd = Frames::Random(6, 35) * 0.3;
  odd(0, 8) = -0.0;
  const std::vector<std::byte> source = mimickit(odd);
  const Clip clip = read_back(source);
  const std::vector<std::byte> h5 = write("h5", clip);
  const Clip again = read_back(write("mimickit", read_back(h5)));
  CHECK(again.source.arrays == clip.source.arrays);
  const auto frames_in = [](const std::vector<std::byte>& pickle) {
    return numeric_array(Pickle::parse(pickle).root().at("frames", "it"), "frames");
  };
  CHECK(frames_in(write("mimickit", read_back(h5))) == f4_array(odd));
  odd(3, 20) = std::nan("");  // set to zero in the clip, kept for the file
  const Clip holed = read_back(mimickit(odd));
  CHECK(holed.dof_pos(3, 14) == 0);
  const Array kept = frames_in(write("mimickit", holed)), given = f4_array(odd);
  CHECK(kept.data == given.data);
  Clip touched = read_back(h5);
  touched.root_pos(0, 0) += 0.5;
  const Clip changed = read_back(write("mimickit", touched));
  CHECK(changed.root_pos(0, 0) == touched.root_pos(0, 0));
  CHECK(changed.source.arrays.at("root_rotation").descr == "<f8");
  // another format computes
  CHECK(read_back(write("gmr", clip)).source.arrays.count("root_rot") == 1);

  const std::vector<std::byte> npz = write("isaaclab", moving(amp(), 6));
  CHECK(write("isaaclab", read_back(write("h5", read_back(npz)))) == npz);
  const std::vector<std::byte> gmr = write("gmr", moving(g1, 6));
  CHECK(write("gmr", read_back(write("h5", read_back(gmr)))) == gmr);
  const std::vector<std::byte> npy = write("poselib", as_character(moving(amp(), 6)));
  CHECK(write("poselib", read_back(write("h5", read_back(npy)))) == npy);
}

TEST_CASE("smoothed velocities keep a constant one and hold the ends") {
  Frames line(30, 3), spin(30, 4);
  for (int f = 0; f < 30; ++f) {
    line.row(f) << 0.1 * f, 0, -0.2 * f;
    Clip::set_quat(spin, f, 0, yaw_rotation(0.05 * f));
  }
  const Frames v = smooth_linear_velocity(line, 20), w = smooth_angular_velocity(spin, 20);
  CHECK(difference(v, Frames(Eigen::RowVector3d(2, 0, -4).replicate(30, 1))) < 1e-9);
  CHECK(w(0, 2) == Approx(1));
  CHECK(w(29, 2) < 0.99);  // the last difference is zero, as in the published files
  CHECK(smooth_linear_velocity(line.topRows(1), 20).norm() == 0);
}
