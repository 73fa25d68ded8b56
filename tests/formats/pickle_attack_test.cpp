// Attacks on the pickle machine beyond pickle_test.cpp: joblib's arrays, torch's archives, graphs
// that share. Streams were built by hand; each ends in one line that says where.
#include <fmt/format.h>

#include <cstdint>

#include "formats/format.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/zip.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_writer.h"
#include "formats/pickle/torch_zip.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/bytes_of.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

Pickle parse(std::string_view text) {
  return Pickle::parse(bytes_of(text));
}

/// A joblib array: this state (opcodes), then these bytes, then the end.
std::string joblib(const std::string& state, const std::string& data) {
  return R"(\x80\x03cjoblib.numpy_pickle\x0aNumpyArrayWrapper\x0a)"
         R"(\x29\x81}()" +
         state + "ub" + data + ".";
}

const std::string kShape2 = R"(X\x05\x00\x00\x00shapeK\x02\x85)";
const std::string kOrderC = R"(X\x05\x00\x00\x00orderX\x01\x00\x00\x00C)";
const std::string kF4 =
    R"(X\x05\x00\x00\x00dtypecnumpy\x0adtype\x0aX\x02\x00\x00\x00f4\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb)";
const std::string kObject =
    R"(X\x05\x00\x00\x00dtypecnumpy\x0adtype\x0aX\x02\x00\x00\x00O8\x89\x88\x87R(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb)";
const std::string kAligned = R"(X\x1b\x00\x00\x00numpy_array_alignment_bytesK\x10)";
const std::string kTwo = R"(\x00\x00\x80?\x00\x00\x00@)";

std::vector<std::byte> archive(const std::string& pickle, const std::string& storage,
                               const std::string& order = "little") {
  return write_zip({{"x/data.pkl", bytes_of(pickle)},
                    {"x/byteorder", bytes_of(order)},
                    {"x/data/0", bytes_of(storage)},
                    {"x/version", bytes_of(R"(3\x0a)")}});
}

/// A tensor of the storage '0' with this many numbers announced, seen through offset, size, stride.
std::string tensor(const std::string& numel, const std::string& view) {
  return R"(\x80\x02ctorch._utils\x0a_rebuild_tensor_v2\x0a((X\x07\x00\x00\x00storagectorch\x0aFloatStorage\x0aX\x01\x00\x00\x000X\x03\x00\x00\x00cpu)" +
         numel + "tQ" + view +
         R"(\x89ccollections\x0aOrderedDict\x0a)"
         R"(\x29RtR.)";
}

}  // namespace

