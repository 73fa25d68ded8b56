// The SMPL family: AMASS, SMPL-X, AIST++ and HumanML3D files made here.
#include <cmath>

#include "formats/amass.h"
#include "formats/humanml.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/pickle/pickle_writer.h"
#include "formats/smpl_body.h"
#include "formats/smpl_motion.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

using Members = std::vector<std::pair<std::string, Array>>;

Array text(const std::string& s) {
  Array a = string_array({s});
  a.shape.clear();
  return a;
}

/// Poses of somebody who stands (z up: a quarter turn about x) and moves every joint.
Frames poses(int frames, int joints) {
  Frames p(frames, 3 * joints);
  for (int f = 0; f < frames; ++f) {
    for (int c = 0; c < p.cols(); ++c) p(f, c) = 0.4 * std::sin(0.1 * f + c);
    p.block<1, 3>(f, 0) << M_PI / 2, 0.01 * f, 0;
  }
  return p;
}

Frames path(int frames) {
  Frames t(frames, 3);
  for (int f = 0; f < frames; ++f) t.row(f) << 0.3, 0.02 * f, 0.95;
  return t;
}

Members amass(int frames) {
  return {{"trans", f8_array(path(frames))},
          {"gender", text("female")},
          {"mocap_framerate", scalar_f8(120.00004)},
          {"betas", f8_array(Frames::Constant(1, 16, .25), {16})},
          {"dmpls", f8_array(Frames::Zero(frames, 8))},
          {"poses", f8_array(poses(frames, 52))}};
}

Members with(Members m, const std::string& name, Array a) {
  for (auto& [key, value] : m) {
    if (key == name) {
      value = std::move(a);
      return m;
    }
  }
  m.emplace_back(name, std::move(a));
  return m;
}

Members without(Members m, const std::string& name) {
  std::erase_if(m, [&](const auto& e) { return e.first == name; });
  return m;
}

Frames joint(const Clip& c, const std::string& name) {
  const int b = c.skeleton->find_body(name);
  REQUIRE(b >= 0);
  return body_positions(c).middleCols(3 * b, 3);
}

}  // namespace

TEST_CASE("SMPL figures: counts, names, roles, sides") {
  for (const int joints : {22, 24, 52, 55}) {
    const SkeletonPtr s = smpl_skeleton(joints);
    CHECK(s->body_count() == joints);
    CHECK(s->roles().size() == 21);
    CHECK(smpl_skeleton(joints) == s);
    for (const Body& b : s->bodies()) {
      if (!b.name.starts_with("left_")) continue;
      const int other = s->find_body("right_" + b.name.substr(5));
      REQUIRE(other >= 0);
      const Vec3& r = s->bodies()[static_cast<size_t>(other)].rest_pos;
      CHECK((b.rest_pos - Vec3(r.x(), -r.y(), r.z())).norm() < 0.02);
    }
  }
  CHECK_THROWS_WITH(smpl_tree(23), Contains("23 joints"));
  // the order of the files
  const auto names = smpl_joint_names(55);
  CHECK(names[21] == "right_wrist");
  CHECK(names[22] == "jaw");
  CHECK(names[25] == "left_index1");
  CHECK(names[39] == "left_thumb3");
  CHECK(names[40] == "right_index1");
  CHECK(smpl_joint_names(52)[51] == "right_thumb3");
  CHECK(smpl_joint_names(24)[23] == "right_hand");
}

