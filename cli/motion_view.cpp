// motion-view: what a clip looks like, as a filmstrip, a movie or a player in a web page.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/clips.h"
#include "cli/io.h"
#include "motion/data_path.h"
#include "motion/nearest.h"
#include "motion/robot.h"
#include "view/filmstrip.h"
#include "view/html_player.h"
#include "view/movie.h"
#include "view/png.h"
#include "view/window.h"

using namespace motus;

namespace {

struct Arguments {
  cli::ClipInput reading;
  std::string input = "-", output = "-", to, clip, model, size;
  std::vector<std::string> compare;
  std::string camera = "side";
  int pictures = 8;
  std::optional<double> start, end, rate;
  bool ghost = false, window = false;
};

std::string picture_format(const Arguments& a) {
  std::string name = a.to;
  if (name.empty()) name = std::filesystem::path(a.output).extension();
  if (name.empty()) name = "png";  // stdout and devices have no extension
  if (name.starts_with('.')) name.erase(0, 1);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::vector<std::string> known{"png", "mp4", "gif", "html"};
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw Error(Kind::usage, fmt::format("cannot draw '{}': expected png, mp4, gif or html", name),
                "-o FILE.png, or --to png");
  }
  return name;
}

void parse_size(const std::string& text, view::FilmOptions& options) {
  if (text.empty()) return;
  const char *p = text.data(), *end = p + text.size();
  const auto [x, e1] = std::from_chars(p, end, options.width);
  bool good = e1 == std::errc() && x != end && *x == 'x';
  if (good) {
    const auto [rest, e2] = std::from_chars(x + 1, end, options.height);
    good = e2 == std::errc() && rest == end && options.width > 0 && options.height > 0;
  }
  require(good, Kind::usage, "size '{}': expected WIDTHxHEIGHT in pixels, as 320x240", text);
}

Clip pick(std::vector<Clip> clips, const std::string& wanted, const std::string& place) {
  if (wanted.empty()) {
    if (clips.size() > 1) {
      cli::warn(fmt::format("{}: holds {} clips, drawing the first, '{}' (--clip NAME or NUMBER)",
                            place, clips.size(), clips.front().name));
    }
    return std::move(clips.front());
  }
  size_t number = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  const bool is_number = error == std::errc() && end == wanted.data() + wanted.size();
  std::vector<std::string> names;
  for (size_t i = 0; i < clips.size(); ++i) {
    if (clips[i].name == wanted || (is_number && number == i + 1)) return std::move(clips[i]);
    names.push_back(clips[i].name);
  }
  throw Error(Kind::usage,
              fmt::format("{}: has no clip '{}' among its {}", place, wanted, clips.size()),
              did_you_mean(wanted, names));
}

/// The model to draw a clip with: what was asked for, else its robot's, else none.
std::filesystem::path model_for(const Clip& clip, const std::string& asked) {
  if (asked == "none") return {};
  if (!asked.empty()) {
    const std::filesystem::path file = find_data(asked);
    if (!file.empty() || asked.find_first_of("./") != std::string::npos)
      return file.empty() ? std::filesystem::path(asked) : file;
    const std::filesystem::path folder = find_robot(asked);
    return folder / read_robot_yaml(folder / "robot.yaml").model;
  }
  if (clip.skeleton->kind() == SkeletonKind::character) return {};
  std::filesystem::path found = view::find_model(*clip.skeleton);
  if (found.empty()) {
    cli::warn(fmt::format("no model of robot '{}' is here: drawing a stick figure (--model FILE)",
                          clip.skeleton->name()));
  }
  return found;
}

view::Figure figure_of(const Clip& clip, const std::string& model) {
  return {.clip = &clip, .model = model_for(clip, model), .note = clip.skeleton->name()};
}

int open(std::vector<view::Figure> figures, const Arguments& a) {
  const Clip& clip = *figures.front().clip;
  if (!a.ghost) {
    const double azimuth = view::choose_camera(a.camera, clip, 0, clip.frames() - 1).azimuth;
    const std::vector<Vec3> places = view::side_by_side(figures, azimuth);
    for (size_t i = 0; i < figures.size(); ++i) figures[i].offset = places[i];
  }
  const std::string title = "Motus: " + clip.name;
  view::ClipShow show(std::move(figures), a.start.value_or(0));
  view::open_window(show, {.title = title, .camera = a.camera});
  return 0;
}

