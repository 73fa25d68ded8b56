#include "retarget/observe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "retarget/frames.h"
#include "retarget/source_frames.h"

namespace motus::retarget {

namespace {

constexpr double kUpright = 0.94;        // cosine of the trunk's lean in a standing frame
constexpr double kStraight = 0.92;       // leg extension of a standing frame
constexpr int kStandingFrames = 8;       // needed to calibrate by standing
constexpr double kMaxLeanBack = 0.4;     // rad, likewise
constexpr double kWristHabit = 1.0;      // rad, mean, from the wrist at rest
constexpr double kMaxPelvisPitch = 0.6;  // rad; more is not a habit of standing

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// The work of observe(), stage by stage; every stage reads what the ones before wrote.
class Observer {
 public:
  Observer(const Clip& clip, const RoleMap& roles, const std::optional<BodyPoses>& rest, int jobs)
      : s_(*clip.skeleton),
        zero_(s_),
        robot_(s_.kind() == SkeletonKind::robot),
        rest_(rest),
        rig_(make_rig(clip.skeleton, roles)),
        frames_(clip, rig_, jobs) {
    out_.fps = clip.fps;
    out_.poses.resize(frames_.size());
  }

  Observation run() {
    measure_lengths();
    align_pelvis();
    align_torso();
    place_toes();
    track_feet();
    align_feet();
    place_hips();
    frames_.each([this](size_t f) { write_pose(f); });
    bend_axes();
    align_hands();
    out_.rig = rig_;
    return std::move(out_);
  }

 private:
  Vec3 at(size_t f, const Point& p) const { return frames_.at(f, p); }
  const Quat& rot(size_t f, int body) const { return frames_.rot(f, body); }
  const Rig& rig() const { return rig_; }
  Vec3 neck(size_t f) const { return frames_.neck(f, pelvis_); }
  Quat pelvis_geometry(size_t f) const {
    if (!rig().roles.quadruped)
      return frame_yz(frames_.hips_left(f), neck(f) - frames_.mid_hips(f));
    const Vec3 left = frames_.hips_left(f);
    return frame_yz(left, frames_.hips_ahead(f).cross(left));
  }
  /// The anatomical pelvis or trunk.
  Quat trunk_at(size_t f) const {
    if (rig().roles.quadruped && !robot_) return pelvis_geometry(f);
    return rot(f, rig().pelvis) * pelvis_;
  }
  /// The frame of a body that looks ahead in the rest pose.
  Quat rest_frame(int body) const {
    Vec3 left = Vec3::Zero();
    for (const Leg& leg : rig().legs)
      left += leg.side * (rest_->pos[z(leg.hip.body)] + rest_->rot[z(leg.hip.body)] * leg.hip.pos);
    return rest_->rot[z(body)].conjugate() * frame_zy(Vec3::UnitZ(), left);
  }
  Quat torso_geometry(size_t f) const {
    const Vec3 left = rig().arms.empty()
                          ? frames_.hips_left(f)
                          : Vec3(at(f, rig().arms[0].shoulder) - at(f, rig().arms[1].shoulder));
    return frame_zy(neck(f) - frames_.mid_hips(f), left);
  }

  void measure_lengths() {
    lengths_ = frames_.leg_lengths();
    const double sum = std::accumulate(lengths_.begin(), lengths_.end(), 0.0);
    out_.leg_length = sum / static_cast<double>(lengths_.size());
    require(out_.leg_length > 1e-3, Kind::bad_input,
            "the source's legs are {:.3g} m long: its units may be wrong", out_.leg_length);
  }

  Quat zero_frame(int body) const { return zero_.rot[z(body)].conjugate(); }

  void align_pelvis() {
    if (robot_) {
      pelvis_ = zero_frame(rig().pelvis);
    } else if (rest_) {
      pelvis_ = rest_frame(rig().pelvis);
    } else {
      Vec3 left = Vec3::Zero(), up = Vec3::Zero();
      for (size_t f = 0; f < frames_.size(); ++f) {
        const Quat geometry = rot(f, rig().pelvis).conjugate() * pelvis_geometry(f);
        left += geometry * Vec3::UnitY();
        up += geometry * Vec3::UnitZ();
      }
      // hips turn with the pelvis, so the line between them is known; what is up depends on how the
      // spine bends, and a body axis is the better guess
      pelvis_ = frame_yz(left, snapped_axis(up));
    }
  }

