#include "cli/convert_batch.h"

#include <filesystem>
#include <optional>

#include "cli/convert_index.h"
#include "cli/convert_report.h"
#include "cli/in_order.h"
#include "cli/io.h"
#include "motion/sha256.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

/// A file name for a clip's name, which may be a path or hold anything.
std::string file_stem(std::string name) {
  for (char& c : name) {
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 32) c = '_';
  }
  return name.empty() || name.front() == '.' ? "clip" + name : name;
}

/// Everything that decides what the output is, beside the bytes of the input.
std::string options_text(const ConvertOptions& o, const formats::Format& format) {
  std::string out = fmt::format("{} {} {} {} {}", format.name, o.input.given(), o.loop,
                                o.write.compress ? "-z" : "", o.container);
  for (const auto& [k, v] : o.write.extra) out += fmt::format(" {}={}", k, v);
  return out;
}

class Batch {
 public:
  Batch(const ConvertOptions& o, const BatchInputs& inputs)
      : o_(o),
        inputs_(inputs),
        format_(output_format("-", o.to)),
        options_(options_text(o, format_)),
        index_(o.output, o.resume) {}

  struct Done {
    Outcome outcome;
    std::optional<ConvertIndex::Entry> entry;
  };

  /// Runs on any thread.
  Done convert(size_t i) const {
    Done done;
    done.outcome = outcome_of([&](Outcome& out) { done.entry = convert(inputs_.files[i], out); });
    return done;
  }

  /// Runs on one.
  void take(size_t i, const Done& done, BatchReport& report) {
    // one input is soon done again: no index for it
    if (done.entry && inputs_.files.size() > 1) index_.add(*done.entry);
    report.add(inputs_.files[i].path, done.outcome);
  }

 private:
  std::optional<ConvertIndex::Entry> convert(const BatchInput& input, Outcome& out) const {
    std::vector<std::byte> bytes = read_input(input.path);
    ConvertIndex::Entry entry{
        .stem = input.stem, .sha256 = sha256(bytes), .options = options_, .outputs = {}};
    if (index_.up_to_date(entry.stem, entry.sha256, entry.options)) {
      out.up_to_date = true;
      return std::nullopt;
    }
    const auto hear = [&out](const std::string& w) { out.warnings.push_back(w); };
    const std::vector<Clip> clips = clips_of(o_, std::move(bytes), input.path, hear, entry.sha256);
    if (format_.name == "h5" || clips.size() == 1) {
      write(input.stem, clips, entry);
      return entry;
    }
    for (size_t i = 0; i < clips.size(); ++i) {
      write(fmt::format("{}_{:03}_{}", input.stem, i, file_stem(clips[i].name)),
            std::span(&clips[i], 1), entry);
    }
    return entry;
  }

  void write(const std::string& stem, std::span<const Clip> clips,
             ConvertIndex::Entry& entry) const {
    const std::string ext(format_.extensions.substr(0, format_.extensions.find(' ')));
    const std::string file = fmt::format("{}.{}", stem, ext);
    const fs::path path = fs::path(o_.output) / file;
    std::error_code ec;
    fs::create_directories(path.parent_path(), ec);
    const std::vector<std::byte> bytes = format_.write(clips, o_.write);
    write_output(path.string(), bytes, Sync::later);
    entry.outputs.push_back({.file = file, .size = bytes.size()});
  }

  const ConvertOptions& o_;
  const BatchInputs& inputs_;
  const formats::Format& format_;
  std::string options_;
  ConvertIndex index_;
};

}  // namespace

void convert_to_folder(const ConvertOptions& o, const BatchInputs& inputs) {
  std::error_code ec;
  fs::create_directories(o.output, ec);
  require(fs::is_directory(o.output, ec), Kind::failed, "{}: cannot be made a folder", o.output);
  Batch batch(o, inputs);
  BatchReport report(inputs.files.size());
  in_order(
      inputs.files.size(), o.workers, [&](size_t i) { return batch.convert(i); },
      [&](size_t i, const Batch::Done& done) { batch.take(i, done, report); });
  sync_files(o.output);
  report.finish();
}

}  // namespace motus::cli
