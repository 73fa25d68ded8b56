// C3D, TRC, ASF/AMC and dogs' key points, from files made here: every number format of C3D holds
// the same cloud.
#include <bit>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "formats/format.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"

using namespace motus;
using Catch::Matchers::Contains;

namespace {

enum Processor { intel = 84, dec = 85, mips = 86 };

/// Writes a C3D file: header block, parameter block, data.
struct C3dWriter {
  Processor cpu;
  bool floats;
  std::string out = std::string(1024, '\0');

  std::string i16(int v) const {
    const char a = static_cast<char>(v & 255), b = static_cast<char>((v >> 8) & 255);
    return cpu == mips ? std::string{b, a} : std::string{a, b};
  }
  std::string f32(float v) const {
    const auto u = std::bit_cast<uint32_t>(cpu == dec ? 4 * v : v);
    const int high = static_cast<int>(u >> 16), low = static_cast<int>(u & 65535);
    return cpu == intel ? i16(low) + i16(high) : i16(high) + i16(low);
  }
  void put(size_t at, const std::string& bytes) { out.replace(at, bytes.size(), bytes); }

  static std::string head(const std::string& name, int id) {
    return std::string{static_cast<char>(name.size()), static_cast<char>(id)} + name;
  }
  std::string parameter(const std::string& name, int type, std::vector<int> dims,
                        const std::string& data) const {
    std::string body{static_cast<char>(type), static_cast<char>(dims.size())};
    for (const int d : dims) body += static_cast<char>(d);
    body += data + '\0';  // no description
    return head(name, 1) + i16(static_cast<int>(body.size()) + 2) + body;
  }

  std::string file(int frames, bool y_up) {
    const double scale = floats ? -1 : 0.1;
    put(0, "\x02\x50");
    put(2, i16(2));  // points
    put(6, i16(1)), put(8, i16(frames));
    put(12, f32(static_cast<float>(scale))), put(16, i16(3)), put(20, f32(100));
    std::string p = head("POINT", -1) + i16(3) + '\0';
    p += parameter("USED", 2, {}, i16(2)) +
         parameter("SCALE", 4, {}, f32(static_cast<float>(scale)));
    p += parameter("RATE", 4, {}, f32(100)) + parameter("DATA_START", 2, {}, i16(3));
    p += parameter("UNITS", -1, {2}, "mm") + parameter("LABELS", -1, {4, 2}, "LASIRASI");
    p += parameter("Y_SCREEN", -1, {2}, y_up ? "+Y" : "+Z");
    put(512, std::string{1, 80, 1, static_cast<char>(cpu)} + p + std::string(2, '\0'));
    for (int f = 0; f < frames; ++f) {
      for (int m = 0; m < 2; ++m) {
        for (int k = 0; k < 3; ++k) {
          const double mm = 100 * f + 10 * m + k + 0.5;
          out +=
              floats ? f32(static_cast<float>(mm)) : i16(static_cast<int>(std::lround(mm / 0.1)));
        }
        const bool missing = f == 1 && m == 1;
        out += floats ? f32(missing ? -1.0f : 0.5f) : i16(missing ? -1 : 1);
      }
    }
    return out;
  }
};

std::vector<Clip> read(const std::string& text, const std::string& from = "",
                       const formats::ReadOptions& options = {}) {
  return formats::read(std::as_bytes(std::span(text)), from, options);
}

const std::string kAsf = R"(# a leg
:version 1.10
:name leg
:units
  mass 1.0
  length 0.45
  angle deg
:root
  order TX TY TZ RX RY RZ
  axis XYZ
  position 0 0 0
  orientation 0 0 0
:bonedata
  begin
    id 1
    name thigh
    direction 0 -1 0
    length 2
    axis 0 0 90 XYZ
    dof rx ry rz
    limits (-160 20)
  end
  begin
    id 2
    name shin
    direction 0 -1 0
    length 3
    axis 0 0 0 XYZ
    dof rx
  end
:hierarchy
  begin
    root thigh
    thigh shin
  end
)";

