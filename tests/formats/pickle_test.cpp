// Streams written by CPython 3.11 with NumPy 2.4 unless a test says that it was built by hand.
#include "formats/pickle/pickle.h"

#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle_writer.h"
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

const std::string kArrayHead =
    R"(\x80\x03cnumpy.core.multiarray\x0a_reconstruct\x0acnumpy\x0andarray\x0aK\x00\x85C\x01b\x87R)";
const std::string kF4 =
    R"(cnumpy\x0adtype\x0aX\x02\x00\x00\x00f4\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb)";

/// An array of float32 with this shape (opcodes) and this many data bytes, built by hand.
std::string array_with(const std::string& shape, size_t bytes) {
  std::string s = kArrayHead + "(K\\x01" + shape + kF4 + "\\x89C" + fmt::format("\\x{:02x}", bytes);
  for (size_t i = 0; i < bytes; ++i) s += "\\x00";
  return s + "tb.";
}

const std::string kTensor =
    R"(\x80\x02ctorch._utils\x0a_rebuild_tensor_v2\x0a(ctorch.storage\x0a_load_from_bytes\x0aB\xfd\x00\x00\x00)"
    R"(\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionq\x01M\xe9\x03X\x0d\x00\x00\x00little_endianq\x02\x88X\x0a\x00\x00\x00type_sizesq\x03}q\x04(X\x05\x00\x00\x00shortq\x05K\x02X\x03\x00\x00\x00intq\x06K\x04X\x04\x00\x00\x00longq\x07K\x04uu.)"
    R"(\x80\x02(X\x07\x00\x00\x00storageq\x00ctorch\x0aFloatStorage\x0aq\x01X\x0d\x00\x00\x002488984916992q\x02X\x03\x00\x00\x00cpuq\x03K\x01Ntq\x04Q.\x80\x02]q\x00X\x0d\x00\x00\x002488984916992q\x01a.\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0A\x85R)";

/// The tensor above: one number, 30.0, seen with this offset, size and stride.
std::string tensor(const std::string& view) {
  return kTensor + view + R"(\x89ccollections\x0aOrderedDict\x0a\x29RtR.)";
}

}  // namespace

TEST_CASE("a pickle that names anything but data is refused by name and place") {
  const std::pair<const char*, const char*> cases[] = {
      {R"(\x80\x03cposix\x0asystem\x0aX\x02\x00\x00\x00id\x85R.)",
       "byte 2: the pickle names 'posix.system'"},
      {R"(cos\x0asystem\x0a(S'id'\x0atR.)", "byte 0: the pickle names 'os.system'"},
      {R"(\x80\x03cbuiltins\x0aeval\x0aX\x01\x00\x00\x001\x85R.)", "'builtins.eval'"},
      {R"(\x80\x03c__builtin__\x0aexec\x0aX\x01\x00\x00\x001\x85R.)", "exec"},
      {R"(\x80\x02ctorch.jit\x0aload\x0a\x29R.)", "'torch.jit.load'"},
      {R"(\x80\x04\x8c\x0asubprocess\x94\x8c\x05Popen\x94\x93\x94\x29R.)",
       "byte 23: the pickle names 'subprocess.Popen'"},
      {R"(\x80\x03cbuiltins\x0agetattr\x0a.)", "'builtins.getattr'"},
      {R"(\x80\x03ccopyreg\x0a_reconstructor\x0a.)", "copyreg"},
  };
  for (const auto& [stream, expected] : cases) {
    INFO(stream);
    CHECK_THROWS_WITH(parse(stream), Contains(expected));
  }
}