TEST_CASE("AMASS: a person who stands is upright, faces where SMPL faces, and turns as stored") {
  const Clip c = read_back(write_npz(amass(5)));
  CHECK(c.source.format == "amass");
  CHECK(c.skeleton->name() == "smplh");
  CHECK(c.fps == 120);
  CHECK(c.source.metadata.at("gender") == "female");
  CHECK_THAT(c.source.metadata.at("betas"), Contains("0.25 0.25"));
  CHECK_THAT(c.source.licence, Contains("non-commercial"));
  CHECK_THAT(warnings(c), Contains("neutral figure"));
  // the figure's z axis is the world's; SMPL's forward z became -y by the quarter turn
  CHECK((c.root_rot_at(0) * Vec3::UnitZ() - Vec3::UnitZ()).norm() < 1e-9);
  CHECK((c.root_rot_at(0) * Vec3::UnitX() + Vec3::UnitY()).norm() < 1e-9);
  CHECK((c.root_pos_at(2) - (Vec3(.3, .04, .95) + smpl_pelvis())).norm() < 1e-12);
  // FK in SMPL's own axes, joint by joint: the same points
  const PointTree tree = smpl_tree(52);
  const Frames p = poses(5, 52);
  std::vector<Quat> rot(52);
  std::vector<Vec3> pos(52);
  for (size_t j = 0; j < 52; ++j) {
    const Vec3 v = p.block<1, 3>(4, static_cast<Eigen::Index>(3 * j)).transpose();
    const Vec3& o = tree.rest[j];
    const Vec3 offset(o.y(), o.z(), o.x());  // x left, y up, z forward
    if (j == 0) {
      rot[j] = exp_map(v);
      pos[j] = path(5).row(4).transpose() + smpl_pelvis();
      continue;
    }
    const auto parent = static_cast<size_t>(tree.parents[j]);
    rot[j] = rot[parent] * exp_map(v);
    pos[j] = pos[parent] + rot[parent] * offset;
  }
  for (size_t j = 0; j < 52; ++j) {
    INFO(tree.names[j]);
    CHECK((joint(c, tree.names[j]).row(4).transpose() - pos[j]).norm() < 1e-6);
  }
}

TEST_CASE("AMASS: bit for bit back, also by way of h5; edited poses are computed") {
  const std::vector<std::byte> file = write_npz(amass(6));
  const Clip c = read_back(write("h5", read_back(file)));
  CHECK(write("amass", c) == file);
  Clip moved = c;
  moved.root_pos.col(2).array() += 0.5;
  const std::vector<std::byte> again = write("amass", moved);
  const Npz back(again);
  CHECK((to_frames(back.array("trans"), "trans") - path(6)).col(2).mean() == Approx(.5));
  CHECK(difference(to_frames(back.array("poses"), "poses"), poses(6, 52)) < 1e-9);
  CHECK(to_strings(back.array("gender"), "gender")[0] == "female");
  CHECK(to_number(back.array("mocap_framerate"), "rate") == 120);
  // as SMPL-X: what SMPL+H does not have is zero, parts and whole are the same numbers
  WriteOptions o;
  o.extra["model"] = "smplx";
  const Clip x = read_back(write("amass", moved, o));
  CHECK(x.skeleton->name() == "smplx");
  CHECK(turn(x.root_rot, moved.root_rot) < 1e-7);
  CHECK(difference(joint(x, "right_index3"), joint(moved, "right_index3")) < 1e-9);
  o.extra["model"] = "smplz";
  CHECK_THROWS_WITH(write("amass", moved, o), Contains("smplh or smplx"));
}

TEST_CASE("the SMPL-shaped robot writes AMASS") {
  const Clip robot = moving(load_robot("smpl").skeleton, 4);
  const Clip c = read_back(write("amass", robot));
  CHECK(difference(joint(c, "left_wrist"), joint(robot, "L_Wrist")) < 1e-6);
  CHECK(difference(joint(c, "head"), joint(robot, "Head")) < 1e-6);
  CHECK_THROWS_WITH(write("amass", moving(load_robot("g1").skeleton, 2)),
                    Contains("no joint 'left_hip'"));
}

