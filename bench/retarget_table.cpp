// Retargeting in numbers: every metric of retarget/metrics.h as the mean over sets of clips, scheme
// beside scheme, and frames a second of one core.
//   retarget_table [--to ROBOT] [--json FILE] [--clips] [--only SCHEME] [--targets FILE]
//                  [NAME=FILE_OR_FOLDER ...]
// A set is a motion file or a folder of them (default: the shipped walk). Clips that a scheme cannot
// do are named on stderr and left out of every scheme's mean. --targets writes what the gmr scheme is
// given for the first clip, and its answers, so that bench/retarget_peer.py can give it to mink; and
// nothing else is done.
#include <sys/resource.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/data_path.h"
#include "motion/error.h"
#include "motion/resample.h"
#include "retarget/gmr.h"
#include "retarget/metrics.h"
#include "retarget/retarget.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

constexpr int kMostFrames = 1500;  // of a clip
constexpr int kRounds = 3;         // of timing; the best counts, noise only ever adds

struct Scheme {
  std::string name;
  std::function<retarget::Result(const Clip&, const retarget::RobotBody&)> run;
};

struct Set {
  std::string name;
  std::vector<Clip> clips;
};

struct Row {
  std::string clip;
  int frames = 0;
  double seconds = 0;
  retarget::Metrics metrics;
};

/// Processor time of this thread (s): other programs on the machine do not count.
double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// All of them, or the one that --only names.
std::vector<Scheme> schemes(const std::string& only = "") {
  retarget::Options draft, full, gmr;
  draft.quality = retarget::Quality::draft;
  draft.copy_same_dofs = full.copy_same_dofs = gmr.copy_same_dofs = false;
  gmr.scheme = retarget::Scheme::gmr;
  std::vector<Scheme> all;
  for (const auto& [name, options] : {std::pair("draft", draft), {"full", full}, {"gmr", gmr}}) {
    if (only.empty() || only == name)
      all.push_back({name, [options = options](const Clip& c, const retarget::RobotBody& r) {
                       return retarget::run(c, r, options);
                     }});
  }
  return all;
}

Set read_set(const std::string& name, const fs::path& path) {
  std::vector<fs::path> files;
  if (fs::is_directory(path)) {
    for (const auto& e : fs::recursive_directory_iterator(path)) {
      if (e.is_regular_file()) files.push_back(e.path());
    }
    std::sort(files.begin(), files.end());
  } else {
    files.push_back(path);
  }
  Set set{name, {}};
  for (const fs::path& file : files) {
    try {
      std::ifstream in(file, std::ios::binary);
      const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
      formats::ReadOptions options;
      options.name = file.filename().string();
      for (Clip& c : formats::read(std::as_bytes(std::span(text)), "", options)) {
        c.name = file.stem().string();
        if (c.frames() > kMostFrames) c = cut(c, 0, kMostFrames);
        set.clips.push_back(std::move(c));
      }
    } catch (const Error& e) {
      fmt::print(stderr, "{}: left out: {}\n", file.filename().string(), e.what());
    }
  }
  return set;
}

/// One row a clip, for each scheme; the same clips for all.
std::map<std::string, std::vector<Row>> measure_set(Set& set, const retarget::RobotBody& robot,
                                                    const std::vector<Scheme>& all) {
  std::map<std::string, std::vector<Row>> out;
  std::vector<Clip> kept;
  for (const Clip& clip : set.clips) {
    std::vector<Row> rows;
    try {
      for (const Scheme& s : all) {
        Row row{.clip = clip.name, .frames = clip.frames(), .seconds = 1e30, .metrics = {}};
        for (int i = 0; i < kRounds; ++i) {
          const double start = now();
          const retarget::Result r = s.run(clip, robot);
          row.seconds = std::min(row.seconds, now() - start);
          row.metrics = r.report.metrics;
          row.frames = r.clip.frames();
        }
        rows.push_back(row);
      }
    } catch (const Error& e) {
      fmt::print(stderr, "{}: left out: {}\n", clip.name, e.what());
      continue;
    }
    for (size_t i = 0; i < all.size(); ++i) out[all[i].name].push_back(rows[i]);
    kept.push_back(clip);
  }
  set.clips = std::move(kept);
  return out;
}

