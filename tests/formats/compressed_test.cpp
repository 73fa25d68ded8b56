// Compressed files of any format.
#include "formats/compressed.h"

#include <zlib.h>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/error.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/formats/bytes_of.h"
#include "tests/formats/moving.h"
#include "tests/formats/python.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A zlib stream of `data`.
std::vector<std::byte> deflated(const std::vector<std::byte>& data) {
  uLongf size = compressBound(data.size());
  std::vector<std::byte> out(size);
  REQUIRE(compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                    reinterpret_cast<const Bytef*>(data.data()), data.size(), 9) == Z_OK);
  out.resize(size);
  return out;
}

/// "hello, motion\n" by Python's modules and liblz4.
const std::pair<const char*, const char*> kHello[] = {
    {"gzip",
     R"(\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcbH\xcd\xc9\xc9\xd7Q\xc8\xcd/\xc9\xcc\xcf\xe3\x02\x00\xf9\xa5\xb5\xb6\x0e\x00\x00\x00)"},
    {"zlib", R"(x\x9c\xcbH\xcd\xc9\xc9\xd7Q\xc8\xcd/\xc9\xcc\xcf\xe3\x02\x00'%\x05\x01)"},
    {"bzip2",
     R"(BZh91AY&SY`\x87\xe3\x17\x00\x00\x02Q\x80\x00\x10@\x04\x02g\x84\x00\x20\x00\x22\x06\x83\x20\x80i\xa6\x82\x16Wj9+\x87\x8b\xb9\x22\x9c\x28H0C\xf1\x8b\x80)"},
    {"xz",
     R"(\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\x01\x00\x0dhello,\x20motion\x0a\x00\x00\x00\x00\x9f9m\xa5\x8e\x88\x0c\x00\x01&\x0e\x08\x1b\xe0\x04\x1f\xb6\xf3}\x01\x00\x00\x00\x00\x04YZ)"},
    {"lzma",
     R"(]\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x004\x19I\xee\x8d\xef\x8cjx\x89t\x87V~\x02\x00$6\xff\xfe\xd2\x20\x00)"},
    {"lz4",
     R"(\x04\x22M\x18d@\xa7\x0e\x00\x00\x80hello,\x20motion\x0a\x00\x00\x00\x00\x00\xdc\xc4\xf7)"},
};

}  // namespace

TEST_CASE("each kind of compression gives its content back") {
  for (const auto& [how, stream] : kHello) {
    INFO(how);
    const std::vector<std::byte> bytes = bytes_of(stream);
    const Unpacked u = unpack(bytes);
    CHECK(text_of(u.bytes) == "hello, motion\n");
    CHECK(u.how == std::vector<std::string>{how});
    for (size_t cut = 8; cut < bytes.size(); ++cut) {
      const Bytes part(bytes.data(), cut);
      CHECK_THROWS_WITH(unpack(part), Contains("ends early") || Contains("damaged"));
    }
    std::vector<std::byte> more = bytes;
    more.push_back(std::byte{'x'});
    // xz takes it for the beginning of another stream
    CHECK_THROWS_WITH(unpack(more), Contains("follow the end") || Contains("ends early"));
  }
  CHECK(unpack(bytes_of("plain text")).how.empty());
  CHECK_THROWS_WITH(unpack(bytes_of(R"(\x28\xb5\x2f\xfd\x04)")), Contains("zstd-compressed"));
}

TEST_CASE("files joined end to end are one, and padding is no content") {
  for (const char* how : {"gzip", "bzip2", "xz", "lz4"}) {
    INFO(how);
    std::string twice;
    for (const auto& [name, stream] : kHello) {
      if (std::string(name) == how) twice = std::string(stream) + stream;
    }
    CHECK(text_of(unpack(bytes_of(twice)).bytes) == "hello, motion\nhello, motion\n");
  }
  std::vector<std::byte> padded = bytes_of(kHello[0].second);
  padded.resize(padded.size() + 64);
  CHECK(text_of(unpack(padded).bytes) == "hello, motion\n");
}

TEST_CASE("bombs and nests are refused before they fill the memory") {
  // 64 MiB of zeros are 64 kB: 1000 to 1
  const std::vector<std::byte> bomb = deflated(std::vector<std::byte>(64 << 20));
  CHECK_THROWS_WITH(unpack(bomb), Contains("200 times its size: refused"));
  const std::vector<std::byte> small = deflated(std::vector<std::byte>(8 << 20));
  CHECK(unpack(small).bytes.size() == 8 << 20);
  CHECK_THROWS_WITH(unpack(deflated(bomb)), Contains("200 times its size: refused"));
  const std::vector<std::byte> twice = deflated(bytes_of(kHello[0].second));
  CHECK(unpack(twice).how == std::vector<std::string>{"zlib", "gzip"});
  CHECK_THROWS_WITH(unpack(deflated(twice)), Contains("more than 2 times"));
}

TEST_CASE("any format may be compressed; the source stays the file") {
  const Clip clip = moving(load_robot("go2").skeleton, 5);
  for (const char* format : {"h5", "gmr", "csv", "isaaclab"}) {
    INFO(format);
    const std::vector<std::byte> plain = find_format(format).write(std::span(&clip, 1), {});
    const std::vector<std::byte> packed = deflated(plain);
    ReadOptions options;
    options.name = "trot.x.gz";
    options.skeleton = "go2";
    const Clip a = read(plain, "", options)[0], b = read(packed, "", options)[0];
    CHECK(a.fingerprint() == b.fingerprint());
    if (std::string(format) == "h5") continue;  // tells its clips' own sources
    CHECK(b.name == "trot");
    CHECK(b.source.sha256 == sha256(packed));
    CHECK(b.source.size == static_cast<int64_t>(packed.size()));
    CHECK(b.source.conversions.back() == "unpacked from zlib");
    CHECK(b.source.format == format);
  }
  CHECK_THROWS_WITH(read(deflated({}), "", {}), Contains("empty"));
  CHECK(unpacked_name("walk.bvh.gz", 1) == "walk.bvh");
  CHECK(unpacked_name("walk.pkl", 1) == "walk.pkl");
}
