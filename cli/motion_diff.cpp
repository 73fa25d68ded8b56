// motion-diff: how far two motions are apart.
#include "motion/diff.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/clips.h"
#include "cli/figures.h"
#include "cli/io.h"

using namespace motus;
using nlohmann::json;

namespace {

struct Options {
  cli::ClipInput input;
  std::vector<std::string> inputs;
  std::string align = "time", tolerance;
  bool root = false, json = false;
};

/// Largest difference allowed; nothing = not judged.
struct Tolerance {
  std::optional<double> metres = 1e-6, degrees = 1e-4, radians = 1e-6;
};

/// "5mm,1deg,0.01rad"; a bare number is metres. What is not named is not judged.
Tolerance parse_tolerance(const std::string& text) {
  if (text.empty()) return {};
  Tolerance t{std::nullopt, std::nullopt, std::nullopt};
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, comma - at);
    char* end = nullptr;
    const double x = std::strtod(word.c_str(), &end);
    const std::string unit = end;
    const bool number = end != word.c_str() && std::isfinite(x) && x >= 0;
    const bool known = unit.empty() || unit == "m" || unit == "cm" || unit == "mm" ||
                       unit == "deg" || unit == "rad";
    if (!number || !known) {
      throw Error(Kind::usage, fmt::format("--tolerance is '{}'", text),
                  "for example 5mm, or 0.01m,1deg,0.02rad; rad is for dofs");
    }
    if (unit == "deg") {
      t.degrees = x;
    } else if (unit == "rad") {
      t.radians = x;
    } else {
      t.metres = x * (unit == "mm" ? 1e-3 : unit == "cm" ? 1e-2 : 1);
    }
    at = comma + 1;
  }
  return t;
}

bool within(const std::vector<PartDiff>& parts, const std::optional<double>& limit) {
  return !limit || ClipDiff::worst(parts).worst <= *limit;
}

bool same(const ClipDiff& d, const Tolerance& t) {
  return d.missing == 0 && within(d.positions, t.metres) && within(d.rotations, t.degrees) &&
         within(d.dofs, t.radians);
}

/// Indices of the five largest values, largest first, zeros left out.
template <typename Value>
std::vector<size_t> five_largest(size_t count, const Value& value) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return value(a) > value(b); });
  order.resize(std::min<size_t>(order.size(), 5));
  std::erase_if(order, [&](size_t i) { return !(value(i) > 0); });
  return order;
}

json parts_json(const std::vector<PartDiff>& parts) {
  json out = json::array();
  for (const PartDiff& p : parts) {
    out.push_back(
        {{"name", p.name}, {"mean", p.mean}, {"worst", p.worst}, {"worst_frame", p.frame}});
  }
  return out;
}

json summary_json(const std::vector<PartDiff>& parts) {
  const PartDiff w = ClipDiff::worst(parts);
  return {{"mean", ClipDiff::mean(parts)},
          {"worst", w.worst},
          {"worst_part", w.name},
          {"worst_frame", w.frame}};
}

json diff_json(const Clip& a, const Clip& b, const ClipDiff& d, bool equal) {
  json frames = json::array();
  for (const size_t i : five_largest(d.pairs.size(), [&](size_t k) { return d.frame_error[k]; })) {
    frames.push_back(
        {{"a", d.pairs[i].first}, {"b", d.pairs[i].second}, {"mean_position", d.frame_error[i]}});
  }
  return {{"a", a.name},
          {"b", b.name},
          {"same", equal},
          {"frames", d.frames},
          {"missing_frames", d.missing},
          {"notes", d.notes},
          {"position_m", summary_json(d.positions)},
          {"rotation_deg", summary_json(d.rotations)},
          {"dof_rad", summary_json(d.dofs)},
          {"positions", parts_json(d.positions)},
          {"rotations", parts_json(d.rotations)},
          {"dofs", parts_json(d.dofs)},
          {"worst_frames", std::move(frames)}};
}

void print_summary(const char* what, const char* unit, const std::vector<PartDiff>& parts) {
  if (parts.empty()) return;
  const PartDiff w = ClipDiff::worst(parts);
  const std::string where = w.worst > 0 ? fmt::format(": {}, frame {}", w.name, w.frame) : "";
  fmt::print("  {:<10} mean {:.4g} {unit}, worst {:.4g} {unit}{}\n", what, ClipDiff::mean(parts),
             w.worst, where, fmt::arg("unit", unit));
}