TEST_CASE("known names cannot be used for anything else") {
  const std::pair<std::string, const char*> cases[] = {
      {R"(\x80\x03X\x01\x00\x00\x00a\x29R.)", "a call of text"},
      {R"(\x80\x03cnumpy\x0andarray\x0a\x29R.)", "a call of 'numpy.ndarray'"},
      {R"(\x80\x03}}b.)", "BUILD with a dict"},
      {R"(\x80\x03]\x29b.)", "BUILD of a list"},
      {R"(\x80\x03ccollections\x0aOrderedDict\x0a\x29R}X\x01\x00\x00\x00aK\x01sb.)",
       "BUILD with a dict"},
      {R"(\x80\x03ccollections\x0aOrderedDict\x0a.)", "a name where data belongs"},
      {R"(\x80\x02\x82\x01.)", "opcode EXT1 ("},
      {R"(\x80\x02\x84\x01\x00\x00\x00.)", "opcode EXT4 ("},
      {R"(Pname\x0a.)", "opcode PERSID ("},
      {R"((iposix\x0asystem\x0a.)", "opcode INST ("},
      {R"((cbuiltins\x0aint\x0ao.)", "opcode OBJ ("},
      {R"(\x80\x05\x97.)", "opcode NEXT_BUFFER ("},
      {R"(\x80\x05K\x01\x98.)", "opcode READONLY_BUFFER ("},
      {R"(\x80\x02\xff.)", "0xff is no opcode"},
      {R"(\x80\x02K\x01Q.)", "persistent id outside"},
  };
  for (const auto& [stream, expected] : cases) {
    INFO(stream);
    CHECK_THROWS_WITH(parse(stream), Contains(expected));
  }
}

TEST_CASE("damaged and hostile streams end in one clear error") {
  const std::pair<const char*, const char*> cases[] = {
      {R"()", "ends without STOP"},
      {R"(\x80\x03}q\x00)", "ends without STOP"},
      {R"(\x80\x09.)", "protocol 9"},
      {R"(.)", "STOP with 0 values"},
      {R"(\x80\x03K\x01K\x02.)", "STOP with 2 values"},
      {R"(a.)", "stack is empty"},
      {R"((K\x01a.)", "stack is empty"},
      {R"(\x80\x03]e.)", "no mark"},
      {R"(\x80\x03h\x05.)", "memo entry 5 was never set"},
      {R"(\x80\x03]r\xff\xff\xff\x7f.)", "memo index 2147483647 after 0"},
      {R"(\x80\x04\x95\xff\xff\x00\x00\x00\x00\x00\x00}.)", "frame of 65535 bytes where 2 remain"},
      {R"(\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.)", "bytes announced"},
      {R"(\x80\x03B\xff\xff\xff\xff.)", "4294967295 bytes announced, 1 remain"},
      {R"(\x80\x03\x8b\xff\xff\xff\xff.)", "integer of -1 bytes"},
      {R"(Ixyz\x0a.)", "not an integer"},
      {R"(L99x9L\x0a.)", "not an integer"},
      {R"(X\x01\x00\x00\x00\xff.)", "not UTF-8"},
      {R"(\x80\x03}K\x01s.)", "stack is empty"},
      {R"(\x80\x03}(K\x01u.)", "key without a value"},
      {R"(\x80\x03K\x01.garbage)", "7 bytes follow"},
      {R"(\x80\x03]q\x00h\x00a.)", "contains itself"},
      {R"(\x80\x03cnumpy.core.multiarray\x0a_reconstruct\x0acnumpy\x0andarray\x0aK\x00\x85C\x01b\x87R]q\x00\x86.)",
       "an array without data"},
  };
  for (const auto& [stream, expected] : cases) {
    INFO(stream);
    CHECK_THROWS_WITH(parse(stream), Contains(expected));
  }
}

TEST_CASE("shared lists cannot blow up, nor can nesting") {
  // each level holds the one before ten times: 10^12 numbers in a few hundred bytes
  std::string laughs = R"(\x80\x03]q\x00(K\x01K\x01K\x01K\x01e)";
  for (int level = 1; level < 13; ++level) {
    laughs += fmt::format("]q\\x{:02x}(", level);
    for (int i = 0; i < 10; ++i) laughs += fmt::format("h\\x{:02x}", level - 1);
    laughs += "e";
  }
  laughs = R"(\x80\x03()" + laughs.substr(8) + "t.";
  CHECK_THROWS_WITH(parse(laughs), Contains("expands to more than"));

  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "]";
  for (int i = 0; i < 199; ++i) deep += "a";
  CHECK_THROWS_WITH(parse(deep + "."), Contains("nests deeper than 64"));
  CHECK_NOTHROW(parse(std::string(60, ']') + std::string(59, 'a') + "."));
  CHECK_THROWS_WITH(parse(std::string(1000, '(')), Contains("more than 256 values are open"));
}

