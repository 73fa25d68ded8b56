#pragma once
// One or more clips on a floor, or on the ground of the first one where it has a terrain, as a
// MuJoCo model that is posed, never stepped. Bodies are put where motion/kinematics.h says they are:
// a robot's joints, hinge triples merged into balls included, need no translation into the model's
// own coordinates.
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "motion/clip.h"
#include "motion/marker.h"

struct mjModel_;
struct mjData_;

namespace motus::view {

/// A clip and how it is drawn.
struct Figure {
  const Clip* clip = nullptr;        ///< must outlive the scene
  std::filesystem::path model = {};  ///< MJCF or URDF; empty = a stick figure
  double alpha = 1;                  ///< below 1 a ghost
  std::string note = {};             ///< a word or two for a legend
  Vec3 offset = Vec3::Zero();        ///< m, added to wherever the clip is
  /// What else is drawn at each frame, one list a frame; may be null, must outlive the scene.
  const std::vector<std::vector<Marker>>* markers = nullptr;
};

/// The model file of a clip's robot: the model of the shipped robot whose name the skeleton
/// carries, else its model_file if that is there; empty if there is none.
std::filesystem::path find_model(const Skeleton& skeleton);

class Scene {
 public:
  /// Throws Error(bad_input) for a model that MuJoCo refuses or that lacks one of the skeleton's
  /// bodies, Error(usage) for a model file that does not exist.
  explicit Scene(std::vector<Figure> figures);

  /// Puts every figure where its clip is at `time` s; clips hold their ends.
  void pose(double time);
  /// Markers of all figures at the time of the last pose().
  std::vector<Marker> markers() const;
  /// Where the camera looks: the first figure's root on the ground plane, m.
  Vec3 focus() const { return focus_; }

  /// Corners of the boxes around everything drawn of the figures, relative to focus(): what a
  /// camera must hold. Appended to `out`.
  void corners(std::vector<Vec3>& out) const;
  /// The same over the time from `start` to `end` s; leaves the scene posed at `end`.
  std::vector<Vec3> corners(double start, double end);
  /// Height of the first figure's skeleton in its rest pose, m.
  double extent() const;

  const std::vector<Figure>& figures() const { return figures_; }
  /// All figures but the first are drawn, or not.
  void show_others(bool on) { others_ = on; }
  bool shown(int figure) const { return figure <= 0 || others_; }
  /// Bodies of the model that the bodies of a figure's skeleton are.
  const std::vector<int>& bodies(size_t figure) const { return bodies_[figure]; }
  const mjModel_* model() const { return model_.get(); }
  mjData_* data() const { return data_.get(); }
  /// The figure that a body of the model belongs to, or -1 for the stage.
  int figure_of(int body) const { return figure_of_[static_cast<size_t>(body)]; }
  /// Geom groups to draw: those that models keep for looks, or all where a model has none.
  const std::vector<bool>& groups() const { return groups_; }

 private:
  void place(const Figure& figure, const std::vector<int>& bodies, int frame);
  std::vector<Figure> figures_;
  std::vector<std::vector<int>> bodies_;  ///< per figure: skeleton's body -> model's body
  std::vector<int> figure_of_;
  std::vector<bool> posed_;  ///< model's bodies that a clip places
  std::vector<bool> groups_;
  std::unique_ptr<mjModel_, void (*)(mjModel_*)> model_;
  std::unique_ptr<mjData_, void (*)(mjData_*)> data_;
  Vec3 focus_ = Vec3::Zero();
  double time_ = 0;  ///< of the last pose(), s
  bool others_ = true;
};

/// Offsets that put figures side by side: their starts from left to right as a camera of this
/// azimuth (degrees) has them, the tallest one's height apart.
std::vector<Vec3> side_by_side(std::span<const Figure> figures, double azimuth);

/// The frame of `clip` nearest to `time` s, held at the ends.
int frame_at(const Clip& clip, double time);

}  // namespace motus::view
