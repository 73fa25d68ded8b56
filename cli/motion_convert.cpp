// motion-convert: any format to any format.
#include <filesystem>

#include "cli/convert_batch.h"
#include "cli/convert_set.h"
#include "cli/format_list.h"
#include "cli/io.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

struct ListOptions {
  bool list = false, json = false, markdown = false;
};

bool known(const std::string& word) {
  for (const formats::Format& f : formats::table()) {
    if (f.name == word ||
        fmt::format(" {} ", f.extensions).find(" " + word + " ") != std::string::npos) {
      return true;
    }
  }
  return false;
}

/// "bvh2h5" as the first word says --from bvh --to h5, unless a file has that name.
void take_shorthand(ConvertOptions& o) {
  std::error_code ec;
  if (o.inputs.empty() || fs::exists(o.inputs.front(), ec)) return;
  const std::string word = o.inputs.front();
  for (size_t at = word.find('2'); at != std::string::npos; at = word.find('2', at + 1)) {
    const std::string a = word.substr(0, at), b = word.substr(at + 1);
    if (!known(a) || !known(b)) continue;
    require(o.input.from.empty() && o.to.empty(), Kind::usage,
            "'{}' says the formats already: leave --from and --to out", word);
    o.input.from = a;
    o.to = b;
    o.inputs.erase(o.inputs.begin());
    return;
  }
}

int list_formats(const ListOptions& list, const std::string& output) {
  require(!list.json || !list.markdown, Kind::usage, "--json or --markdown, not both");
  write_output(output, list.json       ? formats_json()
                       : list.markdown ? formats_markdown()
                                       : formats_text());
  return 0;
}

/// "order=breadth" for the writer.
void take_settings(ConvertOptions& o) {
  for (const std::string& s : o.settings) {
    const size_t at = s.find('=');
    require(at != std::string::npos && at > 0, Kind::usage, "--set is '{}', expected KEY=VALUE", s);
    o.write.extra[s.substr(0, at)] = s.substr(at + 1);
  }
}

int convert(ConvertOptions& o, const ListOptions& list) {
  if (list.list) return list_formats(list, o.output);
  require(!list.json && !list.markdown, Kind::usage, "--json and --markdown go with --formats");
  take_shorthand(o);
  o.input.check();
  require(o.loop.empty() || o.loop == "wrap" || o.loop == "clamp", Kind::usage,
          "--loop is '{}', expected wrap or clamp", o.loop);
  require(o.workers > 0 && o.workers <= 256, Kind::usage, "-j is {}, expected 1 to 256", o.workers);
  o.write.extra["container"] = o.container;
  take_settings(o);
  if (o.inputs.empty()) o.inputs.push_back("-");
  const BatchInputs inputs = expand_inputs(o.inputs, o.output);
  if (inputs.ignored > 0) {
    say(fmt::format("{} files of other kinds left alone", inputs.ignored));
  }
  std::error_code ec;
  const bool folder = o.output.ends_with('/') || fs::is_directory(o.output, ec);
  require(folder || !o.resume, Kind::usage, "--resume needs -o FOLDER/");
  require(!folder || !o.append, Kind::usage, "--append needs -o FILE");
  folder ? convert_to_folder(o, inputs) : convert_to_file(o, inputs);
  return 0;
}

}  // namespace

std::vector<Clip> clips_of(const ConvertOptions& o, std::vector<std::byte> bytes,
                           const std::string& path, const Hear& warn, const std::string& sha256) {
  const std::string name = input_name(path), given = o.input.given();
  std::vector<Clip> clips = o.input.parse(std::move(bytes), path, warn, sha256);
  for (Clip& c : clips) {
    if (!o.loop.empty()) c.loop = o.loop == "wrap" ? LoopMode::wrap : LoopMode::clamp;
    c.history.push_back(
        fmt::format("motion-convert {}{}{}", given, given.empty() ? "" : " ", name));
  }
  return clips;
}

}  // namespace motus::cli

int main(int argc, char** argv) {
  using namespace motus;
  cli::ConvertOptions o;
  cli::ListOptions list;
  cli::App app("motion-convert",
               "Convert motion files: any format that is read to any that is written");
  app.positional("INPUT", o.inputs,
                 "files, folders or 'patterns' (default: stdin), after an optional word such as "
                 "npy2npz");
  o.input.add_options(app);
  app.option("-t,--to", o.to, "format of the output (default: by the extension of -o, else h5)");
  app.option("-o,--output", o.output,
             "file, or FOLDER/ for one file an input; several clips make one h5");
  app.option("--loop", o.loop, "wrap or clamp: how the clip goes on after its end");
  app.option("-j,--workers", o.workers, "threads");
  app.flag("--resume", o.resume, "leave outputs in FOLDER/ that are up to date");
  app.flag("--append", o.append, "add to the h5 that -o names; it becomes a packed one");
  app.option("--container", o.container,
             "of an h5: clips, packed (fast for many), auto: packed above 100 short ones");
  app.flag("-z,--compress", o.write.compress, "compress the numbers of an h5");
  app.option("--set", o.settings,
             "KEY=VALUE for the writer: order=depth|breadth, layout=beyondmimic|holosoma "
             "(beyondmimic), model=smplh|smplx (amass)");
  app.flag("--formats", list.list, "list the formats of this build");
  app.flag("--markdown", list.markdown, "with --formats: the page docs/formats.md");
  app.json_flag(list.json);
  app.example("motion-convert dance.bvh -o dance.h5");
  app.example("motion-convert npy2npz walk.npy -o walk.npz");
  app.example("motion-convert mocap/ -j 8 --resume -o converted/");
  app.example("motion-convert *.bvh -z -o dances.h5");
  app.example("motion-convert bvh2h5 < dance.bvh | motion-info");
  return app.run(argc, argv, [&] { return cli::convert(o, list); });
}