TEST_CASE("shapes, strides and lengths are checked before anything is allocated") {
  CHECK(parse(array_with(R"(K\x02K\x03\x86)", 24)).root().raw_array().array.size() == 6);
  CHECK_THROWS_WITH(parse(array_with(R"(K\x02K\x03\x86)", 20)),
                    Contains("needs 24 bytes, found 20"));
  CHECK_THROWS_WITH(parse(array_with(R"(J\xff\xff\xff\xff\x85)", 4)), Contains("negative length"));
  CHECK_THROWS_WITH(
      parse(array_with(R"(J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x87)", 4)),
      Contains("larger than"));
  CHECK_THROWS_WITH(parse(array_with(R"(K\x00\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x40\x86)", 0)),
                    Contains("a length of"));
  const Pickle one = parse(tensor(R"(K\x00\x29\x29)"));
  CHECK(one.root().number("fps") == 30.0);
  CHECK(one.root().raw_array().tensor);
  CHECK(parse(tensor(R"(K\x00K\x01\x85K\x01\x85)")).root().raw_array().array.shape ==
        std::vector<int64_t>{1});
  CHECK_THROWS_WITH(parse(tensor(R"(K\x01\x29\x29)")), Contains("reaches to element 1"));
  CHECK_THROWS_WITH(parse(tensor(R"(K\x00K\x02\x85K\x01\x85)")), Contains("reaches to element 1"));
  CHECK_THROWS_WITH(parse(tensor(R"(J\xff\xff\xff\xff\x29\x29)")), Contains("reaches"));
  CHECK_THROWS_WITH(parse(tensor(R"(K\x00K\x02\x85J\xff\xff\xff\xff\x85)")), Contains("stride -1"));
  CHECK_THROWS_WITH(parse(tensor(R"(K\x00J\xff\xff\xff\x7f\x85K\x00\x85)")),
                    Contains("larger than the file allows"));
  CHECK_THROWS_WITH(parse(tensor(R"(K\x00K\x01\x85\x29)")), Contains("1 sizes and 0 strides"));
}

TEST_CASE("a torch storage nested in torch storages without end is refused") {
  std::string inner = R"(\x80\x02K\x01.)";
  const auto nest = [](const std::string& text) {
    const size_t n = bytes_of(text).size();
    return fmt::format(
        "\\x80\\x02ctorch.storage\\x0a_load_from_bytes\\x0aB\\x{:02x}\\x{:02x}\\x00\\x00{}\\x85R.",
        n & 255, n >> 8, text);
  };
  for (int i = 0; i < 8; ++i) inner = nest(inner);
  CHECK_THROWS_WITH(parse(inner), Contains("nested 5 deep"));
  CHECK_THROWS_WITH(parse(nest(R"(\x80\x02K\x01.)")), Contains("magic"));
}

