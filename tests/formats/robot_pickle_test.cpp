// Robot motions in the pickles of GMR, TWIST, MimicKit and ProtoMotions, in NumPy's object arrays,
// and from one container to another; on the clips that this project ships.
#include <fmt/format.h>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/pickle/pickle_writer.h"
#include "tests/catch.h"
#include "tests/formats/bytes_of.h"
#include "tests/formats/moving.h"
#include "tests/formats/python.h"
#include "tests/source_dir.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

Clip shipped(const std::string& name) {
  return read_file(std::filesystem::path(source_dir()) / "data/clips" / name)[0];
}

bool warns(const Clip& c, const std::string& text) {
  return std::any_of(c.source.warnings.begin(), c.source.warnings.end(),
                     [&](const std::string& w) { return w.find(text) != w.npos; });
}

/// Around one object: an npy file.
std::vector<std::byte> npy_of(PickleWriter& out) {
  std::vector<std::byte> file =
      write_npy_header({.descr = "|O", .fortran_order = false, .shape = {}});
  const std::vector<std::byte> body = out.finish();
  file.insert(file.end(), body.begin(), body.end());
  return file;
}

/// x y z w columns.
Frames xyzw(const Clip& c) {
  Frames out(c.frames(), 4);
  out << c.root_rot.rightCols(3), c.root_rot.leftCols(1);
  return out;
}

}  // namespace

TEST_CASE("the shipped robot clips survive every pickle, bit for bit") {
  const std::pair<const char*, const char*> clips[] = {{"g1_walk.h5", "g1"},
                                                       {"go2_pace.h5", "go2"},
                                                       {"humanoid_spinkick.h5", "humanoid"},
                                                       {"smpl_walk.h5", "smpl"},
                                                       {"pi_plus_walk.h5", "pi_plus"}};
  for (const auto& [file, robot] : clips) {
    const Clip clip = shipped(file);
    const bool balls = clip.skeleton->joints()[0].type == JointType::ball;
    for (const char* format : {"mimickit", "gmr", "phc", "protomotions"}) {
      if (balls && std::string(format) == "phc") continue;  // one angle a joint
      INFO(file << " as " << format);
      const std::vector<std::byte> bytes = write(format, clip);
      const Clip back = read_back(bytes, robot);
      CHECK(back.fps == clip.fps);
      CHECK(turn(back.root_rot, clip.root_rot) < 1e-6);
      if (std::string(format) == "protomotions") {  // single precision
        CHECK((back.dof_pos - clip.dof_pos).cwiseAbs().maxCoeff() < 1e-6);
        CHECK((back.root_pos - clip.root_pos).cwiseAbs().maxCoeff() < 1e-6);
      } else {
        CHECK(back.dof_pos == clip.dof_pos);
        CHECK(back.root_pos == clip.root_pos);
      }
      CHECK(write(format, back) == bytes);
      CHECK(write(format, read_back(write("h5", back))) == bytes);
    }
  }
}

TEST_CASE("a GMR pickle becomes a MimicKit pickle of the same motion") {
  if (corpus().empty()) return;
  for (const auto& file : files_below(corpus() / "pkl_gmr/twist2")) {
    INFO(file.string());
    const Clip gmr = read_file(file)[0];
    const Clip kit = read_back(write("mimickit", gmr));
    CHECK(kit.root_pos == gmr.root_pos);
    CHECK(kit.dof_pos == gmr.dof_pos);
    double worst = 0;
    for (int f = 0; f < gmr.frames(); ++f) {
      worst = std::max(worst, (log_map(kit.root_rot_at(f)) - log_map(gmr.root_rot_at(f))).norm());
    }
    CHECK(worst < 1e-14);
  }
}

