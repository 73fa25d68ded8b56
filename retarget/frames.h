#pragma once
// Frames built from directions, and means of frames.
#include <Eigen/Eigenvalues>

#include "motion/math.h"

namespace motus::retarget {

inline constexpr double kSnap =
    0.70;  // rad; a mean frame or direction this near to body axes takes them

inline Vec3 unit(const Vec3& v, const Vec3& otherwise) {
  const double n = v.norm();
  return n > 1e-9 ? Vec3(v / n) : otherwise;
}

inline Quat pitch_by(double angle) {
  return Quat(Eigen::AngleAxisd(angle, Vec3::UnitY()));
}

/// Frame with z along `up` and y as near as possible to `left`.
inline Quat frame_zy(const Vec3& up, const Vec3& left) {
  const Vec3 k = unit(up, Vec3::UnitZ());
  const Vec3 j = unit(left - left.dot(k) * k, k.unitOrthogonal());
  Eigen::Matrix3d m;
  m << j.cross(k), j, k;
  return Quat(m);
}

/// Frame with y along `left` and z as near as possible to `up`.
inline Quat frame_yz(const Vec3& left, const Vec3& up) {
  const Vec3 j = unit(left, Vec3::UnitY());
  const Vec3 k = unit(up - up.dot(j) * j, j.unitOrthogonal());
  Eigen::Matrix3d m;
  m << j.cross(k), j, k;
  return Quat(m);
}

/// Frame of a forearm: x down it, z where bending the elbow moves it. The thumb of a hand at ease
/// points along z, half way between palm down and palm up.
inline Quat forearm_frame(const Vec3& lower, const Vec3& elbow_axis) {
  const Vec3 i = unit(lower, Vec3::UnitX());
  const Vec3 k = unit(elbow_axis.cross(i), i.unitOrthogonal());
  Eigen::Matrix3d m;
  m << i, k.cross(i), k;
  return Quat(m);
}

/// Mean rotation: the eigenvector of the summed outer products (Markley 2007).
class MeanRotation {
 public:
  void add(const Quat& q) {
    const Eigen::Vector4d v = q.coeffs();
    sum_ += v * v.transpose();
    ++count_;
  }
  int count() const { return count_; }
  Quat mean() const {
    if (count_ == 0) return Quat::Identity();
    const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> solver(sum_);
    Quat q;
    q.coeffs() = solver.eigenvectors().col(3);
    return q.normalized();
  }

 private:
  Eigen::Matrix4d sum_ = Eigen::Matrix4d::Zero();
  int count_ = 0;
};

/// The body axis nearest to v, or v itself if none is near.
inline Vec3 snapped_axis(const Vec3& v) {
  Eigen::Index i = 0;
  v.cwiseAbs().maxCoeff(&i);
  const Vec3 axis = std::copysign(1.0, v[i]) * Vec3::Unit(i);
  return std::atan2(axis.cross(v).norm(), axis.dot(v)) < kSnap ? axis : v;
}

/// The rotation that maps axes to axes nearest to q, or q itself if none is near.
inline Quat snapped(const Quat& q) {
  const Eigen::Matrix3d m = q.toRotationMatrix();
  double best = -4;
  Eigen::Matrix3d nearest = m;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      if (i == j) continue;
      for (const double si : {-1.0, 1.0}) {
        for (const double sj : {-1.0, 1.0}) {
          Eigen::Matrix3d a;
          a.col(0) = si * Vec3::Unit(i);
          a.col(1) = sj * Vec3::Unit(j);
          a.col(2) = a.col(0).cross(a.col(1));
          const double trace = (a.transpose() * m).trace();
          if (trace > best) best = trace, nearest = a;
        }
      }
    }
  }
  return Quat(nearest).angularDistance(q) < kSnap ? Quat(nearest) : q;
}

}  // namespace motus::retarget
