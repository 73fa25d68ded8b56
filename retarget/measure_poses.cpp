#include <algorithm>
#include <cmath>
#include <map>

#include "retarget/collide.h"
#include "retarget/measure_parts.h"
#include "retarget/model.h"
#include "retarget/parallel.h"

namespace motus::retarget {

namespace {

constexpr int kBlock = 128;           // frames a thread takes at a time
constexpr double kDeep = 0.005;       // m, of a collision
constexpr double kTouch = 0.003;      // m, of points of a sole above its lowest that touch
constexpr double kSoleHeight = 0.02;  // m, of points that count as the support

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// A sole in the world.
struct Sole {
  std::vector<Vec3> centres;  ///< of its spheres
  Eigen::Matrix3d foot = Eigen::Matrix3d::Identity();
  double lowest = 0;  ///< m
};

/// How far (m) the points of a sole that touch in both frames move over the floor, on average; where
/// none does, the one that is nearest to it.
double slide(const Foot& foot, const Sole& before, const Sole& now) {
  const auto height = [&](const Sole& s, size_t k) {
    return s.centres[k].z() - foot.sole[k].radius;
  };
  // the lowest point of a sphere is carried by the foot, while the sphere rolls on to another; a
  // foot that is one sphere is taken as a point
  const Vec3 carried = before.foot.row(2).transpose();
  const Vec3 rolls = foot.sole.size() > 1 ? Vec3(Vec3::UnitZ() - now.foot * carried) : Vec3::Zero();
  double sum = 0, nearest = 1e300, of_nearest = 0;
  int n = 0;
  for (size_t k = 0; k < foot.sole.size(); ++k) {
    const double moved =
        (now.centres[k] - before.centres[k] + foot.sole[k].radius * rolls).head<2>().norm();
    const double above = std::max(height(before, k) - before.lowest, height(now, k) - now.lowest);
    if (above < kTouch) sum += moved, ++n;
    if (above < nearest) nearest = above, of_nearest = moved;
  }
  return n > 0 ? sum / n : of_nearest;
}

using Pairs = std::map<std::pair<int, int>, int>;  // frames in which two bodies collide

/// One thread's look at frames one after the other.
class Look {
 public:
  Look(const Clip& clip, const RobotBody& body, const FigureReader& reader,
       const std::vector<std::vector<char>>& stands, Seen& seen, std::vector<double>& collision)
      : clip_(clip),
        body_(body),
        reader_(reader),
        stands_(stands),
        seen_(seen),
        collision_(collision),
        model_(clip.skeleton),
        collider_(body),
        soles_(body.rig.legs.size()),
        before_(body.rig.legs.size()) {
    for (const double m : body.robot.masses) mass_ += m;
    // what a foot turned by its model's axes has its soles in
    for (const Leg& leg : body.rig.legs)
      zero_.push_back(body.zero.rot[z(leg.foot)].conjugate().toRotationMatrix());
  }

  void see(int first, int last, Pairs& pairs) {
    if (first > 0) {
      pose(first - 1);
      see_soles();
    }
    for (int f = first; f < last; ++f) {
      pose(f);
      reader_.read(
          f, [this](const Point& p) { return model_.at(p.body, p.pos); },
          [this](int body) { return model_.rot(body); }, seen_.figure);
      before_.swap(soles_);
      see_soles();
      see_ground(f);
      see_weight(f);
      see_collisions(f, pairs);
    }
  }

 private:
  void pose(int f) {
    state_.root_pos = clip_.root_pos_at(f);
    state_.root_rot = clip_.root_rot_at(f);
    state_.dofs = clip_.dof_pos.row(f);
    model_.update(state_);
  }

  void see_soles() {
    for (size_t i = 0; i < soles_.size(); ++i) {
      const Leg& leg = body_.rig.legs[i];
      Sole& sole = soles_[i];
      sole.foot = model_.axes(leg.foot) * zero_[i];
      sole.centres.clear();
      sole.lowest = 1e300;
      for (const SolePoint& s : body_.feet[i].sole) {
        sole.centres.push_back(model_.at(s.at.body, s.at.pos));
        sole.lowest = std::min(sole.lowest, sole.centres.back().z() - s.radius);
      }
    }
  }

