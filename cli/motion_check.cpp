// motion-check: the linter of motion files.
#include "motion/check.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/clips.h"
#include "cli/figures.h"
#include "cli/io.h"
#include "cli/terminal.h"
#include "motion/fix.h"
#include "motion/nearest.h"
#include "sim/clip_physics.h"

using namespace motus;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

struct Options {
  cli::ClipInput input;
  std::vector<std::string> inputs;
  std::vector<std::string> skip;  ///< rules
  std::string robot, output = "-", to;
  bool json = false, list_rules = false, fix = false;
};

const char* severity_name(Severity s) {
  return s == Severity::error ? "error" : "warning";
}

int list_rules(bool as_json) {
  json rows = json::array();
  for (const CheckRule& r : check_rules()) {
    if (as_json) {
      rows.push_back({{"name", r.name}, {"severity", severity_name(r.severity)}, {"what", r.what}});
    } else {
      fmt::print("{:<18} {:<8} {}\n", r.name, severity_name(r.severity), r.what);
    }
  }
  if (as_json) fmt::print("{}\n", json{{"rules", std::move(rows)}}.dump(2));
  return 0;
}

json finding_json(const Finding& f) {
  return {{"rule", f.rule},       {"severity", severity_name(f.severity)},
          {"clip", f.clip},       {"first_frame", f.first},
          {"last_frame", f.last}, {"part", f.part},
          {"value", f.value},     {"limit", f.limit},
          {"unit", f.unit}};
}

struct FileReport {
  std::string file;
  std::string error;  ///< not empty = unreadable
  int clips = 0;
  std::vector<Finding> findings;
  std::vector<Skipped> skipped;  ///< of the last clip; clips of a file are alike
  std::vector<std::string> repairs;
};

bool skips(const Options& o, std::string_view rule) {
  return std::find(o.skip.begin(), o.skip.end(), rule) != o.skip.end();
}

/// Torques and self-contacts, where there is a robot whose model MuJoCo takes.
std::optional<CheckPhysics> physics_of(const Clip& clip, const Robot* robot) {
  if (!robot || clip.dof_pos.size() == 0) return std::nullopt;
  try {
    return sim::clip_physics(clip, *robot);
  } catch (const Error& e) {
    cli::warn(fmt::format("no torques, no self-contacts: {}", e.what()));
    return std::nullopt;
  }
}

FileReport check_clips(const Options& o, const std::string& path, std::vector<Clip>& clips,
                       cli::Robots& robots) {
  FileReport out;
  out.file = cli::input_name(path);
  for (Clip& clip : clips) {
    cli::name_roles(clip);
    const Robot* robot = robots.of(clip);
    if (o.fix) {
      for (const Repair& r : fix(clip, robot, o.skip)) {
        out.repairs.push_back(fmt::format("{}: {}: {}", clip.name, r.rule, r.what));
      }
    }
    const std::optional<CheckPhysics> physics = physics_of(clip, robot);
    CheckReport report = check(clip, robot, physics ? &*physics : nullptr);
    ++out.clips;
    for (Finding& f : report.findings) {
      if (!skips(o, f.rule)) out.findings.push_back(std::move(f));
    }
    out.skipped = std::move(report.skipped);
    std::erase_if(out.skipped, [&](const Skipped& s) { return skips(o, s.rule); });
  }
  return out;
}

/// The report as text: on stdout, or on stderr where stdout carries the repaired clips.
void print(const FileReport& r, const Options& o, std::FILE* to) {
  for (const std::string& done : r.repairs) {
    fmt::print(to, "{} {}\n", cli::paint("fixed:", "32", to), done);
  }
  for (const Finding& f : r.findings) {
    const bool error = f.severity == Severity::error;
    const char* left =
        o.fix ? (has_remedy(f.rule) ? " (not repaired)" : " (no repair is known)") : "";
    fmt::print(to, "{} {}{}\n", cli::paint(error ? "error:" : "warning:", error ? "31" : "33", to),
               describe(f), left);
  }
  if (!r.error.empty()) {
    fmt::print(to, "{} {}\n", cli::paint("unreadable:", "31", to), r.error);
    return;
  }
  std::string skipped;
  for (const Skipped& s : r.skipped) {
    skipped += fmt::format("{}{}: {}", skipped.empty() ? "" : "; ", s.rule, s.reason);
  }
  const size_t n = r.findings.size();
  const std::string verdict = n == 0 ? "clean" : fmt::format("{} finding{}", n, n == 1 ? "" : "s");
  fmt::print(to, "{}: {} ({} clip{}, {} rules", r.file, verdict, r.clips, r.clips == 1 ? "" : "s",
             check_rules().size() - r.skipped.size() - o.skip.size());
  fmt::print(to, "{})\n", skipped.empty() ? "" : fmt::format("; not judged: {}", skipped));
}

json report_json(const FileReport& r) {
  if (!r.error.empty()) return {{"file", r.file}, {"error", r.error}};
  json findings = json::array(), skipped = json::array();
  for (const Finding& f : r.findings) findings.push_back(finding_json(f));
  for (const Skipped& s : r.skipped) skipped.push_back({{"rule", s.rule}, {"reason", s.reason}});
  return {{"file", r.file},
          {"clips", r.clips},
          {"findings", std::move(findings)},
          {"not_judged", std::move(skipped)},
          {"repairs", r.repairs}};
}

