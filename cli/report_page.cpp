#include "cli/report_page.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "motion/error.h"
#include "motion/markup.h"
#include "view/filmstrip.h"
#include "view/html_player.h"
#include "view/plot.h"
#include "view/png.h"

namespace motus::cli {

namespace {

/// A picture of curves, and the names under which trainers log it.
struct Panel {
  const char* title;
  std::vector<std::vector<const char*>> names;  ///< drawn solid, then dashed
};

const std::vector<Panel>& panels() {
  static const std::vector<Panel> all{
      {"Test episode length, steps",
       {{"Test_Episode_Length", "0_Main/Test_Episode_Length", "Train/mean_episode_length",
         "episode_lengths/step", "Episode / Total timesteps (mean)"}}},
      {"Test speed, m/s", {{"Test_Forward_Speed", "Misc/Test_Forward_Speed"}}},
      {"Task return of tests",
       {{"Test_Return", "0_Main/Test_Return", "Train/mean_reward", "rewards/step",
         "Reward / Total reward (mean)"}}},
      {"Style reward", {{"Disc_Reward_Mean", "Misc/Disc_Reward_Mean", "info/disc_reward_mean"}}},
      {"Judge's score", {{"Judge_Score"}}},
      {"Discriminator's accuracy, policy and clips (dashed)",
       {{"Disc_Agent_Acc", "Misc/Disc_Agent_Acc", "losses/disc_agent_acc"},
        {"Disc_Demo_Acc", "Misc/Disc_Demo_Acc", "losses/disc_demo_acc"}}},
      {"Discriminator's logits, policy and clips (dashed)",
       {{"Disc_Agent_Logit", "Misc/Disc_Agent_Logit", "losses/disc_agent_logit"},
        {"Disc_Demo_Logit", "Misc/Disc_Demo_Logit", "losses/disc_demo_logit"}}},
      {"Gradient penalty",
       {{"Disc_Grad_Penalty", "Misc/Disc_Grad_Penalty", "Loss/AMP_grad",
         "losses/disc_grad_penalty"}}},
      {"Critic's loss",
       {{"Critic_Loss", "Misc/Critic_Loss", "Loss/value_function", "losses/c_loss",
         "Loss / Value loss"}}},
      {"Share of clipped steps", {{"Clip_Frac", "Misc/Clip_Frac", "losses/actor_clip_frac"}}},
      {"KL of an iteration", {{"KL", "Misc/KL", "info/kl"}}},
      {"Actor's learning rate",
       {{"Actor_LR", "Misc/Actor_LR", "Loss/learning_rate", "info/last_lr",
         "Learning / Learning rate"}}},
      {"Samples a second", {{"Samples_Per_Second", "Misc/Samples_Per_Second", "Perf/total_fps"}}}};
  return all;
}

double at(const learn::Curve& c, double x) {
  const auto after =
      std::lower_bound(c.begin(), c.end(), x, [](const auto& p, double v) { return p.first < v; });
  if (after == c.begin()) return c.front().second;
  if (after == c.end()) return c.back().second;
  const auto before = after - 1;
  const double u = (x - before->first) / (after->first - before->first);
  return (1 - u) * before->second + u * after->second;
}

std::string plot(const Panel& panel, const std::vector<ReportGroup>& groups) {
  std::vector<view::Line> lines;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t n = 0; n < panel.names.size(); ++n) {
      std::vector<const learn::Curve*> curves;
      for (const ReportRun& r : groups[g].runs) {
        if (const learn::Curve* c = r.curves.find(panel.names[n])) curves.push_back(c);
      }
      if (curves.empty()) continue;
      BandedCurve b = band_of(curves);
      for (double& x : b.x) x *= 1e-6;
      const bool several = curves.size() > 1;
      lines.push_back({.colour = static_cast<int>(g),
                       .x = std::move(b.x),
                       .y = std::move(b.mean),
                       .low = several ? std::move(b.low) : std::vector<double>{},
                       .high = several ? std::move(b.high) : std::vector<double>{},
                       .dashed = n > 0});
    }
  }
  const bool flat = std::all_of(lines.begin(), lines.end(), [](const view::Line& l) {
    return std::all_of(l.y.begin(), l.y.end(), [](double v) { return v == 0; });
  });
  return lines.empty() || flat ? "" : view::line_plot(panel.title, "million samples", lines);
}

std::string legend(const std::vector<ReportGroup>& groups) {
  std::string out = "<p class=\"legend\">";
  for (size_t g = 0; g < groups.size(); ++g) {
    out += fmt::format("<span style=\"color:{}\">&#9632;</span> {} ",
                       view::colour(static_cast<int>(g)), escaped(groups[g].name));
    if (groups[g].runs.size() > 1) out += fmt::format("({} runs) ", groups[g].runs.size());
  }
  return out + "</p>\n";
}