struct File {
  std::filesystem::path path;
  explicit File(const std::string& text)
      : path(std::filesystem::temp_directory_path() /
             ("motus_" + std::to_string(reinterpret_cast<uintptr_t>(this)) + ".asf")) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("C3D: six encodings of one recording agree") {
  for (const Processor cpu : {intel, dec, mips}) {
    for (const bool floats : {false, true}) {
      INFO(cpu << (floats ? " float" : " integer"));
      const Clip c = read(C3dWriter{cpu, floats}.file(3, false))[0];
      CHECK(c.source.format == "c3d");
      CHECK(c.frames() == 3);
      CHECK(c.fps == 100);
      const Channel& m = c.channels.at("markers");
      CHECK(m.names == std::vector<std::string>{"LASI", "RASI"});
      for (int k = 0; k < 3; ++k) {
        CHECK(m.data(2, k) == Approx(0.2005 + 0.001 * k).margin(1e-7));
        CHECK(m.data(2, 3 + k) == Approx(0.2105 + 0.001 * k).margin(1e-7));
      }
      CHECK(c.channels.at("marker_valid").data(1, 0) == 1);
      CHECK(c.channels.at("marker_valid").data(1, 1) == 0);
      CHECK(m.data(1, 3) == 0);
      CHECK(c.source.warnings.size() == 1);
    }
  }
  const Clip up = read(C3dWriter{intel, true}.file(1, true))[0];
  CHECK(up.channels.at("markers").data(0, 1) == Approx(-0.0025));
  CHECK(up.channels.at("markers").data(0, 2) == Approx(0.0015));
}

TEST_CASE("C3D: any byte may be damaged or missing") {
  const std::string whole = C3dWriter{intel, true}.file(3, false);
  int refused = 0;
  for (size_t n = 0; n < whole.size(); n += 7) {
    try {
      read(whole.substr(0, n), "c3d");
    } catch (const Error& e) {
      CHECK(e.kind() == Kind::bad_input);
      ++refused;
    }
  }
  CHECK(refused > 100);
  for (size_t at = 512; at < 760; ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = value;
      try {
        read(damaged, "c3d");
      } catch (const Error&) {
      }
    }
  }
}

TEST_CASE("TRC: blanks are missing markers, headers mix tabs and blanks") {
  const std::string head =
      "PathFileType\t4\t(X/Y/Z)\twalk.trc\n"
      "DataRate CameraRate\tNumFrames NumMarkers\tUnits\tOrigDataRate\n"
      "50 50\t2 2\tmm\t50\r\n"
      "Frame#\tTime\tA\t\t\tB\t\t\n"
      "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n";
  const Clip c = read(head + "1\t0.0\t1\t2\t3\t\t\t\n2\t0.02\t4\t5\t6\t7\t8\t9\n")[0];
  CHECK(c.source.format == "trc");
  CHECK(c.fps == 50);
  const Channel& m = c.channels.at("markers");
  CHECK(m.names == std::vector<std::string>{"A", "B"});
  CHECK(m.data.row(1).isApprox(
      (Eigen::RowVectorXd(6) << .004, -.006, .005, .007, -.009, .008).finished(), 1e-12));
  CHECK(c.channels.at("marker_valid").data(0, 1) == 0);
  formats::ReadOptions z;
  z.up_axis = "z", z.units = "m";
  CHECK(read(head + "1\t0\t1\t2\t3\t4\t5\t6\n", "", z)[0].channels.at("markers").data(0, 2) == 3);
  CHECK_THROWS_WITH(read(head), Contains("no frames"));
  CHECK_THROWS_WITH(read(head.substr(0, 40)), Contains("ends in its header"));
  CHECK_THROWS_WITH(read(head + "one\t0\t1\n"), Contains("line 7"));
}

