#pragma once
// What a window shows: something with a scene and a clock of its own.
#include <string>

#include "view/scene.h"

namespace motus::view {

class Show {
 public:
  virtual ~Show() = default;
  /// Posed as it is now. The same scene every time.
  virtual Scene& scene() = 0;
  /// `seconds` of its own time pass.
  virtual void advance(double seconds) = 0;
  /// `frames` on; back where it can go back; 0 poses the scene as it is now.
  virtual void step(int frames) = 0;
  /// One line: where it is.
  virtual std::string caption() const = 0;
  /// Pulls the first figure's body `body` (of its skeleton) with `force` N until told otherwise;
  /// -1 lets go. False where nothing can be pulled.
  virtual bool pull(int /*body*/, const Vec3& /*force*/) { return false; }
};

/// Clips side by side, from the first frame of the first to the last of the longest, over again.
class ClipShow final : public Show {
 public:
  /// The figures as they are to be drawn, their offsets included. Throws as Scene.
  explicit ClipShow(std::vector<Figure> figures, double start = 0);
  Scene& scene() override { return scene_; }
  void advance(double seconds) override;
  void step(int frames) override;
  std::string caption() const override;

 private:
  void seek(double time);
  Scene scene_;
  double time_ = 0, duration_ = 0;
};

}  // namespace motus::view
