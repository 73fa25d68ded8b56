#include "retarget/retarget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/resample.h"
#include "retarget/ik.h"
#include "retarget/loop.h"

namespace motus::retarget {

namespace {

constexpr double kPad = 1.0;          // s of neighbouring cycles on each side of a loop
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
Clip blank_result(const Clip& source, const RobotBody& robot, int frames) {
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
  out.root_pos.resize(frames, 3);
  out.root_rot.resize(frames, 4);
  out.dof_pos.resize(frames, robot.robot.skeleton->dof_count());
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

void write_frame(const State& state, int f, Clip& out) {
  out.root_pos.row(f) = state.root_pos.transpose();
  Clip::set_quat(out.root_rot, f, 0, state.root_rot);
  out.dof_pos.row(f) = state.dofs.transpose();
}

Result copy(const Clip& source, const RobotBody& robot, RoleMap roles) {
  Result r;
  r.roles = std::move(roles);
  r.clip = blank_result(source, robot, source.frames());
  r.clip.root_pos = source.root_pos;
  r.clip.root_rot = source.root_rot;
  for (int d = 0; d < robot.robot.skeleton->dof_count(); ++d) {
    const Dof& dof = robot.robot.skeleton->dofs()[static_cast<size_t>(d)];
    r.clip.dof_pos.col(d) = source.dof_pos.col(d).cwiseMax(dof.lower).cwiseMin(dof.upper);
  }
  r.clip.channels = source.channels;
  const Observation seen = observe(source, r.roles);
  const Plan plan = make_plan(seen, robot, 1.0);
  r.report = measure(r.clip, robot, plan.targets);
  return r;
}

}  // namespace

Result run(const Clip& given, const RobotBody& robot, const Options& options) {
  const bool bind = starts_with_bind_pose(given);
  Clip source = bind ? cut(given, 1, given.frames()) : given;
  if (bind) source.source.warnings.push_back("its first frame is a bind pose: left out");
  if (options.fps && std::abs(*options.fps - source.fps) > 1e-9)
    source = resample(source, *options.fps);
  RoleMap roles = map_roles(*source.skeleton, options.map);
  refuse_other_kind(roles, robot);
  if (options.copy_same_dofs && !options.scale && source.dof_pos.size() > 0 &&
      same_dofs(*source.skeleton, *robot.robot.skeleton))
    return copy(source, robot, std::move(roles));

  const bool loop = source.loop == LoopMode::wrap && closes(source);
  const int pad =
      loop ? std::min(source.frames() - 1, static_cast<int>(std::lround(kPad * source.fps))) : 0;
  // a recorded loop closes nearly: made exact first, planted feet stay planted over the seam
  const int blend = std::max(1, static_cast<int>(std::lround(kSeam * source.fps)));
  if (loop) close_seam(source, blend);
  const Clip whole = loop ? unroll(source, pad) : source;
  const Observation seen = observe(whole, roles);
  const Plan plan = make_plan(seen, robot, options.scale);

  Clip solved = blank_result(whole, robot, whole.frames());
  Solver solver(robot);
  State state = solver.start(plan.targets[0]);
  for (int f = 0; f < whole.frames(); ++f) {
    solver.solve(plan.targets[static_cast<size_t>(f)], options.iterations, 1.0 / whole.fps, state);
    write_frame(state, f, solved);
  }
  make_continuous(solved.root_rot);

  Result r;
  r.roles = std::move(roles);
  r.clip = loop ? cut(solved, pad, pad + source.frames()) : std::move(solved);
  r.clip.loop = source.loop;
  double residual = 0;
  if (loop) residual = close_seam(r.clip, blend);
  const std::span<const Target> targets =
      std::span(plan.targets)
          .subspan(static_cast<size_t>(pad), static_cast<size_t>(source.frames()));
  write_contacts(robot, targets, r.clip);
  r.report = measure(r.clip, robot, targets);
  r.report.scale = plan.scale;
  r.report.pelvis_drop = plan.drop;
  r.report.loop_residual = residual;
  for (const auto& [name, value] : r.report.numbers())
    r.clip.source.metadata["retarget." + name] = fmt::format("{:.6g}", value);
  return r;
}

}  // namespace motus::retarget
