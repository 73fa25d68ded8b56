// What holds for every format of the table: its own bytes come back, and a file cut off anywhere is a
// clip or one line.
#include <set>

#include "formats/foreign_h5.h"
#include "formats/mjcf.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/moving.h"
#include "tests/formats/python.h"

using namespace motus;
using namespace motus::formats;

namespace {

struct Figure {
  const char* robot;
  Clip clip;
};

/// Small clips of the shipped figures, as robots and as characters.
const std::vector<Figure>& figures() {
  static const std::vector<Figure> all = [] {
    std::vector<Figure> out;
    for (const char* robot : {"go2", "g1", "a1", "humanoid", "smpl"}) {
      out.push_back({robot, moving(load_robot(robot).skeleton, 2)});
      if (out.back().clip.skeleton->name() == "humanoid" ||
          out.back().clip.skeleton->name() == "smpl") {
        out.push_back({"", as_character(out.back().clip)});
      }
    }
    return out;
  }();
  return all;
}

/// A small file of the format and how to read it; false if it holds none of the figures.
bool small_file(const Format& f, std::vector<std::byte>& file, ReadOptions& options) {
  for (const Figure& figure : figures()) {
    try {
      file = f.write(std::span(&figure.clip, 1), {});
      options.skeleton = figure.robot;
      read(file, std::string(f.name), options);
      return true;
    } catch (const Error&) {
    }
  }
  return false;
}

/// Reads every beginning of `file`. Anything but clips or an Error of one line ends the test.
void cut_everywhere(const std::vector<std::byte>& file, const std::string& format,
                    const ReadOptions& options) {
  for (size_t cut = 0; cut < file.size(); ++cut) {
    const Bytes part(file.data(), cut);
    try {
      if (format == "foreign_h5") {
        read_foreign_h5_here(part, options);
      } else {
        for (const Clip& c : read(part, format, options)) c.validate();
      }
    } catch (const Error& e) {
      if (std::string_view(e.what()).find('\n') != std::string_view::npos) {
        FAIL(format << " cut at " << cut << ": " << e.what());
      }
    }
  }
}

}  // namespace

TEST_CASE("every format that is read and written returns its own bytes, by way of h5 too") {
  std::set<std::string> none;
  for (const Format& f : table()) {
    if (!f.read || !f.write) continue;
    INFO(f.name);
    std::vector<std::byte> file;
    ReadOptions options;
    if (!small_file(f, file, options)) {
      none.emplace(f.name);
      continue;
    }
    if (f.name == "glb")
      continue;  // sampled anew in single precision: as near as its own tests say
    std::vector<Clip> once = read(file, std::string(f.name), options);
    if (f.name == "h5") {  // it notes that it was a file
      file = f.write(once, {});
      once = read(file, "h5", {});
    }
    CHECK((f.write(once, {}) == file));
    CHECK((f.write(read(write("h5", once[0]), "h5", {}), {}) == file));
  }
  // of these the figures are not shipped; their tests make them
  CHECK(none == std::set<std::string>{"deepmimic", "tienkung"});
}

TEST_CASE("files that are written here may be cut off anywhere") {
  for (const Format& f : table()) {
    std::vector<std::byte> file;
    ReadOptions options;
    if (f.read && f.write && small_file(f, file, options)) {
      cut_everywhere(file, std::string(f.name), options);
    }
  }
}

TEST_CASE("files that are only read may be cut off anywhere") {
  if (!python_has("numpy, h5py")) return;
  const TempFolder folder;
  const std::string seeds = std::string(source_dir()) + "/tests/fuzz/seeds.py";
  REQUIRE(std::system(("/usr/bin/python3 '" + seeds + "' " + folder.path().string()).c_str()) == 0);
  std::set<std::string> formats;
  for (const auto& path : files_below(folder.path())) {
    const std::string format = path.parent_path().filename().string();
    if (format == "asf") continue;  // no motion; the AMC beside it brings it in
    ReadOptions options;
    if (format == "foreign_h5") options.skeleton = "go2";
    if (format == "amc") options.skeleton = (folder.path() / "asf" / "leg.asf").string();
    INFO(path.filename().string());
    const std::vector<std::byte> file = file_bytes(path);
    CHECK_FALSE(read(file, format, options).empty());  // it is one
    CHECK(detect(file).name == format);
    if (format != "assimp") cut_everywhere(file, format, options);  // a process a cut: elsewhere
    formats.insert(format);
  }
  for (const Format& f : table()) {
    INFO(f.name);
    const bool elsewhere = f.name == "fbx" || f.name == "gltf" || f.name == "array";
    CHECK((f.write || elsewhere || formats.contains(std::string(f.name))));
  }
}