TEST_CASE("joblib arrays are read where they lie, and nowhere else") {
  const auto numbers = [](const std::string& stream) {
    const Pickle p = parse(stream);
    return to_doubles(numeric_array(p.root(), "it"));
  };
  const std::vector<double> want = {1, 2};
  CHECK(numbers(joblib(kShape2 + kOrderC + kF4, kTwo)) == want);
  CHECK(numbers(joblib(kShape2 + kOrderC + kF4 + kAligned, R"(\x03\xff\xff\xff)" + kTwo)) == want);
  CHECK(numbers(joblib(kShape2 + kOrderC + kF4 + kAligned, R"(\x00)" + kTwo)) == want);
  const Pickle objects = parse(joblib(
      kShape2 + kOrderC + kObject,
      R"(\x80\x02cnumpy.core.multiarray\x0a_reconstruct\x0acnumpy\x0andarray\x0aK\x00\x85X\x01\x00\x00\x00b\x87R(K\x01K\x02\x85cnumpy\x0adtype\x0aX\x02\x00\x00\x00O8\x89\x88\x87R(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89](K\x07Netb.)"));
  CHECK(objects.root().items("it").at(0).whole("it") == 7);

  const std::pair<std::string, const char*> cases[] = {
      {joblib(kShape2 + kOrderC + kF4, ""), "larger than the file allows"},
      {joblib(kShape2 + kOrderC + kF4 + kAligned, R"(\xff)" + kTwo), "expected 255 more bytes"},
      {joblib(R"(X\x05\x00\x00\x00shapeJ\xff\xff\xff\xff\x85)" + kOrderC + kF4, kTwo),
       "negative length"},
      {joblib(R"(X\x05\x00\x00\x00shapeJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86)" + kOrderC + kF4,
              kTwo),
       "larger than the file allows"},
      {joblib(kShape2 + R"(X\x05\x00\x00\x00orderX\x01\x00\x00\x00K)" + kF4, kTwo),
       "a damaged joblib array"},
      {joblib(kShape2 + kOrderC, kTwo), "a damaged joblib array"},
      {joblib(kShape2 + kOrderC + kObject, R"(\x80\x02K\x01.)"), "objects of a joblib array as"},
      {joblib(kShape2 + kOrderC + kObject, R"(\x80\x02cposix\x0asystem\x0a.)"), "'posix.system'"},
      {R"(\x80\x03cjoblib.numpy_pickle\x0aNumpyArrayWrapper\x0a)"
       R"(\x29\x81.)",
       "an array without data"},
      {R"(\x80\x03cjoblib.numpy_pickle\x0aNumpyArrayWrapper\x0a)"
       R"(\x29\x81K\x01b.)",
       "a damaged joblib array"},
      {R"(\x80\x02cjoblib.numpy_pickle\x0aNDArrayWrapper\x0a.)", "files beside this one"},
      {R"(\x80\x03cjoblib.numpy_pickle\x0aload\x0a.)", "'joblib.numpy_pickle.load'"},
  };
  for (const auto& [stream, expected] : cases) {
    INFO(stream);
    CHECK_THROWS_WITH(parse(stream), Contains(expected));
  }
  // an array within an array within ...
  std::string nest = R"(\x80\x02K\x01.)";
  for (int i = 0; i < 8; ++i) nest = joblib(kShape2 + kOrderC + kObject, nest);
  CHECK_THROWS_WITH(parse(nest), Contains("nested 5 deep"));
}

TEST_CASE("frames must hold what they announce, and never lie in each other") {
  CHECK(parse(R"(\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00K\x01.)").root().whole("it") == 1);
  CHECK_THROWS_WITH(
      parse(
          R"(\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x95\x03\x00\x00\x00\x00\x00\x00\x00K\x01.)"),
      Contains("a frame inside a frame"));
  CHECK_THROWS_WITH(parse(R"(\x80\x04\x95\x04\x00\x00\x00\x00\x00\x00\x00K\x01.)"),
                    Contains("a frame of 4 bytes where 3 remain"));
}

TEST_CASE("arrays and texts cannot be shared into gigabytes") {
  // a megabyte in the memo, and a list of 3000 of it: 3 GB for whoever copies
  const std::vector<std::byte> array = [] {
    PickleWriter out;
    out.array(f8_array(Frames::Zero(1, 131072)));
    return out.finish();
  }();
  const auto times = [](std::vector<std::byte> first, int n) {
    first.pop_back();  // STOP
    for (const std::byte b : bytes_of(R"(q\x000]()")) first.push_back(b);
    for (int i = 0; i < n; ++i) {
      for (const std::byte b : bytes_of(R"(h\x00)")) first.push_back(b);
    }
    for (const std::byte b : bytes_of("e.")) first.push_back(b);
    return first;
  };
  CHECK(Pickle::parse(times(array, 3)).root().items("it").size() == 3);
  CHECK_THROWS_WITH(Pickle::parse(times(array, 3000)), Contains("expands to more than"));
  PickleWriter text;
  text.text(std::string(1 << 20, 'x'));
  CHECK_THROWS_WITH(Pickle::parse(times(text.finish(), 3000)), Contains("expands to more than"));
}