std::string table(const std::vector<ReportGroup>& groups) {
  std::string rows;
  for (const ReportGroup& g : groups) {
    for (const ReportRun& r : g.runs) {
      if (!r.judged) continue;
      const Quality& q = r.judged->quality;
      rows += fmt::format(
          "<tr><td>{}</td><td>{:.3f}</td><td>{:.3f}</td><td>{} of {}</td><td>{:.1f}</td>"
          "<td>{:.3f} &#177; {:.3f}</td><td>{:.2f} ({:.2f})</td><td>{:.2f}</td><td>{:.0f}</td>"
          "<td>{:.2f}</td><td>{:.2f} "
          "({:.2f})</td><td>{:.0f}</td><td>{:.0f}</td><td>{}</td><td>{:.1f}</td></tr>\n",
          escaped(r.name), 1e-6 * static_cast<double>(r.judged->samples), r.judged->score, q.falls,
          q.episodes, 100 * q.length, q.pose_error, q.pose_error_std, q.speed, q.clip_speed,
          q.net_speed, 1000 * q.foot_slip, q.jerk, q.gait.period, q.clip_gait.period,
          100 * q.coverage, q.power,
          q.cost_of_transport > 0 ? fmt::format("{:.2f}", q.cost_of_transport) : "&#8211;",
          q.task_return);
    }
  }
  if (rows.empty()) return "";
  return "<h2>Judged</h2>\n<table><tr><th>run</th><th>M samples</th><th>score</th><th>falls</th>"
         "<th>length %</th><th>pose error m</th><th>speed (clips) m/s</th><th>net</th>"
         "<th>slip mm/s</th><th>jerk</th><th>stride (clips) s</th><th>coverage %</th><th>power "
         "W</th><th>P/mgv</th>"
         "<th>task return</th></tr>\n" +
         rows + "</table>\n";
}

std::string robustness_table(const std::vector<ReportGroup>& groups) {
  std::string head, rows;
  for (const ReportGroup& g : groups) {
    for (const ReportRun& r : g.runs) {
      if (r.endurance.empty()) continue;
      head = "<tr><th>run</th>";
      rows += "<tr><td>" + escaped(r.name) + "</td>";
      for (const Endurance& e : r.endurance) {
        head += "<th>" + escaped(e.world) + "</th>";
        rows += fmt::format("<td>{:.0f} %, {:.2f} m/s</td>", 100 * e.survived(), e.speed);
      }
      rows += "</tr>\n";
    }
  }
  if (rows.empty()) return "";
  return "<h2>Robustness</h2>\n<p>Episodes survived, and speed forward.</p>\n<table>" + head +
         "</tr>\n" + rows + "</table>\n";
}

std::string list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += "<li>" + escaped(w) + "</li>";
  return out.empty() ? "" : "<ul class=\"words\">" + out + "</ul>\n";
}

std::string gait_plot(const ReportRun& r) {
  std::vector<view::Bars> rows;
  rows.reserve(r.reference_gait.feet.size() + r.judged->quality.gait.feet.size());
  for (const FootGait& f : r.reference_gait.feet) {
    rows.push_back({.label = f.name + ", clip", .colour = 6, .on = f.contact});
  }
  for (const FootGait& f : r.judged->quality.gait.feet) {
    rows.push_back({.label = f.name, .colour = 0, .on = f.contact});
  }
  size_t frames = 0;
  for (const view::Bars& b : rows) frames = std::max(frames, b.on.size());
  frames = std::min(frames, static_cast<size_t>(4 * r.reference.fps));
  for (view::Bars& b : rows) b.on.resize(std::min(b.on.size(), frames));
  return view::bar_plot("Feet on the floor", rows, r.reference.fps);
}

/// The clip and the policy, each in pictures, as an image inside the page.
std::string filmstrip(const ReportRun& r, std::vector<std::string>& warnings) {
  try {
    const Clip& policy = r.judged->rollouts[0].clip;
    std::vector<view::Figure> figures{
        {.clip = &r.reference, .model = r.robot.model, .note = "clip"},
        {.clip = &policy, .model = r.robot.model, .note = "policy"}};
    view::FilmOptions options;
    options.end = std::min({2.5, r.reference.duration(), policy.duration()});
    view::Film film(std::move(figures), options);
    return "<img alt=\"clip above, policy below\" src=\"data:image/png;base64," +
           view::base64(view::encode_png(view::filmstrip(film, 8))) + "\">\n";
  } catch (const Error& e) {
    warnings.push_back(fmt::format("{}: no filmstrip: {}", r.name, e.what()));
    return "";
  }
}

