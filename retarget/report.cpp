#include "retarget/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "retarget/json_text.h"
#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

size_t z(int i) {
  return static_cast<size_t>(i);
}

}  // namespace

void measure_plan(const Figure& robot, const RobotBody& body, std::span<const Target> targets,
                  Report& r) {
  const Rig& rig = body.rig;
  std::array<const BodyTrack*, kMaxLegs> feet{};
  for (size_t i = 0; i < rig.legs.size(); ++i) {
    for (const BodyTrack& b : robot.bodies) {
      if (b.name == rig.legs[i].name + "foot") feet[i] = &b;
    }
  }
  Mean slide, foot_error;
  int planted = 0;
  std::array<Vec3, kMaxLegs> last{};
  std::array<int, kMaxLegs> last_roll{};
  for (size_t f = 0; f < targets.size(); ++f) {
    const Target& t = targets[f];
    for (size_t i = 0; i < rig.legs.size(); ++i) {
      const Vec3& ankle = robot.legs[i].end[f];
      foot_error.add((ankle - t.feet[i].ankle).norm());
      if (!t.feet[i].planted) continue;
      ++planted;
      // a rolling foot moves its ankle; what must not move is the point that it rolls over
      const double nose_up = (t.feet[i].foot * Vec3::UnitX()).z();
      const int rolls = nose_up < -0.01 ? 1 : nose_up > 0.01 ? -1 : 0;
      Vec3 touch = ankle;
      if (feet[i]) {
        const double x = rolls > 0 ? body.feet[i].toe : rolls < 0 ? body.feet[i].heel : 0.0;
        const Quat foot = feet[i]->rot[f] * body.zero.rot[z(rig.legs[i].foot)].conjugate();
        touch += foot * Vec3(x, 0, -body.feet[i].ankle_height);
      }
      if (f > 0 && targets[f - 1].feet[i].planted && rolls == last_roll[i]) {
        const double v = (touch - last[i]).head<2>().norm() * robot.fps;
        slide.add(v);
        r.plant_slide_max = std::max(r.plant_slide_max, v);
      }
      last_roll[i] = rolls;
      last[i] = touch;
    }
  }
  r.planted_share = planted / std::max(1.0, static_cast<double>(targets.size() * rig.legs.size()));
  r.plant_slide = slide.value();
  r.foot_error = foot_error.value();
}

std::map<std::string, double> numbers(const Report& r) {
  std::map<std::string, double> out = numbers(r.metrics);
  out.insert({{"pelvis_drop_m", r.pelvis_drop},
              {"planted_share", r.planted_share},
              {"plant_slide_m_s", r.plant_slide},
              {"plant_slide_max_m_s", r.plant_slide_max},
              {"foot_error_m", r.foot_error},
              {"loop_residual_rad", r.loop_residual}});
  return out;
}

std::string json(const Report& r, const std::string& clip) {
  std::string out = fmt::format("{{\"clip\": {}, \"scheme\": {}, \"grade\": \"{}\", \"reasons\": [",
                                quoted(clip), quoted(r.scheme), name(r.verdict.grade));
  for (size_t i = 0; i < r.verdict.reasons.size(); ++i)
    out += (i ? ", " : "") + quoted(r.verdict.reasons[i]);
  out += "], \"metrics\": " + json(r.metrics) + ", \"plan\": {";
  const std::map<std::string, double> shared = numbers(r.metrics);
  bool first = true;
  for (const auto& [key, value] : numbers(r)) {
    if (shared.contains(key)) continue;
    out += fmt::format("{}\"{}\": {:.6g}", first ? "" : ", ", key, value);
    first = false;
  }
  out += "}, \"bodies\": {";
  for (size_t i = 0; i < r.bodies.size(); ++i) {
    const BodyFit& b = r.bodies[i];
    out += fmt::format(
        "{}{}: {{\"offset_wxyz\": [{:.6g}, {:.6g}, {:.6g}, {:.6g}], \"error_rad\": {:.6g}}}",
        i ? ", " : "", quoted(b.name), b.offset.w(), b.offset.x(), b.offset.y(), b.offset.z(),
        b.error);
  }
  out += "}, \"limbs\": {";
  for (size_t i = 0; i < r.limbs.size(); ++i)
    out += fmt::format("{}{}: {{\"source_m\": {:.6g}, \"robot_m\": {:.6g}}}", i ? ", " : "",
                       quoted(r.limbs[i].name), r.limbs[i].source, r.limbs[i].robot);
  return out + "}}";
}

}  // namespace motus::retarget