TEST_CASE("POP, POP_MARK and DUP do what Python does") {
  CHECK(parse(R"(\x80\x02K\x01K\x020.)").root().whole("it") == 1);
  CHECK(parse(R"(\x80\x02K\x01(K\x02K\x031.)").root().whole("it") == 1);
  CHECK(parse(R"(\x80\x02K\x01(0.)").root().whole("it") == 1);
  CHECK(parse(R"(\x80\x02K\x052\x86.)").root().items("it").size() == 2);
  CHECK_THROWS_WITH(parse(R"(\x80\x020.)"), Contains("stack is empty"));
  CHECK_THROWS_WITH(parse(R"(\x80\x021.)"), Contains("no mark"));
  CHECK_THROWS_WITH(parse(R"(\x80\x022.)"), Contains("stack is empty"));
}

TEST_CASE("torch archives: storages and views are measured") {
  const std::string two = kTwo, whole = R"(K\x00K\x02\x85K\x01\x85)";
  const auto load = [](const std::vector<std::byte>& file) {
    const Pickle p = read_torch_zip(file);
    return to_doubles(numeric_array(p.root(), "it"));
  };
  CHECK(load(archive(tensor(R"(K\x02)", whole), two)) == std::vector<double>{1, 2});
  CHECK(load(archive(tensor(R"(K\x02)", R"(K\x01K\x01\x85K\x01\x85)"), two)) ==
        std::vector<double>{2});
  const std::pair<std::vector<std::byte>, const char*> cases[] = {
      {archive(tensor(R"(K\x03)", whole), two), "a torch storage of 3 numbers of 4 bytes in 8"},
      {archive(tensor(R"(J\xff\xff\xff\xff)", whole), two), "storage of -1 numbers"},
      {archive(tensor(R"(K\x02)", R"(K\x01K\x02\x85K\x01\x85)"), two), "reaches to element 2"},
      {archive(tensor(R"(K\x02)", R"(K\x00K\x02\x85K\x02\x85)"), two), "reaches to element 2"},
      {archive(tensor(R"(K\x02)", R"(K\x00K\x02\x85J\xff\xff\xff\xff\x85)"), two), "stride -1"},
      {archive(tensor(R"(K\x02)", R"(K\x00J\xff\xff\xff\x7f\x85K\x00\x85)"), two),
       "larger than the file allows"},
      {archive(tensor(R"(K\x02)", whole), two, "big"), "big-endian"},
      {archive(R"(\x80\x02cos\x0asystem\x0a.)", two), "'os.system'"},
      {archive(R"(\x80\x02(X\x06\x00\x00\x00moduleK\x01K\x01K\x01K\x01tQ.)", two),
       "a persistent id that is no storage"},
      {write_zip(
           {{"x/data.pkl", bytes_of(tensor(R"(K\x02)", whole))}, {"x/version", bytes_of("3")}}),
       "has no 'x/data/0'"},
      {write_zip({{"x/data.pkl", bytes_of("N.")}}), "no data.pkl of torch"},
  };
  for (const auto& [file, expected] : cases) {
    INFO(expected);
    CHECK_THROWS_WITH(load(file), Contains(expected));
  }
}