double mean_of(const std::vector<Row>& rows, double retarget::Metrics::* value) {
  double sum = 0;
  for (const Row& r : rows) sum += r.metrics.*value;
  return rows.empty() ? 0 : sum / static_cast<double>(rows.size());
}

double frames_per_second(const std::vector<Row>& rows) {
  double frames = 0, seconds = 0;
  for (const Row& r : rows) frames += r.frames, seconds += r.seconds;
  return seconds > 0 ? frames / seconds : 0;
}

void print_table(const Set& set, const std::map<std::string, std::vector<Row>>& results,
                 const std::vector<Scheme>& all) {
  int frames = 0;
  for (const Clip& c : set.clips) frames += c.frames();
  fmt::print("\n{}: {} clips, {} frames\n{:<6}{:<32}{:<9}", set.name, set.clips.size(), frames, "",
             "", "");
  for (const Scheme& s : all) fmt::print("{:>11}", s.name);
  for (const retarget::MetricRow& row : retarget::metric_rows()) {
    fmt::print("\n{:<6}{:<32}{:<9}", row.id, row.label, row.unit);
    for (const Scheme& s : all)
      fmt::print("{:>11.4g}", row.factor * mean_of(results.at(s.name), row.value));
  }
  fmt::print("\n{:<6}{:<32}{:<9}", "M17", "speed, one core", "frames/s");
  for (const Scheme& s : all) fmt::print("{:>11.0f}", frames_per_second(results.at(s.name)));
  fmt::print("\n");
}

void print_clips(const std::map<std::string, std::vector<Row>>& results) {
  for (const auto& [scheme, rows] : results) {
    for (const Row& r : rows) {
      const retarget::Verdict v = retarget::judge(r.metrics);
      fmt::print("{:<6} {:<32} {:>5} frames  {}\n", scheme, r.clip, r.frames, name(v.grade));
      for (const std::string& reason : v.reasons) fmt::print("{:>12}{}\n", "", reason);
    }
  }
}

