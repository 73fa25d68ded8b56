#include "formats/h5/h5.h"

#include <chrono>
#include <cstring>
#include <thread>

#include "motion/error.h"
#include "motion/sha256.h"
#include "tests/formats/h5_check.h"

using namespace motus;
using formats::Bytes;

namespace {

/// The bytes with the last of one text replaced by another of equal length.
std::vector<std::byte> patched(std::vector<std::byte> bytes, std::string_view from,
                               std::string_view to) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t at = text.rfind(from);
  REQUIRE(at != std::string_view::npos);
  REQUIRE(from.size() == to.size());
  std::memcpy(bytes.data() + at, to.data(), to.size());
  return bytes;
}

}  // namespace

TEST_CASE("an h5 image that is not whole is refused, wherever it is cut") {
  const std::vector<std::byte> whole = write_h5({sample_clip()});
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
  std::vector<std::byte> twice = write_h5({sample_clip()});
  const std::vector<std::byte> once = twice;
  twice.insert(twice.end(), once.begin(), once.end());
  CHECK_THROWS_WITH(formats::read_h5(twice, {}), Catch::Contains("a second HDF5 file"));
  std::vector<std::byte> tail = once;
  tail.push_back(std::byte{0});
  CHECK_THROWS_WITH(formats::read_h5(tail, {}),
                    Catch::Contains("1 bytes behind the end of the file"));
}

TEST_CASE("a newer major version is refused with its number") {
  std::vector<std::byte> plain = write_h5({sample_clip()});
  plain.resize(plain.size() - 16);  // no check sum in the way
  const std::vector<std::byte> bytes = patched(plain, "1.0", "2.7");
  CHECK_THROWS_WITH(formats::read_h5(bytes, {}), Catch::Contains("version '2.7'"));
  const std::vector<std::byte> minor = patched(plain, "1.0", "1.9");
  CHECK(formats::read_h5(minor, {}).size() == 1);
}

TEST_CASE("damage inside an h5 file is found before HDF5 trips over it") {
  const std::vector<std::byte> whole = write_h5({sample_clip()});
  for (size_t i = 96; i < whole.size(); i += 61) {
    std::vector<std::byte> bad = whole;
    bad[i] ^= std::byte{0x5a};
    CHECK_THROWS_AS(formats::read_h5(bad, {}), Error);
  }
}

TEST_CASE("h5 keeps everything of a clip") {
  for (const bool compress : {false, true}) {
    const Clip a = sample_clip(3000);
    const std::vector<Clip> back = formats::read_h5(write_h5({a}, compress), {});
    REQUIRE(back.size() == 1);
    check_equal(a, back[0]);
    CHECK(back[0].fingerprint() == a.source.fingerprint);
  }
}

TEST_CASE("a dataset is float32 exactly where that loses nothing") {
  Clip c = sample_clip(4000);
  const size_t before = write_h5({c}).size();
  c.root_pos(5, 0) = 0.1;  // one number that float32 cannot hold makes 4000 x 3 of them wider
  CHECK(write_h5({c}).size() - before == 4000 * 3 * 4);
  c.root_pos(5, 0) = std::nextafter(0.25, 1.0);
  CHECK(formats::read_h5(write_h5({c}), {})[0].root_pos(5, 0) == std::nextafter(0.25, 1.0));
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
  const std::vector<Clip> back = formats::read_h5(write_h5({a, character, b}), {});
  REQUIRE(back.size() == 3);
  check_equal(a, back[0]);
  check_equal(character, back[1]);
  check_equal(b, back[2]);
  CHECK(back[0].skeleton == back[2].skeleton);
}

TEST_CASE("equal clips give equal bytes, whenever they are written") {
  const std::string first = sha256(write_h5({sample_clip(), sample_clip(9)}, true));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 counts seconds
  CHECK(sha256(write_h5({sample_clip(), sample_clip(9)}, true)) == first);
}

TEST_CASE("the file begins with a version 0 superblock, whose image has no checksum to go stale") {
  const std::vector<std::byte> bytes = write_h5({sample_clip()});
  CHECK(bytes[8] == std::byte{0});
  uint64_t end = 0;
  std::memcpy(&end, bytes.data() + 40, 8);
  CHECK(end + 16 == bytes.size());
}