  void align_torso() {
    const int chest = rig().chest >= 0 ? rig().chest : rig().pelvis;
    const int head = rig().head >= 0 ? rig().head : chest;
    if (robot_ || rig().roles.quadruped) {
      chest_ = robot_ ? zero_frame(chest) : pelvis_;
      head_ = robot_ ? zero_frame(head) : pelvis_;
      return;
    }
    if (rest_) {
      chest_ = rest_frame(chest);
      head_ = rest_frame(head);
      return;
    }
    MeanRotation all, standing, head_mean, trunk;
    double lean = 0;  // backwards
    for (size_t f = 0; f < frames_.size(); ++f) {
      const Quat torso = torso_geometry(f);
      const Quat chest_frame = rot(f, chest).conjugate() * torso;
      all.add(chest_frame);
      if (!stands(f, torso)) continue;
      ++out_.standing;
      standing.add(chest_frame);
      const Vec3 up = torso * Vec3::UnitZ(), ahead = torso * Vec3::UnitX();
      lean += std::atan2(ahead.z(), up.z());
      trunk.add((rot(f, rig().pelvis) * pelvis_).conjugate() * torso);
    }
    if (out_.standing >= kStandingFrames) {
      chest_ = standing.mean();
      // how far the pelvis habitually tips against the line from hips to neck
      const double pitch = twist_angle(trunk.mean(), Vec3::UnitY());
      if (std::abs(pitch) < kMaxPelvisPitch) pelvis_ = pelvis_ * pitch_by(pitch);
      // nobody leans back through a whole clip: there the hips lie ahead of where they were marked
      lean_back_ = std::clamp(lean / out_.standing, 0.0, kMaxLeanBack);
      chest_ = chest_ * pitch_by(lean_back_);
      pelvis_ = pelvis_ * pitch_by(lean_back_);
    } else {
      chest_ = all.mean();
    }
    if (rig().chest < 0) chest_ = pelvis_;
    for (size_t f = 0; f < frames_.size(); ++f)
      head_mean.add(rot(f, head).conjugate() * rot(f, chest) * chest_);
    head_ = snapped(head_mean.mean());
  }

  bool stands(size_t f, const Quat& torso) const {
    if ((torso * Vec3::UnitZ()).z() < kUpright) return false;
    for (size_t i = 0; i < rig().legs.size(); ++i) {
      const Leg& leg = rig().legs[i];
      const Vec3 v = at(f, leg.hip) - at(f, leg.ankle);
      if (v.norm() > kStraight * lengths_[i] && v.z() > 0.8 * lengths_[i]) return true;
    }
    return false;
  }

  /// A point ahead of each ankle, fixed to the foot or its toes.
  void place_toes() {
    for (const Leg& leg : rig().legs) {
      Point toe{leg.foot, Vec3::Zero()};
      if (leg.toe >= 0) toe = {leg.toe, Vec3::Zero()};
      if (leg.toe < 0 && !robot_) {
        for (const EndSite& e : s_.end_sites()) {
          if (e.body == leg.foot) toe.pos = e.pos;
        }
      }
      Quat foot = zero_frame(leg.foot);
      if (!robot_) {
        MeanRotation mean;
        for (size_t f = 0; f < frames_.size(); ++f)
          mean.add(rot(f, leg.foot).conjugate() * rot(f, rig().pelvis) * pelvis_);
        foot = snapped(mean.mean());
      }
      if (!rig().roles.quadruped && (at(0, toe) - at(0, leg.ankle)).norm() < 0.06 * out_.leg_length)
        toe = {leg.foot, leg.ankle.pos + foot * Vec3(0.18 * out_.leg_length, 0, 0)};
      toes_.push_back(toe);
      feet_.push_back(foot);
    }
  }

  void track_feet() {
    std::vector<FootTrack> tracks;
    for (size_t i = 0; i < rig().legs.size(); ++i) {
      FootTrack t;
      t.ankle.reserve(frames_.size());
      t.toe.reserve(frames_.size());
      for (size_t f = 0; f < frames_.size(); ++f) {
        t.ankle.push_back(at(f, rig().legs[i].ankle));
        t.toe.push_back(at(f, toes_[i]));
      }
      tracks.push_back(std::move(t));
    }
    out_.contacts = find_contacts(tracks, out_.fps, out_.leg_length);
    for (const FootContact& c : out_.contacts)
      out_.floor_ankle += c.ankle_height / static_cast<double>(out_.contacts.size());
  }

