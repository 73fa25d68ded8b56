#include "retarget/closed_track.h"

#include <algorithm>
#include <cmath>

#include "motion/kinematics.h"
#include "motion/limits.h"
#include "retarget/balls.h"
#include "retarget/ik.h"
#include "retarget/parallel.h"
#include "retarget/smooth.h"

namespace motus::retarget {

namespace {

constexpr int kBlock = 128;          // frames a thread takes at a time
constexpr double kCutoff = 7;        // Hz, as of the trajectory pass
constexpr double kFade = 0.12;       // s, as of the foot lock
constexpr double kSunk = 5e-4;       // m below the floor that are not worth solving
constexpr double kTouching = 0.004;  // m between bodies
constexpr double kMostUnmet = 0.02;  // of a person's frames
constexpr int kHoldRounds = 10;
constexpr double kPullPos = 25, kPullTurn = 4, kPullDofs = 0.1;  // of frames that are not met
constexpr double kHoldPos = 60, kHoldTurn = 12, kHoldDofs = 3;   // once smooth

size_t z(int i) {
  return static_cast<size_t>(i);
}

class Closed {
 public:
  Closed(const RobotBody& body, const ClosedForm& form, std::span<const Target> targets, double fps,
         int jobs, Track& track)
      : body_(body),
        form_(form),
        targets_(targets),
        fps_(fps),
        jobs_(jobs),
        n_(track.frames()),
        legs_(body.rig.legs.size()),
        track_(track),
        marked_(z(n_)),
        step_(top_speeds(body.robot).transpose() / fps) {
    for (const Joint& joint : body.robot.skeleton->joints()) {
      if (joint.type == JointType::ball) balls_.push_back(joint.dof);
    }
  }

  std::optional<ClosedStats> run(bool smooth) {
    find_poses();
    const auto unmet = std::count(marked_.begin(), marked_.end(), 1);
    if (!body_.rig.roles.quadruped && static_cast<double>(unmet) > kMostUnmet * n_) return {};
    stats_.unmet = solve_marked(Terms::all, {{}, kPullPos, kPullTurn, kPullDofs}, 4, track_);
    make_continuous(track_.root_rot);
    if (!smooth) return stats_;
    if (n_ >= 4) smooth_over_time();
    find_feet();
    place_feet();
    hold();
    // what stands is worth more than a motor's limit, and no jump is worth it
    stats_.limited = limit_speeds(Eigen::RowVectorXd::Constant(step_.size(), kFastest / fps_));
    return stats_;
  }

 private:
  void find_poses() {
    for_blocks(n_, kBlock, jobs_, [&] {
      return [&, model = Model(body_.robot.skeleton), collider = Collider(body_), state = State{}](
                 int first, int last) mutable {
        state.dofs.resize(0);  // blocks know nothing of each other
        for (int f = first; f < last; ++f) {
          marked_[z(f)] = !form_.pose(targets_[z(f)], state) || in_the_way(state, model, collider);
          track_.set(f, state);
        }
      };
    });
  }

  /// The iterative solver's poses of marked frames, pulled to `to`. Returns how many.
  int solve_marked(Terms terms, Pull pull, int iterations, const Track& to) {
    const int count = static_cast<int>(std::count(marked_.begin(), marked_.end(), 1));
    if (count == 0) return 0;
    for_blocks(n_, kBlock, jobs_, [&] {
      return [&, pull, solver = Solver(body_), balls = Balls(*body_.robot.skeleton),
              state = State{}, maps = Eigen::VectorXd()](int first, int last) mutable {
        for (int f = first; f < last; ++f) {
          if (!marked_[z(f)]) continue;
          track_.get(f, state);
          to.get(f, pull.to);
          maps = state.dofs;
          balls.to_angles(state.dofs);
          balls.to_angles_near(state.dofs, pull.to.dofs);
          solver.refine(targets_[z(f)], pull, terms, iterations, state);
          balls.to_maps_near(maps, state.dofs);
          track_.set(f, state);
        }
      };
    });
    return count;
  }

  Vec3 ball(int f, int dof) const { return track_.dofs.block<1, 3>(f, dof).transpose(); }

  /// A ball's vector jumps where its angle passes pi: there its rotations are smoothed instead.
  void smooth_over_time() {
    wraps_.clear();
    for (const int dof : balls_) {
      bool wraps = false;
      for (int f = 1; f < n_ && !wraps; ++f)
        wraps = (ball(f, dof) - ball(f - 1, dof)).squaredNorm() > M_PI * M_PI;
      if (wraps) wraps_.push_back(dof);
    }
    std::vector<Frames> turns;
    for (const int dof : wraps_) {
      Frames q(n_, 4);
      for (int f = 0; f < n_; ++f) Clip::set_quat(q, f, 0, exp_map(ball(f, dof)));
      make_continuous(q);
      turns.push_back(std::move(q));
    }
    const JerkFilter filter(n_, fps_, kCutoff);
    filter.apply(track_.root_pos);
    filter.apply(track_.root_rot);
    track_.root_rot.rowwise().normalize();
    filter.apply(track_.dofs);
    for (size_t i = 0; i < turns.size(); ++i) {
      filter.apply(turns[i]);
      turns[i].rowwise().normalize();
      for (int f = 0; f < n_; ++f)
        track_.dofs.block<1, 3>(f, wraps_[i]) = log_map(Clip::quat_at(turns[i], f, 0)).transpose();
    }
    keep_limits(*body_.robot.skeleton, track_.dofs);
    limit_speeds(step_);
    free_wrapped(step_);
  }

