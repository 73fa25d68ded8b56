// motion-edit: cut, resample, turn, mirror, loop, smooth, join; in the order written.
#include <cmath>
#include <map>

#include "cli/clips.h"
#include "cli/figures.h"
#include "cli/io.h"
#include "motion/edit_loop.h"
#include "motion/edit_place.h"
#include "motion/edit_smooth.h"
#include "motion/edit_time.h"
#include "motion/mirror.h"
#include "motion/resample.h"

using namespace motus;

namespace {

struct Options {
  cli::ClipInput input;
  std::vector<std::string> inputs;
  std::string output = "-", to, robot;
  std::vector<cli::App::Step> steps;
  double blend = 0.25;
  formats::WriteOptions write;
};

/// The finite numbers of "1,2,3", as many as `count`.
std::vector<double> numbers(const cli::App::Step& step, size_t count, const char* expected) {
  std::vector<double> out;
  const char* at = step.value.c_str();
  while (*at) {
    char* end = nullptr;
    out.push_back(std::strtod(at, &end));
    if (end == at || !std::isfinite(out.back())) break;
    at = *end == ',' && end[1] ? end + 1 : end;
    if (at == end && *end) break;
  }
  require(*at == 0 && out.size() == count, Kind::usage, "--{} is '{}', expected {}", step.name,
          step.value, expected);
  return out;
}

double number(const cli::App::Step& step, const char* expected) {
  return numbers(step, 1, expected)[0];
}

/// "90" degrees from +x towards +y, or the axis itself.
double heading_angle(const cli::App::Step& step) {
  static const std::map<std::string, double> axes{{"+x", 0}, {"+y", 90}, {"-x", 180}, {"-y", -90}};
  const auto at = axes.find(step.value);
  const double degrees =
      at != axes.end() ? at->second : number(step, "degrees from +x to +y, or +x, -x, +y, -y");
  return degrees * M_PI / 180;
}

/// One program run: what steps need beside the clip.
class Editor {
 public:
  explicit Editor(const Options& o) : options_(o), robots_(o.robot) {}

  Clip apply(const cli::App::Step& step, const Clip& clip) {
    const std::string& name = step.name;
    if (name == "cut") return cut_range(clip, parse_range(step.value, clip));
    if (name == "fps") {
      return resample(clip, number(step, "frames a second"), Interpolation::cubic);
    }
    if (name == "speed") return change_speed(clip, number(step, "a factor, 2 = twice as fast"));
    if (name == "reverse") return reverse(clip);
    if (name == "mirror") return mirror(clip);
    if (name == "loop") return make_loop(clip, options_.blend);
    if (name == "ground") return ground(clip, robots_.of(clip));
    if (name == "heading") return face(clip, heading_angle(step));
    if (name == "translate") {
      const std::vector<double> v = numbers(step, 3, "metres as X,Y,Z");
      return translate(clip, Vec3(v[0], v[1], v[2]));
    }
    if (name == "scale") return scale(clip, number(step, "a factor"));
    if (name == "smooth") return smooth(clip, number(step, "a frequency in Hz"));
    return append(clip, other(step.value), options_.blend);
  }

 private:
  /// The one clip of a file to append; files are read once.
  const Clip& other(const std::string& path) {
    const auto at = others_.find(path);
    if (at != others_.end()) return at->second;
    std::vector<Clip> clips = options_.input.read(path);
    if (clips.size() != 1) {
      throw Error(Kind::usage, fmt::format("{} holds {} clips, --append takes one",
                                           cli::input_name(path), clips.size()));
    }
    return others_.emplace(path, std::move(clips[0])).first->second;
  }

  const Options& options_;
  cli::Robots robots_;
  std::map<std::string, Clip> others_;
};

/// What was done, for the clip's history: the steps as written.
std::string story(const Options& o) {
  std::string out = "motion-edit";
  for (const cli::App::Step& s : o.steps) {
    const std::string value = s.name == "append" ? cli::input_name(s.value) : s.value;
    out += fmt::format(" --{}{}{}", s.name, value.empty() ? "" : " ", value);
  }
  return out;
}

int edit(Options& o) {
  if (o.inputs.empty()) o.inputs.push_back("-");
  o.input.options.skeleton.suggest(o.robot);
  require(o.blend >= 0, Kind::usage, "--blend is {}, expected seconds", o.blend);
  cli::output_format(o.output, o.to);  // a wrong name is told before the work
  cli::refuse_terminal(o.output);
  Editor editor(o);
  std::vector<Clip> all;
  for (const std::string& path : o.inputs) {
    for (Clip& clip : o.input.read(path)) {
      cli::name_roles(clip);
      for (const cli::App::Step& step : o.steps) {
        Clip next = editor.apply(step, clip);
        for (const auto& [channel, data] : clip.channels) {
          if (next.channels.contains(channel)) continue;
          cli::warn(fmt::format("--{}: channel '{}' no longer says this motion: left out",
                                step.name, channel));
        }
        clip = std::move(next);
      }
      clip.validate();
      if (!o.steps.empty()) clip.history.push_back(story(o));
      all.push_back(std::move(clip));
    }
  }
  cli::write_clips(o.output, o.to, all, o.write);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-edit", "Edit motions: the steps below, applied in the order written");
  app.positional("INPUT", o.inputs, "files (default: stdin); every clip is edited alike");
  const auto step = [&](const char* name, const char* value, const char* help) {
    app.step(name, o.steps, value, help);
  };
  step("--cut", "A:B",
       "keep frames A to B, B left out (10:200); with an s seconds, B included (0.5s:2s); an end "
       "may be left out, negative frames count from the end");
  step("--fps", "RATE", "resample to RATE frames a second (cubic)");
  step("--speed", "FACTOR", "FACTOR times as fast at the same frames a second");
  step("--reverse", "", "play backwards");
  step("--mirror", "", "exchange left and right, mirrored at the plane y = 0");
  step("--loop", "", "make it a cycle: the last pose becomes the first, blended on both sides");
  step("--append", "FILE", "join the clip of FILE at the end, turned and moved to where it ends");
  step("--ground", "", "put the lowest point of the clip on the floor, z = 0");
  step("--heading", "DEG",
       "turn so that the first frame faces DEG degrees from +x to +y, or +x -x +y -y");
  step("--translate", "X,Y,Z", "move by metres");
  step("--scale", "FACTOR", "a character FACTOR times as large, its path too");
  step("--smooth", "HZ", "take out what is faster than HZ (Gaussian, no shift in time)");
  app.option("--blend", o.blend, "seconds that --loop and --append blend over");
  app.option("-o,--output", o.output, "file (default: stdout)");
  app.option("-t,--to", o.to, "format of the output (default: by the extension of -o, else h5)");
  app.option("--robot", o.robot, "robot or model file (default: the one the clip names)");
  o.input.add_options(app, "--input-fps");
  app.flag("-z,--compress", o.write.compress, "compress the numbers of an h5");
  app.example("motion-edit clips/walk.bvh --cut 0.5s:1.6s --loop --heading +x -o step.h5");
  app.example(
      "motion-edit clips/go2_trot.h5 --mirror | motion-edit --append clips/go2_pace.h5 -o both.h5");
  app.example(
      "motion-convert clips/walk.bvh | motion-edit --fps 30 --smooth 6 --ground | motion-info");
  return app.run(argc, argv, [&] { return edit(o); });
}
