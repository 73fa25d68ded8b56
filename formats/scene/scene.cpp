#include "formats/scene/scene.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "formats/units.h"

namespace motus::formats::scene {

void Scene::orient(const ReadOptions& options) {
  const bool z_up = options.up_axis == "z";
  axes = z_up ? kZUp : kYUp;
  conversions.emplace_back(z_up ? "z up, -y forward to z up, x forward"
                                : "y up, z forward to z up, x forward");
  if (options.units.empty()) return;
  metres = metres_per_unit(options.units);
  if (metres != 1) conversions.push_back(options.units.word() + " to m");
}

double rate_of_keys(const std::vector<double>& times) {
  if (times.size() < 3) return 0;
  std::vector<double> steps;
  for (size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  std::vector<double> sorted = steps;
  const auto middle = sorted.begin() + static_cast<long>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const double step = *middle;
  const auto even = std::count_if(steps.begin(), steps.end(),
                                  [&](double s) { return std::abs(s - step) < 0.02 * step; });
  if (step <= 0 || even < 0.8 * static_cast<double>(steps.size())) return 0;
  // the mean of the even steps is better than one of them: times are often float32
  double sum = 0;
  for (const double s : steps) sum += std::abs(s - step) < 0.02 * step ? s : 0;
  return snap_fps(sum / static_cast<double>(even));
}

Quat rotation_in(const Eigen::Matrix3d& m) {
  Eigen::Matrix3d r = m;
  for (int c = 0; c < 3; ++c) {
    const double n = r.col(c).norm();
    if (n < 1e-12) return Quat::Identity();  // scaled away: nothing to see, nothing to turn
    r.col(c) /= n;
  }
  const bool sheared = !(r.transpose() * r).isIdentity(1e-6);
  if (sheared) {
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(r, Eigen::ComputeFullU | Eigen::ComputeFullV);
    r = svd.matrixU() * svd.matrixV().transpose();
  }
  if (r.determinant() < 0) r = -r;
  return Quat(r).normalized();
}

void world_transforms(const Scene& scene, int take, double time, const std::vector<bool>& needed,
                      std::vector<Affine>& out) {
  out.resize(scene.nodes.size(), Affine::Identity());
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    if (!needed.empty() && !needed[n]) continue;
    const int parent = scene.nodes[n].parent;
    const Affine local = scene.local(take, static_cast<int>(n), time);
    out[n] = parent < 0 ? local : out[static_cast<size_t>(parent)] * local;
  }
}

}  // namespace motus::formats::scene
