#include "motion/edit_channels.h"

namespace motus {

bool is_world(const Channel& c) {
  return c.frame == "world" && (c.components == 3 || c.components == 4);
}

bool is_rate(const Channel& c) {
  return c.units.ends_with("/s");
}

void move_channels(Clip& clip, const Quat& turn, const Vec3& shift) {
  if (!turn.isApprox(Quat::Identity(), 0)) {
    clip.terrain.reset();  // its grid lies along the axes
  } else if (clip.terrain) {
    clip.terrain->origin_x += shift.x(), clip.terrain->origin_y += shift.y();
    clip.terrain->heights.array() += shift.z();
  }
  for (auto& [name, c] : clip.channels) {
    if (!is_world(c)) continue;
    for (int f = 0; f < c.data.rows(); ++f) {
      for (int i = 0; i < c.data.cols() / c.components; ++i) {
        if (c.components == 4) {
          Clip::set_quat(c.data, f, i, turn * Clip::quat_at(c.data, f, i));
          continue;
        }
        const Vec3 v = turn * Vec3(c.data.block<1, 3>(f, 3 * i).transpose());
        c.data.block<1, 3>(f, 3 * i) = (c.units == "m" ? Vec3(v + shift) : v).transpose();
      }
    }
  }
}

void scale_rates(Clip& clip, double factor) {
  for (auto& [name, c] : clip.channels) {
    if (is_rate(c)) c.data *= factor;
  }
}

std::vector<std::string> drop_derived_channels(Clip& clip) {
  std::vector<std::string> out;
  for (const auto& [name, c] : clip.channels) {
    const bool pose = (c.components == 3 || c.components == 4) && name != "joint_pos_local";
    if (pose || is_rate(c)) out.push_back(name);
  }
  for (const std::string& name : out) clip.channels.erase(name);
  return out;
}

}  // namespace motus