TEST_CASE("SMPL-X: whole and parts, their rate, and what says it twice") {
  Members x = without(without(amass(4), "dmpls"), "mocap_framerate");
  x = with(x, "mocap_frame_rate", scalar_f8(60));
  x = with(x, "surface_model_type", text("smplx"));
  const Frames p = poses(4, 55);
  x = with(x, "poses", f8_array(p));
  int column = 0;
  for (const auto& [name, width] : {std::pair("root_orient", 3),
                                    {"pose_body", 63},
                                    {"pose_jaw", 3},
                                    {"pose_eye", 6},
                                    {"pose_hand", 90}}) {
    x = with(x, name, f8_array(p.middleCols(column, width)));
    column += width;
  }
  const Clip whole = read_back(write_npz(x));
  CHECK(whole.skeleton->name() == "smplx");
  CHECK(whole.fps == 60);
  CHECK(warnings(whole).find("differ") == std::string::npos);
  const Clip parts = read_back(write_npz(without(x, "poses")));
  CHECK(parts.local_rot == whole.local_rot);
  CHECK(write("amass", whole) == write("amass", read_back(write("h5", whole))));
  Frames other = p.leftCols(3);
  other(1, 1) += 0.1;
  CHECK_THAT(warnings(read_back(write_npz(with(x, "root_orient", f8_array(other))))),
             Contains("differ from root_orient"));
  const Members twice =
      with(with(x, "mocap_framerate", scalar_f8(59)), "mocap_time_length", scalar_f8(10));
  CHECK_THAT(warnings(read_back(write_npz(twice))),
             Contains("mocap_framerate 59") && Contains("the file says 10.000 s"));
}

TEST_CASE("SMPL without a capture rate: the axis that is up by the figure, or as told") {
  const Members raw = {{"poses", f4_array(poses(3, 24))},
                       {"trans", f4_array(path(3))},
                       {"betas", f4_array(Frames::Zero(1, 10), {10})},
                       {"gender", text("neutral")}};
  const Clip z = read_back(write_npz(raw));
  CHECK(z.skeleton->name() == "smpl");
  CHECK_THAT(warnings(z), Contains("which axis is up: z") && Contains("--fps"));
  Frames upright = poses(3, 24);
  upright.leftCols(3).setZero();
  const Clip y = read_back(write_npz(with(raw, "poses", f8_array(upright))));
  CHECK_THAT(warnings(y), Contains("which axis is up: y"));
  CHECK(y.root_rot_at(0).isApprox(Quat::Identity()));  // SMPL's forward is ours
  CHECK(joint(y, "head")(0, 2) - joint(y, "pelvis")(0, 2) > 0.3);
  ReadOptions o;
  o.up_axis = "y";
  CHECK(read(write_npz(raw), "", o)[0].root_rot_at(0).angularDistance(z.root_rot_at(0)) > 1);
}

TEST_CASE("SMPL pickles: a dict of lists, and stage II with its rate within") {
  PickleWriter out;
  out.open_dict();
  out.text("fullpose");
  out.array(f8_array(poses(3, 55)));
  out.text("trans");
  out.array(f8_array(path(3)));
  out.text("betas");
  out.array(f8_array(Frames::Zero(1, 16), {16}));
  out.text("gender");
  out.text("male");
  out.text("stageii_debug_details");
  out.open_dict();
  out.text("mocap_frame_rate");
  out.real(100);
  out.close_dict();
  out.close_dict();
  const Clip c = read_back(out.finish());
  CHECK(c.fps == 100);
  CHECK(c.skeleton->name() == "smplx");
  CHECK(c.source.metadata.at("gender") == "male");
}

TEST_CASE("AIST++: centimetres by its scale, y up, 60 frames a second") {
  Frames upright = poses(3, 24);
  upright.leftCols(3).setZero();
  PickleWriter out;
  out.open_dict();
  out.text("smpl_loss");
  out.real(1.5);
  out.text("smpl_poses");
  out.array(f8_array(upright));
  out.text("smpl_scaling");
  out.array(f8_array(Frames::Constant(1, 1, 90), {1}));
  out.text("smpl_trans");
  out.array(f8_array(Frames(Eigen::RowVector3d(9, 120, 18).replicate(3, 1))));
  out.close_dict();
  const Clip c = read_back(out.finish());
  CHECK(c.source.format == "aist");
  CHECK(c.fps == 60);
  const Vec3 pelvis = Vec3(.1, 120. / 90, .2) + smpl_pelvis();
  CHECK((c.root_pos_at(0) - Vec3(pelvis.z(), pelvis.x(), pelvis.y())).norm() < 1e-12);
  CHECK_THAT(warnings(c), Contains("60, as all of AIST++"));
}

