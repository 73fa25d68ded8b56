#include "formats/robot_guess.h"

#include "formats/mjcf.h"
#include "formats/robot_dofs.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

/// True if most of the links that the file names are bodies of `s`.
bool names_fit(const Skeleton& s, const std::vector<std::string>& links) {
  size_t found = 0;
  for (const std::string& l : links) found += s.find_body(l) >= 0;
  return 2 * found >= links.size();
}

/// The shipped robot with this many dofs, "" if there is none.
std::string robot_of_width(int64_t dofs) {
  switch (dofs) {
    case 22:
      return "pi_plus";
    case 29:
      return "g1";
    case 69:
      return "smpl";
    default:
      return "";
  }
}

}  // namespace

SkeletonPtr skeleton_for_dofs(int64_t dofs, const std::vector<std::string>& links,
                              const ReadOptions& options, Source& source,
                              const std::vector<Vec3>& axes) {
  if (!options.skeleton.empty()) {
    SkeletonPtr s = load_robot(options.skeleton).skeleton;
    require(s->dof_count() == dofs, Kind::bad_input, "dof_pos has {} columns, '{}' has {} dofs",
            dofs, s->name(), s->dof_count());
    return s;
  }
  if (const std::string guess = robot_of_width(dofs); !guess.empty()) {
    SkeletonPtr s = load_robot(guess).skeleton;
    if (links.empty() || names_fit(*s, links)) {
      source.warnings.push_back(fmt::format(
          "the file names no dofs: {} columns suit '{}'; say it with --skeleton", dofs, guess));
      return s;
    }
  }
  source.warnings.push_back(fmt::format(
      "{} dofs of a robot that is not known here{}: dofs are kept by number, body positions are "
      "not computed; give its model with --skeleton",
      dofs, links.size() > 1 ? fmt::format(" (its links: {}, {} ...)", links[0], links[1]) : ""));
  std::vector<std::string> names;
  for (int64_t i = 0; i < dofs; ++i) names.push_back(fmt::format("dof_{}", i));
  return bodiless_robot(fmt::format("unknown_{}_dofs", dofs), names, axes);
}

}  // namespace motus::formats
