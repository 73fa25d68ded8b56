#pragma once
// The pose that says which way a character's bodies look: standing, facing ahead, feet flat.
#include <optional>
#include <string_view>

#include "motion/kinematics.h"
#include "retarget/rig.h"

namespace motus::retarget {

/// automatic: the clip's own mean over frames of standing; where it never stands, the bind pose if
/// that stands and its hips sit in the pelvis as in the clip. The others: a frame with the arms sideways or half down, the pose of all joints at
/// zero, the clip's first frame.
enum class Rest { automatic, t_pose, a_pose, bind, first };

/// Throws Error(usage) for a word other than auto, t-pose, a-pose, bind, first.
Rest read_rest(std::string_view word);

/// World poses of the rest pose; nothing for `automatic` where the clip or a robot speaks for
/// itself. Throws Error(bad_input) if the pose asked for does not stand or does not occur, saying
/// how near the clip comes to it.
std::optional<BodyPoses> rest_pose(const Clip& clip, const Rig& rig, Rest rest);

}  // namespace motus::retarget
