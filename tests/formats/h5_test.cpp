#include "formats/h5/h5.h"

#include <chrono>
#include <cstring>
#include <thread>

#include "motion/error.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/formats/sample.h"

using namespace motus;
using formats::Bytes;

namespace {

std::vector<std::byte> write(const std::vector<Clip>& clips, bool compress = false) {
  return formats::write_h5(clips, {.compress = compress, .extra = {}});
}

void check_equal(const Clip& a, const Clip& b) {
  CHECK(a.name == b.name);
  CHECK(a.fps == b.fps);
  CHECK(a.loop == b.loop);
  CHECK(a.weight == b.weight);
  CHECK(a.root_pos == b.root_pos);
  CHECK(a.root_rot == b.root_rot);
  CHECK(a.dof_pos == b.dof_pos);
  CHECK(a.local_rot == b.local_rot);
  CHECK(a.history == b.history);
  REQUIRE(a.channels.size() == b.channels.size());
  for (const auto& [name, c] : a.channels) {
    const Channel& d = b.channels.at(name);
    CHECK(c.data == d.data);
    CHECK(c.components == d.components);
    CHECK(c.names == d.names);
    CHECK(c.units == d.units);
    CHECK(c.frame == d.frame);
  }
  const Source &s = a.source, &t = b.source;
  CHECK(s.path == t.path);
  CHECK(s.format == t.format);
  CHECK(s.variant == t.variant);
  CHECK(s.size == t.size);
  CHECK(s.sha256 == t.sha256);
  CHECK(s.licence == t.licence);
  CHECK(s.fps_source == t.fps_source);
  CHECK(s.conversions == t.conversions);
  CHECK(s.warnings == t.warnings);
  CHECK(s.metadata == t.metadata);
  CHECK(s.arrays == t.arrays);
  CHECK(s.fingerprint == t.fingerprint);
  const Skeleton::Spec &p = a.skeleton->spec(), &q = b.skeleton->spec();
  CHECK(a.skeleton->same_structure(*b.skeleton));
  CHECK(p.name == q.name);
  CHECK(p.kind == q.kind);
  CHECK(p.mass == q.mass);
  CHECK(p.model_file == q.model_file);
  CHECK(p.model_sha256 == q.model_sha256);
  CHECK(p.roles == q.roles);
  REQUIRE(p.dofs.size() == q.dofs.size());
  for (size_t i = 0; i < p.dofs.size(); ++i) {
    CHECK(p.dofs[i].name == q.dofs[i].name);
    CHECK(p.dofs[i].lower == q.dofs[i].lower);
    CHECK(p.dofs[i].upper == q.dofs[i].upper);
  }
  REQUIRE(p.end_sites.size() == q.end_sites.size());
  for (size_t i = 0; i < p.end_sites.size(); ++i) {
    CHECK(p.end_sites[i].name == q.end_sites[i].name);
    CHECK(p.end_sites[i].body == q.end_sites[i].body);
    CHECK(p.end_sites[i].pos == q.end_sites[i].pos);
  }
}

/// The bytes with one text replaced by another of equal length.
std::vector<std::byte> patched(std::vector<std::byte> bytes, std::string_view from,
                               std::string_view to) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t at = text.find(from);
  REQUIRE(at != std::string_view::npos);
  REQUIRE(from.size() == to.size());
  std::memcpy(bytes.data() + at, to.data(), to.size());
  return bytes;
}

}  // namespace

TEST_CASE("an h5 image that is not whole is refused, wherever it is cut") {
  const std::vector<std::byte> whole = write({sample_clip()});
  for (size_t n = 1; n < whole.size() - 16; n += 257) {
    INFO(n << " of " << whole.size());
    CHECK_THROWS_AS(formats::read_h5(Bytes(whole).first(n), {}), Error);
  }
  for (size_t missing = 1; missing < 16; ++missing) {
    CHECK_THROWS_WITH(formats::read_h5(Bytes(whole).first(whole.size() - missing), {}),
                      Catch::Contains("cut off"));
  }
  // without the trailer it is a file that another program closed
  CHECK(formats::read_h5(Bytes(whole).first(whole.size() - 16), {}).size() == 1);
}

