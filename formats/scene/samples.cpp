#include "formats/scene/samples.h"

#include <cmath>

#include "motion/error.h"

namespace motus::formats::scene {

namespace {

constexpr double kMostNumbers = 2e8;  // 1.6 GB of doubles

/// Nodes whose transforms the bones depend on.
std::vector<bool> needed_for(const Scene& s, const std::vector<int>& bones) {
  std::vector<bool> needed(s.nodes.size(), false);
  for (const int b : bones) {
    for (int n = b; n >= 0 && !needed[static_cast<size_t>(n)];
         n = s.nodes[static_cast<size_t>(n)].parent) {
      needed[static_cast<size_t>(n)] = true;
    }
  }
  return needed;
}

void sample(const Scene& s, const std::vector<int>& bones, int take, const std::vector<double>& at,
            Samples& out) {
  const auto frames = static_cast<Eigen::Index>(at.size());
  const auto count = static_cast<Eigen::Index>(bones.size());
  out.pos.resize(frames, 3 * count);
  out.rot.resize(frames, 4 * count);
  const std::vector<bool> needed = needed_for(s, bones);
  std::vector<Affine> world;
  for (int f = 0; f < frames; ++f) {
    world_transforms(s, take, at[static_cast<size_t>(f)], needed, world);
    for (int b = 0; b < count; ++b) {
      const Affine& m = world[static_cast<size_t>(bones[static_cast<size_t>(b)])];
      out.pos.block<1, 3>(f, 3 * b) = to_ours(s, Vec3(m.translation()));
      Clip::set_quat(out.rot, f, b, to_ours(s, rotation_in(m.linear())));
    }
  }
  require(out.pos.allFinite() && out.rot.allFinite(), Kind::bad_input,
          "take '{}' moves bones out of all bounds", out.name);
}

}  // namespace

Quat to_ours(const Scene& scene, const Quat& q) {
  return scene.axes * q * scene.axes.conjugate();
}

Vec3 to_ours(const Scene& scene, const Vec3& p) {
  return scene.metres * (scene.axes * p);
}

Samples sample_stored_pose(const Scene& scene, const std::vector<int>& bones) {
  Samples out;
  sample(scene, bones, -1, {0.0}, out);
  return out;
}

Samples sample_take(const Scene& scene, const std::vector<int>& bones, int take, double fps,
                    double& numbers) {
  const Take& t = scene.takes[static_cast<size_t>(take)];
  Samples out;
  out.name = t.name, out.fps = fps, out.loop = t.loop, out.weight = t.weight;
  const double last = std::floor((t.end - t.start) * fps + 1e-3);
  numbers += (last + 1) * 7 * static_cast<double>(bones.size());
  require(last >= 0 && numbers <= kMostNumbers, Kind::bad_input,
          "take '{}' lasts {} s: too much for {} bones at {} frames a second", t.name,
          t.end - t.start, bones.size(), fps);
  std::vector<double> at;
  for (int f = 0; f <= static_cast<int>(last); ++f) at.push_back(t.start + f / fps);
  sample(scene, bones, take, at, out);
  return out;
}

bool has_motion(const Samples& s) {
  for (int f = 1; f < s.pos.rows(); ++f) {
    if ((s.pos.row(f) - s.pos.row(0)).cwiseAbs().maxCoeff() > 1e-6) return true;
    for (int b = 0; b < s.rot.cols() / 4; ++b) {
      const Quat first = Clip::quat_at(s.rot, 0, b);
      if (Clip::quat_at(s.rot, f, b).angularDistance(first) > 1e-6) return true;
    }
  }
  return false;
}

}  // namespace motus::formats::scene
