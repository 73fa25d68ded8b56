// Reports as files: whole, valid, small, offline, and true to the numbers.
#include "retarget/report_file.h"

#include <algorithm>

#include "motion/markup.h"
#include "retarget/report_svg.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

size_t count(const std::string& text, const std::string& what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("text is escaped") {
  CHECK(escaped("a<b> & \"c\"\n") == "a&lt;b&gt; &amp; &quot;c&quot; ");
}

TEST_CASE("worst moments: the peak of each fault, neighbours together, none without a fault") {
  Timeline t;
  t.slide = t.depth = t.speed = t.collision = t.bone = std::vector<double>(100, 0);
  t.bone[5] = 0.1;
  REQUIRE(worst_moments(t, 30).size() == 1);
  CHECK(worst_moments(t, 30)[0].frame == 5);
  t.depth[50] = 0.04;
  t.slide[52] = 0.2;
  t.collision[90] = 0.001;  // nothing
  const std::vector<Moment> m = worst_moments(t, 30);
  REQUIRE(m.size() == 2);
  CHECK(m[0].frame == 50);
  CHECK(m[0].why == "40 mm through the floor; a standing foot slides at 200 mm/s");
}

TEST_CASE("contacts are drawn where they are") {
  Timeline t;
  t.feet = {"left_leg"};
  t.source_stands = {{1, 1, 0, 0, 1, 0}};
  t.robot_stands = {{0, 0, 0, 0, 0, 0}};
  t.depth.resize(6);
  const std::string svg = contact_svg(t, 30);
  CHECK(count(svg, "class=\"source\"") == 2);
  CHECK(count(svg, "class=\"robot\"") == 0);
}

TEST_CASE("a curve keeps its peak however long it is") {
  std::vector<double> v(100000, 0);
  v[77777] = 2;
  const std::string svg = curve_svg(v, 1, 30);
  CHECK(svg.size() < 20000);
  CHECK(svg.find("2.1") != std::string::npos);  // the axis ends 5 % above the peak
}

TEST_CASE("the page holds every metric, picture and role, and asks no network") {
  const RobotBody g1 = robot_body("g1");
  Clip source = walk();
  source.name = "a<walk>";
  const std::vector<Result> results = {run(source, g1), run(jump(0.3), g1)};
  const std::string html = report_html(results, g1);
  CHECK(html.size() < 2000000);
  CHECK(html.find("http") == std::string::npos);
  CHECK(html.find("src=") == std::string::npos);
  CHECK(html.find("a&lt;walk&gt;") != std::string::npos);
  CHECK(html.find("<walk>") == std::string::npos);
  for (const MetricRow& row : metric_rows()) {
    if (std::string(row.key).rfind("source_", 0) != 0)
      CHECK(count(html, std::string("<td>") + row.label + "</td>") == 2);
  }
  CHECK(html.find("LeftUpLeg</td><td>left_hip_yaw_link") != std::string::npos);
  CHECK(count(html, "<svg") == count(html, "</svg>"));
  CHECK(count(html, "<figure>") >= 2);
}

TEST_CASE("the clip's metadata keeps what the report says") {
  const RobotBody g1 = robot_body("g1");
  const Result r = run(walk(), g1);
  const auto& kept = r.clip.source.metadata;
  CHECK(kept.at("retarget.grade") == name(r.report.verdict.grade));
  CHECK(kept.at("retarget.scheme") == "motus full");
  CHECK(kept.at("retarget.map.left_foot") == "LeftFoot");
  CHECK(std::stod(kept.at("retarget.scale")) == Approx(r.report.metrics.scale).epsilon(1e-4));
  CHECK(std::stod(kept.at("retarget.bone_angle_rad")) ==
        Approx(r.report.metrics.bone_angle).epsilon(1e-4));
  CHECK(kept.contains("retarget.offset_wxyz.pelvis"));
  CHECK(kept.contains("retarget.limb_scale.left_leg"));
}
