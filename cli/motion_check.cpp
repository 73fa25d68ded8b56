// motion-check: the linter of motion files.
#include "motion/check.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/clips.h"
#include "cli/figures.h"
#include "cli/io.h"
#include "cli/terminal.h"

using namespace motus;
using nlohmann::json;

namespace {

struct Options {
  cli::ClipInput input;
  std::vector<std::string> inputs;
  std::string robot;
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
  int clips = 0;
  std::vector<Finding> findings;
  std::vector<Skipped> skipped;  ///< of the last clip; clips of a file are alike
};

FileReport check_file(const Options& o, const std::string& path, cli::Robots& robots) {
  FileReport out;
  out.file = cli::input_name(path);
  for (Clip& clip : o.input.read(path)) {
    cli::name_roles(clip);
    CheckReport report = check(clip, robots.of(clip));
    ++out.clips;
    std::move(report.findings.begin(), report.findings.end(), std::back_inserter(out.findings));
    out.skipped = std::move(report.skipped);
  }
  return out;
}

void print(const FileReport& r) {
  for (const Finding& f : r.findings) {
    const bool error = f.severity == Severity::error;
    fmt::print("{} {}\n", cli::paint(error ? "error:" : "warning:", error ? "31" : "33", stdout),
               describe(f));
  }
  std::string skipped;
  for (const Skipped& s : r.skipped) {
    skipped += fmt::format("{}{}: {}", skipped.empty() ? "" : "; ", s.rule, s.reason);
  }
  const size_t n = r.findings.size();
  const std::string verdict = n == 0 ? "clean" : fmt::format("{} finding{}", n, n == 1 ? "" : "s");
  fmt::print("{}: {} ({} clip{}, {} rules", r.file, verdict, r.clips, r.clips == 1 ? "" : "s",
             check_rules().size() - r.skipped.size());
  fmt::print("{})\n", skipped.empty() ? "" : fmt::format("; not judged: {}", skipped));
}

int run(Options& o) {
  if (o.fix) {
    throw Error(Kind::not_built, "--fix is not in this build",
                "motion-edit grounds, smooths and cuts clips");
  }
  if (o.list_rules) return list_rules(o.json);
  if (o.inputs.empty()) o.inputs.push_back("-");
  // bare numbers need the names of the robot's joints
  if (o.input.options.skeleton.empty()) o.input.options.skeleton = o.robot;
  cli::Robots robots(o.robot);
  json files = json::array();
  bool clean = true;
  for (const std::string& path : o.inputs) {
    const FileReport r = check_file(o, path, robots);
    clean = clean && r.findings.empty();
    if (!o.json) {
      print(r);
      continue;
    }
    json findings = json::array(), skipped = json::array();
    for (const Finding& f : r.findings) findings.push_back(finding_json(f));
    for (const Skipped& s : r.skipped) {
      skipped.push_back({{"rule", s.rule}, {"reason", s.reason}});
    }
    files.push_back({{"file", r.file},
                     {"clips", r.clips},
                     {"findings", std::move(findings)},
                     {"not_judged", std::move(skipped)}});
  }
  if (o.json) {
    const json out{{"clean", clean}, {"files", std::move(files)}};
    fmt::print("{}\n", out.dump(2, ' ', false, json::error_handler_t::replace));
  }
  return clean ? 0 : static_cast<int>(Kind::failed);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-check",
               "Find what is wrong with a motion: sliding feet, limits, spikes, loops, mirrors");
  app.positional("INPUT", o.inputs, "files (default: stdin)");
  app.option("--robot", o.robot,
             "robot or model file to judge by (default: the one the clip names)");
  app.flag("--list-rules", o.list_rules, "print the rules and end");
  app.flag("--fix", o.fix, "repair what can be repaired");
  o.input.add_options(app);
  app.json_flag(o.json);
  app.example("motion-check clips/walk.bvh");
  app.example("motion-convert clips/go2_pace.csv --skeleton go2 | motion-check --robot go2 --json");
  return app.run(argc, argv, [&] { return run(o); });
}
