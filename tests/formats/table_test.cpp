#include <cstring>

#include "formats/format.h"
#include "formats/h5/h5.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/sample.h"

using namespace motus;

namespace {

formats::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("what no reader takes is named in one line") {
  using Catch::Contains;
  using namespace std::string_view_literals;
  const std::pair<std::string_view, const char*> cases[] = {
      {""sv, "empty (0 bytes)"},
      {" \n\t"sv, "white space"},
      {"version https://git-lfs.github.com/spec/v1\noid"sv, "git-lfs pointer"},
      {"<!DOCTYPE html><html>"sv, "web page"},
      {"PXR-USDC"sv, "USD"},
      {"\x1f\x8b\x08"sv, "gzip"},
      {"Lorem ipsum dolor"sv, "beginning 'Lorem ipsum dolor'"},
      {"\x01\x02\x03\xff"sv, "beginning 01 02 03 ff"},
      {"<mujoco><worldbody/></mujoco>"sv, "robot model"},
  };
  for (const auto& [bytes, expected] : cases) {
    INFO(expected);
    CHECK_THROWS_WITH(formats::read(bytes_of(bytes), "", {}), Contains(expected));
  }
  formats::ReadOptions named;
  named.name = "walk.bin";
  CHECK_THROWS_WITH(formats::read(bytes_of("\1\2"), "", named), Contains("walk.bin: is binary"));
}

TEST_CASE("a misspelt format is met with the nearest") {
  try {
    formats::find_format("h6");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::usage);
    CHECK(e.hint() == "did you mean 'h5'?");
  }
  CHECK(formats::by_extension("a/b.H5")->name == "h5");
  CHECK(formats::by_extension("a/b.doc") == nullptr);
  // of the formats that share an extension, the first row writes
  CHECK(formats::by_extension("b.pkl")->name == "mimickit");
  CHECK(formats::by_extension("b.npy")->name == "poselib");
  CHECK(formats::by_extension("b.npz")->name == "isaaclab");
  CHECK(formats::by_extension("b.motion")->name == "protomotions");
  CHECK(formats::by_extension("noext") == nullptr);
}

TEST_CASE("read fills in the source, unless the container carries one") {
  Clip c = sample_clip();
  formats::ReadOptions options;
  options.name = "arm.h5";
  std::vector<std::byte> bytes = formats::write_h5(std::span(&c, 1), {});
  CHECK(formats::read(bytes, "", options)[0].source.path == "wave.npz");
  c.source = {};
  c.name.clear();
  bytes = formats::write_h5(std::span(&c, 1), {});
  const Clip fresh = formats::read(bytes, "h5", options)[0];
  CHECK(fresh.source.path == "arm.h5");
  CHECK(fresh.source.format == "h5");
  CHECK(fresh.source.size == static_cast<int64_t>(bytes.size()));
  CHECK(fresh.source.sha256.size() == 64);
  CHECK(fresh.name == "arm");
  options.fps = 50;
  const Clip relabelled = formats::read(bytes, "", options)[0];
  CHECK(relabelled.fps == 50);
  CHECK(relabelled.source.fps_source == "user");
  CHECK(relabelled.source.warnings.size() == 1);
}