  void see_ground(int f) {
    Ground& g = seen_.ground;
    double lowest = 1e300;
    for (size_t i = 0; i < soles_.size(); ++i) {
      g.sole[i][z(f)] = soles_[i].lowest;
      lowest = std::min(lowest, soles_[i].lowest);
      if (f > 0) g.slide[i][z(f)] = clip_.fps * slide(body_.feet[i], before_[i], soles_[i]);
    }
    for (const CollisionPoint& c : body_.robot.collision_points)
      lowest = std::min(lowest,
                        model_.pos(c.body).z() + model_.axes(c.body).row(2).dot(c.pos) - c.radius);
    g.lowest[z(f)] = lowest;
  }

  void see_weight(int f) {
    Ground& g = seen_.ground;
    if (g.mass_centre.empty()) return;
    const Robot& robot = body_.robot;
    Vec3 moment = Vec3::Zero();
    for (size_t b = 0; b < robot.masses.size(); ++b)
      moment += robot.masses[b] * model_.at(static_cast<int>(b), robot.mass_centres[b]);
    g.mass_centre[z(f)] = moment / mass_;
    const bool all = std::all_of(stands_.begin(), stands_.end(),
                                 [&](const std::vector<char>& foot) { return foot[z(f)]; });
    if (!all || stands_.empty()) return;
    support_.clear();
    for (size_t i = 0; i < soles_.size(); ++i) {
      for (size_t k = 0; k < soles_[i].centres.size(); ++k) {
        const Vec3& at = soles_[i].centres[k];
        if (at.z() - body_.feet[i].sole[k].radius < soles_[i].lowest + kSoleHeight)
          support_.emplace_back(at.head<2>());
      }
    }
    g.outside_support[z(f)] = distance_outside(g.mass_centre[z(f)].head<2>(), support_);
  }

  void see_collisions(int f, Pairs& pairs) {
    double& worst = collision_[z(f)];
    for (const Contact& c : collider_.near(model_, 0)) {
      worst = std::max(worst, -c.gap);
      if (-c.gap > kDeep) ++pairs[{c.body_a, c.body_b}];
    }
  }

  const Clip& clip_;
  const RobotBody& body_;
  const FigureReader& reader_;
  const std::vector<std::vector<char>>& stands_;
  Seen& seen_;
  std::vector<double>& collision_;
  Model model_;
  Collider collider_;
  State state_;
  std::vector<Sole> soles_, before_;
  std::vector<Eigen::Matrix3d> zero_;
  std::vector<Eigen::Vector2d> support_;
  double mass_ = 0;
};

/// How many frames collide, how deep on average, and which two bodies most often.
void count_collisions(const std::vector<Pairs>& blocks, const Skeleton& skeleton, Measured& out) {
  Mean deep;
  for (const double d : out.timeline.collision) {
    if (d > kDeep) deep.add(d);
  }
  const double frames = static_cast<double>(out.timeline.collision.size());
  out.metrics.collision_share = deep.n / std::max(1.0, frames);
  out.metrics.collision_mean = deep.value();
  Pairs counts;
  for (const Pairs& block : blocks) {
    for (const auto& [pair, count] : block) counts[pair] += count;
  }
  int most = 0;
  for (const auto& [pair, count] : counts) {
    if (count <= most) continue;
    most = count;
    out.metrics.collision_pair =
        skeleton.bodies()[z(pair.first)].name + " and " + skeleton.bodies()[z(pair.second)].name;
  }
}

}  // namespace

Seen see_poses(const Clip& clip, const RobotBody& body,
               const std::vector<std::vector<char>>& stands, int jobs, Measured& out) {
  const FigureReader reader(body.rig);
  const int frames = clip.frames();
  const size_t n = z(frames);
  Seen seen;
  seen.figure = reader.blank(clip.fps, frames);
  Ground& g = seen.ground;
  g.sole.assign(body.rig.legs.size(), std::vector<double>(n));
  g.slide.assign(body.rig.legs.size(), std::vector<double>(n));
  g.lowest.resize(n);
  if (body.robot.masses.size() == z(clip.skeleton->body_count())) {
    g.mass_centre.resize(n);
    g.outside_support.resize(n);
  }
  out.timeline.collision.assign(n, 0);
  std::vector<Pairs> pairs(z((frames + kBlock - 1) / kBlock));
  for_blocks(frames, kBlock, jobs, [&] {
    return [&, look = Look(clip, body, reader, stands, seen, out.timeline.collision)](
               int first, int last) mutable { look.see(first, last, pairs[z(first / kBlock)]); };
  });
  for (std::vector<double>& s : g.slide) {
    if (frames > 1) s[0] = s[1];
  }
  reader.finish(seen.figure);
  count_collisions(pairs, *clip.skeleton, out);
  return seen;
}

}  // namespace motus::retarget
