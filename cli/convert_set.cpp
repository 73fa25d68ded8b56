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
constexpr Eigen::Index kLong = Eigen::Index{4} << 20;  // numbers of a clip

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
      const auto hear = [&out](const std::string& w) { out.warnings.push_back(w); };
      r.clips = clips_of(o, read_input(path), path, hear);
    });
    return r;
  };
  in_order(inputs.files.size(), o.workers, make, [&](size_t i, Read r) {
    report.add(inputs.files[i].path, r.outcome);
    for (Clip& c : r.clips) add(std::move(c));
  });
}

/// Writes to `o.output`; `on_disk`, which is an h5 file, without a copy of long clips in memory.
void write_set(const ConvertOptions& o, std::span<const Clip> clips, bool on_disk) {
  Eigen::Index numbers = 0;
  for (const Clip& c : clips) numbers += c.dof_pos.size() + c.local_rot.size();
  if (!on_disk || numbers < kLong) return write_clips(o.output, o.to, clips, o.write);
  PendingFile file(o.output);
  formats::write_h5_file(file.temporary(), clips, o.write);
  file.commit();
}

/// An only input: its error is the program's.
void convert_one(const ConvertOptions& o, const std::string& path, bool on_disk) {
  const std::string name = input_name(path);
  const auto hear = [&](const std::string& w) { warn(fmt::format("{}: {}", name, w)); };
  const std::vector<Clip> clips = clips_of(o, read_input(path), path, hear);
  write_set(o, clips, on_disk);
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
  const bool on_disk = h5 && o.output != "-" && replaces;
  if (on_disk && (o.append || packed)) return convert_packed(o, inputs);
  if (inputs.files.size() == 1) return convert_one(o, inputs.files.front().path, on_disk);
  std::vector<Clip> all;
  BatchReport report(inputs.files.size());
  read_all(o, inputs, report, [&](Clip c) { all.push_back(std::move(c)); });
  if (!all.empty()) write_set(o, all, on_disk);
  report.finish();
}

}  // namespace motus::cli
