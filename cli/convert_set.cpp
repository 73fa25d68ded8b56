#include "cli/convert_set.h"

#include <filesystem>
#include <functional>

#include "cli/convert_report.h"
#include "cli/in_order.h"
#include "cli/io.h"
#include "formats/h5/h5.h"

namespace motus::cli {

namespace {

constexpr size_t kManyInputs = 100;

struct Read {
  Outcome outcome;
  std::vector<Clip> clips;
};

/// Hands the clips of all inputs to `add`, in order.
void read_all(const ConvertOptions& o, const BatchInputs& inputs, BatchReport& report,
              const std::function<void(Clip)>& add) {
  const auto make = [&](size_t i) {
    Read r;
    const std::string& path = inputs.files[i].path;
    r.outcome = outcome_of([&](Outcome& out) {
      r.clips = clips_of(o, read_input(path), path);
      out.warnings = fresh_warnings(r.clips, input_name(path));
    });
    return r;
  };
  in_order(inputs.files.size(), o.workers, make, [&](size_t i, Read r) {
    report.add(inputs.files[i].path, r.outcome);
    for (Clip& c : r.clips) add(std::move(c));
  });
}

/// An only input: its error is the program's.
void convert_one(const ConvertOptions& o, const std::string& path) {
  const std::string name = input_name(path);
  const std::vector<Clip> clips = clips_of(o, read_input(path), path);
  for (const std::string& w : fresh_warnings(clips, name)) warn(fmt::format("{}: {}", name, w));
  write_clips(o.output, o.to, clips, o.write);
}

void convert_packed(const ConvertOptions& o, const BatchInputs& inputs) {
  PendingFile file(o.output);
  formats::SetWriter set(file.temporary(), o.write.compress);
  std::error_code ec;
  if (o.append && std::filesystem::exists(o.output, ec)) set.begin_with(o.output);
  const size_t before = set.size();
  BatchReport report(inputs.files.size());
  read_all(o, inputs, report, [&](const Clip& c) { set.add(c); });
  if (set.size() > before) {
    set.finish();
    file.commit();
  }
  report.finish();
}

}  // namespace

void convert_to_file(const ConvertOptions& o, const BatchInputs& inputs) {
  const bool h5 =
      output_format(o.output, o.to).name == "h5";  // a wrong name is told before the work
  require(h5 || !o.append, Kind::usage, "--append adds to an h5 file, not to '{}'", o.output);
  require(o.output != "-" || !o.append, Kind::usage, "--append needs -o FILE");
  refuse_terminal(o.output);
  const bool packed =
      o.container == "packed" || (o.container == "auto" && inputs.files.size() > kManyInputs);
  // a set that grows is a file of its own, which takes the place of what is there: not of a device
  std::error_code ec;
  const std::filesystem::file_status there = std::filesystem::status(o.output, ec);
  const bool replaces = !std::filesystem::exists(there) || std::filesystem::is_regular_file(there);
  require(replaces || !o.append, Kind::usage, "--append needs a file, not '{}'", o.output);
  if (h5 && o.output != "-" && replaces && (o.append || packed)) return convert_packed(o, inputs);
  if (inputs.files.size() == 1) return convert_one(o, inputs.files.front().path);
  std::vector<Clip> all;
  BatchReport report(inputs.files.size());
  read_all(o, inputs, report, [&](Clip c) { all.push_back(std::move(c)); });
  if (!all.empty()) write_clips(o.output, o.to, all, o.write);
  report.finish();
}

}  // namespace motus::cli
