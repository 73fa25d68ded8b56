#pragma once
// Small figures with geometry and names of the test's choice.
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus {

struct Part {
  std::string name;
  int parent;
  Vec3 at;  ///< m, from the parent, x forward, y left, z up
};

inline SkeletonPtr figure(const std::vector<Part>& parts,
                          const std::vector<std::pair<int, Vec3>>& tips = {}) {
  Skeleton::Spec s;
  s.name = "figure";
  for (const Part& p : parts) {
    Body b;
    b.name = p.name;
    b.parent = p.parent;
    b.rest_pos = p.at;
    s.bodies.push_back(b);
  }
  for (const auto& [body, pos] : tips)
    s.end_sites.push_back({s.bodies[static_cast<size_t>(body)].name + "_end", body, pos});
  return Skeleton::build(std::move(s));
}

/// A person in a T-pose, as the bodies: 0 pelvis, 1 spine, 2 chest, 3 neck, 4 head, then left
/// clavicle, upper arm, lower arm, hand, two fingers (5-10), right (11-16), left upper leg, lower
/// leg, foot, toe (17-20), right (21-24).
inline std::vector<Part> person_parts() {
  std::vector<Part> p = {{"0", -1, {0, 0, 1}},
                         {"1", 0, {0, 0, 0.12}},
                         {"2", 1, {0, 0, 0.2}},
                         {"3", 2, {0, 0, 0.2}},
                         {"4", 3, {0.02, 0, 0.1}}};
  for (const double y : {1.0, -1.0}) {
    const int n = static_cast<int>(p.size());
    const auto name = [&](int i) { return std::to_string(n + i); };
    p.push_back({name(0), 2, {0, 0.06 * y, 0.15}});
    p.push_back({name(1), n, {0, 0.12 * y, 0}});
    p.push_back({name(2), n + 1, {0, 0.28 * y, 0}});
    p.push_back({name(3), n + 2, {0, 0.26 * y, 0}});
    p.push_back({name(4), n + 3, {0.03, 0.09 * y, 0}});
    p.push_back({name(5), n + 3, {-0.03, 0.09 * y, 0}});
  }
  for (const double y : {1.0, -1.0}) {
    const int n = static_cast<int>(p.size());
    const auto name = [&](int i) { return std::to_string(n + i); };
    p.push_back({name(0), 0, {0, 0.09 * y, -0.04}});
    p.push_back({name(1), n, {0, 0, -0.42}});
    p.push_back({name(2), n + 1, {0, 0, -0.41}});
    p.push_back({name(3), n + 2, {0.14, 0, -0.07}});
  }
  return p;
}

/// Names in the order of person_parts().
inline SkeletonPtr person_named(const std::vector<std::string>& names) {
  std::vector<Part> p = person_parts();
  for (size_t i = 0; i < p.size() && i < names.size(); ++i) p[i].name = names[i];
  return figure(p);
}

}  // namespace motus
