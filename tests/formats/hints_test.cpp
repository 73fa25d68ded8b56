// What a user says about a file either changes what is read or is told to have no effect.
#include "formats/hints.h"

#include <set>

#include "formats/format.h"
#include "formats/h5/h5.h"
#include "formats/mjcf.h"
#include "motion/error.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/formats/moving.h"

using namespace motus;
using namespace motus::formats;
using Catch::Contains;

namespace {

struct Probe {
  const char* flag;
  Hint ReadOptions::* hint;
  std::vector<const char*> words;  ///< that cannot all mean the same
};

const std::vector<Probe>& probes() {
  static const std::vector<Probe> all = {
      {"--units", &ReadOptions::units, {"0.7", "0.3"}},
      {"--up-axis", &ReadOptions::up_axis, {"y", "z"}},
      {"--quat-order", &ReadOptions::quat_order, {"wxyz", "xyzw"}},
      {"--skeleton", &ReadOptions::skeleton, {"pi_plus", "nobody"}},
      {"--kind", &ReadOptions::kind, {"qpos", "nothing"}},
  };
  return all;
}

/// All that is read, in short: the motion, the figure, and every channel; or why nothing is.
std::string outcome(Bytes bytes, const ReadOptions& options) {
  std::vector<Clip> clips;
  try {
    clips = read(bytes, "", options);
  } catch (const Error& e) {
    return e.what();
  }
  std::string out;
  for (Clip& c : clips) {
    out += c.fingerprint();
    c.source = {};
    c.history.clear();
    out += sha256(write_h5(std::span(&c, 1), {}));
  }
  return out;
}

bool says(const std::set<std::string>& warnings, const std::string& flag) {
  return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& w) {
    return w.starts_with(flag + " ") && w.find("has no effect") != w.npos;
  });
}

/// Every hint alone on top of `options`: two words give two outcomes, or are said to have no effect.
/// False for a file that cannot be read with these options to begin with.
bool probe(Bytes bytes, const ReadOptions& options) {
  try {
    read(bytes, "", options);
  } catch (const Error&) {
    return false;
  }
  for (const Probe& p : probes()) {
    INFO(p.flag);
    std::set<std::string> outcomes;
    size_t ignored = 0;
    for (const char* word : p.words) {
      ReadOptions o = options;
      o.*p.hint = word;
      std::set<std::string> warnings;
      o.warn = [&](const std::string& w) { warnings.insert(w); };
      outcomes.insert(outcome(bytes, o));
      ignored += says(warnings, p.flag) ? 1 : 0;
    }
    CHECK((ignored == 0 || ignored == p.words.size()));
    CHECK(outcomes.size() == (ignored > 0 ? 1 : p.words.size()));
  }
  return true;
}

Clip of(const char* robot) {
  return moving(load_robot(robot).skeleton, 5);
}

std::string told(Bytes bytes, const ReadOptions& options) {
  std::string out;
  ReadOptions o = options;
  o.warn = [&](const std::string& w) { out += w + "\n"; };
  read(bytes, "", o);
  return out;
}

ReadOptions hinted(Hint ReadOptions::* hint, const char* word) {
  ReadOptions o;
  o.*hint = word;
  return o;
}

}  // namespace

TEST_CASE("a hint has an effect, or is said to have none") {
  const std::pair<const char*, Clip> figures[] = {{"g1", of("g1")},
                                                  {"go2", of("go2")},
                                                  {"humanoid", of("humanoid")},
                                                  {"", as_character(of("humanoid"))},
                                                  {"", as_character(of("smpl"))}};
  for (const Format& f : table()) {
    if (!f.write) continue;
    INFO(f.name);
    int probed = 0;
    for (const auto& [robot, clip] : figures) {
      try {
        const std::vector<std::byte> bytes = write(std::string(f.name), clip);
        ReadOptions bare, named;
        named.skeleton = robot;
        for (const ReadOptions& options : {bare, named}) probed += probe(bytes, options) ? 1 : 0;
      } catch (const Error&) {  // this format does not hold this figure
      }
    }
    // of these two the figure is not shipped: real files stand for them
    CHECK((probed > 0 || f.name == "tienkung" || f.name == "deepmimic"));
  }
}

TEST_CASE("hints on real files") {
  for (const auto& path : files_below(corpus())) {
    const std::vector<std::byte> bytes = file_bytes(path);
    if (bytes.size() > 150'000) continue;
    INFO(path.filename().string());
    probe(bytes, {});
  }
}

TEST_CASE("what has no effect stands in the clip, beside what an h5 remembers") {
  const Clip go2 = moving(load_robot("go2").skeleton, 5);
  const std::vector<std::byte> pickle = write("mimickit", go2);
  const ReadOptions cm = hinted(&ReadOptions::units, "cm");
  const Clip once = read(pickle, "", cm)[0];
  CHECK_THAT(warnings(once), Contains("--units cm has no effect") && Contains("(mimickit)"));
  CHECK_THAT(told(pickle, hinted(&ReadOptions::skeleton, "go2")), !Contains("no effect"));
  const std::vector<std::byte> h5 = write("h5", once);
  const ReadOptions g1 = hinted(&ReadOptions::skeleton, "g1");
  CHECK_THAT(told(h5, g1), Contains("--skeleton g1 has no effect") && !Contains("--units"));
  CHECK_THAT(warnings(read(h5, "", g1)[0]), Contains("--skeleton") && Contains("--units"));
}

TEST_CASE("a header settles what bare columns leave open") {
  const std::string names =
      "root_pos_x,root_pos_y,root_pos_z,root_rot_x,root_rot_y,root_rot_z,root_rot_w";
  std::string header = names, row = "0,0,0.8,0,0,0.1,0.99";
  for (const Dof& dof : load_robot("g1").skeleton->dofs()) {
    header += "," + dof.name;
    row += ",0.1";
  }
  const ReadOptions order = hinted(&ReadOptions::quat_order, "wxyz");
  const auto as_bytes = [](const std::string& text) { return std::as_bytes(std::span(text)); };
  const std::string bare = row + "\n" + row + "\n", titled = header + "\n" + bare;
  CHECK_THAT(told(as_bytes(bare), order), !Contains("no effect"));
  CHECK_THAT(told(as_bytes(titled), order), Contains("--quat-order wxyz has no effect"));
}

TEST_CASE("a suggestion is no request") {
  ReadOptions o;
  o.skeleton.suggest("g1");
  const std::vector<std::byte> h5 = write("h5", moving(load_robot("go2").skeleton, 5));
  CHECK(told(h5, o).empty());
  CHECK(o.skeleton == "g1");
  o.skeleton.suggest("go2");
  CHECK(o.skeleton == "g1");
}
