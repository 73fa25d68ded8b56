#pragma once
// World poses of the bodies that a rig names, frame by frame: what a source is observed by.
#include <vector>

#include "retarget/parallel.h"
#include "retarget/rig.h"

namespace motus::retarget {

class SourceFrames {
 public:
  /// `rig` is of the clip's skeleton and outlives this. `jobs`: threads.
  SourceFrames(const Clip& clip, const Rig& rig, int jobs);

  size_t size() const { return frames_; }
  const Vec3& pos(size_t f, int body) const { return pos_[slot(f, body)]; }
  const Quat& rot(size_t f, int body) const { return rot_[slot(f, body)]; }
  Vec3 at(size_t f, const Point& p) const { return pos(f, p.body) + rot(f, p.body) * p.pos; }

  /// m, thigh + shin, as in the first frame. Throws Error(bad_input) for a leg without length.
  std::vector<double> leg_lengths() const;

  Vec3 mid_hips(size_t f) const;
  /// Across the hips to the left; of four legs, the sum of both pairs.
  Vec3 hips_left(size_t f) const;
  /// Its joint, or what comes nearest to it; `pelvis` is the anatomical frame in that body's.
  Vec3 neck(size_t f, const Quat& pelvis) const;
  /// From the rear to the front hips of four legs.
  Vec3 hips_ahead(size_t f) const;

  /// visit(f) of every frame, side by side: it must write nothing but frame f's own.
  template <typename Visit>
  void each(const Visit& visit) const {
    constexpr int kBlock = 64;  // frames a thread takes at a time
    for_blocks(static_cast<int>(frames_), kBlock, jobs_, [&] {
      return [&](int first, int last) {
        for (int f = first; f < last; ++f) visit(static_cast<size_t>(f));
      };
    });
  }

 private:
  size_t slot(size_t f, int body) const {
    return f * bodies_ + static_cast<size_t>(slots_[static_cast<size_t>(body)]);
  }

  const Rig& rig_;
  int jobs_;
  size_t frames_, bodies_ = 0;
  std::vector<int> slots_;  ///< of bodies among those that are kept, or -1
  std::vector<Vec3> pos_;   ///< (F * kept)
  std::vector<Quat> rot_;
};

}  // namespace motus::retarget
