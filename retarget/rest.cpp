#include "retarget/rest.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "motion/error.h"

namespace motus::retarget {

namespace {

constexpr double kStraight = 0.9;  // hip to ankle over thigh + shin, and its cosine to the vertical
constexpr double kUpright = 0.94;  // cosine of the trunk's lean
constexpr double kArmTolerance = 0.35;  // rad from the arms' elevation of a T-pose or an A-pose
constexpr double kAPose = -0.8;         // rad, arms of an A-pose below the horizontal
constexpr int kStandingFrames = 8;      // of which a clip can speak for itself
constexpr int kSamples = 32;            // frames that the bind pose is compared with
constexpr double kSameHips = 0.95;      // cosine of the line across the hips, in both

Vec3 at(const BodyPoses& p, const Point& point) {
  const size_t b = static_cast<size_t>(point.body);
  return p.pos[b] + p.rot[b] * point.pos;
}

/// Legs straight down, trunk upright.
bool stands(const BodyPoses& p, const Rig& rig) {
  Vec3 hips = Vec3::Zero(), top = Vec3::Zero();
  for (const Leg& leg : rig.legs) {
    const Vec3 hip = at(p, leg.hip), knee = at(p, leg.knee), ankle = at(p, leg.ankle);
    const double length = (knee - hip).norm() + (ankle - knee).norm();
    if (hip.z() - ankle.z() < kStraight * length) return false;
    hips += hip / static_cast<double>(rig.legs.size());
  }
  if (rig.arms.size() == 2)
    top = 0.5 * (at(p, rig.arms[0].shoulder) + at(p, rig.arms[1].shoulder));
  else if (rig.head >= 0)
    top = p.pos[static_cast<size_t>(rig.head)];
  else
    return true;
  return (top - hips).normalized().z() > kUpright;
}

/// rad, the farthest of the arms' segments from an elevation above the horizontal.
double arms_from(const BodyPoses& p, const Rig& rig, double elevation) {
  double worst = rig.arms.empty() ? std::numbers::pi : 0;
  for (const Arm& arm : rig.arms) {
    const Vec3 s = at(p, arm.shoulder), e = at(p, arm.elbow), w = at(p, arm.wrist);
    for (const Vec3& v : {Vec3(e - s), Vec3(w - e)}) {
      if (v.norm() < 1e-6) continue;
      worst =
          std::max(worst, std::abs(std::asin(std::clamp(v.z() / v.norm(), -1.0, 1.0)) - elevation));
    }
  }
  return worst;
}

BodyPoses bind_pose(const Skeleton& s) {
  const ZeroPose zero(s);
  return {zero.pos, zero.rot};
}

/// Unit, from the right hip to the left one in the pelvis.
Vec3 hip_line(const BodyPoses& p, const Rig& rig) {
  Vec3 left = Vec3::Zero();
  for (const Leg& leg : rig.legs) left += leg.side * at(p, leg.hip);
  return p.rot[static_cast<size_t>(rig.pelvis)].conjugate() * left.normalized();
}

/// True if the hips sit in the pelvis as they do in the clip: there are files whose joints at zero
/// have nothing to do with their motion.
bool belongs(const BodyPoses& pose, const Clip& clip, const Rig& rig) {
  Vec3 left = Vec3::Zero();
  const int step = std::max(1, clip.frames() / kSamples);
  for (int f = 0; f < clip.frames(); f += step) left += hip_line(forward(clip, f), rig);
  return hip_line(pose, rig).dot(left.normalized()) > kSameHips;
}

BodyPoses find_arms(const Clip& clip, const Rig& rig, double elevation, const char* name) {
  BodyPoses best = bind_pose(*clip.skeleton);
  double nearest = stands(best, rig) ? arms_from(best, rig, elevation) : std::numbers::pi;
  int where = -1;
  for (int f = 0; f < clip.frames(); ++f) {
    BodyPoses p = forward(clip, f);
    const double d = stands(p, rig) ? arms_from(p, rig, elevation) : std::numbers::pi;
    if (d < nearest - 1e-3) nearest = d, where = f, best = std::move(p);
  }
  if (nearest < kArmTolerance) return best;
  const std::string near = where < 0
                               ? "no frame of the clip stands with its arms near that"
                               : fmt::format("the nearest is frame {}, its arms {:.0f} degrees off",
                                             where, nearest * 180 / std::numbers::pi);
  throw Error(Kind::bad_input, fmt::format("clip '{}' holds no {}: {}", clip.name, name, near),
              "--rest auto, or a frame of your own: motion-edit --cut, then --rest first");
}

}  // namespace

Rest read_rest(std::string_view word) {
  if (word.empty() || word == "auto") return Rest::automatic;
  if (word == "t-pose") return Rest::t_pose;
  if (word == "a-pose") return Rest::a_pose;
  if (word == "bind") return Rest::bind;
  require(word == "first", Kind::usage, "--rest {}: expected auto, t-pose, a-pose, bind or first",
          word);
  return Rest::first;
}

std::optional<BodyPoses> rest_pose(const Clip& clip, const Rig& rig, Rest rest) {
  const bool robot = clip.skeleton->kind() == SkeletonKind::robot;
  if (robot || rig.roles.quadruped || clip.frames() == 0) {
    require(
        rest == Rest::automatic, Kind::usage, "clip '{}': --rest is for people; {}", clip.name,
        robot ? "a robot's joints at zero are its rest" : "a quadruped's legs say how it stands");
    return {};
  }
  switch (rest) {
    case Rest::t_pose:
      return find_arms(clip, rig, 0, "T-pose");
    case Rest::a_pose:
      return find_arms(clip, rig, kAPose, "A-pose");
    case Rest::first: {
      BodyPoses p = forward(clip, 0);
      require(stands(p, rig), Kind::bad_input,
              "clip '{}': --rest first, but in its first frame nobody stands upright", clip.name);
      return p;
    }
    case Rest::bind: {
      BodyPoses p = bind_pose(*clip.skeleton);
      require(stands(p, rig), Kind::bad_input,
              "clip '{}': --rest bind, but with all joints at zero '{}' does not stand upright",
              clip.name, clip.skeleton->name());
      return p;
    }
    case Rest::automatic:
      break;
  }
  int standing = 0;
  for (int f = 0; f < clip.frames() && standing < kStandingFrames; ++f)
    standing += stands(forward(clip, f), rig) ? 1 : 0;
  BodyPoses p = bind_pose(*clip.skeleton);
  if (standing >= kStandingFrames || !stands(p, rig) || !belongs(p, clip, rig)) return {};
  return p;
}

}  // namespace motus::retarget
