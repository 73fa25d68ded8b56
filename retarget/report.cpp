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

std::vector<Footstep> footsteps(std::span<const Target> targets, size_t legs) {
  std::vector<Footstep> out;
  out.reserve(targets.size() * legs);
  for (const Target& t : targets) {
    for (size_t i = 0; i < legs; ++i) {
      const FootTarget& foot = t.feet[i];
      const double nose_up = (foot.foot * Vec3::UnitX()).z();
      const signed char rolls = nose_up < -0.01 ? 1 : nose_up > 0.01 ? -1 : 0;
      out.push_back({foot.ankle, foot.planted, rolls});
    }
  }
  return out;
}

void measure_plan(const Figure& robot, const RobotBody& body, std::span<const Footstep> steps,
                  Report& r) {
  const Rig& rig = body.rig;
  const size_t legs = rig.legs.size(), frames = steps.size() / legs;
  Mean slide, foot_error;
  int planted = 0;
  for (size_t i = 0; i < legs; ++i) {
    const auto feet =
        std::find_if(robot.bodies.begin(), robot.bodies.end(),
                     [&](const BodyTrack& b) { return b.name == rig.legs[i].name + "foot"; });
    Vec3 last = Vec3::Zero();
    for (size_t f = 0; f < frames; ++f) {
      const Footstep& step = steps[f * legs + i];
      const Vec3& ankle = robot.legs[i].end[f];
      foot_error.add((ankle - step.ankle).norm());
      if (!step.planted) continue;
      ++planted;
      // a rolling foot moves its ankle; what must not move is the point that it rolls over
      Vec3 touch = ankle;
      if (feet != robot.bodies.end()) {
        const Foot& foot = body.feet[i];
        const double x = step.rolls > 0 ? foot.toe : step.rolls < 0 ? foot.heel : 0.0;
        touch += feet->rot[f] * body.zero.rot[z(rig.legs[i].foot)].conjugate() *
                 Vec3(x, 0, -foot.ankle_height);
      }
      const Footstep* before = f > 0 ? &steps[(f - 1) * legs + i] : nullptr;
      if (before && before->planted && before->rolls == step.rolls) {
        const double v = (touch - last).head<2>().norm() * robot.fps;
        slide.add(v);
        r.plant_slide_max = std::max(r.plant_slide_max, v);
      }
      last = touch;
    }
  }
  r.planted_share = planted / std::max(1.0, static_cast<double>(steps.size()));
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
