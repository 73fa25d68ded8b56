#include "formats/numpy/npy.h"

#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/bytes_of.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

/// A file of version `major` with this header text and data.
std::vector<std::byte> npy(int major, const std::string& header, const std::string& data) {
  const size_t n = header.size();
  std::string s = fmt::format("\\x93NUMPY\\x{:02x}\\x00\\x{:02x}\\x{:02x}", major, n & 255, n >> 8);
  if (major > 1) s += "\\x00\\x00";
  return bytes_of(s + header + data);
}

std::string header(const std::string& descr, const std::string& order, const std::string& shape) {
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}\n", descr, order,
                     shape);
}

const std::string kOneTwo = R"(\x00\x00\x80\x3f\x00\x00\x00\x40)";  // 1 and 2 as little floats

std::vector<double> numbers(const std::vector<std::byte>& file) {
  return to_doubles(read_npy(file));
}

}  // namespace

TEST_CASE("npy headers that are not one are refused") {
  const std::pair<std::string, const char*> cases[] = {
      {header("<f4", "False", "(-1,)"), "negative length"},
      {header("<f4", "False", "(9000000000000000000, 9)"), "larger than the file"},
      {header("<f4", "False", "(3,)"), "needs 12 bytes, found 8"},
      {header("<f4", "Maybe", "(2,)"), "True or False"},
      {"{'shape': (2 'descr'", "expected ')'"},
      {header("<f4", "False", "__import__('os')"), "expected '('"},
      {header("<x4", "False", "(2,)"), "dtype '<x4'"},
      {header("<f99999999999999999999", "False", "(2,)"), "dtype"},
      {header("|O", "False", "(2,)"), "Python objects"},
      {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "structured"},
      {"{'descr': '<f4', 'fortran_order': False}", "lacks one of"},
      {"{'descr': '<f4', 'descr': '<f4', 'shape': (2,)}", "twice"},
      {"{'descr': '<f4', 'evil': False, 'shape': (2,)}", "unknown key 'evil'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} + 1", "text after"},
      {"{'descr': '<f4", "quote without end"},
      {"", "expected '{'"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK_THROWS_WITH(read_npy(npy(1, text, kOneTwo)), Contains(expected));
  }
  CHECK_THROWS_WITH(read_npy(npy(9, header("<f4", "False", "(2,)"), kOneTwo)),
                    Contains("version 9"));
  CHECK_THROWS_WITH(read_npy(bytes_of("hello")), Contains("not an npy"));
  CHECK_THROWS_WITH(read_npy(bytes_of(R"(\x93NUMPY\x01\x00\xff\xff{)")),
                    Contains("expected 65535 more"));
}

TEST_CASE("npy reads versions 1 to 3, both byte orders, both axis orders") {
  for (const int version : {1, 2, 3}) {
    CHECK(numbers(npy(version, header("<f4", "False", "(2,)"), kOneTwo)) ==
          std::vector<double>{1, 2});
  }
  CHECK(numbers(npy(1, header(">f4", "False", "(2,)"), R"(\x3f\x80\x00\x00\x40\x00\x00\x00)")) ==
        std::vector<double>{1, 2});
  CHECK(read_npy(npy(1, header(">f4", "False", "(1,)"), R"(\x3f\x80\x00\x00)")).descr == "<f4");
  CHECK(numbers(npy(1, header("<f2", "False", "(3,)"), R"(\x00\x3c\x00\xc0\x01\x00)")) ==
        std::vector<double>{1, -2, std::ldexp(1.0, -24)});
  CHECK(numbers(npy(1, header("|b1", "False", "(3,)"), R"(\x00\x01\x01)")) ==
        std::vector<double>{0, 1, 1});
  CHECK(numbers(npy(1, header("<i2", "False", "()"), R"(\xff\xff)")) == std::vector<double>{-1});
  CHECK(numbers(npy(1, header("|u1", "True", "(2, 3)"), R"(\x00\x03\x01\x04\x02\x05)")) ==
        std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(numbers(npy(1, header("<i8", "False", "(0, 7)"), "")).empty());
  CHECK(to_strings(read_npy(npy(1, header("|S3", "False", "(2,)"), R"(ab\x00xyz)")), "names") ==
        std::vector<std::string>{"ab", "xyz"});
  CHECK(to_strings(read_npy(npy(1, header(">U1", "False", "(1,)"), R"(\x00\x00\x00a)")), "names") ==
        std::vector<std::string>{"a"});
}

TEST_CASE("npy files round-trip and have aligned data") {
  for (const Array& a : {f4_array(Frames::Random(5, 3)), f8_array(Frames::Random(2, 4), {2, 2, 2}),
                         scalar_i8(-7), string_array({"left_hip", ""}), Array{"|b1", {0}, {}}}) {
    const std::vector<std::byte> file = write_npy(a);
    CHECK(read_npy(file) == a);
    CHECK(read_npy_header(file).data % 64 == 0);
  }
}

TEST_CASE("zip archives that attack are refused") {
  CHECK_THROWS_WITH(ZipReader(bytes_of(R"(PK\x03\x04 nonsense)")), Contains("damaged zip"));
  const std::vector<std::byte> one = {std::byte{1}};
  CHECK_THROWS_WITH(ZipReader(write_zip({{"../up.npy", one}})), Contains("leaves its folder"));
  CHECK_THROWS_WITH(ZipReader(write_zip({{"/etc/x.npy", one}})), Contains("leaves its folder"));
  CHECK_THROWS_WITH(ZipReader(write_zip({{"a/../../b.npy", one}})), Contains("leaves its folder"));

  std::vector<std::byte> file = write_zip({{"a.npy", std::vector<std::byte>(100, std::byte{7})}});
  // the directory's uncompressed size stands 24 bytes behind its signature
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const size_t entry = text.rfind("PK\1\2");
  REQUIRE(entry != text.npos);
  std::vector<std::byte> bomb = file;
  bomb[entry + 27] = std::byte{0x7f};  // now 2 GiB
  CHECK_THROWS_WITH(ZipReader(bomb), Contains("more than 200 to 1"));
  std::vector<std::byte> damaged = file;
  damaged[40] = std::byte{8};  // inside the data: the checksum no longer fits
  CHECK_THROWS_AS(ZipReader(damaged).read("a.npy"), Error);
  CHECK(ZipReader(file).read("a.npy").size() == 100);
  CHECK_THROWS_WITH(ZipReader(file).read("b.npy"), Contains("no 'b.npy'"));
}

TEST_CASE("zip64 records and headers are read by the directory") {
  const std::vector<std::byte> plain = write_zip({{"a.npy", bytes_of("hello")}});
  // every number of entry and end record saturated, the real ones in zip64 fields, as for archives
  // beyond 4 GiB; the local header of NumPy's newest files likewise
  const auto number = [](uint64_t v, int width) {
    std::string s;
    for (int i = 0; i < width; ++i) s += static_cast<char>((v >> (8 * i)) & 255);
    return s;
  };
  const std::string data = "hello", name = "a.npy", full(4, '\xff');
  const std::string_view text(reinterpret_cast<const char*>(plain.data()), plain.size());
  const std::string crc(text.substr(text.rfind("PK\1\2") + 16, 4));
  std::string z = "PK\3\4" + number(45, 2) + number(0, 8) + crc + full + full + number(5, 2) +
                  number(20, 2) + name + number(1, 2) + number(16, 2) + number(5, 8) +
                  number(5, 8) + data;
  const size_t directory = z.size();
  z += "PK\1\2" + number(45, 2) + number(45, 2) + number(0, 8) + crc + full + full + number(5, 2) +
       number(28, 2) + number(0, 2) + number(0, 8) + full + name + number(1, 2) + number(24, 2) +
       number(5, 8) + number(5, 8) + number(0, 8);
  const size_t record = z.size();
  z += "PK\6\6" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) + number(1, 8) +
       number(1, 8) + number(record - directory, 8) + number(directory, 8);
  z += "PK\6\7" + number(0, 4) + number(record, 8) + number(1, 4);
  z += "PK\5\6" + number(0, 4) + number(0xFFFF, 2) + number(0xFFFF, 2) + full + full + number(0, 2);
  const auto as_bytes_of = [](const std::string& s) {
    const auto b = std::as_bytes(std::span(s));
    return std::vector<std::byte>(b.begin(), b.end());
  };
  const std::vector<std::byte> file = as_bytes_of(z);
  CHECK(ZipReader(file).read("a.npy") == bytes_of("hello"));
  for (size_t cut = 0; cut < file.size(); ++cut) {
    const std::vector<std::byte> part(file.begin(), file.begin() + static_cast<ptrdiff_t>(cut));
    CHECK_THROWS_AS(ZipReader(part).read("a.npy"), Error);
  }
}

TEST_CASE("npz files round-trip, and equal content gives equal bytes") {
  const std::vector<std::pair<std::string, Array>> members = {{"fps", scalar_i8(60)},
                                                              {"names", string_array({"a", "bc"})},
                                                              {"x", f4_array(Frames::Ones(3, 2))}};
  const std::vector<std::byte> file = write_npz(members);
  CHECK(file == write_npz(members));
  const Npz npz(file);
  CHECK(npz.names() == std::vector<std::string>{"fps", "names", "x"});
  for (const auto& [name, array] : members) CHECK(npz.array(name) == array);
  CHECK(npz.header("x").shape == std::vector<int64_t>{3, 2});
  CHECK_THROWS_WITH(npz.array("y"), Contains("member 'y'"));
  CHECK(npz_has(file, {"fps", "x"}));
  CHECK_FALSE(npz_has(file, {"fps", "y"}));
  CHECK_FALSE(npz_has(bytes_of("PK"), {"fps"}));
}
