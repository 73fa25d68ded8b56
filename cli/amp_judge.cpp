// amp-judge: how good a policy is, measured on test episodes, and what is wrong with it, in words.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/court.h"
#include "cli/find_run.h"
#include "learn/curves.h"
#include "learn/trainer.h"

using namespace motus;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Options {
  std::vector<std::string> runs;
  cli::Trial trial;
  bool best = false, robustness = false, json = false;
};

/// All checkpoints of a folder, the numbered ones first; the file itself.
std::vector<fs::path> checkpoints_of(const fs::path& given, bool all) {
  if (!all || !fs::is_directory(given)) return {learn::find_model(given)};
  std::vector<fs::path> out;
  for (const fs::path& folder : {given / "int_models", given}) {
    if (!fs::is_directory(folder)) continue;
    std::vector<fs::path> here;
    for (const auto& e : fs::directory_iterator(folder)) {
      const fs::path& p = e.path();
      if (p.extension() == ".safetensors" && p.filename() != "state.safetensors") here.push_back(p);
    }
    std::sort(here.begin(), here.end());
    out.insert(out.end(), here.begin(), here.end());
  }
  require(!out.empty(), Kind::bad_input, "{}: holds no checkpoint", given.string());
  return out;
}

json gait_json(const Gait& g) {
  json feet = json::array();
  for (const FootGait& f : g.feet) {
    feet.push_back(
        {{"foot", f.name}, {"duty", f.duty}, {"phase", f.phase}, {"touch_downs", f.touch_downs}});
  }
  return {{"period", g.period}, {"flight", g.flight}, {"feet", feet}};
}

/// null for a motor without a limit.
json motors_json(const Quality& q) {
  json out = json::array();
  for (const auto& [dof, m] : q.motors) {
    out.push_back({{"dof", dof}, {"peak", m.peak}, {"limit", m.limit}, {"at_limit", m.at_limit}});
  }
  return out;
}

json to_json(const cli::Judged& j) {
  const Quality& q = j.quality;
  return {{"checkpoint", j.file.string()},
          {"samples", j.samples},
          {"score", j.score},
          {"episodes", q.episodes},
          {"falls", q.falls},
          {"length_ratio", q.length},
          {"pose_error", q.pose_error},
          {"pose_error_std", q.pose_error_std},
          {"mirrored_error", q.mirrored_error},
          {"speed", q.speed},
          {"net_speed", q.net_speed},
          {"clip_speed", q.clip_speed},
          {"foot_slip", q.foot_slip},
          {"jerk_ratio", q.jerk},
          {"coverage", q.coverage},
          {"task_return", q.task_return},
          {"power", q.power},
          {"cost_of_transport", q.cost_of_transport},
          {"motors", motors_json(q)},
          {"gait", gait_json(q.gait)},
          {"clip_gait", gait_json(q.clip_gait)},
          {"diagnosis", j.words}};
}

std::string effort_text(const Quality& q) {
  std::string out = fmt::format("{:.0f} W", q.power);
  if (q.cost_of_transport > 0)
    out += fmt::format(", cost of transport {:.2f}", q.cost_of_transport);
  const auto hardest =
      std::max_element(q.motors.begin(), q.motors.end(), [](const auto& a, const auto& b) {
        const auto load = [](const MotorLoad& m) {
          return std::pair(m.at_limit, m.peak / m.limit);
        };
        return load(a.second) < load(b.second);
      });
  const MotorLoad& m = hardest->second;
  if (std::isfinite(m.limit)) {
    out += fmt::format("; {} reaches {:.0f} of {:.0f} N m, at its limit {:.1f} % of the time",
                       hardest->first, m.peak, m.limit, 100 * m.at_limit);
  }
  return out;
}

std::string gait_text(const Gait& g) {
  if (g.period == 0) return "no strides";
  std::string out = fmt::format("stride {:.2f} s, on the floor", g.period);
  for (const FootGait& f : g.feet) out += fmt::format(" {} {:.0f} %", f.name, 100 * f.duty);
  if (g.flight > 0.01) out += fmt::format(", in flight {:.0f} %", 100 * g.flight);
  return out;
}

