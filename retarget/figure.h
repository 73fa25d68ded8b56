#pragma once
// Where the joints of a figure are, frame by frame: the same for a source and for a robot, so that
// the two can be compared without asking how one was made from the other.
#include <array>
#include <string>
#include <vector>

#include "motion/clip.h"
#include "retarget/rig.h"

namespace motus::retarget {

/// A leg (hip, knee, ankle) or an arm (shoulder, elbow, wrist), world positions in m.
struct LimbTrack {
  std::string name;                    ///< "left_leg"
  std::vector<Vec3> root, joint, end;  ///< (F)
  double length = 0;                   ///< m, root to joint to end
};

/// World rotation of one body.
struct BodyTrack {
  std::string name;  ///< "pelvis", "torso", "left_foot", "left_hand"
  std::vector<Quat> rot;
};

struct Figure {
  double fps = 30;
  std::vector<LimbTrack> legs, arms;
  std::vector<Vec3> toes;          ///< (F * legs), leg by leg: tip of the foot, or the ankle
  std::vector<Vec3> centre, neck;  ///< (F) mean of the hips; mean of the shoulders, or empty
  std::vector<Vec3> left;          ///< (F) across the hips
  std::vector<BodyTrack> bodies;
  double leg_length = 0;  ///< m, mean

  int frames() const { return static_cast<int>(centre.size()); }
  const Vec3& toe(size_t leg, int f) const {
    return toes[leg * centre.size() + static_cast<size_t>(f)];
  }
};

/// Reads a figure's joints from poses in any order.
class FigureReader {
 public:
  explicit FigureReader(const Rig& rig);

  /// A figure of that many frames, to be read.
  Figure blank(double fps, int frames) const;

  /// Frame f: at(point) is the world position of a Point, rot(body) the rotation of a body.
  template <typename At, typename Rot>
  void read(int f, const At& at, const Rot& rot, Figure& out) const {
    const size_t i = static_cast<size_t>(f);
    const auto limb = [&](LimbTrack& t, const Point& root, const Point& joint, const Point& end) {
      t.root[i] = at(root);
      t.joint[i] = at(joint);
      t.end[i] = at(end);
    };
    Vec3 centre = Vec3::Zero(), left = Vec3::Zero(), neck = Vec3::Zero();
    for (size_t k = 0; k < rig_.legs.size(); ++k) {
      const Leg& leg = rig_.legs[k];
      limb(out.legs[k], leg.hip, leg.knee, leg.ankle);
      out.toes[k * out.centre.size() + i] = at(tips_[k]);
      centre += out.legs[k].root[i] / static_cast<double>(rig_.legs.size());
      left += leg.side * out.legs[k].root[i];
    }
    out.centre[i] = rigid_ ? at(Point{rig_.pelvis, hips_}) : centre;
    out.left[i] = rigid_ ? rot(rig_.pelvis) * left_ : left;
    for (size_t k = 0; k < rig_.arms.size(); ++k) {
      const Arm& arm = rig_.arms[k];
      limb(out.arms[k], arm.shoulder, arm.elbow, arm.wrist);
      neck += 0.5 * out.arms[k].root[i];
    }
    if (!rig_.arms.empty()) out.neck[i] = neck;
    for (size_t k = 0; k < bodies_.size(); ++k) out.bodies[k].rot[i] = rot(bodies_[k].body);
  }

  /// Lengths, once frame 0 is read.
  void finish(Figure& out) const;

 private:
  struct Named {
    std::string name;
    int body;
  };
  void add(const std::string& name, int body);

  const Rig& rig_;
  std::vector<Point> tips_;
  std::vector<Named> bodies_;
  // a robot's hips in its pelvis, with all joints at zero: the hinges of one hip lie apart, so that
  // any one of their origins moves as others turn
  bool rigid_ = false;
  Vec3 hips_ = Vec3::Zero(), left_ = Vec3::Zero();
};

/// `rig` must be of the clip's skeleton. `jobs`: threads; the result does not depend on it.
Figure figure(const Clip& clip, const Rig& rig, int jobs = 1);

}  // namespace motus::retarget
