#pragma once
// What an FBX and a glTF have in common: a tree of nodes, and takes that move them. The readers of
// both hand such a scene to clips_of(), which finds the skeleton in it and samples it.
#include <Eigen/Geometry>

#include <optional>
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats::scene {

using Affine = Eigen::Affine3d;

struct Node {
  std::string name;
  int parent = -1;  ///< smaller than the own index
  /// bone: the file says so (a skin's joint, an FBX limb); prop: a mesh, camera or light.
  enum class Kind { plain, bone, prop } kind = Kind::plain;
  std::optional<Affine> bind;  ///< world transform in which the skin was bound
  bool end_site = false;       ///< a tip that Motus wrote, not a joint
  std::string role;            ///< motion/roles.h, where the file says it
};

struct Take {
  std::string name;
  double start = 0, end = 0;  ///< s
  double fps = 0;             ///< of its keys or of the file, 0 = unknown
  std::vector<bool> moves;    ///< nodes that have keys
  LoopMode loop = LoopMode::clamp;
  double weight = 1;
};

/// Read-only once built.
class Scene {
 public:
  virtual ~Scene() = default;
  /// Transform of a node in its parent's frame at a time (s), file units; take -1 is the pose that
  /// the file stores outside its takes.
  virtual Affine local(int take, int node, double time) const = 0;

  std::vector<Node> nodes;
  std::vector<Take> takes;
  Quat axes = Quat::Identity();  ///< the file's world axes to ours
  double metres = 1;             ///< m per file unit
  std::string rest_words;        ///< where Node::bind comes from
  std::vector<std::string> conversions, warnings;

 protected:
  /// Axes and units as the user says, for files that cannot: y up, z forward, metres else.
  /// Throws Error(usage) for units that are none.
  void orient(const ReadOptions& options);
};

/// The axes of a world with y up and z forward, and with z up and -y forward, to ours.
inline const Quat kYUp(0.5, 0.5, 0.5, 0.5);
inline const Quat kZUp(0.7071067811865476, 0, 0, 0.7071067811865476);

/// One clip a take; takes without motion are left out with a warning, unless that would leave none:
/// then one frame of the stored pose. Every joint's frame changes its basis as the world does; the
/// root's frame is turned so that the rest pose faces along its x axis with z up.
/// Throws Error(bad_input) where there is neither skeleton nor motion.
std::vector<Clip> clips_of(const Scene& scene, const ReadOptions& options);

/// The nodes that make up the skeleton, depth-first from its root: those between and below the
/// joints of the skin or the limbs of the file, else those that move. Empty if there are none.
std::vector<int> find_bones(const Scene& scene, std::vector<std::string>& warnings);

/// Frame rate of increasing times (s) that are mostly evenly spaced, snapped to a rate in use;
/// else 0.
double rate_of_keys(const std::vector<double>& times);

/// The rotation in a linear map that may scale: its columns made orthonormal.
Quat rotation_in(const Eigen::Matrix3d& m);

/// World transforms of all nodes; nodes that are not `needed` (empty: all are) keep the identity.
void world_transforms(const Scene& scene, int take, double time, const std::vector<bool>& needed,
                      std::vector<Affine>& out);

}  // namespace motus::formats::scene
