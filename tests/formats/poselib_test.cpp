// poselib's files: motions and poses, npy and JSON, every dress that a frame rate comes in.
#include <fmt/format.h>

#include "formats/format.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/pickle/pickle_writer.h"
#include "formats/poselib_json.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/formats/bytes_of.h"
#include "tests/formats/moving.h"
#include "tests/formats/python.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

struct Parts {
  Array rotation, translation;
  bool local = true;
};

/// A file of two bodies, as poselib would write it; without a rate it is a SkeletonState.
std::vector<std::byte> two_bodies(const Parts& parts, void (*rate)(PickleWriter&)) {
  PickleWriter out;
  const auto entry = [&](const char* key, const Array& a) {
    out.text(key);
    out.open_dict();
    out.text("arr");
    out.array(a);
    out.close_dict();
  };
  out.open_object();
  out.open_ordered_dict();
  entry("rotation", parts.rotation);
  entry("root_translation", parts.translation);
  out.text("skeleton_tree");
  out.open_ordered_dict();
  out.text("node_names");
  out.array(string_array({"hips", "head"}));
  Frames parents(2, 1), offsets = Frames::Zero(2, 3);
  parents << -1, 0;
  offsets(1, 2) = 0.5;
  entry("parent_indices", f8_array(parents, {2}));
  entry("local_translation", f4_array(offsets));
  out.close_dict();
  out.text("is_local");
  out.boolean(parts.local);
  if (rate) {
    out.text("fps");
    rate(out);
  }
  out.text("__name__");
  out.text(rate ? "SkeletonMotion" : "SkeletonState");
  out.close_dict();
  out.close_object();
  std::vector<std::byte> file =
      write_npy_header({.descr = "|O", .fortran_order = false, .shape = {}});
  const std::vector<std::byte> body = out.finish();
  file.insert(file.end(), body.begin(), body.end());
  return file;
}

/// Both bodies turned about z by these angles, x y z w.
Frames turned(double root, double head) {
  Frames out(1, 8);
  const Quat a = yaw_rotation(root), b = yaw_rotation(head);
  out << a.x(), a.y(), a.z(), a.w(), b.x(), b.y(), b.z(), b.w();
  return out;
}

Parts motion_of(int frames) {
  Parts p;
  p.rotation = f4_array(turned(0.2, 0.3).replicate(frames, 1), {frames, 2, 4});
  p.translation = f4_array(Frames::Constant(frames, 3, 0.25));
  return p;
}

}  // namespace

TEST_CASE("poselib: a frame rate keeps its dress") {
  const struct {
    void (*write)(PickleWriter&);
    double fps;
    const char* descr;
    size_t axes;
  } rows[] = {
      {[](PickleWriter& out) { out.integer(60); }, 60, "<i8", 0},
      {[](PickleWriter& out) { out.real(29.5); }, 29.5, "<f8", 0},
      {[](PickleWriter& out) { out.scalar(scalar_f8(29.876)); }, 29.876, "<f8", 0},
      {[](PickleWriter& out) { out.array(f4_array(Frames::Constant(1, 1, 24), {})); }, 24, "<f4",
       2},
      {[](PickleWriter& out) { out.array(scalar_i8(16)); }, 16, "<i8", 0},
  };
  for (const auto& row : rows) {
    INFO(row.fps);
    const std::vector<std::byte> file = two_bodies(motion_of(3), row.write);
    const Clip c = read_back(file);
    CHECK(c.fps == row.fps);
    CHECK(c.source.arrays.at("fps").descr == row.descr);
    CHECK(c.source.arrays.at("fps").shape.size() == row.axes);
    const Clip back = read_back(write("poselib", read_back(write("h5", c))));
    CHECK(back.source.arrays == c.source.arrays);
    CHECK(back.source.metadata == c.source.metadata);
  }
  CHECK_THROWS_WITH(read_back(two_bodies(motion_of(3), [](PickleWriter& out) { out.integer(0); })),
                    Contains("fps is 0"));
  CHECK_THROWS_WITH(
      read_back(two_bodies(motion_of(3), [](PickleWriter& out) { out.text("fast"); })),
      Contains("fps is text, expected a number"));
}

TEST_CASE("poselib: a T-pose is a clip of one frame, and goes back as a SkeletonState") {
  Parts p = motion_of(1);
  p.rotation.shape = {2, 4};
  p.translation.shape = {3};
  const Clip c = read_back(two_bodies(p, nullptr));
  CHECK(c.frames() == 1);
  CHECK(c.source.variant == "SkeletonState");
  CHECK(c.local_rot_at(0, 1).angularDistance(yaw_rotation(0.3)) < 1e-6);
  for (const char* format : {"poselib", "poselib_json"}) {
    INFO(format);
    const std::vector<std::byte> file = write(format, c);
    const Clip back = read_back(file);
    CHECK(back.source.variant == "SkeletonState");
    CHECK(back.source.arrays.count("fps") == 0);
    CHECK((back.local_rot - c.local_rot).norm() < 1e-6);
    CHECK(back.source.format == format);
    CHECK(write(format, read_back(write("h5", back))) == file);
  }
  CHECK(read_back(write("poselib", c)).source.arrays.at("rotation") ==
        c.source.arrays.at("rotation"));
}

