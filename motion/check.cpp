#include "motion/check.h"

#include <fmt/format.h>

#include <array>

#include "motion/check_rules.h"
#include "motion/error.h"

namespace motus {

namespace {

using enum Severity;

constexpr std::array kRules = {
    CheckRule{"too-short", error, "fewer than 2 frames or less than 0.1 s: no motion to learn from",
              rules::too_short},
    CheckRule{"repaired", warning,
              "the reader had to repair numbers: NaN holes, quaternions off unit length by 0.01",
              rules::repaired},
    CheckRule{"frame-rate", warning, "frames a second guessed, or outside 10 to 500",
              rules::frame_rate},
    CheckRule{"duplicate-frames", warning,
              "staircase: more than 5 % of the frames repeat the one before bit for bit",
              rules::duplicate_frames},
    CheckRule{"quaternion-sign", warning,
              "a stored quaternion flips its sign between frames: interpolation would spin",
              rules::quaternion_sign},
    CheckRule{"stored-velocity", warning,
              "stored velocities do not follow the positions (correlation below 0.9)",
              rules::stored_velocity},
    CheckRule{"quaternion-order", error,
              "the figure lies, but stands with w and x y z exchanged: wxyz read as xyzw or back",
              rules::quaternion_order},
    CheckRule{"units", error, "the root is too high for the figure, or angles are in degrees",
              rules::units},
    CheckRule{"time-scale", warning,
              "wrong frames a second: a flight does not fall by gravity, a walk outruns a pendulum",
              rules::time_scale},
    CheckRule{"loop-seam", warning,
              "a wrapping clip's last frame is not its first one (3 degrees, 2 cm in height)",
              rules::loop_seam},
    CheckRule{"loop-heading", warning,
              "a wrapping clip turns by more than 3 degrees a cycle: its repeats snap back",
              rules::loop_heading},
    CheckRule{"dof-order", error,
              "dofs far outside their limits that would lie inside in another common order",
              rules::dof_order},
    CheckRule{"joint-limits", error, "a joint lies outside its limits by more than 0.01 rad",
              rules::joint_limits},
    CheckRule{"joint-speed", warning, "a joint turns faster than 30 rad/s: no motor follows",
              rules::joint_speed},
    CheckRule{"motor-speed", warning,
              "a joint turns faster than its motor can, in 2 % of the frames", rules::motor_speed},
    CheckRule{"motor-torque", warning,
              "a joint needs 3 times its motor's torque, beyond impacts (inverse dynamics)",
              rules::motor_torque},
    CheckRule{"self-collision", warning, "two bodies of the robot overlap by more than 10 mm",
              rules::self_collision},
    CheckRule{"joint-jump", error,
              "a joint turns at more than 15 rad/s for one frame, 3 times what it does nearby",
              rules::joint_jump},
    CheckRule{"root-jump", error,
              "the root moves at more than 3 m/s for one frame, 3 times what it does nearby",
              rules::root_jump},
    CheckRule{"foot-slide", warning,
              "a standing foot slides: mean above 50 mm/s, 75 of a figure without shapes (150 on "
              "four legs)",
              rules::foot_slide},
    CheckRule{"floor-penetration", warning, "a body lies more than 10 mm below the floor",
              rules::floor_penetration},
    CheckRule{"floating", warning, "the figure never comes nearer to the floor than 30 mm",
              rules::floating},
    CheckRule{"mirrored", error, "left and right are swapped: toes or front against hips",
              rules::mirrored},
    CheckRule{"knee-backwards", error, "knees bend the wrong way", rules::knee_backwards},
    CheckRule{"moves-backwards", warning,
              "the figure moves against its facing by more than 0.3 m/s on average",
              rules::moves_backwards},
    CheckRule{"up-axis", warning,
              "the figure lies or hangs upside down all the time: wrong up axis?", rules::up_axis},
    CheckRule{"size", error, "the figure is smaller than 0.2 m or larger than 4 m: wrong units?",
              rules::size},
};

}  // namespace

std::span<const CheckRule> check_rules() {
  return kRules;
}

CheckSubject::CheckSubject(const Clip& clip, const Robot* robot, const CheckPhysics* physics)
    : clip_(clip), robot_(robot), physics_(physics), steps_(rotation_steps(clip)) {
  if (robot) {
    require(clip.skeleton->same_structure(*robot->skeleton), Kind::bad_input,
            "clip '{}' moves skeleton '{}', which is not the robot '{}'", clip.name,
            clip.skeleton->name(), robot->name);
    tracks_ = floor_tracks(clip, floor_points(*robot), OwnFloor::no);
  } else {
    tracks_ = floor_tracks(clip, floor_points(*clip.skeleton), OwnFloor::yes);
  }
}

void Findings::add(int first, int last, std::string part, double value, double limit,
                   std::string_view unit) {
  report_.findings.push_back({.rule = rule_,
                              .severity = severity_,
                              .clip = clip_,
                              .first = first,
                              .last = last,
                              .part = std::move(part),
                              .value = value,
                              .limit = limit,
                              .unit = unit});
}

void Findings::skip(std::string reason) {
  report_.skipped.push_back({rule_, std::move(reason)});
}

CheckReport check(const Clip& clip, const Robot* robot, const CheckPhysics* physics,
                  std::string_view only) {
  const CheckSubject subject(clip, robot, physics);
  CheckReport report;
  for (const CheckRule& rule : kRules) {
    if (!only.empty() && rule.name != only) continue;
    Findings findings(report, rule.name, rule.severity, clip.name);
    rule.run(subject, findings);
  }
  return report;
}

std::string describe(const Finding& f) {
  const std::string frames = f.first == f.last ? fmt::format("frame {}", f.first)
                                               : fmt::format("frames {}-{}", f.first, f.last);
  const std::string place = f.part.empty() ? frames : f.part + ", " + frames;
  const char* space = f.unit.empty() ? "" : " ";
  return fmt::format("{}: {}: {}: {:.4g}{}{}, limit {:.4g}", f.clip, f.rule, place, f.value, space,
                     f.unit, f.limit);
}

}  // namespace motus
