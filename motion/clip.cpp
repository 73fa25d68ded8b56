#include "motion/clip.h"

#include <cmath>
#include <span>

#include "motion/error.h"
#include "motion/sha256.h"

namespace motus {

namespace {

void check_finite(const Frames& a, const char* what) {
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

void check_unit(const Frames& a, const char* what) {
  for (int f = 0; f < a.rows(); ++f) {
    for (int i = 0; i < a.cols() / 4; ++i) {
      const double n = Clip::quat_at(a, f, i).norm();
      require(std::abs(n - 1.0) < 1e-3, Kind::bad_input, "frame {}: {} {} has norm {}", f, what, i,
              n);
    }
  }
}

}  // namespace

void Clip::validate() const {
  require(skeleton != nullptr, Kind::bad_input, "clip '{}' has no skeleton", name);
  require(std::isfinite(fps) && fps > 0, Kind::bad_input, "clip '{}' has {} frames a second", name,
          fps);
  require(frames() > 0, Kind::bad_input, "clip '{}' has no frames", name);
  check_shape(root_pos, frames(), 3, "root_pos");
  check_shape(root_rot, frames(), 4, "root_rot");
  check_finite(root_pos, "root_pos");
  check_finite(root_rot, "root_rot");
  check_unit(root_rot, "root rotation");
  if (skeleton->dof_count() > 0 && local_rot.size() == 0) {
    check_shape(dof_pos, frames(), skeleton->dof_count(), "dof_pos");
    check_finite(dof_pos, "dof_pos");
  } else {
    check_shape(local_rot, frames(), 4 * skeleton->body_count(), "local_rot");
    check_finite(local_rot, "local_rot");
    check_unit(local_rot, "rotation of body");
  }
  for (const auto& [key, channel] : channels) {
    require(channel.data.rows() == frames(), Kind::bad_input, "channel '{}' has {} frames of {}",
            key, channel.data.rows(), frames());
  }
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