void print_worst(const char* what, const char* unit, const std::vector<PartDiff>& parts) {
  std::string line;
  for (const size_t i : five_largest(parts.size(), [&](size_t k) { return parts[k].worst; })) {
    line += fmt::format("{}{} {:.3g} {}", line.empty() ? "" : ", ", parts[i].name, parts[i].worst,
                        unit);
  }
  if (!line.empty()) fmt::print("  worst {}: {}\n", what, line);
}

void print(const Clip& a, const Clip& b, const ClipDiff& d, bool equal) {
  fmt::print("{} and {}: {} ({} frames, {} bodies)\n", a.name, b.name,
             equal ? "the same within the tolerance" : "they differ", d.frames, d.positions.size());
  for (const std::string& note : d.notes) fmt::print("  note       {}\n", note);
  print_summary("position", "m", d.positions);
  print_summary("rotation", "deg", d.rotations);
  print_summary("dofs", "rad", d.dofs);
  if (equal) return;
  print_worst("bodies", "m", d.positions);
  print_worst("turned", "deg", d.rotations);
  print_worst("dofs", "rad", d.dofs);
  std::string frames;
  for (const size_t i : five_largest(d.pairs.size(), [&](size_t k) { return d.frame_error[k]; })) {
    frames += fmt::format("{}{} ({:.3g} m)", frames.empty() ? "" : ", ", d.pairs[i].first,
                          d.frame_error[i]);
  }
  if (!frames.empty()) fmt::print("  worst frames: {}\n", frames);
}

int compare(const Options& o) {
  require(o.inputs.size() == 2, Kind::usage, "expected two motions, got {}", o.inputs.size());
  require(o.align == "time" || o.align == "dtw", Kind::usage,
          "--align is '{}', expected time or dtw", o.align);
  require(o.inputs[0] != "-" || o.inputs[1] != "-", Kind::usage,
          "only one of the two motions can come from stdin");
  const Tolerance tolerance = parse_tolerance(o.tolerance);
  std::vector<Clip> a = o.input.read(o.inputs[0]), b = o.input.read(o.inputs[1]);
  require(a.size() == b.size(), Kind::bad_input, "{} holds {} clips, {} holds {}",
          cli::input_name(o.inputs[0]), a.size(), cli::input_name(o.inputs[1]), b.size());
  const DiffOptions options{.align = o.align == "dtw" ? Align::dtw : Align::time,
                            .against = o.root ? Against::root : Against::world};
  bool all = true;
  json clips = json::array();
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].skeleton->same_structure(*b[i].skeleton)) {
      cli::name_roles(a[i]), cli::name_roles(b[i]);
    }
    const ClipDiff d = diff(a[i], b[i], options);
    const bool equal = same(d, tolerance);
    all = all && equal;
    if (o.json) {
      clips.push_back(diff_json(a[i], b[i], d, equal));
    } else {
      print(a[i], b[i], d, equal);
    }
  }
  if (o.json) {
    const json out{{"same", all}, {"clips", std::move(clips)}};
    fmt::print("{}\n", out.dump(2, ' ', false, json::error_handler_t::replace));
  }
  return all ? 0 : static_cast<int>(Kind::failed);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("motion-diff",
               "Compare two motions: how far their bodies, rotations and dofs are apart");
  app.positional("A B", o.inputs, "two files of any format; one may be - (stdin)");
  app.option("--align", o.align, "time (frame by frame) or dtw (the second warped onto the first)");
  app.flag("--root", o.root, "compare poses only: place, height and heading of the root taken off");
  app.option("--tolerance", o.tolerance,
             "largest difference that counts as none: 5mm or 0.01m,1deg,0.02rad (default "
             "1e-6m,1e-4deg,1e-6rad); what is not named is not judged");
  o.input.add_options(app);
  app.json_flag(o.json);
  app.example(
      "motion-convert clips/walk.bvh --to bvh | motion-diff clips/walk.bvh - --tolerance 1mm");
  app.example("motion-diff clips/go2_pace.h5 clips/go2_pace.h5 --align dtw --root --json");
  return app.run(argc, argv, [&] { return compare(o); });
}
