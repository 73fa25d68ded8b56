#include "motion/fix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "motion/dof_order.h"
#include "motion/edit_channels.h"
#include "motion/edit_loop.h"
#include "motion/edit_place.h"
#include "motion/fix_frames.h"
#include "motion/kinematics.h"

namespace motus {

namespace {

/// What a remedy did, in words; "" if it could do nothing.
using Remedy = std::string (*)(Clip&, const Robot*);

std::string repaired(Clip& c, const Robot*) {
  const size_t before = nan_holes(c).size(), after = fix_nan_holes(c).size();
  std::string done;
  if (after < before) {
    drop_derived_channels(c);
    done = fmt::format("{} of {} NaN holes filled from the frames around", before - after, before);
  }
  // the reader made them unit already: what is left is to say so
  if (c.source.metadata.erase("quat_norm_dev") > 0) {
    done += fmt::format("{}quaternions made unit", done.empty() ? "" : "; ");
  }
  return done;
}

std::string quaternion_sign(Clip& c, const Robot*) {
  make_continuous(c.root_rot);
  if (c.local_rot.size() > 0) make_continuous(c.local_rot);
  return "signs made continuous";
}

std::string mirrored(Clip& c, const Robot*) {
  if (c.skeleton->kind() != SkeletonKind::character || c.dof_pos.size() > 0) return {};
  c = unmirror(c);
  return "figure and motion reflected at y = 0, names kept";
}

std::string units(Clip& c, const Robot* robot) {
  std::string done;
  const auto blames = [&](const char* part) {
    const auto all = check(c, robot, nullptr, "units").findings;
    return std::any_of(all.begin(), all.end(), [&](const Finding& f) { return f.part == part; });
  };
  if (blames("dofs look like degrees")) {
    c.dof_pos *= M_PI / 180;
    done = "dofs taken as degrees";
  }
  if (blames("root height")) {
    // of the two units in use the one that sets the root nearer to the figure's height
    const Finding f = check(c, robot, nullptr, "units").findings.front();
    const double figures = 10 * f.value / f.limit;
    const bool cm = std::abs(std::log(0.01 * figures)) < std::abs(std::log(0.001 * figures));
    c.root_pos *= cm ? 0.01 : 0.001;
    done += fmt::format("{}root taken as {}", done.empty() ? "" : "; ",
                        cm ? "centimetres" : "millimetres");
  }
  if (!done.empty()) drop_derived_channels(c);
  return done;
}

std::string dof_order(Clip& c, const Robot*) {
  const std::optional<DofOrder> order = better_dof_order(c);
  if (!order) return {};
  const Frames was = c.dof_pos;
  for (size_t d = 0; d < order->column.size(); ++d) {
    c.dof_pos.col(static_cast<Eigen::Index>(d)) = was.col(order->column[d]);
  }
  drop_derived_channels(c);
  return "dofs put in order: they were " + order->name;
}

std::string duplicate_frames(Clip& c, const Robot*) {
  return fix_repeats(c);
}

std::string spikes(Clip& c, const Robot*) {
  int frames = 0;
  // what was hidden beside a larger spike shows once that is gone
  for (int round = 0; round < 3; ++round) {
    const std::vector<Spike> found = find_spikes(c);
    for (const Spike& s : found) {
      bridge(c, s.body, s.first, s.last);
      frames += s.last - s.first + 1;
    }
    if (found.empty()) break;
  }
  if (frames == 0) return {};
  drop_derived_channels(c);
  return fmt::format("{} frames of joints or root out of place bridged", frames);
}

std::string joint_limits(Clip& c, const Robot*) {
  const std::vector<std::string> names = clamp_to_limits(c);
  if (names.empty()) return {};
  return fmt::format("brought inside: {}", fmt::join(names, ", "));
}

std::string loop_seam(Clip& c, const Robot*) {
  if (c.frames() < 4) return {};
  c = make_loop(c, 0.25);
  return "last pose blended into the first over 0.25 s";
}

std::string loop_heading(Clip& c, const Robot*) {
  const double drift = heading_drift(c);
  c = make_loop(c, 0);
  if (std::abs(heading_drift(c)) > 0.5 * std::abs(drift)) return {};
  return fmt::format("{:.3g} deg of heading taken off, evenly", drift * 180 / M_PI);
}

/// One shift for the whole clip, if that sets it on the floor: what is deep in one frame must not
/// leave the others in the air.
std::string floor_offset(Clip& c, const Robot* robot) {
  constexpr double kStanding = 0.015;  // m
  const Clip moved = ground(c, robot);
  std::vector<double> low = lowest_points(moved, robot);
  std::nth_element(low.begin(), low.begin() + static_cast<std::ptrdiff_t>(low.size() / 4),
                   low.end());
  if (low[low.size() / 4] > kStanding) return {};
  const double shift = moved.root_pos(0, 2) - c.root_pos(0, 2);
  c = moved;
  return fmt::format("moved by {:.4g} mm in height", 1000 * shift);
}

std::string stored_velocity(Clip& c, const Robot*) {
  int dropped = 0;
  for (const char* name : {"root_lin_vel", "root_ang_vel", "dof_vel"}) {
    dropped += static_cast<int>(c.channels.erase(name));
  }
  return dropped > 0 ? "left out: readers compute them from the motion" : "";
}

struct Row {
  std::string_view rule;
  Remedy run;
};

// the numbers first, then single frames, then what looks at whole motions
constexpr std::array kRemedies = {Row{"repaired", repaired},
                                  Row{"quaternion-sign", quaternion_sign},
                                  Row{"units", units},
                                  Row{"dof-order", dof_order},
                                  Row{"mirrored", mirrored},
                                  Row{"duplicate-frames", duplicate_frames},
                                  Row{"joint-jump", spikes},
                                  Row{"root-jump", spikes},
                                  Row{"joint-limits", joint_limits},
                                  Row{"loop-heading", loop_heading},
                                  Row{"loop-seam", loop_seam},
                                  Row{"floor-penetration", floor_offset},
                                  Row{"floating", floor_offset},
                                  Row{"stored-velocity", stored_velocity}};

}  // namespace

bool has_remedy(std::string_view rule) {
  return std::any_of(kRemedies.begin(), kRemedies.end(),
                     [&](const Row& r) { return r.rule == rule; });
}

std::vector<Repair> fix(Clip& clip, const Robot* robot, const std::vector<std::string>& skip) {
  std::vector<Repair> out;
  for (const Row& row : kRemedies) {
    const std::string rule(row.rule);
    if (std::find(skip.begin(), skip.end(), rule) != skip.end()) continue;
    if (check(clip, robot, nullptr, row.rule).findings.empty()) continue;
    const std::string what = row.run(clip, robot);
    if (what.empty()) continue;
    clip.history.push_back(fmt::format("motion-check --fix: {}: {}", rule, what));
    out.push_back({rule, what});
  }
  if (!out.empty()) {
    // the source's own arrays hold the fault, also where the motion did not change (norms, rates)
    clip.source.arrays.clear();
    clip.source.fingerprint.clear();
  }
  return out;
}

}  // namespace motus