TEST_CASE("poselib: rotations may be those in the world") {
  Parts p = motion_of(2);
  p.local = false;
  const Clip c = read_back(two_bodies(p, [](PickleWriter& out) { out.integer(30); }));
  CHECK(c.root_rot_at(1).angularDistance(yaw_rotation(0.2)) < 1e-6);
  CHECK(c.local_rot_at(1, 1).angularDistance(yaw_rotation(0.1)) < 1e-6);
  const Clip back = read_back(write("poselib", c));
  CHECK(back.source.arrays == c.source.arrays);
  CHECK(to_number(back.source.arrays.at("is_local"), "is_local") == 0);
}

TEST_CASE("poselib's JSON twin holds the same motion, bit for bit") {
  const Clip npy = read_back(write("poselib", moving(amp(), 7)));
  const std::vector<std::byte> json = write("poselib_json", npy);
  const Clip twin = read_back(json);
  CHECK(twin.source.format == "poselib_json");
  CHECK(twin.root_pos == npy.root_pos);
  CHECK((twin.local_rot - npy.local_rot).cwiseAbs().maxCoeff() < 1e-7);
  CHECK(twin.skeleton->same_structure(*npy.skeleton));
  CHECK(write("poselib_json", read_back(write("h5", twin))) == json);
  CHECK(write("poselib_json", read_back(write("poselib_json", twin))) == json);
}

TEST_CASE("JSON that is no poselib file is refused with the place") {
  const auto values = [](std::string_view text) { JsonValues(bytes_of(text)); };
  CHECK_THROWS_WITH(values(R"({"a": [1, 2,})"), Contains("is no JSON"));
  CHECK_THROWS_WITH(values(std::string(100, '[')), Contains("nests deeper than 64"));
  CHECK_THROWS_WITH(values(R"({"__ndarray__": [1, 2], "dtype": "float32", "shape": [3]})"),
                    Contains("an array of shape (3,) with 2 numbers"));
  CHECK_THROWS_WITH(values(R"({"__ndarray__": [1, 2], "dtype": "object", "shape": [2]})"),
                    Contains("dtype 'object'"));
  CHECK_THROWS_WITH(values(R"({"__ndarray__": [1, [2]], "dtype": "int64", "shape": [2]})"),
                    Contains("unequal depth"));
  CHECK_THROWS_WITH(values(R"({"__ndarray__": [1], "shape": [1]})"), Contains("no 'dtype'"));
  CHECK_THROWS_WITH(values(R"({"__ndarray__": [], "dtype": "int64", "shape": [99999999999999]})"),
                    Contains("larger than"));
  CHECK_THROWS_WITH(
      read_back(bytes_of(
          R"({"skeleton_tree": {"node_names": {"__ndarray__": ["a"], "dtype": "<U1", "shape": [1]}}, "root_translation": 1})")),
      Contains("has no 'parent_indices'"));
}

TEST_CASE("poselib: NumPy loads what is written, as it loads the original") {
  if (corpus().empty() || !python_has("numpy")) return;
  const TempFolder folder;
  for (const char* name : {"walk", "backflip"}) {
    const auto path =
        corpus() / "npy_poselib/IsaacGymEnvs" / fmt::format("amp_humanoid_{}.npy", name);
    const Clip c = read_file(path)[0];
    save(folder.path() / "again.npy", write("poselib", c));
    save(folder.path() / "twin.json", write("poselib_json", c));
    std::filesystem::copy_file(path, folder.path() / "first.npy",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(run_python(folder, R"(
import json, numpy as np
a, b = (np.load(f, allow_pickle=True).item() for f in ('first.npy', 'again.npy'))
def equal(x, y, at=''):
    if isinstance(x, dict):
        assert list(x) == list(y), (at, list(x), list(y))
        for k in x: equal(x[k], y[k], at + '/' + k)
    elif isinstance(x, np.ndarray) and x.dtype.kind in 'fi':
        assert type(x) == type(y) and x.dtype == y.dtype and x.tobytes() == y.tobytes(), at
    else:
        assert list(x) == list(y) if hasattr(x, '__len__') else (type(x) == type(y) and x == y), (at, x, y)
equal(a, b)
def hook(d): return np.asarray(d['__ndarray__'], d['dtype']).reshape(d['shape']) if '__ndarray__' in d else d
t = json.load(open('twin.json'), object_hook=hook)
assert list(t) == list(a) and np.allclose(t['rotation']['arr'], a['rotation']['arr'], atol=1e-6)
print('equal')
)") == "equal\n");
  }
}