  void align_feet() {
    if (robot_ || rig().roles.quadruped) return;
    for (size_t i = 0; i < rig().legs.size(); ++i) {
      const Leg& leg = rig().legs[i];
      const FootContact& c = out_.contacts[i];
      MeanRotation flat;
      for (size_t f = 0; f < frames_.size(); ++f) {
        if (!c.flat[f]) continue;
        const Vec3 ahead = at(f, toes_[i]) - at(f, leg.ankle);
        flat.add(rot(f, leg.foot).conjugate() *
                 frame_zy(Vec3::UnitZ(), Vec3::UnitZ().cross(ahead)));
      }
      if (flat.count() >= 4) {
        feet_[i] = flat.mean();
      } else {
        // level by the line to the toe, which lies about 30 degrees below the horizontal in a foot
        const Vec3 ahead = rot(0, leg.foot).conjugate() * (at(0, toes_[i]) - at(0, leg.ankle));
        const Vec3 left = feet_[i] * Vec3::UnitY();
        const Vec3 x = Quat(Eigen::AngleAxisd(leg.toe >= 0 ? -0.5 : 0.0, left)) *
                       unit(ahead, feet_[i] * Vec3::UnitX());
        const Vec3 j = unit(left - left.dot(x) * x, left);
        Eigen::Matrix3d m;
        m << x, j, x.cross(j);
        feet_[i] = Quat(m);
      }
    }
  }

  /// Where hips sit in the pelvis: known of robots, the clip's mean of characters.
  void place_hips() {
    for (size_t i = 0; i < rig().legs.size(); ++i) {
      Vec3 sum = Vec3::Zero();
      if (robot_) {
        sum = pelvis_.conjugate() * zero_.rot[z(rig().pelvis)].conjugate() *
              (zero_.at(rig().legs[i].hip) - zero_.pos[z(rig().pelvis)]);
      } else {
        for (size_t f = 0; f < frames_.size(); ++f)
          sum +=
              trunk_at(f).conjugate() * (at(f, rig().legs[i].hip) - frames_.pos(f, rig().pelvis));
        sum /= static_cast<double>(frames_.size());
      }
      out_.hips[i] = sum;
      centre_ += sum / static_cast<double>(rig().legs.size());
    }
    for (size_t i = 0; i < rig().legs.size(); ++i) out_.hips[i] -= centre_;
  }

  void write_pose(size_t f) {
    Pose& p = out_.poses[f];
    p.pelvis = trunk_at(f);
    p.centre = rig().roles.quadruped && !robot_
                   ? frames_.mid_hips(f)
                   : Vec3(frames_.pos(f, rig().pelvis) + p.pelvis * centre_);
    p.chest = rig().chest >= 0 ? Quat(rot(f, rig().chest) * chest_) : p.pelvis;
    p.torso = p.chest;
    if (!robot_ && rig().chest >= 0)
      p.torso = Quat::FromTwoVectors(p.chest * Vec3::UnitZ(),
                                     Quat(Eigen::AngleAxisd(lean_back_, p.chest * Vec3::UnitY())) *
                                         (neck(f) - frames_.mid_hips(f))) *
                p.chest;
    p.head = rig().head >= 0 ? Quat(rot(f, rig().head) * head_) : p.chest;
    for (size_t i = 0; i < rig().legs.size(); ++i) {
      const Leg& leg = rig().legs[i];
      LegPose& l = p.legs[i];
      l.ankle = at(f, leg.ankle);
      l.foot = rot(f, leg.foot) * feet_[i];
      l.thigh = unit(at(f, leg.knee) - at(f, leg.hip), -Vec3::UnitZ());
      l.shin = unit(at(f, leg.ankle) - at(f, leg.knee), -Vec3::UnitZ());
    }
    for (size_t i = 0; i < rig().arms.size(); ++i) {
      const Arm& arm = rig().arms[i];
      p.arms[i].upper = unit(at(f, arm.elbow) - at(f, arm.shoulder), -Vec3::UnitZ());
      p.arms[i].lower = unit(at(f, arm.wrist) - at(f, arm.elbow), -Vec3::UnitZ());
    }
  }

  /// Axis per frame: the normal of the bent limb, and where it is straight the axis that the limb
  /// bends about elsewhere in the clip, carried by the upper segment. One that is never bent would
  /// move its end `to`, in the pelvis.
  template <typename Get>
  void bend_axes_of(int upper, const Vec3& known, const Vec3& to, const Get& get) {
    Vec3 fixed = known;
    if (!robot_) {
      Vec3 sum = Vec3::Zero(), fallback = Vec3::Zero();
      for (size_t f = 0; f < frames_.size(); ++f) {
        const auto [u, l, axis] = get(f);
        sum += rot(f, upper).conjugate() * u.cross(l);
        fallback += rot(f, upper).conjugate() * u.cross(out_.poses[f].pelvis * to);
      }
      fixed = sum.norm() > 0.03 * static_cast<double>(frames_.size())
                  ? unit(sum, Vec3::UnitY())
                  : unit(fallback, Vec3::UnitY());
    }
    frames_.each([&](size_t f) {
      const auto [u, l, axis] = get(f);
      const Vec3 n = u.cross(l);
      const double bend = n.norm(), t = std::clamp((bend - 0.12) / 0.25, 0.0, 1.0);
      double w = t * t * (3 - 2 * t);
      const Vec3 carried = rot(f, upper) * fixed;
      if (n.dot(carried) < 0 && robot_) w = 0;
      Vec3 a = (1 - w) * carried + (bend > 1e-9 ? Vec3(w * n / bend) : Vec3::Zero());
      a -= a.dot(u) * u;
      *axis = unit(a, carried);
    });
  }