TEST_CASE("integers of any length, and Python 2's containers, from text and from bytes") {
  const char* streams[] = {
      R"(\x80\x02}q\x00(X\x01\x00\x00\x00sq\x01c__builtin__\x0aset\x0aq\x02]q\x03K\x01a\x85q\x04Rq\x05X\x01\x00\x00\x00fq\x06c__builtin__\x0afrozenset\x0aq\x07]q\x08K\x02a\x85q\x09Rq\x0aX\x01\x00\x00\x00bq\x0bc__builtin__\x0abytearray\x0aq\x0cc_codecs\x0aencode\x0aq\x0dX\x02\x00\x00\x00xyq\x0eX\x06\x00\x00\x00latin1q\x0f\x86q\x10Rq\x11\x85q\x12Rq\x13X\x01\x00\x00\x00cq\x14c__builtin__\x0acomplex\x0aq\x15G?\xf0\x00\x00\x00\x00\x00\x00G@\x00\x00\x00\x00\x00\x00\x00\x86q\x16Rq\x17X\x03\x00\x00\x00bigq\x18\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xc0X\x01\x00\x00\x00tq\x19\x29K\x01\x85q\x1a(K\x01K\x02K\x03K\x04tq\x1b\x87q\x1cu.)",
      R"((dp0\x0aVs\x0ap1\x0ac__builtin__\x0aset\x0ap2\x0a((lp3\x0aI1\x0aatp4\x0aRp5\x0asVf\x0ap6\x0ac__builtin__\x0afrozenset\x0ap7\x0a((lp8\x0aI2\x0aatp9\x0aRp10\x0asVb\x0ap11\x0ac__builtin__\x0abytearray\x0ap12\x0a(c_codecs\x0aencode\x0ap13\x0a(Vxy\x0ap14\x0aVlatin1\x0ap15\x0atp16\x0aRp17\x0atp18\x0aRp19\x0asVbig\x0ap20\x0aL-1180591620717411303424L\x0asVt\x0ap21\x0a((t(I1\x0atp22\x0a(I1\x0aI2\x0aI3\x0aI4\x0atp23\x0atp24\x0as.)",
      R"(\x80\x05\x95O\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01s\x94\x8f\x94(K\x01\x90\x8c\x01f\x94(K\x02\x91\x94\x8c\x01b\x94\x96\x02\x00\x00\x00\x00\x00\x00\x00xy\x94\x8c\x03big\x94\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xc0\x8c\x01t\x94\x29K\x01\x85\x94(K\x01K\x02K\x03K\x04t\x94\x87\x94u.)",
  };
  for (const char* stream : streams) {
    INFO(stream);
    std::string text = stream;
    const Pickle p = parse(text);
    const Value& v = p.root();
    CHECK(v.at("s", "it").items("it").at(0).whole("it") == 1);
    CHECK(v.at("f", "it").items("it").at(0).whole("it") == 2);
    CHECK(v.at("b", "it").string("it") == "xy");
    REQUIRE(v.at("big", "it").is(ValueKind::big));  // -(2 ** 70)
    CHECK(v.at("big", "it").raw_string() == std::string("\0\0\0\0\0\0\0\0\xc0", 9));
    CHECK(v.at("t", "it").items("it").at(2).items("it").size() == 4);
  }
  CHECK(parse(R"(L-9223372036854775808L\x0a.)").root().raw_integer() == INT64_MIN);
  CHECK(parse(R"(L18446744073709551616L\x0a.)").root().is(ValueKind::big));
  CHECK_THROWS_WITH(parse("L" + std::string(2000, '1') + R"(L\x0a.)"), Contains("2000 digits"));
}

TEST_CASE("arrays that Python 2 pickled as text are read") {
  const Pickle p = parse(
      R"(cnumpy.core.multiarray\x0a_reconstruct\x0ap1\x0a(cnumpy\x0andarray\x0ap2\x0a(I0\x0atp3\x0aS'b'\x0ap4\x0atp5\x0aRp6\x0a(I1\x0a(I3\x0atp7\x0acnumpy\x0adtype\x0ap8\x0a(S'f4'\x0ap9\x0aI0\x0aI1\x0atp10\x0aRp11\x0a(I3\x0aS'<'\x0ap12\x0aNNNI-1\x0aI-1\x0aI0\x0atp13\x0abI00\x0aS'\x5cx00\x5cx00\x5cx80?\x5cx00\x5cx00\x00@\x5cx00\x5cx00@@'\x0ap14\x0atp15\x0ab.)");
  CHECK(to_doubles(numeric_array(p.root(), "it")) == std::vector<double>{1, 2, 3});
  const Pickle scalar = parse(
      R"(\x80\x02cnumpy.core.multiarray\x0ascalar\x0aq\x01cnumpy\x0adtype\x0aq\x02U\x02f8K\x00K\x01\x87Rq\x03(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbU\x08\x00\x00\x00\x00\x00\x80=@\x86Rq\x04.)");
  CHECK(scalar.root().number("it") == 29.5);
}

TEST_CASE("the last of two equal keys is the one that Python keeps") {
  const Pickle p = parse(R"(\x80\x02}(U\x01aK\x01U\x01aK\x02u.)");
  CHECK(p.root().at("a", "it").whole("it") == 2);
}
