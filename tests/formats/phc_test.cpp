// PHC's robot clips and joblib: written for Python and read from it.
#include <fmt/format.h>

#include <algorithm>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle_writer.h"
#include "tests/catch.h"
#include "tests/formats/moving.h"
#include "tests/formats/python.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

std::vector<Clip> read_all(const std::vector<std::byte>& bytes, const std::string& skeleton = "") {
  ReadOptions options;
  options.skeleton = skeleton;
  return read(bytes, "", options);
}

std::vector<std::byte> write(const std::string& format, std::span<const Clip> clips) {
  return find_format(format).write(clips, {});
}

/// A PHC file of one clip from a Python program that leaves it in phc.pkl.
const char* const kMake = R"(
import joblib, numpy as np
T, D = 5, 23
rng = np.random.default_rng(1)
dof = np.asfortranarray(rng.normal(size=(T, D)) * .3)
axis = np.eye(3)[np.arange(D) % 3]
aa = np.zeros((T, 27, 3), np.float32)
aa[:, 1:24] = (dof[..., None] * axis).astype(np.float32)
half = .2 * np.arange(T) + .1
aa[:, 0, 2] = 2 * half
rot = np.zeros((T, 4)); rot[:, 2] = np.sin(half); rot[:, 3] = np.cos(half)
clip = dict(root_trans_offset=rng.normal(size=(T, 3)).astype(np.float32), pose_aa=aa, dof=dof,
            root_rot=rot, smpl_joints=np.zeros((T, 24, 3)), fps=30,
            contact_mask=np.full((T, 2), .5), motion_name='walk')
clips = {'/data/a.npz': clip, 'b': dict(clip, fps=np.float64(29.5))}
)";

}  // namespace

TEST_CASE("joblib files as Python writes them are read, compressed or not") {
  if (!python_has("numpy, joblib")) return;
  const TempFolder folder;
  const std::string made = run_python(folder, std::string(kMake) + R"(
for name, how in dict(plain=0, zlib=3, gzip=('gzip', 3), bz2=('bz2', 3), lzma=('lzma', 3),
                      xz=('xz', 3)).items():
    joblib.dump(clips, name, compress=how)
for protocol in range(2, 6): joblib.dump(clips, 'protocol%d' % protocol, protocol=protocol)
print(repr(float(dof.sum())), repr(float(dof[3, 7])))
)");
  REQUIRE_THAT(made, !Contains("failed"));
  std::vector<Array> first;
  for (const char* name : {"plain", "zlib", "gzip", "bz2", "lzma", "xz", "protocol2", "protocol3",
                           "protocol4", "protocol5"}) {
    INFO(name);
    const std::vector<Clip> clips = read_all(file_bytes(folder.path() / name));
    REQUIRE(clips.size() == 2);
    const Clip& c = clips[0];
    CHECK(c.name == "/data/a.npz");
    CHECK(clips[1].name == "b");
    CHECK(c.fps == 30);
    CHECK(clips[1].fps == 29.5);
    CHECK(c.frames() == 5);
    CHECK(c.source.arrays.at("dof").descr == "<f8");
    CHECK(c.source.arrays.at("pose_aa").descr == "<f4");
    CHECK(c.source.metadata.at("columns_first") == "dof ");
    CHECK(c.source.metadata.at("motion_name") == "walk");
    CHECK(c.channels.at("contact_mask").data(4, 1) == 0.5);
    CHECK(fmt::format("{} {}\n", c.dof_pos.sum(), c.dof_pos(3, 7)).substr(0, 8) ==
          made.substr(0, 8));
    CHECK(c.root_rot_at(1).angularDistance(yaw_rotation(0.6)) < 1e-7);
    // the axes of an unknown robot come from pose_aa
    REQUIRE(c.skeleton->joints().size() == 23);
    for (int j = 0; j < 23; ++j) {
      CHECK(c.skeleton->joints()[static_cast<size_t>(j)].axis.isApprox(Vec3::Unit(j % 3), 1e-6));
    }
    const std::string how = c.source.conversions.empty() ? "" : c.source.conversions[0];
    CHECK((how.empty()) == (std::string(name) == "plain" || name[0] == 'p'));
  }
}

