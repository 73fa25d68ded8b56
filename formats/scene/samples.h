#pragma once
// A take at even times: where its bones are and how they are turned, in our axes and metres.
#include "formats/scene/scene.h"

namespace motus::formats::scene {

struct Samples {
  std::string name;
  double fps = 30;
  LoopMode loop = LoopMode::clamp;
  double weight = 1;
  Frames pos;  ///< (F, 3B) m, world
  Frames rot;  ///< (F, 4B) world
};

/// The pose that the scene stores outside its takes, one frame.
Samples sample_stored_pose(const Scene& scene, const std::vector<int>& bones);

/// A whole take at `fps`. Throws Error(bad_input) where that and the `numbers` of takes before would
/// be absurdly many; adds to them.
Samples sample_take(const Scene& scene, const std::vector<int>& bones, int take, double fps,
                    double& numbers);

/// True if any bone moves or turns.
bool has_motion(const Samples& samples);

/// A rotation and a position in the file's axes and units as ours: the frame changes its basis as
/// the world does.
Quat to_ours(const Scene& scene, const Quat& q);
Vec3 to_ours(const Scene& scene, const Vec3& p);

}  // namespace motus::formats::scene