void print(const cli::Judged& j, bool task) {
  const Quality& q = j.quality;
  fmt::print("{} ({:.3f}M samples): score {:.3f}\n", j.file.string(),
             1e-6 * static_cast<double>(j.samples), j.score);
  fmt::print("  episodes        {}, {} fell, {:.1f} % of their time\n", q.episodes, q.falls,
             100 * q.length);
  fmt::print("  pose error      {:.3f} +- {:.3f} m\n", q.pose_error, q.pose_error_std);
  fmt::print("  speed           {:.2f} m/s forward, {:.2f} net (clips {:.2f})\n", q.speed,
             q.net_speed, q.clip_speed);
  fmt::print("  foot slip       {:.0f} mm/s\n", 1000 * q.foot_slip);
  fmt::print("  jerk            {:.2f} of the clips'\n", q.jerk);
  fmt::print("  coverage        {:.0f} % of the clips' moments\n", 100 * q.coverage);
  if (!q.motors.empty()) fmt::print("  motors          {}\n", effort_text(q));
  if (task) fmt::print("  task return     {:.1f}\n", q.task_return);
  fmt::print("  gait            {}\n  clip            {}\n", gait_text(q.gait),
             gait_text(q.clip_gait));
  for (const std::string& s : j.words) fmt::print("  ! {}\n", s);
  if (j.words.empty()) fmt::print("  no fault found\n");
}

json robustness_json(const std::vector<cli::Endurance>& rows) {
  json out = json::array();
  for (const cli::Endurance& e : rows) {
    out.push_back({{"world", e.world},
                   {"episodes", e.episodes},
                   {"falls", e.falls},
                   {"survived", e.survived()},
                   {"length_ratio", e.length},
                   {"speed", e.speed}});
  }
  return out;
}

void print(const std::vector<cli::Endurance>& rows) {
  if (!rows.empty()) fmt::print("  {:<30}survived   length   speed\n", "robustness");
  for (const cli::Endurance& e : rows) {
    fmt::print("    {:<28}{:>6.0f} %{:>7.0f} %{:>8.2f} m/s\n", e.world, 100 * e.survived(),
               100 * e.length, e.speed);
  }
}

/// What the log of the run adds, where there is one.
std::vector<std::string> words_of_log(const fs::path& run) {
  if (!fs::is_directory(run) || !fs::exists(run / "log.txt")) return {};
  try {
    const learn::Curves c = learn::read_run(run);
    for (const std::string& w : c.warnings) cli::warn(w);
    return learn::diagnose_training(c);
  } catch (const Error& e) {
    cli::warn(e.what());
    return {};
  }
}

int judge(const Options& o) {
  json out = json::array();
  for (const std::string& given : o.runs) {
    const fs::path run = cli::find_run(given);
    std::optional<cli::Court> court;
    std::vector<cli::Judged> all;
    const std::vector<fs::path> files = checkpoints_of(run, o.best);
    for (const fs::path& file : files) {
      if (files.size() > 1) {
        cli::progress("checkpoint", static_cast<int64_t>(all.size()),
                      static_cast<int64_t>(files.size()));
      }
      const learn::Archive archive = learn::Archive::load(file);
      if (!court) court.emplace(archive, file, o.trial);
      all.push_back(court->judge(archive, file));
    }
    const auto best = std::max_element(
        all.begin(), all.end(),
        [](const cli::Judged& a, const cli::Judged& b) { return a.score < b.score; });
    const std::vector<std::string> training = words_of_log(run);
    std::vector<cli::Endurance> endurance;
    if (o.robustness) {
      endurance = court->robustness(learn::Archive::load(best->file), best->file);
    }
    for (const cli::Judged& j : all) {
      if (o.json) {
        out.push_back(to_json(j));
        out.back()["best"] = &j == &*best;
        out.back()["training"] = training;
        if (o.robustness && &j == &*best) out.back()["robustness"] = robustness_json(endurance);
      } else if (!o.best || &j == &*best) {
        print(j, court->has_task());
        print(endurance);
        for (const std::string& s : training) fmt::print("  ! {}\n", s);
      } else {
        fmt::print("{} ({:.3f}M samples): score {:.3f}\n", j.file.string(),
                   1e-6 * static_cast<double>(j.samples), j.score);
      }
    }
  }
  if (o.json) fmt::print("{}\n", out.dump(1));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("amp-judge",
               "Measure how well policies do what their clips show, and say what is wrong");
  app.positional("RUN", o.runs, "run folders, checkpoints or shipped policies (go2_pace)");
  o.trial.options(app);
  app.flag("--best", o.best, "judge every checkpoint of a run and name the best");
  app.flag("--robustness", o.robustness,
           "try it with pushes, other friction and masses, and a delay as well");
  app.json_flag(o.json);
  app.example("amp-judge go2_pace");
  app.example("amp-judge --robustness g1_walk");
  app.example("amp-judge --best --json runs/g1");
  return app.run(argc, argv, [&] {
    require(!o.runs.empty(), Kind::usage, "name a run folder or a checkpoint");
    return judge(o);
  });
}