TEST_CASE("what is written for joblib, joblib loads, bit for bit") {
  if (!python_has("numpy, joblib")) return;
  const TempFolder folder;
  REQUIRE_THAT(run_python(folder, std::string(kMake) + "joblib.dump(clips, 'phc.pkl')\n"),
               !Contains("failed"));
  const std::vector<Clip> clips = read_all(file_bytes(folder.path() / "phc.pkl"));
  save(folder.path() / "again.pkl", write("phc", clips));
  CHECK(run_python(folder, R"(
import joblib, numpy as np
a, b = joblib.load('phc.pkl'), joblib.load('again.pkl')
assert list(a) == list(b)
for name in a:
    x, y = a[name], b[name]
    assert set(x) == set(y), (list(x), list(y))
    for k in x:
        assert type(x[k]) == type(y[k]), (k, type(x[k]), type(y[k]))
        if isinstance(x[k], np.ndarray):
            assert x[k].dtype == y[k].dtype and x[k].tobytes() == y[k].tobytes(), k
            assert x[k].flags.f_contiguous == y[k].flags.f_contiguous, k
        else:
            assert x[k] == y[k], k
print('equal')
)") == "equal\n");
  // a motion of our own: every array is there, and pose_aa says the same as dof and root_rot
  const Clip walk = moving(load_robot("g1").skeleton, 9);
  save(folder.path() / "g1.pkl", write("phc", std::span(&walk, 1)));
  CHECK(run_python(folder, R"(
import joblib, numpy as np
(name, c), = joblib.load('g1.pkl').items()
assert name == 'moving' and c['fps'] == 50
assert c['dof'].shape == (9, 29) and c['pose_aa'].shape == (9, 33, 3) and c['root_rot'].shape == (9, 4)
aa = c['pose_aa']
assert np.allclose(np.abs(aa[:, 1:30]).sum(-1), np.abs(c['dof'])) and not aa[:, 30:].any()
angle = np.linalg.norm(aa[:, 0], axis=-1)
q = np.concatenate([aa[:, 0] / angle[:, None] * np.sin(angle / 2)[:, None], np.cos(angle / 2)[:, None]], -1)
assert (np.abs((q * c['root_rot']).sum(-1)) > .9999999).all()
print('equal')
)") == "equal\n");
}

TEST_CASE("PHC files return the motion of robots of hinges") {
  for (const char* name : {"g1", "go2", "pi_plus"}) {
    INFO(name);
    std::vector<Clip> clips = {moving(load_robot(name).skeleton, 9),
                               moving(load_robot(name).skeleton, 4)};
    clips[1].name = "/a/second.npz";
    const std::vector<std::byte> file = write("phc", clips);
    const std::vector<Clip> back = read_all(file, name);
    REQUIRE(back.size() == 2);
    CHECK(back[1].name == "/a/second.npz");
    for (size_t i = 0; i < 2; ++i) {
      CHECK(back[i].fps == 50);
      CHECK(back[i].root_pos == clips[i].root_pos);
      CHECK(back[i].dof_pos == clips[i].dof_pos);
      for (int f = 0; f < back[i].frames(); ++f) {
        CHECK(back[i].root_rot_at(f).angularDistance(clips[i].root_rot_at(f)) < 1e-7);
      }
      for (const std::string& w : back[i].source.warnings) FAIL(w);
    }
    CHECK(write("phc", back) == file);
    CHECK(write("phc", read_all(write("h5", back))) == file);
  }
}

TEST_CASE("PHC files that are wrong are refused or reported") {
  const Clip g1 = moving(load_robot("g1").skeleton, 6);
  CHECK_THROWS_WITH(write("phc", std::vector<Clip>{g1, g1}), Contains("two clips are named"));
  const Clip smpl = moving(load_robot("smpl").skeleton, 3);
  CHECK_THROWS_WITH(write("phc", std::span(&smpl, 1)), Contains("is a ball"));
  const auto file = [&](const char* left_out, const Frames& dofs, const Frames& rot) {
    PickleWriter out;
    out.open_dict();
    out.text("the clip");
    out.open_dict();
    const auto put = [&](const char* key, const Array& a) {
      if (std::string(key) == left_out) return;
      out.text(key);
      out.array(a);
    };
    put("root_trans_offset", f8_array(Frames::Zero(4, 3)));
    put("pose_aa", f8_array(Frames::Zero(4, 33 * 3), {4, 33, 3}));
    put("dof", f8_array(dofs));
    put("root_rot", f8_array(rot));
    out.text("fps");
    out.integer(30);
    out.close_dict();
    out.close_dict();
    return out.finish();
  };
  Frames upright = Frames::Zero(4, 4);
  upright.col(3).setOnes();
  const Frames rest = Frames::Zero(4, 29);
  CHECK(read_all(file("", rest, upright)).size() == 1);
  CHECK_THROWS_WITH(read_all(file("", Frames::Zero(3, 29), upright)),
                    Contains("clip 'the clip': dof has shape (3, 29), expected 4 frames"));
  CHECK_THROWS_WITH(read_all(file("dof", rest, upright)), Contains("neither 'dof'"));
  CHECK(read_all(file("root_rot", rest, upright))[0].root_rot_at(0).w() == 1);
  Frames turned = upright;
  turned.row(2) << 1, 0, 0, 0;
  const Clip warned = read_all(file("", rest, turned))[0];
  CHECK(std::any_of(warned.source.warnings.begin(), warned.source.warnings.end(),
                    [](const std::string& w) {
                      return w.find("frame 2: root_rot and the root of pose_aa differ") != w.npos;
                    }));
  const Frames bent = Frames::Constant(4, 29, 0.5);
  CHECK(read_all(file("", bent, upright))[0].dof_pos(1, 1) == 0.5);
}

TEST_CASE("PHC's SMPL flavour: local rotations of bodies in our order") {
  const Clip smpl = moving(load_robot("smpl").skeleton, 4);
  const Clip back = read_back(write("protomotions", smpl));
  const Channel& local = back.channels.at("local_rigid_body_rot");  // w x y z
  Frames quat(4, 96);
  for (int c = 0; c < 96; ++c) quat.col(c) = local.data.col(c / 4 * 4 + (c % 4 + 1) % 4);
  PickleWriter out;
  out.open_dict();
  out.text("0-ACCAD_walk");
  out.open_dict();
  out.text("pose_aa");
  out.array(f4_array(Frames::Zero(4, 72)));
  out.text("pose_quat");
  out.array(f8_array(quat, {4, 24, 4}));
  out.text("root_trans_offset");
  out.array(f8_array(smpl.root_pos));
  out.text("beta");
  out.array(f8_array(Frames::Zero(16, 1), {16}));
  out.text("gender");
  out.text("neutral");
  out.text("fps");
  out.integer(50);
  out.close_dict();
  out.close_dict();
  const Clip c = read_all(out.finish())[0];
  CHECK(c.name == "0-ACCAD_walk");
  CHECK(c.source.variant == "smpl");
  CHECK(c.source.metadata.at("gender") == "neutral");
  CHECK(difference(c.dof_pos, smpl.dof_pos) < 1e-5);
  CHECK(turn(c.root_rot, smpl.root_rot) < 1e-5);
  CHECK(read_all(write("phc", std::span(&c, 1)))[0].source.arrays == c.source.arrays);
}
