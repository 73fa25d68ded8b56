#include "motion/fix_frames.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "motion/edit_channels.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/metrics.h"
#include "motion/resample.h"

namespace motus {

namespace {

constexpr const char* kHoles = "nan_holes";

bool same_row(const Frames& a, int f) {
  return a.size() == 0 || a.row(f) == a.row(f - 1);
}

bool same_frame(const Clip& c, int f) {
  return same_row(c.root_pos, f) && same_row(c.root_rot, f) && same_row(c.dof_pos, f) &&
         same_row(c.local_rot, f);
}

/// The cubic through p at 0 and n at `span` with slopes a and b, at t.
template <typename V>
V hermite(const V& p, const V& n, const V& a, const V& b, double t, double span) {
  const double s = t / span;
  return p + (n - p) * (s * s * (3 - 2 * s)) + a * (span * s * (1 - s) * (1 - s)) -
         b * (span * s * s * (1 - s));
}

/// Frames before and after a gap, with their neighbours for the slopes.
struct Gap {
  int before, after, earlier, later;
  Gap(int first, int last, int frames)
      : before(first - 1),
        after(last + 1),
        earlier(std::max(0, first - 2)),
        later(std::min(frames - 1, last + 2)) {}
  int span() const { return after - before; }

  template <typename At>
  auto number(int f, const At& at) const {
    using V = std::decay_t<decltype(at(0))>;
    const V a =
        earlier < before ? V(at(before) - at(earlier)) : V((at(after) - at(before)) / span());
    const V b = later > after ? V(at(later) - at(after)) : V((at(after) - at(before)) / span());
    return hermite<V>(at(before), at(after), a, b, f - before, span());
  }

  template <typename At>
  Quat rotation(int f, const At& at) const {
    const Quat p = at(before);
    const auto turn = [](const Quat& x, const Quat& y) { return log_map(x.conjugate() * y); };
    const Vec3 whole = turn(p, at(after));
    const Vec3 a = earlier < before ? turn(at(earlier), p) : Vec3(whole / span());
    const Vec3 b = later > after ? turn(at(after), at(later)) : Vec3(whole / span());
    const Vec3 zero = Vec3::Zero();
    return (p * exp_map(hermite<Vec3>(zero, whole, a, b, f - before, span()))).normalized();
  }
};

void bridge_dofs(Clip& c, int body, const Gap& gap, int first, int last) {
  const auto [begin, end] = c.skeleton->joints_of(body);
  for (int j = begin; j < end; ++j) {
    const Joint& joint = c.skeleton->joints()[static_cast<size_t>(j)];
    for (int f = first; f <= last; ++f) {
      if (joint.type == JointType::hinge) {
        c.dof_pos(f, joint.dof) = gap.number(f, [&](int k) { return c.dof_pos(k, joint.dof); });
        continue;
      }
      const auto at = [&](int k) {
        return exp_map(c.dof_pos.block<1, 3>(k, joint.dof).transpose());
      };
      c.dof_pos.block<1, 3>(f, joint.dof) = log_map(gap.rotation(f, at)).transpose();
    }
  }
}

}  // namespace

void bridge(Clip& c, int body, int first, int last) {
  require(first > 0 && last >= first && last + 1 < c.frames(), Kind::usage,
          "frames {} to {} cannot be bridged in a clip of {}", first, last, c.frames());
  const Gap gap(first, last, c.frames());
  if (body > 0 && c.local_rot.size() == 0) return bridge_dofs(c, body, gap, first, last);
  Frames& rot = body == 0 ? c.root_rot : c.local_rot;
  for (int f = first; f <= last; ++f) {
    Clip::set_quat(rot, f, body,
                   gap.rotation(f, [&](int k) { return Clip::quat_at(rot, k, body); }));
    if (body == 0) {
      c.root_pos.row(f) = gap.number(f, [&](int k) { return c.root_pos_at(k); }).transpose();
    }
  }
  make_continuous(rot);
}

std::vector<char> repeated_frames(const Clip& c) {
  constexpr double kStill = 0.02, kMoving = 1e-4;
  std::vector<char> out(static_cast<size_t>(c.frames()), 0);
  if (c.frames() < 2) return out;
  // what a step moves: m and rad in one number
  const Frames steps = rotation_steps(c);
  std::vector<double> moved(static_cast<size_t>(c.frames()), 0);
  for (int f = 1; f < c.frames(); ++f) {
    moved[static_cast<size_t>(f)] =
        steps.row(f - 1).sum() + (c.root_pos.row(f) - c.root_pos.row(f - 1)).norm();
  }
  for (int f = 1; f < c.frames(); ++f) {
    const size_t i = static_cast<size_t>(f);
    const double around = f > 1 && f + 1 < c.frames() ? std::min(moved[i - 1], moved[i + 1]) : 0;
    out[i] = same_frame(c, f) || (around > kMoving && moved[i] < kStill * around);
  }
  return out;
}

std::string fix_repeats(Clip& c) {
  constexpr int kHold = 3;  // longer repeats are a figure that stands still
  const std::vector<char> repeat = repeated_frames(c);
  std::vector<int> kept;
  for (int f = 0; f < c.frames(); ++f) {
    if (!repeat[static_cast<size_t>(f)]) kept.push_back(f);
  }
  const int dropped = c.frames() - static_cast<int>(kept.size());
  if (dropped == 0 || kept.size() < 3) return {};
  // an even staircase: the k-th new frame stands where an even rate would put it
  const double stride = static_cast<double>(kept.back()) / static_cast<double>(kept.size() - 1);
  bool even = stride > 1;
  for (size_t k = 0; k < kept.size(); ++k) {
    even = even && std::abs(kept[k] - stride * static_cast<double>(k)) < 1.01;
  }
  if (even) {
    Clip out = pick(c, kept);
    out.fps = c.fps / stride;
    // a rate such as 29.999 is 30 and the pattern's end
    if (std::abs(out.fps - std::round(out.fps)) < 0.02 * out.fps) out.fps = std::round(out.fps);
    const std::string done = fmt::format(
        "{} repeated frames dropped: {:.6g} frames a second, not {:.6g}", dropped, out.fps, c.fps);
    c = std::move(out);
    return done;
  }
  int filled = 0;
  for (int f = 1; f < c.frames(); ++f) {
    if (!repeat[static_cast<size_t>(f)]) continue;
    int last = f;
    while (last + 1 < c.frames() && repeat[static_cast<size_t>(last + 1)]) ++last;
    if (last - f < kHold && last + 1 < c.frames()) {
      for (int b = 0; b < c.skeleton->body_count(); ++b) bridge(c, b, f, last);
      filled += last - f + 1;
    }
    f = last;
  }
  if (filled == 0) return {};
  drop_derived_channels(c);
  return fmt::format("{} repeated frames filled in between their neighbours", filled);
}

void note_nan_hole(Source& source, const Hole& h) {
  std::string& text = source.metadata[kHoles];
  text += fmt::format("{}{} {}-{}", text.empty() ? "" : "; ", h.part, h.first, h.last);
}

std::vector<Hole> nan_holes(const Clip& c) {
  std::vector<Hole> out;
  const auto at = c.source.metadata.find(kHoles);
  if (at == c.source.metadata.end()) return out;
  const std::string& text = at->second;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find("; ", from), text.size());
    const std::string word = text.substr(from, end - from);
    const size_t space = word.rfind(' '), dash = word.rfind('-');
    Hole h;
    if (space != std::string::npos && dash != std::string::npos && dash > space) {
      h.part = word.substr(0, space);
      const char* w = word.data();
      const auto a = std::from_chars(w + space + 1, w + dash, h.first);
      const auto b = std::from_chars(w + dash + 1, w + word.size(), h.last);
      const bool inside = h.first >= 0 && h.first <= h.last && h.last < c.frames();
      if (a.ec == std::errc() && b.ec == std::errc() && inside) out.push_back(std::move(h));
    }
    from = end + 2;
  }
  return out;
}