TEST_CASE("the same dict reads from every protocol") {
  const char* streams[] = {
      R"((dp0\x0aVloop_mode\x0ap1\x0aI1\x0asVfps\x0ap2\x0aI30\x0asVframes\x0ap3\x0a(lp4\x0a(lp5\x0aF1.5\x0aaF-2.25\x0aaa(lp6\x0aF0.5\x0aaF0.001\x0aaasVbig\x0ap7\x0aL1099511627776L\x0asVneg\x0ap8\x0aI-5\x0asVu\x0ap9\x0aV\xfc\x0ap10\x0asVb\x0ap11\x0ac_codecs\x0aencode\x0ap12\x0a(V\x5cu0000\xff\x0ap13\x0aVlatin1\x0ap14\x0atp15\x0aRp16\x0asVt\x0ap17\x0a(I1\x0aNI01\x0aI00\x0atp18\x0as.)",
      R"(}q\x00(X\x09\x00\x00\x00loop_modeq\x01K\x01X\x03\x00\x00\x00fpsq\x02K\x1eX\x06\x00\x00\x00framesq\x03]q\x04(]q\x05(G?\xf8\x00\x00\x00\x00\x00\x00G\xc0\x02\x00\x00\x00\x00\x00\x00e]q\x06(G?\xe0\x00\x00\x00\x00\x00\x00G?PbM\xd2\xf1\xa9\xfceeX\x03\x00\x00\x00bigq\x07L1099511627776L\x0aX\x03\x00\x00\x00negq\x08J\xfb\xff\xff\xffX\x01\x00\x00\x00uq\x09X\x02\x00\x00\x00\xc3\xbcq\x0aX\x01\x00\x00\x00bq\x0bc_codecs\x0aencode\x0aq\x0c(X\x03\x00\x00\x00\x00\xc3\xbfq\x0dX\x06\x00\x00\x00latin1q\x0etq\x0fRq\x10X\x01\x00\x00\x00tq\x11(K\x01NI01\x0aI00\x0atq\x12u.)",
      R"(\x80\x02}q\x00(X\x09\x00\x00\x00loop_modeq\x01K\x01X\x03\x00\x00\x00fpsq\x02K\x1eX\x06\x00\x00\x00framesq\x03]q\x04(]q\x05(G?\xf8\x00\x00\x00\x00\x00\x00G\xc0\x02\x00\x00\x00\x00\x00\x00e]q\x06(G?\xe0\x00\x00\x00\x00\x00\x00G?PbM\xd2\xf1\xa9\xfceeX\x03\x00\x00\x00bigq\x07\x8a\x06\x00\x00\x00\x00\x00\x01X\x03\x00\x00\x00negq\x08J\xfb\xff\xff\xffX\x01\x00\x00\x00uq\x09X\x02\x00\x00\x00\xc3\xbcq\x0aX\x01\x00\x00\x00bq\x0bc_codecs\x0aencode\x0aq\x0cX\x03\x00\x00\x00\x00\xc3\xbfq\x0dX\x06\x00\x00\x00latin1q\x0e\x86q\x0fRq\x10X\x01\x00\x00\x00tq\x11(K\x01N\x88\x89tq\x12u.)",
      R"(\x80\x05\x95\x8b\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x09loop_mode\x94K\x01\x8c\x03fps\x94K\x1e\x8c\x06frames\x94]\x94(]\x94(G?\xf8\x00\x00\x00\x00\x00\x00G\xc0\x02\x00\x00\x00\x00\x00\x00e]\x94(G?\xe0\x00\x00\x00\x00\x00\x00G?PbM\xd2\xf1\xa9\xfcee\x8c\x03big\x94\x8a\x06\x00\x00\x00\x00\x00\x01\x8c\x03neg\x94J\xfb\xff\xff\xff\x8c\x01u\x94\x8c\x02\xc3\xbc\x94\x8c\x01b\x94C\x02\x00\xff\x94\x8c\x01t\x94(K\x01N\x88\x89t\x94u.)",
  };
  for (const char* stream : streams) {
    INFO(stream);
    const Pickle p = parse(stream);
    const Value& v = p.root();
    CHECK(v.at("loop_mode", "it").whole("loop_mode") == 1);
    CHECK(v.at("fps", "it").number("fps") == 30);
    const Array frames = numeric_array(v.at("frames", "it"), "frames");
    CHECK(frames.shape == std::vector<int64_t>{2, 2});
    CHECK(to_doubles(frames) == std::vector<double>{1.5, -2.25, 0.5, 0.001});
    CHECK(v.at("big", "it").whole("big") == int64_t{1} << 40);
    CHECK(v.at("neg", "it").whole("neg") == -5);
    CHECK(v.at("u", "it").string("u") == "\xc3\xbc");
    CHECK(v.at("b", "it").raw_string() == std::string("\0\xff", 2));
    const List& t = v.at("t", "it").items("t");
    REQUIRE(t.size() == 4);
    CHECK(t[1].is_none());
    CHECK(t[2].raw_integer() == 1);
    CHECK(t[2].is(ValueKind::boolean));
    CHECK_THROWS_WITH(v.at("fpz", "the motion"), Contains("has no 'fpz'; it has: loop_mode, fps"));
  }
}

