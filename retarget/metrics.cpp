#include "retarget/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "motion/error.h"
#include "retarget/json_text.h"
#include "retarget/measure_parts.h"
#include "retarget/parallel.h"

namespace motus::retarget {

namespace {

constexpr double kDegrees = 180 / M_PI;
constexpr double kFewContacts = 0.1;  // share of feet that stand, below which they say little
using M = Metrics;

constexpr std::array kRows = {
    MetricRow{"M1", "slide_m_s", "foot slide", "mm/s", 1e3, &M::slide, 0.02, 0.1},
    MetricRow{"M1", "source_slide_m_s", "the source's own, scaled", "mm/s", 1e3, &M::source_slide,
              kNever, kNever},
    MetricRow{"M2", "skate_share", "skating, of contacts", "%", 100, &M::skate_share, 0.1, 0.5},
    MetricRow{"M2", "skate_fast_share", "skating fast, of contacts", "%", 100, &M::skate_fast_share,
              kNever, kNever},
    MetricRow{"M3", "penetration_share", "frames through the floor", "%", 100,
              &M::penetration_share, 0.05, 0.5},
    MetricRow{"M3", "penetration_mean_m", "mean depth of such frames", "mm", 1e3,
              &M::penetration_mean, kNever, kNever},
    MetricRow{"M3", "penetration_max_m", "deepest", "mm", 1e3, &M::penetration_max, 0.02, 0.1},
    MetricRow{"M4", "float_mean_m", "floating of standing feet", "mm", 1e3, &M::float_mean, 0.01,
              0.05},
    MetricRow{"M4", "float_share", "standing feet above 2 cm", "%", 100, &M::float_share, kNever,
              kNever},
    MetricRow{"M5", "contact_f1", "contacts kept, F1", "", 1, &M::contact_f1, 0.8, 0.3},
    MetricRow{"M6", "limit_outside_share", "outside joint limits", "%", 100, &M::limit_outside, 0,
              0.01},
    MetricRow{"M6", "limit_saturated_share", "at joint limits", "%", 100, &M::limit_saturated,
              kNever, kNever},
    MetricRow{"M6", "saturated_worst_share", "the worst joint at its limit", "%", 100,
              &M::saturated_worst, 0.3, kNever},
    MetricRow{"M7", "speed_share", "frames beyond a motor's speed", "%", 100, &M::speed_share, 0.01,
              0.2},
    MetricRow{"M7", "speed_3pi_share", "frames beyond 3 pi rad/s", "%", 100, &M::speed_3pi_share,
              kNever, kNever},
    MetricRow{"M7", "speed_max_rad_s", "fastest joint", "rad/s", 1, &M::speed_max, kNever, kNever},
    MetricRow{"M7", "source_speed_max_rad_s", "the source's own", "rad/s", 1, &M::source_speed_max,
              kNever, kNever},
    MetricRow{"M8", "jump_share", "frames with a jump", "%", 100, &M::jump_share, 0, 0.02},
    MetricRow{"M8", "source_jump_share", "the source's own", "%", 100, &M::source_jump_share,
              kNever, kNever},
    MetricRow{"M9", "jerk_rad_s3", "jerk of joints", "rad/s3", 1, &M::jerk, kNever, kNever},
    MetricRow{"M9", "root_jerk_m_s3", "jerk of the root", "m/s3", 1, &M::root_jerk, kNever, kNever},
    MetricRow{"M9", "source_root_jerk_m_s3", "the source's own, scaled", "m/s3", 1,
              &M::source_root_jerk, kNever, kNever},
    MetricRow{"M9", "acceleration_rad_s2", "acceleration of joints", "rad/s2", 1, &M::acceleration,
              kNever, kNever},
    MetricRow{"M10", "collision_share", "frames in self-collision", "%", 100, &M::collision_share,
              0.02, 0.3},
    MetricRow{"M10", "collision_mean_m", "mean depth of collisions", "mm", 1e3, &M::collision_mean,
              kNever, kNever},
    MetricRow{"M11", "bone_angle_rad", "directions of segments", "deg", kDegrees, &M::bone_angle,
              0.25, 0.6},
    MetricRow{"M12", "keypoint_error_m", "key points, limb lengths matched", "mm", 1e3,
              &M::keypoint_error, kNever, kNever},
    MetricRow{"M13", "orientation_error_rad", "pelvis, torso, feet, hands", "deg", kDegrees,
              &M::orientation_error, kNever, kNever},
    MetricRow{"M14", "path_error_m", "way of the root", "mm", 1e3, &M::path_error, kNever, kNever},
    MetricRow{"M14", "height_error_m", "height of the root", "mm", 1e3, &M::height_error, kNever,
              kNever},
    MetricRow{"M14", "heading_error_rad", "heading", "deg", kDegrees, &M::heading_error, 0.2, 0.8},
    MetricRow{"M15", "balance_error_m", "mass centre beyond the feet", "mm", 1e3, &M::balance_error,
              kNever, kNever},
    MetricRow{"M15", "force_residual", "force no contact can give", "weights", 1,
              &M::force_residual, kNever, kNever},
    MetricRow{"", "contact_share", "the source stands, of feet", "%", 100, &M::contact_share,
              kNever, kNever},
    MetricRow{"", "scale", "robot metres per source metre", "", 1, &M::scale, kNever, kNever},
};

}  // namespace

std::span<const MetricRow> metric_rows() {
  return kRows;
}

Measured measure(const Clip& source, const Rig& rig, const Clip& clip, const RobotBody& body,
                 double scale, int jobs, Figure* robot) {
  require(source.frames() == clip.frames() && clip.frames() > 0, Kind::bad_input,
          "measuring '{}': the source has {} frames and the result {}", clip.name, source.frames(),
          clip.frames());
  require(rig.legs.size() == body.rig.legs.size(), Kind::bad_input,
          "measuring '{}': the source has {} legs and the robot {}", clip.name, rig.legs.size(),
          body.rig.legs.size());
  Measured out;
  out.metrics.frames = clip.frames();
  out.metrics.scale = scale;
  const Figure from = figure(source, rig, jobs);
  out.timeline.source_stands = stands(from);
  Seen seen = see_poses(clip, body, out.timeline.source_stands, jobs, out);
  const Figure& to = seen.figure;
  // none of these asks another, and no two write the same
  const std::array<std::function<void()>, 4> parts = {
      [&] { measure_shape(from, to, out); }, [&] { measure_feet(from, to, seen.ground, out); },
      [&] { measure_source(source, to.leg_length / from.leg_length, out); },
      [&] { measure_joints(clip, body, out); }};
  for_blocks(static_cast<int>(parts.size()), 1, jobs,
             [&] { return [&](int first, int) { parts[static_cast<size_t>(first)](); }; });
  measure_balance(seen.ground, clip.fps, out);
  if (robot) *robot = std::move(seen.figure);
  return out;
}

std::map<std::string, double> numbers(const Metrics& m) {
  std::map<std::string, double> out = {{"frames", m.frames}};
  for (const MetricRow& row : kRows) out[row.key] = m.*row.value;
  return out;
}

std::string json(const Metrics& m) {
  std::string out = fmt::format("{{\"frames\": {}", m.frames);
  for (const MetricRow& row : kRows) out += fmt::format(", \"{}\": {:.6g}", row.key, m.*row.value);
  out += fmt::format(", \"saturated_dof\": {}, \"speed_dof\": {}, \"collision_pair\": {}}}",
                     quoted(m.saturated_dof), quoted(m.speed_dof), quoted(m.collision_pair));
  return out;
}

const char* name(Grade grade) {
  return grade == Grade::pass ? "pass" : grade == Grade::warn ? "warn" : "reject";
}

Grade judge(const MetricRow& row, const Metrics& m) {
  if (row.value == &M::contact_f1 && m.contact_share < kFewContacts) return Grade::pass;
  const double value = m.*row.value;
  const auto beyond = [&](double limit) {
    return limit != kNever && (row.value == &M::contact_f1 ? value < limit : value > limit);
  };
  return beyond(row.reject) ? Grade::reject : beyond(row.warn) ? Grade::warn : Grade::pass;
}

Verdict judge(const Metrics& m) {
  Verdict v;
  std::vector<std::string> warnings;
  for (const MetricRow& row : kRows) {
    const Grade grade = judge(row, m);
    if (grade == Grade::pass) continue;
    std::string line = fmt::format("{}: {:.4g}{}{}, {} {:.4g}", row.label,
                                   m.*row.value * row.factor, *row.unit ? " " : "", row.unit,
                                   row.value == &M::contact_f1 ? "less than" : "more than",
                                   (grade == Grade::reject ? row.reject : row.warn) * row.factor);
    if (row.value == &M::saturated_worst) line += " (" + m.saturated_dof + ")";
    if (row.value == &M::collision_share) line += " (" + m.collision_pair + ")";
    if (row.value == &M::speed_share || row.value == &M::jump_share)
      line += " (fastest: " + m.speed_dof + ")";
    (grade == Grade::reject ? v.reasons : warnings).push_back(line);
  }
  v.grade = !v.reasons.empty() ? Grade::reject : !warnings.empty() ? Grade::warn : Grade::pass;
  v.reasons.insert(v.reasons.end(), warnings.begin(), warnings.end());
  return v;
}

}  // namespace motus::retarget
