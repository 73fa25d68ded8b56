#include "retarget/plan_dog.h"

#include "retarget/frames.h"

namespace motus::retarget {

Plan peng_plan(const Observation& src, const RobotBody& robot, std::optional<double> scale) {
  Plan plan;
  plan.scale = scale.value_or(robot.leg_length / src.leg_length);
  const double s = plan.scale;
  const size_t legs = robot.rig.legs.size();
  double stand_height = 0;
  for (size_t i = 0; i < legs; ++i)
    stand_height += robot.feet[i].ankle_height / static_cast<double>(legs);
  plan.targets.resize(src.poses.size());
  for (size_t f = 0; f < src.poses.size(); ++f) {
    const Pose& p = src.poses[f];
    Target& t = plan.targets[f];
    const Vec3 ahead = p.pelvis * Vec3::UnitX();
    Vec3 left = p.pelvis * Vec3::UnitY();
    left.z() = 0;
    t.pelvis = frame_yz(left, ahead.cross(left));
    t.chest = t.head = t.pelvis;
    t.centre = s * (p.centre - Vec3(0, 0, src.floor_ankle)) + Vec3(0, 0, stand_height);
    for (size_t i = 0; i < legs; ++i) {
      t.legs[i] = p.legs[i];
      const Vec3 hip = t.centre + t.pelvis * robot.hips[i];
      Vec3& foot = t.feet[i].ankle;
      foot = hip + s * (p.legs[i].ankle - p.centre - p.pelvis * src.hips[i]);
      foot.z() =
          s * (p.legs[i].ankle.z() - src.contacts[i].ankle_height) + robot.feet[i].ankle_height;
    }
  }
  return plan;
}

}  // namespace motus::retarget
