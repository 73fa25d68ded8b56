#pragma once
// What one rule says of a clip.
#include <algorithm>
#include <string>

#include "motion/check.h"

namespace motus {

inline std::vector<Finding> found(const Clip& clip, const std::string& rule,
                                  const Robot* robot = nullptr) {
  std::vector<Finding> out = check(clip, robot).findings;
  std::erase_if(out, [&](const Finding& f) { return f.rule != rule; });
  return out;
}

inline bool skipped(const CheckReport& report, const std::string& rule) {
  return std::any_of(report.skipped.begin(), report.skipped.end(),
                     [&](const Skipped& s) { return s.rule == rule; });
}

}  // namespace motus
