#include "motion/diff.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/resample.h"

namespace motus {

namespace {

/// Bodies of two skeletons that are the same thing.
std::vector<std::pair<int, int>> match_bodies(const Skeleton& a, const Skeleton& b,
                                              std::vector<std::string>& notes) {
  std::vector<std::pair<int, int>> out;
  std::vector<char> taken(static_cast<size_t>(b.body_count()), 0);
  const auto take = [&](int i, int j) {
    out.emplace_back(i, j);
    taken[static_cast<size_t>(j)] = 1;
  };
  int named = 0, by_role = 0;
  for (int i = 0; i < a.body_count(); ++i) {
    const int j = b.find_body(a.bodies()[static_cast<size_t>(i)].name);
    if (j >= 0) take(i, j), ++named;
  }
  for (const auto& [role, i] : a.roles()) {
    const int j = b.role(role);
    const bool have = std::any_of(out.begin(), out.end(),
                                  [&, body = i](const auto& pair) { return pair.first == body; });
    if (j < 0 || have || taken[static_cast<size_t>(j)]) continue;
    take(i, j), ++by_role;
  }
  std::sort(out.begin(), out.end());
  if (!a.same_structure(b)) {
    notes.push_back(fmt::format(
        "skeletons '{}' and '{}' differ: {} bodies compared by name, {} by "
        "role, {} of the first and {} of the second left out",
        a.name(), b.name(), named, by_role, a.body_count() - static_cast<int>(out.size()),
        b.body_count() - static_cast<int>(out.size())));
  }
  require(out.size() >= 3, Kind::bad_input,
          "skeletons '{}' and '{}' share {} bodies by name or role: nothing to compare", a.name(),
          b.name(), out.size());
  return out;
}

BodyPoses rest_of(const Skeleton& s) {
  const std::vector<Quat> none(static_cast<size_t>(s.body_count()), Quat::Identity());
  BodyPoses out;
  forward(s, Vec3::Zero(), Quat::Identity(), none, out);
  return out;
}

/// Poses of the matched bodies of a clip, in the world or against the root.
struct Track {
  Frames pos, rot;  ///< (F, 3n), (F, 4n)
};

Track track(const Clip& clip, const std::vector<int>& bodies, Against against) {
  const Eigen::Index n = static_cast<Eigen::Index>(bodies.size());
  Track t{Frames(clip.frames(), 3 * n), Frames(clip.frames(), 4 * n)};
  for (int f = 0; f < clip.frames(); ++f) {
    const BodyPoses p = forward(clip, f);
    const bool world = against == Against::world;
    const Quat home = world ? Quat::Identity() : heading_rotation(p.rot[0]).conjugate();
    const Vec3 origin = world ? Vec3(Vec3::Zero()) : p.pos[0];
    for (Eigen::Index i = 0; i < n; ++i) {
      const size_t b = static_cast<size_t>(bodies[static_cast<size_t>(i)]);
      t.pos.block<1, 3>(f, 3 * i) = (home * (p.pos[b] - origin)).transpose();
      Clip::set_quat(t.rot, f, static_cast<int>(i), home * p.rot[b]);
    }
  }
  return t;
}

/// Mean and worst of values that come frame by frame.
void add(PartDiff& part, double value, int frame, int count) {
  part.mean += value / count;
  if (value > part.worst) part.worst = value, part.frame = frame;
}

void compare_dofs(const Clip& a, const Clip& b, ClipDiff& out) {
  if (a.dof_pos.size() == 0 || b.dof_pos.size() == 0) return;
  for (int d = 0; d < a.skeleton->dof_count(); ++d) {
    const std::string& name = a.skeleton->dofs()[static_cast<size_t>(d)].name;
    const int e = b.skeleton->find_dof(name);
    if (e < 0) continue;
    PartDiff part{.name = name};
    for (const auto& [f, g] : out.pairs) {
      add(part, std::abs(a.dof_pos(f, d) - b.dof_pos(g, e)), f, out.frames);
    }
    out.dofs.push_back(std::move(part));
  }
}

}  // namespace

PartDiff ClipDiff::worst(const std::vector<PartDiff>& parts) {
  const auto at = std::max_element(parts.begin(), parts.end(),
                                   [](const auto& x, const auto& y) { return x.worst < y.worst; });
  return at == parts.end() ? PartDiff{} : *at;
}

double ClipDiff::mean(const std::vector<PartDiff>& parts) {
  double sum = 0;
  for (const PartDiff& p : parts) sum += p.mean;
  return parts.empty() ? 0 : sum / static_cast<double>(parts.size());
}

std::vector<std::pair<int, int>> warp(const Frames& a, const Frames& b) {
  const int n = static_cast<int>(a.rows()), m = static_cast<int>(b.rows());
  enum Step : char { both, first, second };
  std::vector<Step> step(static_cast<size_t>(n) * static_cast<size_t>(m), both);
  std::vector<double> cost(static_cast<size_t>(m), 0), above;
  for (int i = 0; i < n; ++i) {
    above.swap(cost);
    cost.resize(static_cast<size_t>(m));
    for (int j = 0; j < m; ++j) {
      const size_t k = static_cast<size_t>(j);
      double least = 0;
      Step& from = step[static_cast<size_t>(i) * static_cast<size_t>(m) + k];
      if (i > 0 && j > 0) {
        least = above[k - 1];
        if (above[k] < least) least = above[k], from = first;
        if (cost[k - 1] < least) least = cost[k - 1], from = second;
      } else if (i > 0) {
        least = above[k], from = first;
      } else if (j > 0) {
        least = cost[k - 1], from = second;
      }
      cost[k] = least + (a.row(i) - b.row(j)).norm();
    }
  }
  std::vector<std::pair<int, int>> out;
  for (int i = n - 1, j = m - 1; i >= 0 && j >= 0;) {
    out.emplace_back(i, j);
    const Step s = step[static_cast<size_t>(i) * static_cast<size_t>(m) + static_cast<size_t>(j)];
    if (s != second) --i;
    if (s != first) --j;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

ClipDiff diff(const Clip& a, const Clip& given, const DiffOptions& options) {
  constexpr int kMost = 10000;
  ClipDiff out;
  Clip b = given;
  if (b.fps != a.fps) {
    b = resample(b, a.fps);
    out.notes.push_back(
        fmt::format("'{}' resampled from {:.6g} to {:.6g} fps", b.name, given.fps, a.fps));
  }
  std::vector<int> of_a, of_b;
  for (const auto& [i, j] : match_bodies(*a.skeleton, *b.skeleton, out.notes)) {
    of_a.push_back(i), of_b.push_back(j);
  }
  const Track p = track(a, of_a, options.against), q = track(b, of_b, options.against);
  if (options.align == Align::dtw) {
    require(a.frames() <= kMost && b.frames() <= kMost, Kind::bad_input,
            "cannot warp {} frames onto {}: at most {}", a.frames(), b.frames(), kMost);
    out.pairs = warp(track(a, of_a, Against::root).pos, track(b, of_b, Against::root).pos);
  } else {
    const int common = std::min(a.frames(), b.frames());
    for (int f = 0; f < common; ++f) out.pairs.emplace_back(f, f);
    out.missing = std::abs(a.frames() - b.frames());
    if (out.missing > 0) {
      out.notes.push_back(fmt::format("'{}' has {} frames, '{}' {}: the first {} compared", a.name,
                                      a.frames(), b.name, b.frames(), common));
    }
  }
  out.frames = static_cast<int>(out.pairs.size());
  out.frame_error.assign(out.pairs.size(), 0);
  const BodyPoses rest_a = rest_of(*a.skeleton), rest_b = rest_of(*b.skeleton);
  int turned = 0;
  for (size_t i = 0; i < of_a.size(); ++i) {
    const std::string& name = a.skeleton->bodies()[static_cast<size_t>(of_a[i])].name;
    PartDiff position{.name = name}, rotation{.name = name};
    const int k = static_cast<int>(i);
    for (size_t n = 0; n < out.pairs.size(); ++n) {
      const auto& [f, g] = out.pairs[n];
      const double apart = (p.pos.block<1, 3>(f, 3 * k) - q.pos.block<1, 3>(g, 3 * k)).norm();
      add(position, apart, f, out.frames);
      out.frame_error[n] += apart / static_cast<double>(of_a.size());
      const Quat x = Clip::quat_at(p.rot, f, k), y = Clip::quat_at(q.rot, g, k);
      add(rotation, log_map(x.conjugate() * y).norm() * 180 / M_PI, f, out.frames);
    }
    out.positions.push_back(std::move(position));
    const Quat &ra = rest_a.rot[static_cast<size_t>(of_a[i])],
               &rb = rest_b.rot[static_cast<size_t>(of_b[i])];
    if (log_map(ra.conjugate() * rb).norm() < 1e-3) {
      out.rotations.push_back(std::move(rotation));
    } else {
      ++turned;
    }
  }
  if (turned > 0) {
    out.notes.push_back(
        fmt::format("{} bodies rest turned another way: their rotations are not compared", turned));
  }
  compare_dofs(a, b, out);
  return out;
}

}  // namespace motus