std::vector<Hole> fix_nan_holes(Clip& c) {
  std::vector<Hole> left;
  for (const Hole& h : nan_holes(c)) {
    int body = h.part == "root" ? 0 : c.skeleton->find_body(h.part);
    for (const Joint& j : c.skeleton->joints()) {
      if (body < 0 && j.name == h.part) body = j.body;
    }
    const bool ends = h.first > 0 && h.last + 1 < c.frames();
    if (body < 0 || !ends || h.last - h.first + 1 > c.fps) {
      left.push_back(h);
    } else {
      bridge(c, body, h.first, h.last);
    }
  }
  c.source.metadata.erase(kHoles);
  for (const Hole& h : left) note_nan_hole(c.source, h);
  return left;
}

std::vector<Spike> find_spikes(const Clip& c, int most) {
  // away and back by more than 0.5 rad or 0.1 m at 30 frames a second, and 3 times what is left
  const double turn = 15 / c.fps, move = 3 / c.fps;
  constexpr double kFactor = 3;
  std::vector<Spike> out;
  std::vector<std::vector<Quat>> pose(static_cast<size_t>(c.frames()));
  for (int f = 0; f < c.frames(); ++f) {
    joint_rotations(c, f, pose[static_cast<size_t>(f)]);
    pose[static_cast<size_t>(f)][0] = c.root_rot_at(f);
  }
  for (int b = 0; b < c.skeleton->body_count(); ++b) {
    const auto angle = [&](int f, int g) {
      const size_t i = static_cast<size_t>(b);
      return log_map(pose[static_cast<size_t>(f)][i].conjugate() * pose[static_cast<size_t>(g)][i])
          .norm();
    };
    const auto way = [&](int f, int g) { return (c.root_pos_at(f) - c.root_pos_at(g)).norm(); };
    const auto out_of_place = [&](const auto& distance, double least, int first, int last) {
      const double in = distance(first - 1, first), back = distance(last, last + 1);
      return std::min(in, back) > least &&
             kFactor * distance(first - 1, last + 1) < std::min(in, back);
    };
    for (int first = 1; first + 1 < c.frames(); ++first) {
      for (int last = first; last < first + most && last + 1 < c.frames(); ++last) {
        const bool spike = out_of_place(angle, turn, first, last) ||
                           (b == 0 && out_of_place(way, move, first, last));
        if (!spike) continue;
        out.push_back({b, first, last});
        first = last;
        break;
      }
    }
  }
  return out;
}

}  // namespace motus