TEST_CASE("MimicKit's list form and array form are one motion") {
  if (corpus().empty()) return;
  const std::pair<const char*, const char*> pairs[] = {
      {"MimicKit/g1__g1_run.pkl", "MimicKit_IsaacLab/g1__g1_run.pkl"},
      {"MimicKit/go2__go2_pace.pkl", "MimicKit_IsaacLab/go2__go2_pace.pkl"},
      {"MimicKit/humanoid__humanoid_double_kong.pkl",
       "MimicKit_IsaacLab/hoi__humanoid_double_kong.pkl"}};
  for (const auto& [list, array] : pairs) {
    INFO(list);
    const Clip a = read_file(corpus() / "pkl_mimickit" / list)[0];
    const Clip b = read_file(corpus() / "pkl_mimickit" / array)[0];
    CHECK((a.dof_pos - b.dof_pos).cwiseAbs().maxCoeff() < 1e-6);
    CHECK((a.root_pos - b.root_pos).cwiseAbs().maxCoeff() < 1e-6);
    CHECK(turn(a.root_rot, b.root_rot) < 1e-6);
    CHECK(a.loop == b.loop);
  }
}

TEST_CASE("twist2_mjlab: two orders of quaternions in one file") {
  const Clip g1 = moving(load_robot("g1").skeleton, 4);
  const auto file = [&](const Frames& bodies) {
    PickleWriter out;
    out.open_dict();
    const auto put = [&](const char* key, const Array& a) {
      out.text(key);
      out.array(a);
    };
    out.text("fps");
    out.integer(50);
    put("root_pos", f8_array(g1.root_pos));
    put("root_rot", f8_array(xyzw(g1)));
    put("dof_pos", f8_array(g1.dof_pos));
    put("body_quat_w", f8_array(bodies, {4, 1, 4}));
    out.close_dict();
    return out.finish();
  };
  const Clip wxyz = read_back(file(g1.root_rot), "g1");
  CHECK(wxyz.source.warnings.empty());
  CHECK(wxyz.channels.at("body_quat_w").data == g1.root_rot);
  const Clip other = read_back(file(xyzw(g1)), "g1");
  CHECK(other.channels.at("body_quat_w").data == g1.root_rot);
  CHECK(other.source.conversions ==
        std::vector<std::string>{"body_quat_w from x y z w to w x y z"});
  CHECK(read_back(write("gmr", other), "g1").source.arrays == other.source.arrays);
  Frames wrong = Frames::Zero(4, 4);
  wrong.col(1).setConstant(1);
  CHECK(warns(read_back(file(wrong), "g1"), "does not turn with the root"));
}

TEST_CASE("a torch archive is laid out as torch.save does, and Python's zip agrees") {
  if (!python_has("numpy, zipfile")) return;
  const TempFolder folder;
  const Clip walk = shipped("g1_walk.h5"), smpl = shipped("smpl_walk.h5");
  save(folder.path() / "g1.motion", write("protomotions", walk));
  save(folder.path() / "smpl.motion", write("protomotions", smpl));
  const std::string said = run_python(folder, R"(
import pickle, zipfile, numpy as np
types = dict(FloatStorage=np.float32, BoolStorage=np.bool_)
class Loader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
            return lambda data, offset, size, stride, grad, hooks: np.lib.stride_tricks.as_strided(
                data[offset:], size, [s * data.itemsize for s in stride])
        if module == 'torch': return types[name]
        if (module, name) == ('collections', 'OrderedDict'): return dict
        raise pickle.UnpicklingError(name)
    def persistent_load(self, id):
        kind, storage, key, device, numel = id
        out = np.frombuffer(self.zip.read('motion/data/' + key), storage)
        assert kind == 'storage' and device == 'cpu' and len(out) == numel
        return out
for name in ('g1', 'smpl'):
    archive = zipfile.ZipFile(name + '.motion')
    assert archive.testzip() is None
    raw = open(name + '.motion', 'rb').read()
    for entry in archive.infolist():
        start = entry.header_offset + 30 + int.from_bytes(raw[entry.header_offset + 26:][:2], 'little') \
            + int.from_bytes(raw[entry.header_offset + 28:][:2], 'little')
        assert start % 64 == 0 and entry.compress_type == 0, entry
    assert archive.read('motion/version') == b'3\n' and archive.read('motion/byteorder') == b'little'
    assert archive.read('motion/data.pkl')[:2] == b'\x80\x02'
    with archive.open('motion/data.pkl') as f:
        loader = Loader(f); loader.zip = archive; motion = loader.load()
    frames, bodies = motion['rigid_body_pos'].shape[:2]
    assert motion['rigid_body_rot'].shape == (frames, bodies, 4)
    assert motion['rigid_body_contacts'].dtype == np.bool_
    assert np.allclose(np.linalg.norm(motion['rigid_body_rot'], axis=-1), 1, atol=1e-5)
    step = np.diff(motion['rigid_body_pos'], axis=0) * motion['fps']
    assert np.allclose(step, motion['rigid_body_vel'][:-1], atol=1e-3)
    print(name, motion['dof_pos'].shape[1], bodies, 'local_rigid_body_rot' in motion)
)");
  CHECK(said == fmt::format("g1 29 {} False\nsmpl 69 24 True\n", walk.skeleton->body_count()));
}

