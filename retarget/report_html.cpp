#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "motion/markup.h"
#include "retarget/report_file.h"
#include "retarget/report_svg.h"

namespace motus::retarget {

namespace {

constexpr size_t kWholeClips = 20;

constexpr const char* kStyle = R"(
:root{--fg:#1d2733;--bg:#fff;--soft:#667788;--line:#d5dde5;--left:#2458c6;--right:#e0701a;--ok:#1e8e4e;--warn:#c77700;--bad:#c62828}
@media(prefers-color-scheme:dark){:root{--fg:#dde5ee;--bg:#141a21;--soft:#93a3b3;--line:#323e4b;--left:#6f9bff;--right:#ff9a4d;--ok:#4cc27f;--warn:#f0b040;--bad:#ff6b62}}
body{font:15px/1.45 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:980px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.25em;border-top:1px solid var(--line);padding-top:1em;margin-top:2em}h3{font-size:1em;margin:1.4em 0 .3em}
table{border-collapse:collapse;font-size:.92em}td,th{padding:.15em .7em .15em 0;text-align:left;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.soft,.tick{color:var(--soft)}
.grade{border-radius:.3em;padding:.05em .5em;color:var(--bg);font-size:.85em}.pass{background:var(--ok)}.warn{background:var(--warn)}.reject{background:var(--bad)}
td.warns{color:var(--warn);font-weight:600}td.rejects{color:var(--bad);font-weight:600}
svg{width:100%;height:auto;display:block;font-size:10px;fill:var(--fg)}svg .tick{fill:var(--soft);text-anchor:middle}
rect.source{fill:var(--soft)}rect.robot{fill:var(--ok)}polyline{fill:none;stroke-width:1.2}.curve{stroke:var(--left)}
.limit{stroke:var(--bad);stroke-dasharray:5 4}.floor{stroke:var(--soft)}.left,.right,.middle{stroke-width:4;stroke-linecap:round;stroke-linejoin:round}
.left{stroke:var(--left)}.right{stroke:var(--right)}.middle{stroke:var(--soft)}circle.head{fill:var(--soft)}
.moments{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:1em}.moments figure{margin:0;border:1px solid var(--line);border-radius:.4em;padding:.4em}
figcaption{font-size:.85em}summary{cursor:pointer}
)";

std::string badge(Grade g) {
  return fmt::format("<span class=\"grade {0}\">{0}</span>", name(g));
}

/// What the source itself has of a metric, where that can be asked.
const double* of_source(const MetricRow& row, const Report& r) {
  if (row.value == &Metrics::slide) return &r.metrics.source_slide;
  if (row.value == &Metrics::root_jerk) return &r.metrics.source_root_jerk;
  if (row.value == &Metrics::speed_max) return &r.metrics.source_speed_max;
  if (row.value == &Metrics::jump_share) return &r.metrics.source_jump_share;
  return nullptr;
}

std::string limit_text(const MetricRow& row) {
  std::string out;
  const char* than = row.value == &Metrics::contact_f1 ? "below" : "above";
  if (row.warn != kNever) out = fmt::format("warn {} {:.4g}", than, row.warn * row.factor);
  if (row.reject != kNever)
    out +=
        fmt::format("{}reject {} {:.4g}", out.empty() ? "" : ", ", than, row.reject * row.factor);
  return out;
}

std::string metrics_table(const Report& r) {
  std::string out =
      "<table><tr><th></th><th></th><th class=\"n\">source</th><th class=\"n\">robot</th>"
      "<th></th><th class=\"soft\">judged</th></tr>";
  for (const MetricRow& row : metric_rows()) {
    if (of_source(row, r) == nullptr && std::string(row.key).rfind("source_", 0) == 0) continue;
    const double v = r.metrics.*row.value;
    const Grade g = judge(row, r.metrics);
    const double* s = of_source(row, r);
    out += fmt::format(
        "<tr><td class=\"soft\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n{}\">{:.4g}"
        "</td><td class=\"soft\">{}</td><td class=\"soft\">{}</td></tr>",
        row.id, row.label, s ? fmt::format("{:.4g}", *s * row.factor) : "",
        g == Grade::reject ? " rejects"
        : g == Grade::warn ? " warns"
                           : "",
        v * row.factor, row.unit, limit_text(row));
  }
  return out + "</table>";
}

std::string curve(const char* title, const std::vector<double>& values, double factor, double limit,
                  double fps) {
  std::vector<double> shown(values);
  for (double& v : shown) v *= factor;
  return fmt::format("<h3>{}</h3>{}", title, curve_svg(shown, limit, fps));
}

std::string mapping(const Result& r, const Robot& robot) {
  std::string out =
      "<table><tr><th>role</th><th>source</th><th>robot</th><th class=\"n\">confidence</th>"
      "<th>by</th></tr>";
  for (const RoleMatch& m : r.roles.matches) {
    const int target = robot.skeleton->role(m.role);
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{:.2f}</td><td>{}</td></tr>",
        escaped(m.role), escaped(r.source.skeleton->bodies()[static_cast<size_t>(m.body)].name),
        target < 0 ? "-" : escaped(robot.skeleton->bodies()[static_cast<size_t>(target)].name),
        m.confidence, escaped(m.how));
  }
  return out + "</table>";
}

std::string fits(const Report& r) {
  std::string out =
      "<table><tr><th>limb</th><th class=\"n\">source m</th><th class=\"n\">robot m</th>"
      "<th class=\"n\">ratio</th></tr>";
  for (const LimbFit& l : r.limbs)
    out += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{:.3f}</td><td class=\"n\">{:.3f}</td>"
        "<td class=\"n\">{:.3f}</td></tr>",
        escaped(l.name), l.source, l.robot, l.robot / l.source);
  out +=
      "</table><h3>Calibration: the constant rotation from source to robot, and what is left</h3>"
      "<table><tr><th>body</th><th>w x y z</th><th class=\"n\">left, degrees</th></tr>";
  for (const BodyFit& b : r.bodies)
    out += fmt::format(
        "<tr><td>{}</td><td>{:.3f} {:.3f} {:.3f} {:.3f}</td><td class=\"n\">{:.1f}</td></tr>",
        escaped(b.name), b.offset.w(), b.offset.x(), b.offset.y(), b.offset.z(),
        b.error * 180 / M_PI);
  return out + "</table>";
}

std::string stages(const Result& r) {
  std::string out =
      "<table><tr><th>stage</th><th class=\"n\">ms</th><th class=\"n\">us a frame</th>"
      "<th></th></tr>";
  for (const Stage& s : r.stages) {
    out += fmt::format("<tr><td>{}</td><td class=\"n\">{:.2f}</td><td class=\"n\">{:.1f}</td><td>",
                       escaped(s.name), s.ms, 1e3 * s.ms / std::max(1, r.clip.frames()));
    for (const auto& [key, value] : s.numbers)
      out += fmt::format("{} {:.4g} &nbsp; ", escaped(key), value);
    out += "</td></tr>";
  }
  return out + "</table>";
}

std::string section(const Result& r, const RobotBody& body, size_t index) {
  const Report& report = r.report;
  const Timeline& t = report.timeline;
  const double fps = r.clip.fps;
  std::string out = fmt::format(
      "<h2 id=\"c{}\">{} {}</h2><p class=\"soft\">{} frames, {:.4g} "
      "frames/s, '{}' to {}; {}</p>",
      index, escaped(r.clip.name), badge(report.verdict.grade), r.clip.frames(), fps,
      escaped(r.source.skeleton->name()), escaped(body.robot.title), escaped(report.scheme));
  if (!report.verdict.reasons.empty()) {
    out += "<ul>";
    for (const std::string& reason : report.verdict.reasons)
      out += "<li>" + escaped(reason) + "</li>";
    out += "</ul>";
  }
  const Figure source = figure(r.source, make_rig(r.source.skeleton, r.roles));
  const Figure robot = figure(r.clip, body.rig);
  out += "<h3>Worst frames</h3><div class=\"moments\">";
  for (const Moment& m : worst_moments(t, fps))
    out += fmt::format("<figure>{}<figcaption>frame {} ({:.2f} s): {}</figcaption></figure>",
                       figures_svg(source, robot, m.frame), m.frame, m.frame / fps, escaped(m.why));
  out += "</div><h3>Feet on the floor</h3>" + contact_svg(t, fps);
  out += curve("Through the floor, mm", t.depth, 1e3, 5, fps);
  out += curve("Slide of standing feet, mm/s", t.slide, 1e3, 50, fps);
  out += curve("Fastest joint, % of its motor", t.speed, 100, 100, fps);
  out += curve("Self-collision, mm", t.collision, 1e3, 5, fps);
  out += curve("Directions of segments, degrees from the source's", t.bone, 180 / M_PI, 0, fps);
  out += "<h3>Metrics</h3>" + metrics_table(report);
  out += "<h3>Who plays whom</h3>" + mapping(r, body.robot);
  out += "<h3>Lengths</h3>" + fits(report);
  return out + "<h3>Stages</h3>" + stages(r);
}

}  // namespace

std::string report_html(std::span<const Result> results, const RobotBody& body) {
  std::vector<size_t> order(results.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return results[a].report.verdict.grade > results[b].report.verdict.grade;
  });
  const size_t whole = std::min(order.size(), kWholeClips);
  std::string out = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>Retargeting to {0}</title>"
      "<style>{1}</style></head><body><h1>Retargeting to {0}</h1>",
      escaped(body.robot.title), kStyle);
  if (results.size() > 1) {
    out += "<table><tr><th>clip</th><th></th><th class=\"n\">frames</th><th>first reason</th></tr>";
    for (size_t k = 0; k < order.size(); ++k) {
      const Result& r = results[order[k]];
      const std::string title = escaped(r.clip.name);
      out += fmt::format(
          "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"soft\">{}</td></tr>",
          k < whole ? fmt::format("<a href=\"#c{}\">{}</a>", k, title) : title,
          badge(r.report.verdict.grade), r.clip.frames(),
          r.report.verdict.reasons.empty() ? "" : escaped(r.report.verdict.reasons[0]));
    }
    out += "</table>";
    if (whole < order.size())
      out += fmt::format("<p class=\"soft\">The worst {} are shown below.</p>", whole);
  }
  for (size_t k = 0; k < whole; ++k) out += section(results[order[k]], body, k);
  return out + "</body></html>\n";
}

}  // namespace motus::retarget