  void bend_axes() {
    struct View {
      Vec3 upper, lower;
      Vec3* axis;
    };
    for (size_t i = 0; i < rig().legs.size(); ++i) {
      const Leg& leg = rig().legs[i];
      const Vec3 known =
          bend_axis(s_, zero_, leg.upper, leg.lower, zero_.at(leg.knee) - zero_.at(leg.hip), true);
      bend_axes_of(leg.upper, known, -Vec3::UnitX(), [&](size_t f) {
        LegPose& l = out_.poses[f].legs[i];
        return View{l.thigh, l.shin, &l.knee_axis};
      });
    }
    for (size_t i = 0; i < rig().arms.size(); ++i) {
      const Arm& arm = rig().arms[i];
      const Vec3 known = bend_axis(s_, zero_, arm.upper, arm.lower,
                                   zero_.at(arm.elbow) - zero_.at(arm.shoulder), false);
      bend_axes_of(arm.upper, known, Vec3::UnitX(), [&](size_t f) {
        ArmPose& a = out_.poses[f].arms[i];
        return View{a.upper, a.lower, &a.elbow_axis};
      });
    }
  }

  /// Where a hand's neutral frame lies in its body: known of robots at zero angles; of characters at
  /// rest, thumbs ahead, unless that is far from how the clip holds its wrists.
  Quat neutral_hand(const Arm& arm, const Quat& habit) const {
    const std::vector<Vec3>& pos = rest_ ? rest_->pos : zero_.pos;
    const std::vector<Quat>& turn = rest_ ? rest_->rot : zero_.rot;
    const auto point = [&](const Point& p) {
      return Vec3(pos[z(p.body)] + turn[z(p.body)] * p.pos);
    };
    const Vec3 lower = point(arm.wrist) - point(arm.elbow);
    Vec3 axis;
    if (robot_) {
      axis =
          bend_axis(s_, zero_, arm.upper, arm.lower, point(arm.elbow) - point(arm.shoulder), false);
      axis = turn[z(arm.upper)] * axis;
    } else {
      Vec3 left = Vec3::Zero();
      for (const Leg& leg : rig().legs) left += leg.side * point(leg.hip);
      axis = lower.cross(left.cross(Vec3::UnitZ()));
    }
    const Quat known = turn[z(arm.hand)].conjugate() * forearm_frame(lower, axis);
    return robot_ || known.angularDistance(habit) < kWristHabit ? known : habit;
  }

  void align_hands() {
    for (size_t i = 0; i < rig().arms.size(); ++i) {
      const Arm& arm = rig().arms[i];
      MeanRotation habit;
      for (size_t f = 0; f < frames_.size(); ++f) {
        const ArmPose& a = out_.poses[f].arms[i];
        habit.add(rot(f, arm.hand).conjugate() * forearm_frame(a.lower, a.elbow_axis));
      }
      const Quat hand = neutral_hand(arm, habit.mean());
      frames_.each([&](size_t f) { out_.poses[f].arms[i].hand = rot(f, arm.hand) * hand; });
    }
  }

  const Skeleton& s_;
  ZeroPose zero_;
  bool robot_;
  const std::optional<BodyPoses>& rest_;
  Rig rig_;
  SourceFrames frames_;
  Observation out_;
  std::vector<double> lengths_;
  std::vector<Point> toes_;
  Quat pelvis_ = Quat::Identity(), chest_ = Quat::Identity(), head_ = Quat::Identity();
  std::vector<Quat> feet_;
  Vec3 centre_ = Vec3::Zero();
  double lean_back_ = 0;  ///< rad, of the line from hips to neck in standing frames
};

}  // namespace

Observation observe(const Clip& clip, const RoleMap& roles, const std::optional<BodyPoses>& rest,
                    int jobs) {
  require(clip.frames() > 0, Kind::bad_input, "the clip has no frames");
  return Observer(clip, roles, rest, jobs).run();
}

}  // namespace motus::retarget