TEST_CASE("ASF and AMC: bones turn in their own axes") {
  const File asf(kAsf);
  formats::ReadOptions options;
  options.skeleton = asf.path.string();
  const std::string amc =
      "#!OML:ASF leg.asf\n:FULLY-SPECIFIED\n:DEGREES\n"
      "1\nroot 0 10 0 0 0 0\nthigh 0 0 0\nshin 0\n"
      "2\nroot 0 10 0 0 90 0\nthigh 90 0 0\nshin 90\n"
      "3\nthigh 0 90 0\n";
  const Clip c = read(amc, "", options)[0];
  const double inch = 0.0254 / 0.45;
  CHECK(c.source.format == "amc");
  CHECK(c.frames() == 3);
  CHECK(c.fps == 120);
  const auto place = [&](int f, const char* body) {
    return Vec3(forward(c, f).pos[static_cast<size_t>(c.skeleton->find_body(body))] / inch);
  };
  CHECK(place(0, "root").isApprox(Vec3(0, 0, 10), 1e-12));
  CHECK((place(0, "shin") - Vec3(0, 0, 8)).norm() < 1e-12);
  // the thigh's x axis is the world's y in the file (its axes are turned by 90 degrees about z):
  // turning about it does not move a bone that lies along it, and the root has turned about up
  CHECK((place(1, "shin") - Vec3(0, 0, 8)).norm() < 1e-12);
  // its y axis is the world's -x: the bone swings from down to back (file: -y to +z, which the
  // root's quarter turn about y takes to +x)
  const Vec3 swung = place(2, "shin") - place(2, "root");
  CHECK(std::abs(swung.norm() - 2) < 1e-12);
  CHECK((swung - Vec3(2, 0, 0)).norm() < 1e-9);
  CHECK(c.skeleton->end_sites().size() == 1);
  bool told = false;
  for (const std::string& w : c.source.warnings) told |= w.find("taken over") != w.npos;
  CHECK(told);  // root and shin are missing in frame 3
  CHECK_THROWS_WITH(read(amc), Contains("does not hold its skeleton"));
  CHECK_THROWS_WITH(read(amc + "4\nwing 1\n", "", options), Contains("no bone 'wing'"));
  CHECK_THROWS_WITH(read(amc + "4\nshin 1 2\n", "", options), Contains("more numbers"));
  CHECK_THROWS_WITH(read(amc + "4\nthigh 1\n", "", options), Contains("number 2"));
  const File broken(kAsf + "<<<<<<< HEAD\n");
  options.skeleton = broken.path.string();
  CHECK_THROWS_WITH(read(amc, "", options), Contains("merge conflict"));
  const File circle(
      "begin\n:bonedata\nbegin\nname a\nend\nbegin\nname b\nend\n:hierarchy\na b\nb a\n");
  options.skeleton = circle.path.string();
  CHECK_THROWS_WITH(read(amc, "", options), Contains("circle"));
}

TEST_CASE("dog key points become a dog that faces where it walks") {
  std::string text;
  for (int f = 0; f < 20; ++f) {
    std::string line;
    const auto point = [&](double x, double y, double left) {  // file: y up, z right
      line += (line.empty() ? "" : ",") + std::to_string(x + 0.02 * f) + "," + std::to_string(y) +
              "," + std::to_string(-left);
    };
    point(0, .5, 0), point(.1, .5, 0), point(.3, .5, 0), point(.5, .6, 0);  // hips .. neck
    point(.6, .7, 0), point(.7, .7, 0);                                     // head
    for (const double side : {-.1, .1}) {                                   // right, then left
      point(.35, .45, side), point(.35, .35, side), point(.3, .2, side), point(.3, .05, side);
      point(.35, 0, side);
    }
    for (const double side : {-.1, .1}) {
      point(0, .45, side), point(.05, .25, side), point(-.05, .08, side), point(0, 0, side);
    }
    point(-.1, .5, 0), point(-.2, .5, 0), point(-.3, .5, 0);
    text += line + "\n";
  }
  const Clip c = read(text)[0];
  CHECK(c.source.format == "dog_points");
  CHECK(c.frames() == 20);
  CHECK(c.fps == 60);
  const Frames p = body_positions(c);
  const int head = c.skeleton->find_body("head_tip"), paw = c.skeleton->role("front_left_foot");
  REQUIRE(paw >= 0);
  CHECK((p.block<1, 3>(19, 3 * head) - Eigen::RowVector3d(.7 + .38, 0, .7)).norm() < 1e-5);
  CHECK((p.block<1, 3>(0, 3 * paw) - Eigen::RowVector3d(.35, .1, 0)).norm() < 1e-5);
  CHECK_THROWS_WITH(read(text + "1,2,3\n"), Contains("line 21"));
}