/// Folders become the motion files below them, by their extensions, in order of their paths.
std::vector<std::string> files_of(const std::vector<std::string>& inputs) {
  std::vector<std::string> out;
  for (const std::string& input : inputs) {
    std::error_code ec;
    if (!fs::is_directory(input, ec)) {
      out.push_back(input);
      continue;
    }
    std::vector<std::string> below;
    for (const auto& entry : fs::recursive_directory_iterator(input, ec)) {
      if (entry.is_regular_file(ec) && cli::has_motion_extension(entry.path())) {
        below.push_back(entry.path().string());
      }
    }
    require(!below.empty(), Kind::bad_input, "{}: holds no motion files", input);
    std::sort(below.begin(), below.end());
    std::move(below.begin(), below.end(), std::back_inserter(out));
  }
  return out;
}

void check_options(Options& o) {
  std::vector<std::string> names;
  for (const CheckRule& r : check_rules()) names.emplace_back(r.name);
  for (const std::string& rule : o.skip) {
    if (std::find(names.begin(), names.end(), rule) != names.end()) continue;
    throw Error(Kind::usage, fmt::format("no rule is named '{}'", rule), did_you_mean(rule, names));
  }
  require(o.fix || (o.output == "-" && o.to.empty()), Kind::usage,
          "-o and --to say where repaired clips go: they need --fix");
  if (o.inputs.empty()) o.inputs.push_back("-");
  // bare numbers need the names of the robot's joints
  o.input.options.skeleton.suggest(o.robot);
}

/// Where the repaired clips of an input go: the output, or a file of the input's name in it.
std::string fixed_path(const Options& o, const std::string& input, bool many) {
  if (!many && !o.output.ends_with('/')) return o.output;
  const std::string stem = input == "-" ? "stdin" : fs::path(input).stem().string();
  const std::string to = o.to.empty() ? "h5" : o.to;
  const std::string_view extensions = formats::find_writer(to).extensions;
  return (fs::path(o.output) /
          fmt::format("{}.{}", stem, extensions.substr(0, extensions.find(' '))))
      .string();
}

int run(Options& o) {
  if (o.list_rules) return list_rules(o.json);
  check_options(o);
  const std::vector<std::string> inputs = files_of(o.inputs);
  const bool many = inputs.size() > 1;
  if (o.fix) {
    require(!many || o.output.ends_with('/'), Kind::usage,
            "several files are repaired into a folder: -o FOLDER/");
    if (o.output.ends_with('/')) {
      std::error_code ec;
      fs::create_directories(o.output, ec);
      require(!ec, Kind::failed, "{}: cannot be made a folder", o.output);
    } else {
      cli::output_format(o.output, o.to);
      cli::refuse_terminal(o.output);
    }
  }
  std::FILE* words = o.fix && o.output == "-" ? stderr : stdout;
  cli::Robots robots(o.robot);
  json files = json::array();
  bool clean = true, readable = true;
  for (const std::string& path : inputs) {
    FileReport r;
    try {
      std::vector<Clip> clips = o.input.read(path);
      r = check_clips(o, path, clips, robots);
      if (o.fix) cli::write_clips(fixed_path(o, path, many), o.to, clips);
    } catch (const Error& e) {
      // one bad file of many is told among the others
      if (!many || e.kind() != Kind::bad_input) throw;
      r = FileReport();
      r.file = path, r.error = e.what();
      readable = false;
    }
    clean = clean && r.findings.empty();
    if (o.json) {
      files.push_back(report_json(r));
    } else {
      print(r, o, words);
    }
  }
  if (o.json) {
    const json out{{"clean", clean && readable}, {"files", std::move(files)}};
    fmt::print(words, "{}\n", out.dump(2, ' ', false, json::error_handler_t::replace));
  }
  if (!readable) return static_cast<int>(Kind::bad_input);
  return clean ? 0 : static_cast<int>(Kind::failed);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-check",
               "Find what is wrong with a motion: sliding feet, limits, spikes, loops, mirrors");
  app.positional("INPUT", o.inputs, "files and folders (default: stdin)");
  app.option("--robot", o.robot,
             "robot or model file to judge by (default: the one the clip names)");
  app.flag("--list-rules", o.list_rules, "print the rules and end");
  app.option("--skip", o.skip, "RULE that shall not be judged; may be given again");
  app.flag("--fix", o.fix,
           "repair what can be repaired and write the clips; exit 1 if more is left");
  app.option("-o,--output", o.output, "with --fix: file, or FOLDER/ (default: stdout)");
  app.option("-t,--to", o.to, "with --fix: format of the output (default: by -o, else h5)");
  o.input.add_options(app);
  app.json_flag(o.json);
  app.example("motion-check clips/walk.bvh");
  app.example("motion-check --fix clips/walk.bvh -o walk_fixed.h5");
  app.example("motion-convert clips/go2_pace.csv --skeleton go2 | motion-check --robot go2 --json");
  return app.run(argc, argv, [&] { return run(o); });
}
