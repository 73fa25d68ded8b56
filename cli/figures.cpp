#include "cli/figures.h"

#include <algorithm>

#include "formats/mjcf.h"
#include "motion/error.h"
#include "retarget/map.h"

namespace motus::cli {

Robots::Robots(const std::string& asked) {
  if (!asked.empty()) asked_ = formats::load_robot(asked);
}

const Robot* Robots::of(const Clip& clip) {
  if (asked_) {
    if (clip.skeleton->same_structure(*asked_->skeleton)) return &*asked_;
    throw Error(Kind::bad_input,
                fmt::format("clip '{}' moves skeleton '{}', expected robot '{}'", clip.name,
                            clip.skeleton->name(), asked_->name),
                clip.skeleton->kind() == SkeletonKind::character
                    ? fmt::format("retarget it first: motion-retarget --to {}", asked_->name)
                    : "");
  }
  const std::string& name = clip.skeleton->name();
  if (clip.skeleton->kind() != SkeletonKind::robot) return nullptr;
  if (!known_ || known_->name != name) {
    const std::vector<std::string> names = robot_names();
    if (std::find(names.begin(), names.end(), name) == names.end()) return nullptr;
    known_ = formats::load_robot(name);
  }
  return clip.skeleton->same_structure(*known_->skeleton) ? &*known_ : nullptr;
}

void name_roles(Clip& clip) {
  if (clip.skeleton->kind() != SkeletonKind::character || !clip.skeleton->roles().empty()) return;
  Skeleton::Spec spec = clip.skeleton->spec();
  try {
    for (const retarget::RoleMatch& m : retarget::map_roles(*clip.skeleton).matches) {
      if (m.body >= 0) spec.roles[m.role] = m.body;
    }
  } catch (const Error&) {
    return;  // no figure that can be named: who needs roles says so
  }
  clip.skeleton = Skeleton::build(std::move(spec));
}

}  // namespace motus::cli