int run(const Arguments& a) {
  const std::string format = a.window ? "window" : picture_format(a);
  if (!a.window) cli::refuse_terminal(a.output);
  require(!a.window || a.output == "-", Kind::usage, "--window writes nothing: leave out -o {}",
          a.output);
  require((format != "window" && format != "html") || (!a.end && a.size.empty()), Kind::usage,
          "--end and --size are of pictures and films; a {} shows the whole motion in any size",
          format == "html" ? "page" : "window");
  view::FilmOptions options;
  parse_size(a.size, options);
  options.camera = a.camera;
  options.start = a.start.value_or(0);
  options.end = a.end;
  options.together = a.ghost ? view::Together::over : view::Together::beside;
  require(!a.ghost || !a.compare.empty(), Kind::usage, "--ghost needs --compare OTHER");
  require(std::count(a.compare.begin(), a.compare.end(), "-") + (a.input == "-" ? 1 : 0) <= 1,
          Kind::usage, "only one of the motions can come from stdin");

  const Clip clip = pick(a.reading.read(a.input), a.clip, cli::input_name(a.input));
  std::vector<view::Figure> figures{figure_of(clip, a.model)};
  cli::ClipInput reading = a.reading;
  reading.from.clear();  // comparing formats is what this is good for
  std::vector<Clip> others;
  for (const std::string& name : a.compare)
    others.push_back(pick(reading.read(name), {}, cli::input_name(name)));
  figures.reserve(1 + others.size());
  for (const Clip& other : others) figures.push_back(figure_of(other, {}));

  if (format == "html" || a.window) {
    for (size_t i = 1; a.ghost && i < figures.size(); ++i) figures[i].alpha = 0.4;
  }
  if (a.window) return open(std::move(figures), a);
  if (format == "html") {
    cli::write_output(a.output, view::player_page(figures, {.title = clip.name,
                                                            .camera = a.camera,
                                                            .start = options.start,
                                                            .over = a.ghost}));
    return 0;
  }
  view::Film film(std::move(figures), options);
  if (format == "png") {
    cli::write_output(a.output, view::encode_png(view::filmstrip(film, a.pictures)));
    return 0;
  }
  const bool gif = format == "gif";
  // a GIF's clock ticks in hundredths of a second: 25 pictures a second are exact
  const double rate = a.rate.value_or(gif ? 25 : 30);
  cli::write_output(
      a.output, view::make_movie(film, gif ? view::MovieFormat::gif : view::MovieFormat::mp4, rate,
                                 [](int done, int all) { cli::progress("picture", done, all); }));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  cli::App app("motion-view",
               "what a motion looks like: a filmstrip, a movie or a player in a web page");
  app.positional("INPUT", a.input, "motion file, - for stdin");
  app.option("-o,--output", a.output, "x.png, x.mp4, x.gif or x.html; - for stdout");
  app.option("-t,--to", a.to, "png, mp4, gif or html, whatever the output is called");
  app.option("-n,--frames", a.pictures, "pictures in a filmstrip");
  app.option("--size", a.size, "WIDTHxHEIGHT of one picture, pixels");
  app.option("--camera", a.camera, "side, front, track, top or azimuth,elevation,distance");
  app.option("--start", a.start, "begin at this second");
  app.option("--end", a.end, "end at this second");
  app.option("--rate", a.rate, "pictures a second of a movie (default 30, gif 25)");
  app.option("--compare", a.compare,
             "another motion, below the first or beside it; may be repeated");
  app.flag("--ghost", a.ghost, "draw the other motions see-through over the first");
  app.option("--clip", a.clip, "name or number of a clip in a file of several");
  app.option("--model", a.model, "MJCF, URDF or robot to draw with; none = a stick figure");
  a.reading.add_options(app);
  app.flag("--window", a.window, "show it in a window; Q closes, docs/viewing.md has the keys");
  app.example("motion-view walk.bvh -o walk.png");
  app.example("motion-view walk.bvh -o walk.html");
  app.example("motion-retarget walk.bvh --to g1 | motion-view --compare walk.bvh -o both.mp4");
  return app.run(argc, argv, [&] { return run(a); });
}
