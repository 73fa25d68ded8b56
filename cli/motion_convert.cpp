// motion-convert: any format to any format.
#include <atomic>
#include <exception>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "cli/clips.h"
#include "cli/io.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  cli::ClipInput input;
  std::string to, output = "-", loop;
  std::vector<std::string> inputs;
  formats::WriteOptions write;
  bool list = false;
  int workers = 1;
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
void take_shorthand(Options& o) {
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

int list_formats() {
  fmt::print("{:<18} {:<11} {:<12} {}\n", "format", "", "extensions", "what it is");
  for (const formats::Format& f : formats::table()) {
    const char* can = f.read && f.write ? "read, write" : f.read ? "read" : "write";
    fmt::print("{:<18} {:<11} {:<12} {}\n", f.name, can, f.extensions, f.help);
  }
  return 0;
}

std::vector<Clip> read_clips(const Options& o, const std::string& path) {
  std::vector<Clip> clips = o.input.read(path);
  for (Clip& c : clips) {
    if (!o.loop.empty()) c.loop = o.loop == "wrap" ? LoopMode::wrap : LoopMode::clamp;
    c.history.push_back(fmt::format("motion-convert {}", cli::input_name(path)));
  }
  return clips;
}

/// A file name for a clip's name, which may be a path or hold anything.
std::string file_stem(std::string name) {
  for (char& c : name) {
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 32) c = '_';
  }
  return name.empty() || name.front() == '.' ? "clip" + name : name;
}

/// Where one input of a batch goes; names are given out before the work, in the order of the inputs.
struct Job {
  std::string input, stem;
  std::string error;
};

std::vector<Job> plan_jobs(const std::vector<std::string>& inputs) {
  std::vector<Job> jobs;
  std::set<std::string> taken;
  for (const std::string& input : inputs) {
    const std::string stem = input == "-" ? "stdin" : fs::path(input).stem().string();
    std::string name = stem;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", stem, i);
    jobs.push_back({.input = input, .stem = name, .error = {}});
  }
  return jobs;
}

/// One file an input, or a clip for formats that hold one.
void convert_job(const Options& o, const formats::Format& format, const Job& job) {
  const std::string ext(format.extensions.substr(0, format.extensions.find(' ')));
  const auto path = [&](const std::string& stem) {
    return (fs::path(o.output) / fmt::format("{}.{}", stem, ext)).string();
  };
  const std::vector<Clip> clips = read_clips(o, job.input);
  if (format.name == "h5" || clips.size() == 1) {
    cli::write_output(path(job.stem), format.write(clips, o.write));
    return;
  }
  for (size_t i = 0; i < clips.size(); ++i) {
    const std::string name = fmt::format("{}_{:03}_{}", job.stem, i, file_stem(clips[i].name));
    cli::write_output(path(name), format.write(std::span(&clips[i], 1), o.write));
  }
}

/// A batch on `o.workers` threads; what fails is named and left out.
int convert_to_folder(const Options& o) {
  const formats::Format& format = cli::output_format("-", o.to);
  std::error_code ec;
  fs::create_directories(o.output, ec);
  require(fs::is_directory(o.output, ec), Kind::failed, "{}: cannot be made a folder", o.output);
  require(o.workers > 0, Kind::usage, "-j must be at least 1");
  std::vector<Job> jobs = plan_jobs(o.inputs);
  std::atomic<size_t> next{0};
  std::exception_ptr broken;  // not the input's fault: a full disk, a wrong option
  std::mutex broken_mutex;
  const auto stop = [&] {
    const std::lock_guard lock(broken_mutex);
    if (!broken) broken = std::current_exception();
    next = jobs.size();
  };
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size(); i = next++) {
      try {
        convert_job(o, format, jobs[i]);
      } catch (const Error& e) {
        jobs[i].error = e.what();
        if (e.kind() != Kind::bad_input) stop();
      } catch (...) {
        stop();
      }
    }
  };
  std::vector<std::thread> threads;
  for (int t = 1; t < o.workers; ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  if (broken) std::rethrow_exception(broken);
  size_t failed = 0;
  for (const Job& job : jobs) {
    if (job.error.empty()) continue;
    cli::warn(fmt::format("left out: {}", job.error));
    ++failed;
  }
  require(failed == 0, Kind::bad_input, "{} of {} files could not be read", failed, jobs.size());
  return 0;
}

int convert(Options& o) {
  if (o.list) return list_formats();
  take_shorthand(o);
  require(o.loop.empty() || o.loop == "wrap" || o.loop == "clamp", Kind::usage,
          "--loop is '{}', expected wrap or clamp", o.loop);
  if (o.inputs.empty()) o.inputs.push_back("-");
  std::error_code ec;
  if (o.output.ends_with('/') || fs::is_directory(o.output, ec)) return convert_to_folder(o);
  cli::output_format(o.output, o.to);  // a wrong name is told before the work
  cli::refuse_terminal(o.output);
  std::vector<Clip> all;
  for (const std::string& path : o.inputs) {
    std::vector<Clip> clips = read_clips(o, path);
    std::move(clips.begin(), clips.end(), std::back_inserter(all));
  }
  cli::write_clips(o.output, o.to, all, o.write);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-convert",
               "Convert motion files: any format that is read to any that is written");
  app.positional("INPUT", o.inputs,
                 "files (default: stdin), after an optional word such as npy2npz");
  o.input.add_options(app);
  app.option("-t,--to", o.to, "format of the output (default: by the extension of -o, else h5)");
  app.option("-o,--output", o.output,
             "file, or FOLDER/ for one file an input; several clips make one h5");
  app.option("--loop", o.loop, "wrap or clamp: how the clip goes on after its end");
  app.option("-j,--workers", o.workers, "threads, for many inputs to a FOLDER/");
  app.flag("-z,--compress", o.write.compress, "compress the numbers of an h5");
  app.flag("--formats", o.list, "list the formats of this build");
  app.example("motion-convert dance.bvh -o dance.h5");
  app.example("motion-convert npy2npz walk.npy -o walk.npz");
  app.example("motion-convert *.bvh -z -o dances.h5");
  app.example("motion-convert bvh2h5 < dance.bvh | motion-info");
  return app.run(argc, argv, [&] { return convert(o); });
}
