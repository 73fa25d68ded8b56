#include "cli/clips.h"

#include <algorithm>
#include <filesystem>

#include "cli/io.h"

namespace motus::cli {

void ClipInput::add_options(App& app, const std::string& fps_name) {
  app.option("-f,--from", from, "format of the input (default: found from its content)");
  app.option(fps_name, options.fps, "frames a second, where the file does not say or is wrong");
  app.option("--up-axis", options.up_axis.unheeded(),
             "y or z: the axis that points up in the file");
  app.option("--units", options.units.unheeded(), "m, cm, mm, inch or metres per unit of the file");
  app.option("--quat-order", options.quat_order.unheeded(),
             "wxyz or xyzw: order of quaternions in the file");
  app.option("--skeleton", options.skeleton.unheeded(),
             "robot name, MJCF or URDF, for formats that hold bare numbers");
  app.option("--kind", options.kind.unheeded(), "what a bare array holds");
}

void ClipInput::check() const {
  const auto one_of = [](const std::string& v, std::initializer_list<const char*> words,
                         const char* flag, const char* expected) {
    for (const char* w : words) {
      if (v.empty() || v == w) return;
    }
    throw_error(Kind::usage, "{} is '{}', expected {}", flag, v, expected);
  };
  one_of(options.up_axis.unheeded(), {"y", "z"}, "--up-axis", "y or z");
  one_of(options.quat_order.unheeded(), {"wxyz", "xyzw"}, "--quat-order", "wxyz or xyzw");
  require(!options.fps || *options.fps > 0, Kind::usage, "--fps must be greater than 0");
}

std::string ClipInput::given() const {
  std::string out;
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}{} {}", out.empty() ? "" : " ", flag, value);
  };
  add("--from", from);
  if (options.fps) add("--fps", fmt::format("{}", *options.fps));
  add("--up-axis", options.up_axis.unheeded());
  add("--units", options.units.unheeded());
  add("--quat-order", options.quat_order.unheeded());
  add("--skeleton", options.skeleton.unheeded());
  add("--kind", options.kind.unheeded());
  return out;
}

std::vector<Clip> ClipInput::parse(std::vector<std::byte> bytes, const std::string& path,
                                   const Hear& warn, const std::string& sha256) const {
  check();
  formats::ReadOptions own = options;
  own.name = input_name(path);
  own.sha256 = sha256;
  own.warn = warn;
  own.release = [&bytes] { std::vector<std::byte>().swap(bytes); };
  if (path != "-") {
    own.sibling = [folder = std::filesystem::path(path).parent_path()](const std::string& name) {
      return read_input((folder / name).string());
    };
  }
  return formats::read(bytes, from, own);
}

std::vector<Clip> ClipInput::read(const std::string& path) const {
  check();
  const std::string name = input_name(path);
  return parse(read_input(path), path,
               [&](const std::string& w) { warn(fmt::format("{}: {}", name, w)); });
}

const formats::Format& output_format(const std::string& path, const std::string& to) {
  if (!to.empty()) return formats::find_writer(to);
  const std::string ext = std::filesystem::path(path).extension().string();
  // pipes, devices and folders have no extension and get the house format
  if (path == "-" || ext.empty()) return formats::find_writer("h5");
  return formats::find_writer(ext.substr(1));
}

bool has_motion_extension(const std::filesystem::path& path) {
  std::string ext = path.extension().string();
  if (ext.size() < 2) return false;
  ext = fmt::format(" {} ", ext.substr(1));
  const auto all = formats::table();
  return std::any_of(all.begin(), all.end(), [&](const formats::Format& f) {
    return f.read && fmt::format(" {} ", f.extensions).find(ext) != std::string::npos;
  });
}

void write_clips(const std::string& path, const std::string& to, std::span<const Clip> clips,
                 const formats::WriteOptions& options) {
  write_output(path, output_format(path, to).write(clips, options));
}

}  // namespace motus::cli
