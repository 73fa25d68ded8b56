// amp-report: one page for a run, or several side by side.
#include <algorithm>
#include <cctype>

#include "cli/app.h"
#include "cli/find_run.h"
#include "cli/io.h"
#include "cli/report_page.h"
#include "learn/trainer.h"
#include "motion/repeat.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::vector<std::string> runs;
  std::string output = "-", title;
  cli::Trial trial{.episodes = 16};
  bool curves_only = false, robustness = false;
};

/// "lsgan_seed2" without "_seed2": runs that differ by that belong together.
std::string without_seed(std::string name) {
  size_t end = name.size();
  while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1]))) --end;
  if (end == name.size()) return name;
  for (const std::string_view mark : {"_seed", "-seed", "seed", "_s", "-s", "_", "-"}) {
    if (end > mark.size() && std::string_view(name).substr(0, end).ends_with(mark)) {
      return name.substr(0, end - mark.size());
    }
  }
  return name;
}

struct Wanted {
  std::string group;
  std::vector<fs::path> runs;
};

/// "NAME=RUN,RUN" is a group; other runs are grouped where only a seed at the end of their folders'
/// names differs.
std::vector<Wanted> groups_of(const std::vector<std::string>& given) {
  std::vector<Wanted> out;
  const auto group = [&](const std::string& name) -> Wanted& {
    for (Wanted& w : out) {
      if (w.group == name) return w;
    }
    return out.emplace_back(Wanted{.group = name, .runs = {}});
  };
  for (const std::string& word : given) {
    const size_t equals = word.find('=');
    if (equals != std::string::npos && !fs::exists(word)) {
      Wanted& w = group(word.substr(0, equals));
      for (size_t at = equals + 1; at <= word.size();) {
        const size_t comma = std::min(word.find(',', at), word.size());
        w.runs.push_back(cli::find_run(word.substr(at, comma - at)));
        at = comma + 1;
      }
      continue;
    }
    const fs::path run = cli::find_run(word);
    const fs::path whole = fs::weakly_canonical(run);
    const fs::path folder = fs::is_regular_file(whole) ? whole.parent_path() : whole;
    group(without_seed(folder.filename().string())).runs.push_back(run);
  }
  return out;
}

bool has_log(const fs::path& run) {
  if (fs::is_regular_file(run)) return run.extension() != ".safetensors";
  if (!fs::is_directory(run)) return false;
  if (fs::exists(run / "log.txt")) return true;
  return std::any_of(fs::directory_iterator(run), fs::directory_iterator(), [](const auto& e) {
    return e.path().filename().string().find("tfevents") != std::string::npos;
  });
}

bool has_model(const fs::path& run) {
  if (fs::is_regular_file(run)) return run.extension() == ".safetensors";
  return fs::exists(run / "best.safetensors") || fs::exists(run / "model.safetensors");
}

std::string data_of(const Dataset& dataset) {
  std::string out;
  for (const Clip& c : dataset.clips) {
    if (out.size() > 200) return out + " ...";
    out += fmt::format("{}'{}' ({:.3g} s, {})", out.empty() ? "" : ", ", c.name, c.duration(),
                       c.source.format.empty() ? "h5" : c.source.format);
  }
  return out;
}

cli::ReportRun read_run(const fs::path& run, const Options& o) {
  const bool model = has_model(run) && !o.curves_only;
  cli::ReportRun out;
  const fs::path whole = fs::weakly_canonical(run);
  out.name = (fs::is_regular_file(whole) ? whole.parent_path() : whole).filename().string();
  require(model || has_log(run), Kind::bad_input,
          "{}: holds neither log.txt, nor TensorBoard event files{}", run.string(),
          o.curves_only ? "" : ", nor a checkpoint");
  if (has_log(run)) {
    out.curves = learn::read_run(run);
    for (const std::string& w : out.curves.warnings) cli::warn(w);
    out.words = learn::diagnose_training(out.curves);
  }
  if (!model) return out;
  const fs::path file = learn::find_model(run);
  const learn::Archive archive = learn::Archive::load(file);
  cli::Court court(archive, file, o.trial);
  out.judged = court.judge(archive, file);
  if (o.robustness) out.endurance = court.robustness(archive, file);
  out.config = court.config().yaml();
  out.data = data_of(court.world().dataset);
  out.robot = court.robot();
  const Clip& played = out.judged->rollouts[0].clip;
  out.reference = repeat(court.world().dataset.clips[0], played.duration(), court.fps());
  out.reference.name = court.world().dataset.clips[0].name;
  out.reference_gait = gait_of(out.reference, out.robot);
  return out;
}

int report(const Options& o) {
  cli::refuse_terminal(o.output);
  std::vector<cli::ReportGroup> groups;
  for (const Wanted& w : groups_of(o.runs)) {
    cli::ReportGroup g{.name = w.group, .runs = {}};
    for (const fs::path& run : w.runs) g.runs.push_back(read_run(run, o));
    groups.push_back(std::move(g));
  }
  std::string title = o.title;
  for (size_t i = 0; title.empty() && i < groups.size(); ++i) {
    for (const cli::ReportGroup& g : groups) title += (title.empty() ? "" : " and ") + g.name;
  }
  std::vector<std::string> warnings;
  const std::string page = cli::report_page(title, groups, warnings);
  for (const std::string& w : warnings) cli::warn(w);
  cli::write_output(o.output, page);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("amp-report", "One offline web page for a training run, or several side by side");
  app.positional(
      "RUN", o.runs,
      "run folders, checkpoints, shipped policies, log.txt or event files; NAME=RUN,RUN,... "
      "is a group");
  app.option("-o,--output", o.output, "HTML file to write (default: stdout)");
  app.option("--title", o.title, "headline (default: the groups' names)");
  o.trial.options(app);
  app.flag("--robustness", o.robustness, "a table of how policies fare under pushes and the like");
  app.flag("--curves-only", o.curves_only, "do not run the policies");
  app.example("amp-report runs/go2 -o go2.html");
  app.example(
      "amp-report bce=runs/b0,runs/b1 lsgan=runs/l0,runs/l1 theirs/log.txt -o compare.html");
  return app.run(argc, argv, [&] {
    require(!o.runs.empty(), Kind::usage, "name a run folder");
    return report(o);
  });
}
