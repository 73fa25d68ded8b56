// motion-info: what is in a motion file.
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/clips.h"
#include "cli/io.h"

using namespace motus;
using nlohmann::json;

namespace {

struct Options {
  cli::ClipInput input;
  std::vector<std::string> inputs;
  bool json = false, tree = false;
};

const char* loop_name(const Clip& c) {
  return c.loop == LoopMode::wrap ? "wrap" : "clamp";
}
const char* kind_name(const Skeleton& s) {
  return s.kind() == SkeletonKind::robot ? "robot" : "character";
}

/// JSON has no NaN: an unlimited range is null.
json limit(double x) {
  return std::isfinite(x) && std::abs(x) < Dof::kUnlimited ? json(x) : json(nullptr);
}

json skeleton_json(const Skeleton& s) {
  json bodies = json::array(), dofs = json::array();
  for (const Body& b : s.bodies()) bodies.push_back({{"name", b.name}, {"parent", b.parent}});
  for (const Dof& d : s.dofs()) {
    dofs.push_back({{"name", d.name}, {"lower", limit(d.lower)}, {"upper", limit(d.upper)}});
  }
  json out{{"name", s.name()},
           {"kind", kind_name(s)},
           {"bodies", std::move(bodies)},
           {"dofs", std::move(dofs)}};
  if (s.spec().mass > 0) out["mass"] = s.spec().mass;
  if (!s.spec().model_file.empty()) out["model_file"] = s.spec().model_file;
  return out;
}

json source_json(const Source& s) {
  return {{"path", s.path},        {"format", s.format},           {"variant", s.variant},
          {"size", s.size},        {"sha256", s.sha256},           {"fps_source", s.fps_source},
          {"licence", s.licence},  {"conversions", s.conversions}, {"warnings", s.warnings},
          {"metadata", s.metadata}};
}

json terrain_json(const Terrain& t) {
  return {{"rows", t.heights.rows()},
          {"columns", t.heights.cols()},
          {"origin", {t.origin_x, t.origin_y}},
          {"spacing", t.spacing}};
}

json clip_json(const Clip& c) {
  json channels = json::object();
  for (const auto& [name, ch] : c.channels) {
    channels[name] = {{"columns", ch.data.cols()},
                      {"components", ch.components},
                      {"units", ch.units},
                      {"frame", ch.frame}};
  }
  json events = json::array();
  for (const Event& e : c.events) {
    events.push_back({{"label", e.label}, {"start", e.start}, {"end", e.end}});
  }
  return {{"name", c.name},
          {"events", std::move(events)},
          {"terrain", c.terrain ? terrain_json(*c.terrain) : json(nullptr)},
          {"frames", c.frames()},
          {"fps", c.fps},
          {"duration", c.duration()},
          {"loop", loop_name(c)},
          {"weight", c.weight},
          {"skeleton", skeleton_json(*c.skeleton)},
          {"channels", std::move(channels)},
          {"source", source_json(c.source)},
          {"history", c.history}};
}

void print_tree(const Skeleton& s, int body, const std::string& indent) {
  std::string joints;
  const auto [first, last] = s.joints_of(body);
  for (int j = first; j < last; ++j) {
    const Joint& joint = s.joints()[static_cast<size_t>(j)];
    joints += fmt::format("  {} {}", joint.type == JointType::ball ? "ball" : "hinge", joint.name);
  }
  const Body& b = s.bodies()[static_cast<size_t>(body)];
  fmt::print("{}{}  ({:.4g} {:.4g} {:.4g}){}\n", indent, b.name, b.rest_pos.x(), b.rest_pos.y(),
             b.rest_pos.z(), joints);
  for (const EndSite& e : s.end_sites()) {
    if (e.body == body) {
      fmt::print("{}  . {}  ({:.4g} {:.4g} {:.4g})\n", indent, e.name, e.pos.x(), e.pos.y(),
                 e.pos.z());
    }
  }
  for (int child = body + 1; child < s.body_count(); ++child) {
    if (s.bodies()[static_cast<size_t>(child)].parent == body) print_tree(s, child, indent + "  ");
  }
}

void print_clip(const Clip& c) {
  const Skeleton& s = *c.skeleton;
  fmt::print("{}\n", c.name);
  fmt::print("  frames    {} at {:.6g} fps ({}), {:.4g} s, {}\n", c.frames(), c.fps,
             c.source.fps_source, c.duration(), loop_name(c));
  fmt::print("  skeleton  {} ({}), {} bodies, {} dofs; m, rad, z up\n", s.name(), kind_name(s),
             s.body_count(), s.dof_count());
  const Vec3 a = c.root_pos_at(0), z = c.root_pos_at(c.frames() - 1);
  fmt::print("  root      ({:.3f} {:.3f} {:.3f}) to ({:.3f} {:.3f} {:.3f}) m\n", a.x(), a.y(),
             a.z(), z.x(), z.y(), z.z());
  for (const auto& [name, ch] : c.channels) {
    fmt::print("  channel   {}: {} columns{}{}\n", name, ch.data.cols(),
               ch.units.empty() ? "" : ", ", ch.units);
  }
  for (const Event& e : c.events) {
    fmt::print("  event     {}: {:.3f} to {:.3f} s\n", e.label, e.start, e.end);
  }
  if (c.terrain) {
    fmt::print("  terrain   {} x {} heights, {:.4g} m apart\n", c.terrain->heights.rows(),
               c.terrain->heights.cols(), c.terrain->spacing);
  }
  const Source& src = c.source;
  fmt::print("  source    {}: {}{}{}, {} bytes, sha256 {}\n", src.path, src.format,
             src.variant.empty() ? "" : " ", src.variant, src.size, src.sha256.substr(0, 16));
  for (const std::string& t : src.conversions) fmt::print("  converted {}\n", t);
  for (const std::string& t : src.warnings) fmt::print("  warning   {}\n", t);
  for (const std::string& t : c.history) fmt::print("  history   {}\n", t);
}

/// The line above the clips of a file that has several.
void print_total(const std::string& name, const std::vector<Clip>& clips) {
  std::set<const Skeleton*> skeletons;
  double seconds = 0;
  int64_t frames = 0;
  for (const Clip& c : clips) {
    skeletons.insert(c.skeleton.get());
    seconds += c.duration();
    frames += c.frames();
  }
  fmt::print("{}: {} clips, {} skeleton{}, {} frames, {:.4g} s\n", name, clips.size(),
             skeletons.size(), skeletons.size() == 1 ? "" : "s", frames, seconds);
}

int info(Options& o) {
  if (o.inputs.empty()) o.inputs.push_back("-");
  json files = json::array();
  for (const std::string& path : o.inputs) {
    const std::vector<Clip> clips = o.input.read(path);
    if (o.json) {
      json list = json::array();
      for (const Clip& c : clips) list.push_back(clip_json(c));
      files.push_back({{"file", cli::input_name(path)}, {"clips", std::move(list)}});
      continue;
    }
    if (clips.size() > 1) print_total(cli::input_name(path), clips);
    const Skeleton* shown = nullptr;
    for (const Clip& c : clips) {
      print_clip(c);
      if (o.tree && c.skeleton.get() != shown) print_tree(*c.skeleton, 0, "  ");
      shown = c.skeleton.get();
    }
  }
  if (o.json) {
    const json out{{"files", std::move(files)}};
    fmt::print("{}\n", out.dump(2, ' ', false, json::error_handler_t::replace));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-info",
               "Show what is in motion files: clips, frames, skeleton, source, history");
  app.positional("INPUT", o.inputs, "files (default: stdin)");
  o.input.add_options(app);
  app.flag("--tree", o.tree, "print the body tree with offsets (m) and joints");
  app.json_flag(o.json);
  app.example("motion-info dance.h5");
  app.example("motion-info --json dance.h5 | python3 -m json.tool");
  return app.run(argc, argv, [&] { return info(o); });
}
