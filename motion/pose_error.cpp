#include "motion/pose_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "motion/kinematics.h"

namespace motus {

namespace {

void posture_row(const BodyPoses& poses, const Vec3& root, const Quat& turn, Frames& out,
                 Eigen::Index row) {
  const Quat back = heading_rotation(turn).conjugate();
  for (size_t b = 1; b < poses.pos.size(); ++b) {
    out.block<1, 3>(row, 3 * static_cast<Eigen::Index>(b - 1)) =
        (back * (poses.pos[b] - root)).transpose();
  }
}

/// The rows of `cycle`, over and over, from `start` on.
Frames repeat_rows(const Frames& cycle, Eigen::Index start, Eigen::Index rows) {
  Frames out(rows, cycle.cols());
  for (Eigen::Index r = 0; r < rows; ++r) out.row(r) = cycle.row((start + r) % cycle.rows());
  return out;
}

}  // namespace

Frames postures(const Clip& clip) {
  Frames out(clip.frames(), 3 * (clip.skeleton->body_count() - 1));
  for (int f = 0; f < clip.frames(); ++f) {
    posture_row(forward(clip, f), clip.root_pos_at(f), clip.root_rot_at(f), out, f);
  }
  return out;
}

double posture_distance(const Frames& a, Eigen::Index i, const Frames& b, Eigen::Index j) {
  const Eigen::Index joints = a.cols() / 3;
  const double *p = a.data() + i * a.cols(), *q = b.data() + j * b.cols();
  double sum = 0;
  for (Eigen::Index k = 0; k < joints; ++k, p += 3, q += 3) {
    const double x = p[0] - q[0], y = p[1] - q[1], z = p[2] - q[2];
    sum += std::sqrt(x * x + y * y + z * z);
  }
  return sum / static_cast<double>(joints);
}

double warped_distance(const Frames& a, const Frames& b) {
  // total cost and number of pairs of the best path to each cell of two rows
  struct Cell {
    double cost = std::numeric_limits<double>::infinity();
    int pairs = 0;
  };
  std::vector<Cell> above(static_cast<size_t>(b.rows())), row(above.size());
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j < b.rows(); ++j) {
      const auto k = static_cast<size_t>(j);
      Cell best = i == 0 && j == 0 ? Cell{.cost = 0, .pairs = 0} : Cell{};
      if (i > 0 && j > 0 && above[k - 1].cost <= best.cost) best = above[k - 1];
      if (i > 0 && above[k].cost < best.cost) best = above[k];
      if (j > 0 && row[k - 1].cost < best.cost) best = row[k - 1];
      row[k] = {.cost = best.cost + posture_distance(a, i, b, j), .pairs = best.pairs + 1};
    }
    std::swap(above, row);
  }
  return above.back().cost / above.back().pairs;
}

PostureLibrary::PostureLibrary(const Dataset& dataset, double fps) : fps_(fps) {
  const MotionSampler sampler(dataset);
  const Skeleton& skeleton = *dataset.skeleton;
  cyclic_ = sampler.motions() == 1 && sampler.wraps(0);
  MotionState state;
  BodyPoses poses;
  for (int m = 0; m < sampler.motions(); ++m) {
    // a cycle in whole steps: its last frame is its first
    const auto rows = std::max<Eigen::Index>(
        1, std::lround(sampler.length(m) * fps) + (sampler.wraps(m) ? 0 : 1));
    const double step = sampler.wraps(m) ? sampler.length(m) / static_cast<double>(rows) : 1 / fps;
    Frames clip(rows, 3 * (skeleton.body_count() - 1));
    for (Eigen::Index r = 0; r < rows; ++r) {
      sampler.sample(m, static_cast<double>(r) * step, state);
      forward(skeleton, state.root_pos, state.root_rot, state.joint_rot, poses);
      posture_row(poses, state.root_pos, state.root_rot, clip, r);
    }
    // a window of a second may begin anywhere in a cycle
    const bool repeats = sampler.wraps(m) && !cyclic_;
    clips_.push_back(repeats ? repeat_rows(clip, 0, rows + std::lround(fps)) : std::move(clip));
  }
}

double PostureLibrary::error(const Frames& rollout) const {
  if (rollout.rows() == 0) return 0;
  return cyclic_ ? cyclic_error(rollout) : windowed_error(rollout);
}

double PostureLibrary::cyclic_error(const Frames& rollout) const {
  const Frames& cycle = clips_[0];
  const Eigen::Index head = std::min<Eigen::Index>(rollout.rows(), 8);
  Eigen::Index start = 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (Eigen::Index s = 0; s < cycle.rows(); ++s) {
    double sum = 0;
    for (Eigen::Index r = 0; r < head; ++r) {
      sum += posture_distance(rollout, r, cycle, (s + r) % cycle.rows());
    }
    if (sum < nearest) nearest = sum, start = s;
  }
  return warped_distance(rollout, repeat_rows(cycle, start, rollout.rows()));
}

double PostureLibrary::windowed_error(const Frames& rollout) const {
  const auto second = static_cast<Eigen::Index>(std::lround(fps_));
  const auto hop = std::max<Eigen::Index>(1, second / 10);
  double sum = 0, count = 0;
  for (Eigen::Index at = 0; at < rollout.rows(); at += second) {
    const Eigen::Index rows = std::min(second, rollout.rows() - at);
    if (at > 0 && rows < second / 2) break;
    const Frames window = rollout.middleRows(at, rows);
    double best = std::numeric_limits<double>::infinity();
    for (const Frames& clip : clips_) {
      const Eigen::Index length = std::min(rows, clip.rows());
      for (Eigen::Index s = 0; s + length <= clip.rows(); s += hop) {
        // a window whose ends are far away cannot be the best one
        if (posture_distance(window, 0, clip, s) > 3 * best) continue;
        best = std::min(best, warped_distance(window, clip.middleRows(s, length)));
      }
    }
    sum += best, ++count;
  }
  return sum / count;
}

double PostureLibrary::coverage(const std::vector<Frames>& rollouts, double reach) const {
  double moments = 0, seen = 0;
  for (const Frames& clip : clips_) {
    for (Eigen::Index r = 0; r < clip.rows(); ++r) {
      ++moments;
      const bool near = std::any_of(rollouts.begin(), rollouts.end(), [&](const Frames& rollout) {
        for (Eigen::Index f = 0; f < rollout.rows(); ++f) {
          if (posture_distance(clip, r, rollout, f) <= reach) return true;
        }
        return false;
      });
      seen += near ? 1 : 0;
    }
  }
  return moments > 0 ? seen / moments : 0;
}

}  // namespace motus