TEST_CASE("arrays read from every dress") {
  const std::vector<double> want = {0, 1, 2, 3, 4, 5};
  const char* streams[] = {
      R"(\x80\x02cnumpy._core.multiarray\x0a_reconstruct\x0aq\x00cnumpy\x0andarray\x0aq\x01K\x00\x85q\x02c_codecs\x0aencode\x0aq\x03X\x01\x00\x00\x00bq\x04X\x06\x00\x00\x00latin1q\x05\x86q\x06Rq\x07\x87q\x08Rq\x09(K\x01K\x02K\x03\x86q\x0acnumpy\x0adtype\x0aq\x0bX\x02\x00\x00\x00f4q\x0c\x89\x88\x87q\x0dRq\x0e(K\x03X\x01\x00\x00\x00<q\x0fNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x10b\x89h\x03X\x1b\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\x80?\x00\x00\x00@\x00\x00@@\x00\x00\xc2\x80@\x00\x00\xc2\xa0@q\x11h\x05\x86q\x12Rq\x13tq\x14b.)",
      R"(\x80\x05\x95\x8e\x00\x00\x00\x00\x00\x00\x00\x8c\x13numpy._core.numeric\x94\x8c\x0b_frombuffer\x94\x93\x94(\x96\x18\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00@@\x00\x00\x80?\x00\x00\x80@\x00\x00\x00@\x00\x00\xa0@\x94\x8c\x05numpy\x94\x8c\x05dtype\x94\x93\x94\x8c\x02f4\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01<\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t\x94bK\x02K\x03\x86\x94\x8c\x01F\x94t\x94R\x94.)",
      R"(\x80\x03cnumpy._core.multiarray\x0a_reconstruct\x0aq\x00cnumpy\x0andarray\x0aq\x01K\x00\x85q\x02C\x01bq\x03\x87q\x04Rq\x05(K\x01K\x02K\x03\x86q\x06cnumpy\x0adtype\x0aq\x07X\x02\x00\x00\x00f4q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\x00\x00\x00>q\x0bNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0cb\x89C\x18\x00\x00\x00\x00?\x80\x00\x00@\x00\x00\x00@@\x00\x00@\x80\x00\x00@\xa0\x00\x00q\x0dtq\x0eb.)",
  };
  for (const char* stream : streams) {
    INFO(stream);
    const Pickle p = parse(stream);
    const Array a = numeric_array(p.root(), "it");
    CHECK(a.descr == "<f4");
    CHECK(a.shape == std::vector<int64_t>{2, 3});
    CHECK(to_doubles(a) == want);
  }
  const Pickle scalar = parse(
      R"(\x80\x04\x95j\x00\x00\x00\x00\x00\x00\x00\x8c\x16numpy._core.multiarray\x94\x8c\x06scalar\x94\x93\x94\x8c\x05numpy\x94\x8c\x05dtype\x94\x93\x94\x8c\x02f8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01<\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t\x94bC\x08\x00\x00\x00\x00\x00\x80=@\x94\x86\x94R\x94.)");
  CHECK(scalar.root().number("fps") == 29.5);
  const Pickle text = parse(
      R"(\x80\x03cnumpy._core.multiarray\x0a_reconstruct\x0aq\x00cnumpy\x0andarray\x0aq\x01K\x00\x85q\x02C\x01bq\x03\x87q\x04Rq\x05(K\x01K\x02\x85q\x06cnumpy\x0adtype\x0aq\x07X\x02\x00\x00\x00U2q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\x00\x00\x00<q\x0bNNNK\x08K\x04K\x08tq\x0cb\x89C\x10a\x00\x00\x00b\x00\x00\x00\xe9\x00\x00\x00\x00\x00\x00\x00q\x0dtq\x0eb.)");
  CHECK(to_strings(text.root().raw_array().array, "names") ==
        std::vector<std::string>{"ab", "\xc3\xa9"});
  const Pickle object = parse(
      R"(\x80\x03cnumpy._core.multiarray\x0a_reconstruct\x0aq\x00cnumpy\x0andarray\x0aq\x01K\x00\x85q\x02C\x01bq\x03\x87q\x04Rq\x05(K\x01\x29cnumpy\x0adtype\x0aq\x06X\x02\x00\x00\x00O8q\x07\x89\x88\x87q\x08Rq\x09(K\x03X\x01\x00\x00\x00|q\x0aNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0bb\x89]q\x0c}q\x0dX\x01\x00\x00\x00aq\x0eK\x01satq\x0fb.)");
  CHECK(object.root().items("it").at(0).at("a", "it").whole("a") == 1);
  CHECK_THROWS_WITH(parse(R"(\x80\x03cnumpy\x0adtype\x0aX\x02\x00\x00\x00V4\x89\x88\x87R.)"),
                    Contains("dtype '<V4' is not a plain"));
}

