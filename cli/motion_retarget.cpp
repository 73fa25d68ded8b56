// motion-retarget: a motion of any skeleton that can be matched, as a motion of a robot.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/clips.h"
#include "cli/io.h"
#include "formats/mjcf.h"
#include "motion/kinematics.h"
#include "retarget/map_picture.h"
#include "retarget/report_file.h"
#include "retarget/retarget.h"
#include "retarget/user_robot.h"

using namespace motus;

namespace {

struct Arguments {
  cli::ClipInput clips;  // its --fps would say the source's rate; here --fps is the result's
  std::string input = "-", output = "-", robot, to_format, map, map_template, map_picture,
              write_robot, report, rest, dog = "contacts";
  std::string quality = "full", scheme = "motus";
  std::optional<double> fps, scale;
  bool list_robots = false, explain = false, loop = false, solve = false;
  int jobs = 1;
};

/// A robot by name, by a folder with its robot.yaml, or by a model file: then by the robot.yaml
/// beside it that speaks of this model, else by guessing.
Robot load_target(const Arguments& a) {
  namespace fs = std::filesystem;
  const fs::path file = a.robot;
  const fs::path yaml = file.parent_path() / "robot.yaml";
  std::error_code ec;
  if (fs::is_regular_file(file, ec) && fs::exists(yaml, ec) &&
      read_robot_yaml(yaml).model == file.filename()) {
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    return formats::load_robot((folder / "").string());
  }
  Robot robot = formats::load_robot(a.robot);
  if (!robot.skeleton->roles().empty()) return robot;
  robot = retarget::understand_robot(std::move(robot));
  cli::say(fmt::format("{}: a {}, its parts found by name and shape{}", a.robot, robot.kind,
                       a.write_robot.empty() ? "; --write-robot FILE writes them down" : ""));
  return robot;
}

/// The folder form of `--write-robot` gets a robot.yaml in it.
void write_robot(const Robot& robot, const std::string& path) {
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(file) || !file.has_extension()) {
    std::filesystem::create_directories(file);
    file /= "robot.yaml";
  }
  cli::write_output(file.string(), robot_yaml(robot, file.parent_path()));
}

/// All clips, `jobs` at a time. Each is solved alone, so the number does not change the result.
std::vector<retarget::Result> solve(std::vector<Clip> clips, const retarget::RobotBody& robot,
                                    const retarget::Options& options, int jobs) {
  std::vector<retarget::Result> out(clips.size());
  std::vector<std::exception_ptr> errors(clips.size());
  std::vector<std::string> names;
  for (const Clip& c : clips) names.push_back(c.name);
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < clips.size(); i = next++) {
      try {
        out[i] = retarget::run(std::move(clips[i]), robot, options);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    const size_t more = std::min(clips.size(), static_cast<size_t>(std::max(1, jobs))) - 1;
    for (size_t i = 0; i < more; ++i) pool.emplace_back(work);
    work();
  }
  for (size_t i = 0; i < clips.size(); ++i) {
    if (!errors[i]) continue;
    try {
      std::rethrow_exception(errors[i]);
    } catch (const Error& e) {
      throw e.at(names[i]);
    }
  }
  return out;
}

void explain(const retarget::Result& r, const Robot& robot) {
  const Clip& source = r.source;
  cli::say(fmt::format("{}: '{}' to {}", r.clip.name, source.skeleton->name(), robot.title));
  for (const retarget::RoleMatch& m : r.roles.matches) {
    const int target = robot.skeleton->role(m.role);
    cli::say(
        fmt::format("  {:<18} {:<24} {:<26} {:.2f} by {}", m.role,
                    source.skeleton->bodies()[static_cast<size_t>(m.body)].name,
                    target < 0 ? "-" : robot.skeleton->bodies()[static_cast<size_t>(target)].name,
                    m.confidence, m.how));
  }
  for (const retarget::Stage& stage : r.stages) {
    std::string numbers;
    for (const auto& [name, value] : stage.numbers)
      numbers += fmt::format("  {} {:.4g}", name, value);
    cli::say(fmt::format("  stage {:<12} {:8.2f} ms {:7.1f} us/frame{}", stage.name, stage.ms,
                         1e3 * stage.ms / std::max(1, r.clip.frames()), numbers));
  }
  cli::say("  scheme: " + r.report.scheme);
  for (const auto& [name, value] : numbers(r.report))
    cli::say(fmt::format("  {:<28} {:.5g}", name, value));
  cli::say(fmt::format("  grade: {}", name(r.report.verdict.grade)));
  for (const std::string& reason : r.report.verdict.reasons) cli::say("    " + reason);
}