TEST_CASE("bytes behind the end are refused: the library would ignore them") {
  std::vector<std::byte> twice = write({sample_clip()});
  const std::vector<std::byte> once = twice;
  twice.insert(twice.end(), once.begin(), once.end());
  CHECK_THROWS_WITH(formats::read_h5(twice, {}), Catch::Contains("a second HDF5 file"));
  std::vector<std::byte> tail = once;
  tail.push_back(std::byte{0});
  CHECK_THROWS_WITH(formats::read_h5(tail, {}),
                    Catch::Contains("1 bytes behind the end of the file"));
}

TEST_CASE("a newer major version is refused with its number") {
  std::vector<std::byte> plain = write({sample_clip()});
  plain.resize(plain.size() - 16);  // no check sum in the way
  const std::vector<std::byte> bytes = patched(plain, "1.0", "2.7");
  CHECK_THROWS_WITH(formats::read_h5(bytes, {}), Catch::Contains("version '2.7'"));
  const std::vector<std::byte> minor = patched(plain, "1.0", "1.9");
  CHECK(formats::read_h5(minor, {}).size() == 1);
}

TEST_CASE("damage inside an h5 file is found before HDF5 trips over it") {
  const std::vector<std::byte> whole = write({sample_clip()});
  for (size_t i = 96; i < whole.size(); i += 61) {
    std::vector<std::byte> bad = whole;
    bad[i] ^= std::byte{0x5a};
    CHECK_THROWS_AS(formats::read_h5(bad, {}), Error);
  }
}

TEST_CASE("h5 keeps everything of a clip") {
  for (const bool compress : {false, true}) {
    const Clip a = sample_clip(3000);
    const std::vector<Clip> back = formats::read_h5(write({a}, compress), {});
    REQUIRE(back.size() == 1);
    check_equal(a, back[0]);
    CHECK(back[0].fingerprint() == a.source.fingerprint);
  }
}

TEST_CASE("a dataset is float32 exactly where that loses nothing") {
  Clip c = sample_clip(4000);
  const size_t before = write({c}).size();
  c.root_pos(5, 0) = 0.1;  // one number that float32 cannot hold makes 4000 x 3 of them wider
  CHECK(write({c}).size() - before == 4000 * 3 * 4);
  c.root_pos(5, 0) = std::nextafter(0.25, 1.0);
  CHECK(formats::read_h5(write({c}), {})[0].root_pos(5, 0) == std::nextafter(0.25, 1.0));
}

TEST_CASE("characters and several clips share a file and their skeleton") {
  Clip character = sample_clip();
  Skeleton::Spec spec;
  spec.name = "stick";
  spec.bodies = {{.name = "Hips"}, {.name = "Spine", .parent = 0, .rest_pos = Vec3(0, 0, 0.3)}};
  character.skeleton = Skeleton::build(spec);
  character.dof_pos = Frames();
  character.local_rot = Frames(character.frames(), 8);
  for (int f = 0; f < character.frames(); ++f) {
    Clip::set_quat(character.local_rot, f, 0, Quat::Identity());
    Clip::set_quat(character.local_rot, f, 1, yaw_rotation(-0.2 * f));
  }
  const Clip a = sample_clip(), b = sample_clip(12);
  const std::vector<Clip> back = formats::read_h5(write({a, character, b}), {});
  REQUIRE(back.size() == 3);
  check_equal(a, back[0]);
  check_equal(character, back[1]);
  check_equal(b, back[2]);
  CHECK(back[0].skeleton == back[2].skeleton);
}

TEST_CASE("equal clips give equal bytes, whenever they are written") {
  const std::string first = sha256(write({sample_clip(), sample_clip(9)}, true));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 counts seconds
  CHECK(sha256(write({sample_clip(), sample_clip(9)}, true)) == first);
}

TEST_CASE("the file begins with a version 0 superblock, whose image has no checksum to go stale") {
  const std::vector<std::byte> bytes = write({sample_clip()});
  CHECK(bytes[8] == std::byte{0});
  uint64_t end = 0;
  std::memcpy(&end, bytes.data() + 40, 8);
  CHECK(end + 16 == bytes.size());
}
