#include "retarget/retarget.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/limits.h"
#include "motion/resample.h"
#include "retarget/balls.h"
#include "retarget/closed_track.h"
#include "retarget/foot_lock.h"
#include "retarget/gmr.h"
#include "retarget/guard.h"
#include "retarget/loop.h"
#include "retarget/plan_dog.h"
#include "retarget/smooth.h"
#include "retarget/sweep.h"
#include "retarget/trajectory.h"

namespace motus::retarget {

namespace {

constexpr double kPad = 1.0;          // s of neighbouring cycles on each side of a loop
constexpr double kPadFormulas = 0.4;  // s, where a pose asks nothing of the one before
constexpr double kFastestJoint = 30;  // rad/s
constexpr double kSeam = 0.2;         // s over which a loop's residual is spread

/// True if the first frame is a bind pose that the motion does not start from: one step away from it
/// faster than bodies move, and none such after it.
bool starts_with_bind_pose(const Clip& clip) {
  if (clip.frames() < 3 || clip.local_rot.size() == 0) return false;
  double jump = 0, next = 0;
  for (int b = 1; b < clip.skeleton->body_count(); ++b) {
    const Quat q1 = clip.local_rot_at(1, b);
    jump = std::max(jump, q1.angularDistance(clip.local_rot_at(0, b)));
    next = std::max(next, q1.angularDistance(clip.local_rot_at(2, b)));
  }
  return jump * clip.fps > kFastestJoint && jump > 0.3 && next < 0.15 * jump;
}

bool same_dofs(const Skeleton& a, const Skeleton& b) {
  if (a.dof_count() != b.dof_count() || a.dof_count() == 0) return false;
  for (size_t i = 0; i < a.dofs().size(); ++i) {
    if (a.dofs()[i].name != b.dofs()[i].name) return false;
  }
  return true;
}

void refuse_other_kind(const RoleMap& source, const RobotBody& robot) {
  if (source.quadruped == robot.rig.roles.quadruped) return;
  throw Error(Kind::bad_input,
              fmt::format("the source has {} legs and '{}' has {}: there is no one way to map them",
                          source.quadruped ? "four" : "two", robot.robot.name,
                          source.quadruped ? "two" : "four"),
              "name a body for each of the robot's roles in a file and give it with --map");
}

/// What a result keeps of its source.
Clip blank_result(const Clip& source, const RobotBody& robot) {
  Clip out;
  out.name = source.name;
  out.skeleton = robot.robot.skeleton;
  out.fps = source.fps;
  out.loop = source.loop;
  out.weight = source.weight;
  out.source = source.source;
  // arrays describe the source's joints, which this clip no longer has
  out.source.arrays.clear();
  out.source.fingerprint.clear();
  out.history = source.history;
  return out;
}

void write_contacts(const RobotBody& robot, std::span<const Target> targets, Clip& out) {
  Channel contacts;
  contacts.data.resize(out.frames(), static_cast<Eigen::Index>(robot.rig.legs.size()));
  contacts.units = "1";
  contacts.frame = "world";
  for (size_t i = 0; i < robot.rig.legs.size(); ++i) {
    contacts.names.push_back(
        robot.robot.skeleton->bodies()[static_cast<size_t>(robot.rig.legs[i].foot)].name);
    for (int f = 0; f < out.frames(); ++f)
      contacts.data(f, static_cast<Eigen::Index>(i)) =
          targets[static_cast<size_t>(f)].feet[i].planted ? 1 : 0;
  }
  out.channels["contacts"] = std::move(contacts);
}

/// Times stages one after the other.
class Stages {
 public:
  void done(std::string name, std::vector<std::pair<std::string, double>> numbers = {}) {
    const auto now = Clock::now();
    const std::chrono::duration<double, std::milli> took = now - last_;
    last_ = now;
    list_.push_back({std::move(name), took.count(), std::move(numbers)});
  }
  std::vector<Stage> take() { return std::move(list_); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
  std::vector<Stage> list_;
};

Track solve(const Plan& plan, const RobotBody& robot, double fps, const Options& options,
            Stages& stages) {
  const bool full = options.quality == Quality::full;
  const int iterations = options.iterations > 0 ? options.iterations : full ? 3 : 2;
  const std::span<const Target> targets(plan.targets);
  Track track(static_cast<int>(targets.size()), robot.robot.skeleton->dof_count());
  const ClosedForm form(robot);
  if (options.formulas && form.fits()) {
    if (const auto t = solve_closed(robot, form, targets, fps, full, options.jobs, track)) {
      stages.done("formulas", {{"unmet_frames", t->unmet},
                               {"held_frames", t->held},
                               {"moved_m", t->moved},
                               {"speed_limited_rad", t->limited}});
      return track;
    }
  }
  const SweepStats swept = sweep(robot, targets, fps, iterations, options.jobs, track);
  stages.done("sweep", {{"windows", swept.windows}, {"resolved_frames", swept.resolved}});
  if (full) {
    const TrajectoryStats t = smooth_trajectory(robot, targets, fps, options.jobs, {}, track);
    stages.done("trajectory", {{"speed_limited_rad", t.limited}, {"repeats", t.repeats}});
    const FootLockStats feet = lock_feet(robot, targets, fps, options.jobs, track);
    // what stands is worth more than a motor's limit, and no jump is worth it
    const double limited =
        limit_steps(track.dofs, Eigen::RowVectorXd::Constant(track.dofs.cols(), kFastest / fps));
    stages.done("feet",
                {{"moved_m", feet.moved}, {"left_m", feet.left}, {"speed_limited_rad", limited}});
  }
  const Balls balls(*robot.robot.skeleton);
  balls.to_maps(track.dofs);
  if (full)
    balls.limit_turns(Eigen::RowVectorXd::Constant(track.dofs.cols(), kFastest / fps), track.dofs);
  make_continuous(track.root_rot);
  return track;
}

/// Measures the result and writes what it says into the clip, so that the file keeps it.
void judge_result(const RobotBody& robot, double scale, std::span<const Footstep> steps, int jobs,
                  Stages& stages, Result& r) {
  Figure seen;
  static_cast<Measured&>(r.report) =
      measure(r.source, make_rig(r.source.skeleton, r.roles), r.clip, robot, scale, jobs, &seen);
  measure_plan(seen, robot, steps, r.report);
  r.report.verdict = judge(r.report.metrics);
  stages.done("report");
  r.stages = stages.take();
  std::map<std::string, std::string>& kept = r.clip.source.metadata;
  for (const auto& [key, value] : numbers(r.report))
    kept["retarget." + key] = fmt::format("{:.6g}", value);
  kept["retarget.scheme"] = r.report.scheme;
  kept["retarget.grade"] = name(r.report.verdict.grade);
  kept["retarget.reasons"] = fmt::format("{}", fmt::join(r.report.verdict.reasons, "; "));
  kept["retarget.source_skeleton"] = r.source.skeleton->name();
  for (const RoleMatch& m : r.roles.matches)
    kept["retarget.map." + m.role] = r.source.skeleton->bodies()[static_cast<size_t>(m.body)].name;
  for (const BodyFit& b : r.report.bodies)
    kept["retarget.offset_wxyz." + b.name] = fmt::format(
        "{:.6g} {:.6g} {:.6g} {:.6g}", b.offset.w(), b.offset.x(), b.offset.y(), b.offset.z());
  for (const LimbFit& l : r.report.limbs)
    kept["retarget.limb_scale." + l.name] = fmt::format("{:.6g}", l.robot / l.source);
}

Result copy(const Clip& source, const RobotBody& robot, RoleMap roles) {
  Result r;
  r.roles = std::move(roles);
  r.source = source;
  r.report.scheme = "copied joint angles";
  r.clip = blank_result(source, robot);
  r.clip.root_pos = source.root_pos;
  r.clip.root_rot = source.root_rot;
  r.clip.dof_pos = source.dof_pos;
  keep_limits(*r.clip.skeleton, r.clip.dof_pos);
  r.clip.channels = source.channels;
  const Observation seen = observe(source, r.roles);
  const Plan plan = make_plan(seen, robot, 1.0);
  Stages stages;
  judge_result(robot, 1.0, footsteps(plan.targets, robot.rig.legs.size()), 1, stages, r);
  return r;
}

Result run_gmr(const Clip& source, const RobotBody& robot, RoleMap roles) {
  Stages stages;
  const GmrPlan plan = gmr_plan(source, roles, robot);
  stages.done("targets", {{"scale", plan.scale}});
  Track track(source.frames(), robot.robot.skeleton->dof_count());
  const GmrStats stats = gmr_solve(plan, robot, track);
  stages.done("two stages", {{"iterations_a_frame", stats.iterations}});
  Result r;
  r.roles = std::move(roles);
  r.source = source;
  r.clip = blank_result(source, robot);
  r.clip.root_pos = std::move(track.root_pos);
  r.clip.root_rot = std::move(track.root_rot);
  r.clip.dof_pos = std::move(track.dofs);
  make_continuous(r.clip.root_rot);
  r.report.scheme = "gmr; " + plan.note;
  judge_result(robot, plan.scale, {}, 1, stages, r);
  return r;
}

}  // namespace

Result run(Clip given, const RobotBody& robot, const Options& options) {
  const bool bind = starts_with_bind_pose(given);
  const bool other_fps = options.fps && std::abs(*options.fps - given.fps) > 1e-9;
  RoleMap roles = map_roles(given, options.map);
  // a rest pose is sought in what was read
  const std::optional<BodyPoses> rest =
      rest_pose(given, make_rig(given.skeleton, roles), options.rest);
  Clip source = bind ? cut(given, 1, given.frames()) : other_fps ? given : std::move(given);
  if (bind) source.source.warnings.push_back("its first frame is a bind pose: left out");
  if (other_fps) source = resample(source, *options.fps);
  refuse_other_kind(roles, robot);
  if (options.copy_same_dofs && !options.scale && source.dof_pos.size() > 0 &&
      same_dofs(*source.skeleton, *robot.robot.skeleton))
    return copy(source, robot, std::move(roles));
  if (options.scheme == Scheme::gmr) return run_gmr(source, robot, std::move(roles));

  const bool loop = source.loop == LoopMode::wrap && closes(source);
  const bool formulas = options.formulas && robot.rig.roles.quadruped && ClosedForm(robot).fits();
  const double beside = formulas ? kPadFormulas : kPad;
  const int pad =
      loop ? std::min(source.frames() - 1, static_cast<int>(std::lround(beside * source.fps))) : 0;
  // a recorded loop closes nearly: made exact first, planted feet stay planted over the seam
  const int blend = std::max(1, static_cast<int>(std::lround(kSeam * source.fps)));
  if (loop) close_seam(source, blend);
  const Clip unrolled = loop ? unroll(source, pad) : Clip{};
  const Clip& whole = loop ? unrolled : source;
  Stages stages;
  Observation seen = observe(whole, roles, rest, options.jobs);
  stages.done("observe", {{"standing_frames", seen.standing}});
  require(!options.peng || roles.quadruped, Kind::usage,
          "Peng's rule is for four legs, '{}' has two", source.skeleton->name());
  Plan plan = options.peng ? peng_plan(seen, robot, options.scale)
                           : make_plan(seen, robot, options.scale, options.jobs);
  stages.done("plan", {{"scale", plan.scale}, {"pelvis_drop_m", plan.drop}});
  const GuardStats guard = guide_shoulders(robot, whole.fps, plan.targets);
  stages.done("guard", {{"arms", guard.arms}});
  seen = {};
  Track track = solve(plan, robot, whole.fps, options, stages);
  Clip solved = blank_result(whole, robot);
  solved.root_pos = std::move(track.root_pos);
  solved.root_rot = std::move(track.root_rot);
  solved.dof_pos = std::move(track.dofs);

  Result r;
  r.roles = std::move(roles);
  r.clip = loop ? cut(solved, pad, pad + source.frames()) : std::move(solved);
  r.clip.loop = source.loop;
  double residual = 0;
  if (loop) {
    residual = close_seam(r.clip, blend);
    keep_limits(*r.clip.skeleton, r.clip.dof_pos);
  }
  const std::span<const Target> targets =
      std::span<const Target>(plan.targets)
          .subspan(static_cast<size_t>(pad), static_cast<size_t>(source.frames()));
  write_contacts(robot, targets, r.clip);
  r.source = std::move(source);
  r.report.scheme = options.quality == Quality::full ? "motus full" : "motus draft";
  r.report.pelvis_drop = plan.drop;
  r.report.loop_residual = residual;
  const std::vector<Footstep> steps = footsteps(targets, robot.rig.legs.size());
  plan.targets = std::vector<Target>();  // gives its memory back, as {} would not
  judge_result(robot, plan.scale, steps, options.jobs, stages, r);
  return r;
}

}  // namespace motus::retarget