retarget::Quality read_quality(const std::string& name) {
  if (name == "full") return retarget::Quality::full;
  require(name == "draft", Kind::usage, "--quality {}: expected draft or full", name);
  return retarget::Quality::draft;
}

/// What was guessed of the first clip's skeleton, as a map file to edit and as a picture.
void show_map(const Arguments& a, const retarget::RoleNames& said) {
  const std::vector<Clip> clips = a.clips.read(a.input);
  const Skeleton& s = *clips.at(0).skeleton;
  const BodyPoses pose = forward(clips[0], retarget::stance_frame(clips[0]));
  const retarget::RoleGuess guess =
      retarget::guess_roles(s, said, s.kind() == SkeletonKind::character ? &pose : nullptr);
  if (!a.map_template.empty()) cli::write_output(a.map_template, retarget::map_template(s, guess));
  if (!a.map_picture.empty())
    cli::write_output(a.map_picture, retarget::map_picture(s, pose, guess));
}

void list_robots() {
  std::string out;
  for (const std::string& name : robot_names()) {
    const RobotYaml y = read_robot_yaml(find_robot(name) / "robot.yaml");
    out += fmt::format("{:<22} {:<10} {}\n", name, y.kind, y.title);
  }
  cli::write_output("-", out);
}

retarget::Scheme read_scheme(const std::string& name) {
  if (name == "motus") return retarget::Scheme::motus;
  require(name == "gmr", Kind::usage, "--scheme {}: expected motus or gmr", name);
  return retarget::Scheme::gmr;
}

