#include "motion/clip.h"

#include <cmath>
#include <span>

#include "motion/error.h"
#include "motion/sha256.h"

namespace motus {

namespace {

/// The usual case in one pass, several numbers at once: zero times what is not finite is NaN. Only
/// what fails it is searched for the place.
bool all_finite(const Frames& a) {
  return (a.array() * 0.0).sum() == 0.0;
}

/// True if all quaternions are unit within 1e-3, which makes them finite too.
bool all_unit(const Frames& a) {
  constexpr double low = 0.999 * 0.999, high = 1.001 * 1.001;
  const double* p = a.data();
  int bad = 0;
  for (Eigen::Index i = 0; i + 3 < a.size(); i += 4) {
    const double n = p[i] * p[i] + p[i + 1] * p[i + 1] + p[i + 2] * p[i + 2] + p[i + 3] * p[i + 3];
    bad |= static_cast<int>(!(n > low && n < high));
  }
  return bad == 0;
}

void check_finite(const Frames& a, const char* what) {
  if (all_finite(a)) return;
  for (Eigen::Index f = 0; f < a.rows(); ++f) {
    for (Eigen::Index c = 0; c < a.cols(); ++c) {
      require(std::isfinite(a(f, c)), Kind::bad_input, "frame {}: {}[{}] is {}", f, what, c,
              a(f, c));
    }
  }
}

void check_shape(const Frames& a, Eigen::Index rows, Eigen::Index cols, const char* what) {
  require(a.rows() == rows && a.cols() == cols, Kind::bad_input, "{} is {} x {}, expected {} x {}",
          what, a.rows(), a.cols(), rows, cols);
}

void check_rotations(const Frames& a, const char* what, const char* item) {
  if (all_unit(a)) return;
  check_finite(a, what);
  for (int f = 0; f < a.rows(); ++f) {
    for (int i = 0; i < a.cols() / 4; ++i) {
      const double n = Clip::quat_at(a, f, i).norm();
      require(std::abs(n - 1.0) < 1e-3, Kind::bad_input, "frame {}: {} {} has norm {}", f, item, i,
              n);
    }
  }
}

}  // namespace

void Clip::validate() const {
  require(skeleton != nullptr, Kind::bad_input, "clip '{}' has no skeleton", name);
  // rates beyond these are damage, and frames or windows counted by them would not be numbers
  require(fps >= 1e-3 && fps <= 1e5, Kind::bad_input,
          "clip '{}' has {} frames a second, expected 0.001 to 100000", name, fps);
  require(frames() > 0, Kind::bad_input, "clip '{}' has no frames", name);
  check_shape(root_pos, frames(), 3, "root_pos");
  check_shape(root_rot, frames(), 4, "root_rot");
  check_finite(root_pos, "root_pos");
  check_rotations(root_rot, "root_rot", "root rotation");
  if (skeleton->dof_count() > 0 && local_rot.size() == 0) {
    check_shape(dof_pos, frames(), skeleton->dof_count(), "dof_pos");
    check_finite(dof_pos, "dof_pos");
  } else {
    check_shape(local_rot, frames(), 4 * skeleton->body_count(), "local_rot");
    check_rotations(local_rot, "local_rot", "rotation of body");
  }
  for (const auto& [key, channel] : channels) {
    require(channel.data.rows() == frames(), Kind::bad_input, "channel '{}' has {} frames of {}",
            key, channel.data.rows(), frames());
  }
  for (const Event& e : events) {
    require(std::isfinite(e.start) && std::isfinite(e.end) && e.start <= e.end, Kind::bad_input,
            "event '{}' lasts from {} to {} s", e.label, e.start, e.end);
  }
  if (!terrain) return;
  check_finite(terrain->heights, "terrain");
  require(terrain->spacing > 0 && std::isfinite(terrain->spacing), Kind::bad_input,
          "the terrain's points are {} m apart", terrain->spacing);
}

std::string Clip::fingerprint() const {
  Sha256 h;
  const auto add = [&](const Frames& a) {
    h.add(fmt::format("{}x{};", a.rows(), a.cols()));
    h.add(std::as_bytes(std::span(a.data(), static_cast<size_t>(a.size()))));
  };
  for (const Body& b : skeleton->bodies()) h.add(b.name + ";");
  h.add(fmt::format("{};{};", fps, static_cast<int>(loop)));
  add(root_pos), add(root_rot), add(dof_pos), add(local_rot);
  return h.hex();
}

void make_continuous(Frames& rot) {
  for (int f = 0; f < rot.rows(); ++f) {
    for (int i = 0; i < rot.cols() / 4; ++i) {
      auto q = rot.block<1, 4>(f, 4 * i);
      const bool flip = f == 0 ? q(0) < 0 : q.dot(rot.block<1, 4>(f - 1, 4 * i)) < 0;
      if (flip) q = -q;
    }
  }
}

Dataset Dataset::from(std::vector<Clip> clips) {
  require(!clips.empty(), Kind::bad_input, "a dataset needs at least one clip");
  Dataset d;
  d.skeleton = clips.front().skeleton;
  for (const Clip& c : clips) {
    require(c.skeleton->same_structure(*d.skeleton), Kind::bad_input,
            "clip '{}' has skeleton '{}', the first '{}'", c.name, c.skeleton->name(),
            d.skeleton->name());
  }
  d.clips = std::move(clips);
  return d;
}

}  // namespace motus