  double limit_speeds(Eigen::RowVectorXd step) {
    const Eigen::RowVectorXd all = step;
    free_wrapped(step);
    const double changed = limit_steps(track_.dofs, step);
    if (changed > 0) keep_limits(*body_.robot.skeleton, track_.dofs);
    Balls(*body_.robot.skeleton).limit_turns(all, track_.dofs);
    return changed;
  }

  void free_wrapped(Eigen::RowVectorXd& step) const {
    for (const int dof : wraps_) step.segment<3>(dof).setConstant(2 * M_PI);
  }

  /// Where the smooth track has the feet, and how far planted ones are from their places.
  void find_feet() {
    feet_.resize(z(n_) * legs_);
    for_blocks(n_, kBlock, jobs_, [&] {
      return
          [&, model = Model(body_.robot.skeleton), state = State{}](int first, int last) mutable {
            for (int f = first; f < last; ++f) {
              track_.get(f, state);
              model.update(state);
              for (size_t i = 0; i < legs_; ++i) {
                const Leg& leg = body_.rig.legs[i];
                const FootTarget& t = targets_[z(f)].feet[i];
                FootNow& now = feet_[z(f) * legs_ + i];
                now.ankle = model.at(leg.ankle.body, leg.ankle.pos);
                now.foot = model.rot(leg.foot) * body_.zero.rot[z(leg.foot)].conjugate();
                now.like.knee_axis = form_.knee_axis(i, model);
                if (t.planted)
                  now.moved = t.ankle + t.foot * t.touch - now.ankle - now.foot * t.touch;
              }
            }
          };
    });
  }

  /// What planting moved nearby.
  Vec3 shift(int f, size_t leg, int fade) const {
    Vec3 sum = Vec3::Zero();
    for (const int way : {-1, 1}) {
      for (int d = 1; d <= fade; ++d) {
        const int g = f + way * d;
        if (g < 0 || g >= n_) break;
        if (!targets_[z(g)].feet[leg].planted) continue;
        const double t = 1 - static_cast<double>(d) / (fade + 1);
        sum += t * t * (3 - 2 * t) * feet_[z(g) * legs_ + leg].moved;
        break;
      }
    }
    return sum;
  }

  /// Planted feet to their places, swinging ones after them and above the floor. Marks the frames in
  /// which something is then in the way.
  void place_feet() {
    const int fade = std::max(1, static_cast<int>(std::lround(kFade * fps_)));
    for_blocks(n_, kBlock, jobs_, [&] {
      return [&, fade, model = Model(body_.robot.skeleton), collider = Collider(body_),
              state = State{}](int first, int last) mutable {
        for (int f = first; f < last; ++f) {
          track_.get(f, state);
          bool met = true, changed = false;
          for (size_t i = 0; i < legs_; ++i) {
            const FootTarget& t = targets_[z(f)].feet[i];
            const FootNow& now = feet_[z(f) * legs_ + i];
            if (t.planted) {
              met = form_.place_foot(i, t.ankle, t.foot, now.like, state) && met;
              changed = true;
              continue;
            }
            Vec3 ankle = now.ankle + shift(f, i, fade);
            ankle.z() += std::max(0.0, -sole_height(body_.feet[i], ankle, now.foot));
            if ((ankle - now.ankle).norm() < 1e-6) continue;
            form_.place_foot(i, ankle, now.foot, now.like, state);
            changed = true;
          }
          if (changed) track_.set(f, state);
          marked_[z(f)] = !met || in_the_way(state, model, collider);
        }
      };
    });
    for (const FootNow& foot : feet_) stats_.moved = std::max(stats_.moved, foot.moved.norm());
  }

  bool in_the_way(const State& state, Model& model, Collider& collider) const {
    model.update(state);
    for (const CollisionPoint& c : body_.robot.collision_points) {
      if (model.at(c.body, c.pos).z() - c.radius < -kSunk) return true;
    }
    return !collider.near(model, kTouching).empty();
  }

  void hold() {
    Track z_track = track_;
    for (int round = 0; round < kHoldRounds; ++round) {
      const int held = solve_marked(Terms::hard, {{}, kHoldPos, kHoldTurn, kHoldDofs}, 2, z_track);
      stats_.held = std::max(stats_.held, held);
      z_track.dofs = track_.dofs;
      if (limit_steps(z_track.dofs, step_) <= 0) break;
      for (int f = 0; f < n_; ++f) marked_[z(f)] = z_track.dofs.row(f) != track_.dofs.row(f);
      z_track.root_pos = track_.root_pos;
      z_track.root_rot = track_.root_rot;
      track_.dofs = z_track.dofs;
    }
    make_continuous(track_.root_rot);
  }

  struct FootNow {
    Vec3 ankle = Vec3::Zero(), moved = Vec3::Zero();
    LegAxes like;  ///< whose knee axis is the smooth track's
    Quat foot = Quat::Identity();
  };
  const RobotBody& body_;
  const ClosedForm& form_;
  std::span<const Target> targets_;
  double fps_;
  int jobs_, n_;
  size_t legs_;
  Track& track_;
  std::vector<char> marked_;
  Eigen::RowVectorXd step_;
  std::vector<int> balls_, wraps_;
  std::vector<FootNow> feet_;
  ClosedStats stats_;
};

}  // namespace

std::optional<ClosedStats> solve_closed(const RobotBody& body, const ClosedForm& form,
                                        std::span<const Target> targets, double fps, bool smooth,
                                        int jobs, Track& track) {
  return Closed(body, form, targets, fps, jobs, track).run(smooth);
}

}  // namespace motus::retarget