int run(const Arguments& a) {
  if (a.list_robots) {
    list_robots();
    return 0;
  }
  retarget::Options options;
  if (!a.map.empty()) options.map = retarget::read_role_names(a.map);
  if (!a.map_template.empty() || !a.map_picture.empty()) {
    show_map(a, options.map);
    return 0;
  }
  require(!a.robot.empty(), Kind::usage, "--to is missing: a robot's name or model file");
  require(a.jobs >= 1, Kind::usage, "-j {}: expected 1 or more", a.jobs);
  require(!a.scale || *a.scale > 0, Kind::usage, "--scale {}: expected a positive number",
          a.scale.value_or(0));
  const formats::Format* format =
      a.to_format.empty() ? formats::by_extension(a.output) : &formats::find_format(a.to_format);
  if (!format) format = &formats::find_format("h5");
  const std::string kind = std::filesystem::path(a.report).extension();
  const bool html = kind == ".html" || kind == ".htm";
  require(a.report.empty() || html || kind == ".json", Kind::usage,
          "--report {}: expected a name that ends in .html or .json", a.report);
  cli::refuse_terminal(a.output);
  const retarget::RobotBody robot(load_target(a));
  if (!a.write_robot.empty()) write_robot(robot.robot, a.write_robot);
  options.fps = a.fps;
  options.rest = retarget::read_rest(a.rest);
  require(a.dog == "contacts" || a.dog == "peng", Kind::usage,
          "--dog {}: expected contacts or peng", a.dog);
  options.peng = a.dog == "peng";
  options.scale = a.scale;
  options.copy_same_dofs = !a.solve;
  options.quality = read_quality(a.quality);
  options.scheme = read_scheme(a.scheme);

  std::vector<Clip> clips = a.clips.read(a.input);
  // threads that have no clip of their own help with the frames of others
  options.jobs = std::max(1, a.jobs / std::max(1, static_cast<int>(clips.size())));
  if (a.loop) {
    for (Clip& c : clips) c.loop = LoopMode::wrap;
  }
  const std::vector<retarget::Result> results = solve(std::move(clips), robot, options, a.jobs);

  std::vector<Clip> out;
  for (size_t i = 0; i < results.size(); ++i) {
    if (a.explain) explain(results[i], robot.robot);
    out.push_back(results[i].clip);
    out.back().history.push_back(fmt::format("motion-retarget --to {}{}{}{}{}{}", a.robot,
                                             a.quality == "full" ? "" : " --quality " + a.quality,
                                             a.scheme == "motus" ? "" : " --scheme " + a.scheme,
                                             a.fps ? fmt::format(" --fps {}", *a.fps) : "",
                                             a.scale ? fmt::format(" --scale {}", *a.scale) : "",
                                             a.loop ? " --loop" : ""));
  }
  if (!a.report.empty())
    cli::write_output(a.report, html ? retarget::report_html(results, robot)
                                     : retarget::report_json(results, robot.robot));
  cli::write_clips(a.output, a.to_format, out);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  cli::App app("motion-retarget", "puts a motion of any skeleton on a robot");
  app.positional("INPUT", a.input, "motion file in any format, or - for stdin");
  app.option("--to", a.robot, "robot: g1, go2, smpl, pi_plus, humanoid ..., or its .xml/.urdf");
  app.option("-o,--output", a.output, "motion file to write, or - for stdout");
  app.option("-f,--from", a.clips.from, "format of INPUT; found from its content otherwise");
  app.option("--to-format", a.to_format, "format to write; by -o's extension, else h5");
  app.option("--skeleton", a.clips.options.skeleton.unheeded(),
             "robot or model of an INPUT that stores bare numbers");
  app.option("--up-axis", a.clips.options.up_axis.unheeded(), "y or z, where INPUT does not say");
  app.option("--units", a.clips.options.units.unheeded(),
             "m, cm, mm, inch, where INPUT does not say");
  app.option("--write-robot", a.write_robot,
             "write the robot.yaml of --to, to edit and pass back as --to FOLDER");
  app.flag("--list-robots", a.list_robots, "say which robots are here, and stop");
  app.option("--map", a.map, "YAML file of lines 'role: body' that win over names");
  app.option(
      "--quality", a.quality,
      "full: smooth over the whole clip, stance exact, bodies apart; draft: one sweep, faster");
  app.option("--scheme", a.scheme,
             "motus, or gmr: the published baseline, to compare with (g1 and pi_plus only)");
  app.option("--map-template", a.map_template,
             "write what was matched as such a file, to edit, and stop; - for stdout");
  app.option("--map-picture", a.map_picture, "draw what was matched as an SVG, and stop");
  app.option("--rest", a.rest,
             "pose that says where a person's bodies look: auto, t-pose, a-pose, bind, first");
  app.option(
      "--dog", a.dog,
      "four legs: contacts keeps feet planted; peng is the rule of Peng 2020, to compare with");
  app.option("--fps", a.fps, "frames a second of the result");
  app.option("--scale", a.scale, "robot metres per source metre; default: ratio of the legs");
  app.flag("--loop", a.loop, "treat the clips as loops: the last frame is the first, a cycle on");
  app.flag("--solve", a.solve, "solve anew even where INPUT already has this robot's joints");
  app.flag("--explain", a.explain, "say on stderr what was matched and how good the result is");
  app.option("--report", a.report,
             "write metrics, grade, mapping and stages to FILE.html (with pictures) or FILE.json");
  app.option("-j,--jobs", a.jobs, "threads; the result does not depend on their number");
  app.example("motion-retarget walk.bvh --to g1 -o walk_g1.h5");
  app.example("motion-convert dance.bvh | motion-retarget --to pi_plus --fps 50 > dance.h5");
  app.example("motion-retarget walk.bvh --to humanoid --explain --report walk.json -o walk.h5");
  return app.run(argc, argv, [&] { return run(a); });
}