TEST_CASE("SMPL files that hold no motion, or a damaged one") {
  const auto refuse = [](const Members& m, const std::string& expected) {
    CHECK_THROWS_WITH(read_back(write_npz(m)), Contains(expected));
  };
  refuse({{"betas", f8_array(Frames::Zero(1, 16), {16})}, {"gender", text("female")}},
         "the shape of a body (betas), no motion");
  refuse(with(amass(3), "poses", f8_array(poses(3, 50))),
         "150 columns, expected 66, 72, 156 or 165");
  refuse(with(amass(3), "trans", f8_array(path(4))), "trans has shape (4, 3)");
  refuse(with(amass(3), "poses", text("x")), "poses has shape ()");
  Frames bad = poses(3, 52);
  bad(1, 20) = std::nan("");
  refuse(with(amass(3), "poses", f8_array(bad)), "frame 1: the pose of spine2");
  refuse(with(amass(3), "mocap_framerate", scalar_f8(0)), "0 frames a second");
}

TEST_CASE("HumanML3D: joints become a clip whose joints are there") {
  // a turning body of the neutral figure, y up
  SmplPoses p{.pose = poses(8, 22), .trans = path(8), .fps = 20};
  const Clip truth = clip_from_smpl(p);
  const auto names = smpl_joint_names(22);
  Frames joints(8, 66);
  for (int j = 0; j < 22; ++j) {
    const Frames at = joint(truth, names[static_cast<size_t>(j)]);
    joints.middleCols(3 * j, 3) << at.col(1), at.col(2), at.col(0);
  }
  const Clip c = read_back(write_npy(f4_array(joints, {8, 22, 3})));
  CHECK(c.source.format == "humanml");
  CHECK(c.fps == 20);
  CHECK(c.skeleton->roles() == truth.skeleton->roles());
  for (const std::string& name : names) {
    INFO(name);
    CHECK(difference(joint(c, name), joint(truth, name)) < 1e-3);
  }
  CHECK(turn(c.root_rot, truth.root_rot) < 1e-3);
  CHECK(c.channels.at("keypoints").names == names);
}

TEST_CASE("HumanML3D: features are summed up to a walk in a circle") {
  // a figure that turns by 0.1 rad and goes 0.05 m along its own z a frame
  const int frames = 40;
  const PointTree tree = smpl_tree(22);
  Frames v = Frames::Zero(frames, 263);
  v.col(0).setConstant(0.05);  // half the angle
  v.col(2).setConstant(0.05);
  v.col(3).setConstant(0.9);
  std::vector<Vec3> local(22, Vec3(0, .9, 0));
  for (size_t j = 1; j < 22; ++j) {
    const Vec3& o = tree.rest[j];
    local[j] = local[static_cast<size_t>(tree.parents[j])] + Vec3(o.y(), o.z(), o.x());
    v.block(0, static_cast<Eigen::Index>(4 + 3 * (j - 1)), frames, 3).rowwise() =
        local[j].transpose();
  }
  v.rightCols(4).setOnes();
  const Clip c = read_back(write_npy(f8_array(v)));
  CHECK(c.frames() == frames);
  CHECK((c.root_pos_at(0) - Vec3(0, 0, .9)).norm() < 1e-9);
  // steps of equal length, each turned by 0.1 rad from the one before
  for (int f = 1; f + 1 < frames; ++f) {
    const Vec3 a = c.root_pos_at(f) - c.root_pos_at(f - 1);
    const Vec3 b = c.root_pos_at(f + 1) - c.root_pos_at(f);
    CHECK(a.norm() == Approx(.05));
    CHECK(std::acos(std::min(1.0, a.dot(b) / a.norm() / b.norm())) == Approx(.1).margin(1e-6));
    CHECK(std::abs(heading(c.root_rot_at(f).conjugate() * c.root_rot_at(f + 1))) ==
          Approx(.1).margin(1e-6));
  }
  // it goes where it faces
  const Vec3 step = c.root_pos_at(5) - c.root_pos_at(4);
  CHECK(step.normalized().dot(c.root_rot_at(5) * Vec3::UnitX()) > .99);
  CHECK(c.channels.at("contacts").data.cols() == 4);
  CHECK_THROWS_WITH(read_back(write_npy(f4_array(Frames::Zero(1, 263), {263}))),
                    Contains("a mean or deviation"));
}
