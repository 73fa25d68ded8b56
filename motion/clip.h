#pragma once
// A motion. The conventions of every room, stated once and written into every file:
//   right-handed, z up, x forward, metres, seconds, radians, quaternions w x y z, time is axis 0.
// Each format converts at its own border. A clip holds what its source held; what it does not hold
// is computed (motion/kinematics.h).
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "motion/array.h"
#include "motion/skeleton.h"

namespace motus {

/// F frames as rows: a (T, N) or (T, N, k) array of a file with its trailing axes flattened.
using Frames = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

enum class LoopMode { clamp, wrap };

/// A named extra quantity, one row a frame: "contacts", "markers", "root_lin_vel",
/// "joint_pos_local", "objects/box/pos" (pos, rot, lin_vel, ang_vel of a thing that moves along) ...
struct Channel {
  Frames data;                     ///< (F, count * components)
  int components = 1;              ///< numbers per item: 3 for points, 4 for quaternions (w x y z)
  std::vector<std::string> names;  ///< items, may be empty
  std::string units;               ///< "m", "rad/s", "1"
  std::string frame;               ///< "world", "base", "local"; may be empty
};

/// A named stretch of a clip: "left foot down", "jump".
struct Event {
  std::string label;
  double start = 0, end = 0;  ///< s from the first frame, start <= end; equal for an instant
  bool operator==(const Event&) const = default;
};

/// The ground as a height map: heights(i, j) in m at x = origin_x + i * spacing, y = origin_y + j *
/// spacing.
struct Terrain {
  Frames heights;
  double origin_x = 0, origin_y = 0, spacing = 0;  ///< m
};

/// Where a clip came from, and what was done to it on the way in.
struct Source {
  std::string path;     ///< the file's name without folders, or "<stdin>"
  std::string format;   ///< name in the table of formats
  std::string variant;  ///< dialect within the format
  int64_t size = 0;     ///< bytes
  std::string sha256;
  std::string licence;                   ///< if known
  std::string fps_source = "file";       ///< file | guess | user
  std::vector<std::string> conversions;  ///< "y up to z up", "cm to m"
  std::vector<std::string> warnings;     ///< "375 NaN set to zero"
  std::map<std::string, std::string>
      metadata;  ///< what the format says and a clip has no field for
  /// The source's own arrays, bit for bit, with the fingerprint() of the clip they described. A
  /// writer of the same format returns them as they were while the clip is still that clip.
  std::map<std::string, Array> arrays;
  std::string fingerprint;
};

struct Clip {
  std::string name;
  SkeletonPtr skeleton;
  double fps = 30;
  LoopMode loop = LoopMode::clamp;
  double weight = 1;
  Frames root_pos;   ///< (F, 3) m, world
  Frames root_rot;   ///< (F, 4) w x y z, world
  Frames dof_pos;    ///< (F, D) rad; empty for characters
  Frames local_rot;  ///< (F, 4B) w x y z relative to the rest pose, body 0 the identity; empty for
                     ///< robots
  std::map<std::string, Channel> channels;
  std::vector<Event> events;
  std::optional<Terrain> terrain;
  Source source;
  std::vector<std::string> history;  ///< one line per program that touched it

  int frames() const { return static_cast<int>(root_pos.rows()); }
  /// Seconds from the first frame to the last. The last frame of a wrapping clip equals the first,
  /// one cycle later.
  double duration() const { return frames() > 1 ? (frames() - 1) / fps : 0.0; }

  Vec3 root_pos_at(int f) const { return root_pos.row(f); }
  Quat root_rot_at(int f) const { return quat_at(root_rot, f, 0); }
  Quat local_rot_at(int f, int body) const { return quat_at(local_rot, f, body); }

  /// Throws Error(bad_input) naming frame and place unless shapes agree with the skeleton, every
  /// number is finite, fps > 0, quaternions are unit within 1e-3 and events end after they start.
  void validate() const;

  /// SHA-256 over the fields that say how the clip moves (skeleton names, fps, loop, the four
  /// arrays).
  std::string fingerprint() const;

  /// Reads item `item` of a row of quaternions / points.
  static Quat quat_at(const Frames& a, int f, int item) {
    const double* p = a.data() + static_cast<Eigen::Index>(f) * a.cols() + 4 * item;
    return Quat(p[0], p[1], p[2], p[3]);
  }
  static void set_quat(Frames& a, int f, int item, const Quat& q) {
    double* p = a.data() + static_cast<Eigen::Index>(f) * a.cols() + 4 * item;
    p[0] = q.w(), p[1] = q.x(), p[2] = q.y(), p[3] = q.z();
  }
};

/// Flips signs so that each quaternion of `rot` (F, 4N) is the near one of its predecessor's pair;
/// frame 0 gets w >= 0. Rotations do not change, differences and interpolation become safe.
void make_continuous(Frames& rot);

/// Clips that share a skeleton, with the weights they carry; what training samples from.
struct Dataset {
  SkeletonPtr skeleton;
  std::vector<Clip> clips;

  /// Throws Error(bad_input) if empty or if a clip's skeleton differs from the first one's.
  static Dataset from(std::vector<Clip> clips);
};

}  // namespace motus