TEST_CASE("MimicKit's own classes are dicts") {
  for (
      const char* stream :
      {R"(\x80\x04\x95l\x00\x00\x00\x00\x00\x00\x00\x8c\x14mimickit.anim.motion\x94\x8c\x06Motion\x94\x93\x94\x29\x81\x94}\x94(\x8c\x09loop_mode\x94h\x00\x8c\x08LoopMode\x94\x93\x94K\x01\x85\x94R\x94\x8c\x03fps\x94K\x1e\x8c\x06frames\x94]\x94]\x94G?\xf8\x00\x00\x00\x00\x00\x00aaub.)",
       R"(\x80\x02cmimickit.anim.motion\x0aMotion\x0aq\x00\x29\x81q\x01}q\x02(X\x09\x00\x00\x00loop_modeq\x03cmimickit.anim.motion\x0aLoopMode\x0aq\x04K\x01\x85q\x05Rq\x06X\x03\x00\x00\x00fpsq\x07K\x1eX\x06\x00\x00\x00framesq\x08]q\x09]q\x0aG?\xf8\x00\x00\x00\x00\x00\x00aaub.)"}) {
    const Pickle p = parse(stream);
    CHECK(p.root().at("loop_mode", "it").whole("it") == 1);
    CHECK(p.root().at("fps", "it").number("it") == 30);
    CHECK(to_doubles(numeric_array(p.root().at("frames", "it"), "it")) == std::vector<double>{1.5});
  }
}

TEST_CASE("lists that are no matrix are refused with what is wrong") {
  const auto numbers = [](const char* stream) {
    const Pickle p = parse(stream);
    return numeric_array(p.root(), "frames");
  };
  CHECK_THROWS_WITH(numbers(R"(](](K\x01K\x02e](K\x01ee.)"),
                    Contains("a row of 1 numbers among rows of 2"));
  CHECK_THROWS_WITH(numbers(R"(](K\x01](K\x01ee.)"), Contains("unequal depth"));
  CHECK_THROWS_WITH(numbers(R"(](](K\x01eK\x01e.)"), Contains("unequal depth"));
  // an empty list first, and a real number beside it
  CHECK_THROWS_WITH(numbers("](](eF1.5\ne."), Contains("unequal depth"));
  CHECK_THROWS_WITH(numbers(R"(](NK\x01e.)"), Contains("found None where a number belongs"));
  CHECK_THROWS_WITH(numbers(R"(}.)"), Contains("frames is a dict, expected numbers"));
}

TEST_CASE("a list of real numbers is one of values as soon as it holds something else") {
  // [1.5, 1.5, 2, 'x'], filled in three steps, and once more by its memo
  const Pickle p = parse("(](F1.5\nF1.5\nep0\nI2\na(Vx\neg0\nt.");
  const List& both = p.root().items("it");
  REQUIRE(both.size() == 2);
  for (const Value& list : both) {
    const List& items = list.items("a list");
    REQUIRE(items.size() == 4);
    CHECK(items[0].is(ValueKind::real));
    CHECK(items[1].raw_real() == 1.5);
    CHECK(items[2].is(ValueKind::integer));
    CHECK(items[3].string("text") == "x");
  }
  const Pickle reals = parse("](F1.5\nF-2.5\ne.");
  CHECK(to_doubles(numeric_array(reals.root(), "it")) == std::vector<double>{1.5, -2.5});
  CHECK(reals.root().items("it")[1].number("it") == -2.5);
  CHECK(to_doubles(numeric_array(reals.root(), "it")) == std::vector<double>{1.5, -2.5});
}