std::string motion(const ReportRun& r, const std::string& id, std::vector<std::string>& warnings) {
  std::string out = fmt::format("<h3>{}</h3>\n", escaped(r.name));
  std::vector<std::string> words = r.judged->words;
  words.insert(words.end(), r.words.begin(), r.words.end());
  out += words.empty() ? "<p>no fault found</p>\n" : list(words);
  out += filmstrip(r, warnings);
  const Clip& policy = r.judged->rollouts[0].clip;
  const std::vector<view::Figure> figures{
      {.clip = &r.reference, .model = r.robot.model, .note = "clip"},
      {.clip = &policy, .model = r.robot.model, .note = "policy"}};
  view::PlayerOptions player;
  player.title = r.name;
  try {
    out += "<div class=\"player\">" + view::player_box(figures, player, id) + "</div>\n";
  } catch (const Error& e) {
    warnings.push_back(fmt::format("{}: no player: {}", r.name, e.what()));
  }
  out += gait_plot(r);
  const auto doubles = [](const std::vector<float>& v) {
    return std::vector<double>(v.begin(), v.end());
  };
  out += view::histogram_plot(
      "Style rewards, policy and clips (dashed)",
      {{.colour = 0, .values = doubles(r.judged->style_of_policy)},
       {.colour = 6, .dashed = true, .values = doubles(r.judged->style_of_clips)}});
  return out;
}

constexpr const char* kStyle = R"(<style>
body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1320px;padding:0 1em;color:#222}
h1{font-size:1.5em}h2{font-size:1.2em;border-bottom:1px solid #ccc}h3{font-size:1.05em}
table{border-collapse:collapse;font-size:13px}td,th{padding:3px 9px;text-align:right;border-bottom:1px solid #eee}
td:first-child,th:first-child{text-align:left}
svg.plot{margin:2px}.title{font-size:12px;font-weight:600}.tick{font-size:10px;fill:#555}
.grid{stroke:#eee}.line{fill:none;stroke-width:1.6}.band{opacity:.18}
.legend{font-size:14px}.words{color:#a33}.player{height:420px;max-width:1000px;margin:8px 0}
img{max-width:100%}pre{background:#f6f6f6;padding:8px;overflow:auto;font-size:12px}
</style>
)";

}  // namespace

BandedCurve band_of(const std::vector<const learn::Curve*>& curves) {
  double first = -std::numeric_limits<double>::infinity(), last = -first;
  for (const learn::Curve* c : curves) {
    first = std::max(first, c->front().first);
    last = std::min(last, c->back().first);
  }
  BandedCurve out;
  for (const learn::Curve* c : curves) {
    for (const auto& [x, y] : *c) {
      if (x >= first && x <= last) out.x.push_back(x);
    }
  }
  std::sort(out.x.begin(), out.x.end());
  out.x.erase(std::unique(out.x.begin(), out.x.end()), out.x.end());
  for (const double x : out.x) {
    double sum = 0, low = std::numeric_limits<double>::infinity(), high = -low;
    for (const learn::Curve* c : curves) {
      const double v = at(*c, x);
      sum += v, low = std::min(low, v), high = std::max(high, v);
    }
    out.mean.push_back(sum / static_cast<double>(curves.size()));
    out.low.push_back(low);
    out.high.push_back(high);
  }
  return out;
}

std::string report_page(const std::string& title, const std::vector<ReportGroup>& groups,
                        std::vector<std::string>& warnings) {
  // motions of the first run of each group, of the first few: a page stays under 5 MB
  constexpr size_t kMotions = 4;
  std::vector<const ReportRun*> shown;
  for (const ReportGroup& g : groups) {
    const auto run = std::find_if(g.runs.begin(), g.runs.end(),
                                  [](const ReportRun& r) { return r.judged.has_value(); });
    if (run != g.runs.end() && shown.size() < kMotions) shown.push_back(&*run);
  }
  std::string head;
  if (!shown.empty()) {
    try {
      head = view::player_head();
    } catch (const Error& e) {
      warnings.push_back(fmt::format("no player: {}", e.what()));
    }
  }
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>" +
      escaped(title) + "</title>\n" + head + kStyle + "</head><body>\n<h1>" + escaped(title) +
      "</h1>\n" + legend(groups) + table(groups) + robustness_table(groups);
  std::string curves;
  for (const Panel& p : panels()) curves += plot(p, groups);
  if (!curves.empty()) {
    out += "<h2>Curves</h2>\n" + curves;
    if (std::any_of(groups.begin(), groups.end(),
                    [](const ReportGroup& g) { return g.runs.size() > 1; })) {
      out +=
          "<p>Lines are means over the runs of a group, bands reach from the least to the "
          "most.</p>\n";
    }
  }
  if (!shown.empty()) out += "<h2>Motion</h2>\n";
  for (size_t i = 0; i < shown.size(); ++i) {
    out += motion(*shown[i], fmt::format("motion-{}", i), warnings);
  }
  out += "<h2>Settings and data</h2>\n";
  for (const ReportGroup& g : groups) {
    for (const ReportRun& r : g.runs) {
      if (r.config.empty()) continue;
      out += "<details><summary>" + escaped(r.name) + (r.data.empty() ? "" : ": ") +
             escaped(r.data) + "</summary><pre>";
      for (const char c : r.config) out += c == '\n' ? std::string("\n") : escaped({c});
      out += "</pre></details>\n";
    }
  }
  return out + "</body></html>\n";
}

}  // namespace motus::cli