TEST_CASE("contacts of a .motion go back into it") {
  Clip c = moving(load_robot("go2").skeleton, 3);
  Channel& touch = c.channels["rigid_body_contacts"];
  touch.data = Frames::Zero(3, c.skeleton->body_count());
  touch.data(1, 2) = 1;
  const Clip back = read_back(write("protomotions", c), "go2");
  CHECK(back.channels.at("rigid_body_contacts").data == touch.data);
  CHECK(back.channels.at("rigid_body_contacts").names.at(0) == c.skeleton->bodies()[0].name);
}

TEST_CASE("object arrays of one dict are read by their keys") {
  const Clip g1 = moving(load_robot("g1").skeleton, 5);
  PickleWriter uh1;
  uh1.open_object();
  uh1.open_dict();
  uh1.text("fps");
  uh1.integer(20);
  for (const auto& [key, data] :
       {std::pair("root_pos", g1.root_pos), std::pair("root_rot", xyzw(g1)),
        std::pair("dof_pos", Frames(g1.dof_pos.leftCols(27)))}) {
    uh1.text(key);
    uh1.array(f4_array(data));
  }
  uh1.close_dict();
  uh1.close_object();
  const Clip a = read_back(npy_of(uh1));
  CHECK(a.source.format == "object_array");
  CHECK(a.dof_pos.cols() == 27);
  CHECK(a.fps == 20);
  CHECK(warns(a, "27 dofs of a robot that is not known here"));
  CHECK(turn(a.root_rot, g1.root_rot) < 1e-6);

  PickleWriter nothing;
  nothing.open_object();
  nothing.open_dict();
  nothing.text("weights");
  nothing.integer(1);
  nothing.close_dict();
  nothing.close_object();
  CHECK_THROWS_WITH(read_back(npy_of(nothing)), Contains("a dict") || Contains("weights"));
}

TEST_CASE("a file of torch.save from before zip archives is read") {
  // built by hand: {'fps': 30, 'loop_mode': 1, 'frames': a tensor (1, 18)}
  const std::string head =
      R"(\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.)";
  const std::string object =
      R"(\x80\x02}(X\x03\x00\x00\x00fpsK\x1eX\x09\x00\x00\x00loop_modeK\x01X\x06\x00\x00\x00framesctorch._utils\x0a_rebuild_tensor_v2\x0a((X\x07\x00\x00\x00storagectorch\x0aFloatStorage\x0aX\x01\x00\x00\x007X\x03\x00\x00\x00cpuK\x12NtQK\x00K\x01K\x12\x86K\x12K\x01\x86\x89ccollections\x0aOrderedDict\x0a)"
      R"(\x29RtRu.)";
  const std::string keys = R"(\x80\x02]X\x01\x00\x00\x007a.)";
  const std::string count = R"(\x12\x00\x00\x00\x00\x00\x00\x00)";
  std::vector<std::byte> file = bytes_of(head + object + keys + count);
  const std::vector<std::byte> numbers = f4_array(Frames::Constant(1, 18, 0.25)).data;
  file.insert(file.end(), numbers.begin(), numbers.end());
  const Clip c = read_back(file);
  CHECK(c.skeleton->name() == "go2");
  CHECK(c.dof_pos(0, 3) == 0.25);
  CHECK(c.fps == 30);
  file.push_back(std::byte{0});
  CHECK_THROWS_WITH(read_back(file), Contains("1 bytes follow the end of a torch stream"));
  file.resize(file.size() - 10);
  CHECK_THROWS_WITH(read_back(file), Contains("a torch storage of 18 numbers in"));
}