TEST_CASE("rows of reals and small integers keep which is which") {
  const std::string half("G\x3f\xe0\0\0\0\0\0\0", 9), five = "K\x05";
  // in one piece, and more by another
  const Pickle row = parse("](" + half + five + "e(" + five + "e.");
  CHECK(to_doubles(numeric_array(row.root(), "it")) == std::vector<double>{0.5, 5, 5});
  const List& items = row.root().items("it");
  REQUIRE(items.size() == 3);
  CHECK(items[0].is(ValueKind::real));
  CHECK(items[1].is(ValueKind::integer));
  CHECK(items[2].raw_integer() == 5);
  // with text behind, and longer than such rows may be
  const Pickle text = parse("](" + half + five + "e(Vx\n" + half + "e.");
  REQUIRE(text.root().items("it").size() == 4);
  CHECK(text.root().items("it")[1].raw_integer() == 5);
  std::string many;
  for (int i = 0; i < 100; ++i) many += half + five;
  const Pickle wide = parse("](" + many + "e.");
  REQUIRE(wide.root().items("it").size() == 200);
  CHECK(wide.root().items("it")[199].is(ValueKind::integer));
  CHECK(to_doubles(numeric_array(wide.root(), "it"))[199] == 5);
  // shared, nested, cut off, without a list to go to
  const Pickle shared = parse("](](" + five + "eq\1h\1e.");
  CHECK(to_doubles(numeric_array(shared.root(), "it")) == std::vector<double>{5, 5});
  CHECK_THROWS_AS(parse("](" + half + "K"), Error);
  CHECK_THROWS_AS(parse("](" + half + five), Error);
  CHECK_THROWS_AS(parse("(" + five + "e."), Error);
  CHECK_THROWS_AS(parse("}(" + five + "e."), Error);
}

TEST_CASE("what the writer writes, the reader reads, bit for bit") {
  Frames numbers(2, 3);
  numbers << 1, -0.0, 3.25, 1e-300, 5, -6;
  PickleWriter out;
  out.open_dict();
  out.text("array");
  out.array(f8_array(numbers));
  out.text("names");
  out.array(string_array({"a", "w\xc3\xa4gen"}));
  out.text("list");
  out.open_list();
  for (int64_t v : {int64_t{0}, int64_t{255}, int64_t{256}, int64_t{-1}, int64_t{1} << 40})
    out.integer(v);
  out.close_list();
  out.text("ordered");
  out.open_ordered_dict();
  out.text("x");
  out.real(-0.1);
  out.text("y");
  out.boolean(true);
  out.text("z");
  out.none();
  out.close_dict();
  out.text("object");
  out.open_object();
  out.strings({"one", "two"});
  out.close_object();
  out.close_dict();
  const std::vector<std::byte> bytes = out.finish();
  const Pickle p = Pickle::parse(bytes);
  const Value& v = p.root();
  CHECK(v.at("array", "it").raw_array().array == f8_array(numbers));
  CHECK(v.at("names", "it").raw_array().array == string_array({"a", "w\xc3\xa4gen"}));
  CHECK(to_doubles(numeric_array(v.at("list", "it"), "list")) ==
        std::vector<double>{0, 255, 256, -1, 1099511627776});
  CHECK(v.at("ordered", "it").at("x", "it").number("x") == -0.1);
  CHECK(v.at("ordered", "it").at("y", "it").whole("y") == 1);
  CHECK(v.at("ordered", "it").at("z", "it").is_none());
  CHECK(v.at("object", "it").items("it").at(0).items("it").at(1).string("it") == "two");
}
