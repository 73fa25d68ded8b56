// motion-merge: many clips to one dataset with weights.
#include <filesystem>

#include "cli/clips.h"
#include "cli/io.h"
#include "motion/data_path.h"
#include "motion/dataset.h"
#include "motion/nearest.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  cli::ClipInput input;
  std::vector<std::string> inputs, weights;
  std::string output = "-", to;
  formats::WriteOptions write;
};

bool is_list(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}

/// A clip and the file that it came from, as it was named.
struct Member {
  std::string file;
  Clip clip;
};

/// The path of a list's row: as it is or in the data folders, else beside the list.
std::string beside(const std::string& list, const std::string& file) {
  if (!find_data(file).empty()) return file;
  const fs::path near = fs::path(list).parent_path() / file;
  std::error_code ec;
  return fs::exists(near, ec) ? near.string() : file;
}

std::vector<Member> read_all(const Options& o) {
  std::vector<Member> out;
  const auto read = [&](const std::string& path, std::optional<double> weight) {
    for (Clip& clip : o.input.read(path)) {
      if (weight) clip.weight = *weight;
      out.push_back({path, std::move(clip)});
    }
  };
  for (const std::string& path : o.inputs) {
    if (!is_list(path)) {
      read(path, std::nullopt);
      continue;
    }
    const std::string list = require_data(path, "dataset list").string();
    for (const DatasetEntry& e : read_dataset_list(list)) {
      try {
        read(beside(list, e.file), e.weight);
      } catch (const Error& error) {
        throw error.at(fmt::format("{}:{}", path, e.line));
      }
    }
  }
  return out;
}

/// --weight NAME=2: NAME is a clip's name, or a file's with or without its folder.
void set_weight(const std::string& text, std::vector<Member>& members) {
  const size_t equals = text.rfind('=');
  const std::string name = text.substr(0, equals);
  char* end = nullptr;
  const double weight = equals == std::string::npos ? -1 : std::strtod(&text[equals + 1], &end);
  const bool number = end && end != &text[equals + 1] && *end == 0;
  if (!number || !(weight >= 0) || !std::isfinite(weight)) {
    throw Error(Kind::usage, fmt::format("--weight is '{}'", text), "for example --weight walk=2");
  }
  bool any = false;
  std::vector<std::string> known;
  for (Member& m : members) {
    known.push_back(m.clip.name);
    if (m.clip.name != name && m.file != name && fs::path(m.file).filename() != name) continue;
    m.clip.weight = weight;
    any = true;
  }
  if (!any) {
    throw Error(Kind::usage,
                fmt::format("--weight names '{}', which no clip or file is called", name),
                did_you_mean(name, known));
  }
}

void require_one_skeleton(const std::vector<Member>& members) {
  const Clip& first = members.front().clip;
  for (const Member& m : members) {
    const std::string difference = first_difference(*m.clip.skeleton, *first.skeleton);
    if (difference.empty()) continue;
    const Skeleton &s = *m.clip.skeleton, &t = *first.skeleton;
    throw Error(Kind::bad_input,
                fmt::format("clip '{}' of {} moves '{}', not the '{}' of clip '{}': {}",
                            m.clip.name, m.file, s.name(), t.name(), first.name, difference),
                t.kind() == SkeletonKind::robot
                    ? fmt::format("motion-retarget --to {} brings it onto the same robot", t.name())
                    : "a dataset holds clips of one figure: retarget them to one robot");
  }
}

/// The files with their weights, as MimicKit lists them. A file with several clips has one weight.
std::vector<DatasetEntry> as_list(const std::vector<Member>& members) {
  std::vector<DatasetEntry> out;
  for (const Member& m : members) {
    require(m.file != "-", Kind::usage, "a list names files: clips of stdin cannot be in it");
    if (!out.empty() && out.back().file == m.file) {
      require(out.back().weight == m.clip.weight, Kind::usage,
              "clips of {} have different weights, but a list has one weight a file", m.file);
      continue;
    }
    out.push_back({.file = m.file, .weight = m.clip.weight});
  }
  return out;
}

int merge(Options& o) {
  if (o.inputs.empty()) o.inputs.push_back("-");
  const bool list = o.to == "yaml" || (o.to.empty() && is_list(o.output));
  if (!list) {
    cli::output_format(o.output, o.to);  // a wrong name is told before the work
    cli::refuse_terminal(o.output);
  }
  std::vector<Member> members = read_all(o);
  for (const std::string& text : o.weights) set_weight(text, members);
  require_one_skeleton(members);
  double sum = 0;
  for (const Member& m : members) sum += m.clip.weight;
  require(sum > 0, Kind::usage, "all weights are 0: nothing would ever be sampled");
  if (list) {
    cli::write_output(o.output, dataset_list_text(as_list(members)));
    return 0;
  }
  std::vector<Clip> clips;
  for (Member& m : members) {
    m.clip.history.push_back(fmt::format("motion-merge {}", cli::input_name(m.file)));
    clips.push_back(std::move(m.clip));
  }
  if (const int renamed = make_names_unique(clips); renamed > 0) {
    cli::say(fmt::format("{} clips had names that were taken: numbers added", renamed));
  }
  cli::write_clips(o.output, o.to, clips, o.write);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-merge",
               "Make one dataset of many clips, with weights; reads and writes MimicKit's lists");
  app.positional("INPUT", o.inputs,
                 "motion files and lists (.yaml: motions: - {file, weight}); default: stdin");
  app.option("--weight", o.weights,
             "NAME=W: how often a clip is sampled, by its name or its file's; may be given again");
  app.option("-o,--output", o.output, "file (default: stdout); .yaml writes a list of the files");
  app.option("-t,--to", o.to, "format of the output (default: by the extension of -o, else h5)");
  o.input.add_options(app);
  app.flag("-z,--compress", o.write.compress, "compress the numbers of an h5");
  app.example("motion-merge clips/go2_pace.h5 clips/go2_trot.h5 --weight go2_trot=3 -o go2.h5");
  app.example(
      "motion-merge clips/go2_pace.h5 clips/go2_trot.h5 --weight go2_pace.h5=0.5 -o go2.yaml");
  app.example("motion-merge go2.yaml | motion-info");
  return app.run(argc, argv, [&] { return merge(o); });
}