/// Seconds that all clips take on `threads` threads, by the clock on the wall.
double wall(const Set& set, const Scheme& scheme, const retarget::RobotBody& robot, int threads) {
  const auto start = std::chrono::steady_clock::now();
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < set.clips.size(); i = next++) scheme.run(set.clips[i], robot);
  };
  {
    std::vector<std::jthread> pool;
    for (int i = 1; i < threads; ++i) pool.emplace_back(work);
    work();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The tasks, the targets and the answers (qpos: root position, w x y z, dofs) of the gmr scheme.
void write_targets(const Clip& clip, const retarget::RobotBody& robot, const std::string& file) {
  const Skeleton& s = *robot.robot.skeleton;
  const retarget::GmrPlan plan = retarget::gmr_plan(clip, retarget::map_roles(clip), robot);
  retarget::Track track(clip.frames(), s.dof_count());
  double seconds = 1e30, iterations = 0;
  for (int i = 0; i < kRounds; ++i) {
    const double start = now();
    iterations = retarget::gmr_solve(plan, robot, track).iterations;
    seconds = std::min(seconds, now() - start);
  }
  std::ofstream out(file);
  out << fmt::format("{{\"model\": \"{}\", \"root_height\": {}, \"note\": \"{}\", ",
                     fs::absolute(robot.robot.model).string(), robot.robot.root_height, plan.note)
      << fmt::format("\"frames_per_second\": {}, \"iterations\": {}, ", clip.frames() / seconds,
                     iterations);
  for (const Scheme& scheme : schemes()) {
    double whole = 1e30;
    for (int i = 0; i < kRounds; ++i) {
      const double start = now();
      scheme.run(clip, robot);
      whole = std::min(whole, now() - start);
    }
    out << fmt::format("\"{}\": {}, ", scheme.name, clip.frames() / whole);
  }
  out << "\"tasks\": [";
  for (size_t i = 0; i < plan.tasks.size(); ++i) {
    const retarget::GmrTask& t = plan.tasks[i];
    out << fmt::format("{}{{\"body\": \"{}\", \"position\": [{}, {}], \"rotation\": [{}, {}]}}",
                       i ? ", " : "", s.bodies()[static_cast<size_t>(t.body)].name, t.pos[0],
                       t.pos[1], t.turn[0], t.turn[1]);
  }
  out << "], \"targets\": [";
  for (size_t f = 0; f < plan.targets.size(); ++f) {
    out << (f ? ",\n[" : "[");
    for (size_t i = 0; i < plan.targets[f].size(); ++i) {
      const auto& [p, q] = plan.targets[f][i];
      out << fmt::format("{}[{}, {}, {}, {}, {}, {}, {}]", i ? ", " : "", q.w(), q.x(), q.y(),
                         q.z(), p.x(), p.y(), p.z());
    }
    out << "]";
  }
  out << "], \"qpos\": [";
  for (int f = 0; f < clip.frames(); ++f) {
    out << (f ? ",\n[" : "[");
    std::string row;
    for (int c = 0; c < 3; ++c) row += fmt::format("{}, ", track.root_pos(f, c));
    for (int c = 0; c < 4; ++c) row += fmt::format("{}, ", track.root_rot(f, c));
    for (int c = 0; c < s.dof_count(); ++c)
      row += fmt::format("{}{}", c ? ", " : "", track.dofs(f, c));
    out << row << "]";
  }
  out << "]}\n";
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  std::string robot_name = "g1", json_file, targets_file, only;
  bool clips = false;
  std::vector<std::pair<std::string, std::string>> sets;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const size_t at = a.find('=');
    if (a == "--to" && i + 1 < argc) {
      robot_name = argv[++i];
    } else if (a == "--json" && i + 1 < argc) {
      json_file = argv[++i];
    } else if (a == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else if (a == "--targets" && i + 1 < argc) {
      targets_file = argv[++i];
    } else if (a == "--clips") {
      clips = true;
    } else if (at != std::string::npos) {
      sets.emplace_back(a.substr(0, at), a.substr(at + 1));
    } else {
      fmt::print(stderr, "{}: expected --to, --json, --clips, --only, --targets or NAME=FILE\n", a);
      return 2;
    }
  }
  if (sets.empty()) sets.emplace_back("walk", require_data("clips/walk.bvh", "clip"));
  const retarget::RobotBody robot(formats::load_robot(robot_name));
  if (!targets_file.empty()) {
    write_targets(read_set(sets[0].first, sets[0].second).clips.at(0), robot, targets_file);
    return 0;
  }
  const std::vector<Scheme> all = schemes(only);
  if (all.empty()) {
    fmt::print(stderr, "{}: no scheme; there are draft, full and gmr\n", only);
    return 2;
  }
  std::string json = fmt::format("{{\"robot\": \"{}\", \"sets\": [", robot_name);
  fmt::print("retargeting to {}: means over clips\n", robot_name);
  for (size_t k = 0; k < sets.size(); ++k) {
    Set set = read_set(sets[k].first, sets[k].second);
    const auto results = measure_set(set, robot, all);
    if (results.empty()) continue;
    print_table(set, results, all);
    if (clips) print_clips(results);
    const Scheme& timed = all[all.size() > 1 ? 1 : 0];
    const double one = wall(set, timed, robot, 1), two = wall(set, timed, robot, 2);
    fmt::print("      two threads against one: {:.2f} x\n", one / two);
    json += fmt::format("{}{{\"name\": \"{}\", \"two_threads\": {:.3f}, \"schemes\": {{",
                        k ? ", " : "", set.name, one / two);
    for (auto it = results.begin(); it != results.end(); ++it) {
      json +=
          fmt::format("{}\"{}\": {{\"frames_per_second\": {:.0f}, \"clips\": {{",
                      it == results.begin() ? "" : ", ", it->first, frames_per_second(it->second));
      for (size_t i = 0; i < it->second.size(); ++i)
        json += fmt::format("{}\"{}\": {}", i ? ", " : "", it->second[i].clip,
                            retarget::json(it->second[i].metrics));
      json += "}}";
    }
    json += "}}";
  }
  fmt::print("\npeak memory: {:.0f} MB\n", peak_megabytes());
  json += fmt::format("], \"peak_memory_mb\": {:.1f}}}\n", peak_megabytes());
  if (!json_file.empty()) std::ofstream(json_file) << json;
  return 0;
}
