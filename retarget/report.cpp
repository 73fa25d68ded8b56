#include "retarget/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "motion/kinematics.h"

namespace motus::retarget {

namespace {

size_t z(int i) {
  return static_cast<size_t>(i);
}

double angle(const Vec3& a, const Vec3& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b));
}

struct Mean {
  double sum = 0;
  int n = 0;
  void add(double v) {
    sum += v;
    ++n;
  }
  double value() const { return n ? sum / n : 0.0; }
};

void measure_dofs(const Clip& clip, Report& r) {
  const Skeleton& s = *clip.skeleton;
  const int frames = clip.frames(), dofs = s.dof_count();
  int outside = 0, saturated_all = 0;
  for (int d = 0; d < dofs; ++d) {
    const Dof& dof = s.dofs()[z(d)];
    int saturated = 0;
    for (int f = 0; f < frames; ++f) {
      const double q = clip.dof_pos(f, d);
      if (q < dof.lower || q > dof.upper) ++outside;
      if (q < dof.lower + 0.01 || q > dof.upper - 0.01) ++saturated;
    }
    saturated_all += saturated;
    const double share = static_cast<double>(saturated) / frames;
    if (share > r.most_saturated_share) {
      r.most_saturated_share = share;
      r.most_saturated = dof.name;
    }
  }
  const double all = std::max(1, frames * dofs);
  r.limit_outside = outside / all;
  r.limit_saturated = saturated_all / all;
  Mean acceleration;
  for (int f = 1; f < frames; ++f) {
    for (int d = 0; d < dofs; ++d) {
      const double v = (clip.dof_pos(f, d) - clip.dof_pos(f - 1, d)) * clip.fps;
      r.velocity_max = std::max(r.velocity_max, std::abs(v));
      if (f + 1 < frames)
        acceleration.add(std::abs((clip.dof_pos(f + 1, d) - clip.dof_pos(f, d)) * clip.fps - v) *
                         clip.fps);
    }
  }
  r.acceleration_mean = acceleration.value();
}

}  // namespace

Report measure(const Clip& clip, const RobotBody& body, std::span<const Target> targets) {
  Report r;
  r.frames = clip.frames();
  measure_dofs(clip, r);
  const Rig& rig = body.rig;
  Mean slide, floating, direction, foot_error;
  int planted = 0, penetrating = 0;
  std::array<Vec3, kMaxLegs> last{};
  std::array<int, kMaxLegs> last_roll{};
  for (int f = 0; f < r.frames; ++f) {
    const BodyPoses p = forward(clip, f);
    const auto at = [&](const Point& q) {
      return Vec3(p.pos[z(q.body)] + p.rot[z(q.body)] * q.pos);
    };
    const Target& t = targets[z(f)];
    bool below = false;
    for (size_t i = 0; i < rig.legs.size(); ++i) {
      const Leg& leg = rig.legs[i];
      const Vec3 ankle = at(leg.ankle);
      const Quat foot = p.rot[z(leg.foot)] * body.zero.rot[z(leg.foot)].conjugate();
      const double sole = sole_height(body.feet[i], ankle, foot);
      r.penetration_max = std::max(r.penetration_max, -sole);
      below = below || sole < -0.005;
      foot_error.add((ankle - t.feet[i].ankle).norm());
      if (!rig.roles.quadruped) {
        direction.add(angle(at(leg.knee) - at(leg.hip), t.legs[i].thigh));
        direction.add(angle(ankle - at(leg.knee), t.legs[i].shin));
      }
      if (t.feet[i].planted) {
        ++planted;
        floating.add(std::max(0.0, sole));
        // a rolling foot moves its ankle; what must not move is the point that it rolls over
        const double nose_up = (t.feet[i].foot * Vec3::UnitX()).z();
        const int rolls = nose_up < -0.01 ? 1 : nose_up > 0.01 ? -1 : 0;
        Vec3 touch = ankle;
        if (!rig.roles.quadruped) {
          const double x = rolls > 0 ? body.feet[i].toe : rolls < 0 ? body.feet[i].heel : 0.0;
          touch += foot * Vec3(x, 0, -body.feet[i].ankle_height);
        }
        if (f > 0 && targets[z(f - 1)].feet[i].planted && rolls == last_roll[i]) {
          const double v = (touch - last[i]).head<2>().norm() * clip.fps;
          slide.add(v);
          r.slide_max = std::max(r.slide_max, v);
        }
        last_roll[i] = rolls;
        last[i] = touch;
      }
    }
    for (size_t i = 0; i < rig.arms.size(); ++i) {
      const Arm& arm = rig.arms[i];
      direction.add(angle(at(arm.elbow) - at(arm.shoulder), t.arms[i].upper));
      direction.add(angle(at(arm.wrist) - at(arm.elbow), t.arms[i].lower));
    }
    if (below) ++penetrating;
  }
  const double n = std::max(1, r.frames);
  r.penetration_share = penetrating / n;
  r.planted_share = planted / (n * static_cast<double>(rig.legs.size()));
  r.slide = slide.value();
  r.float_mean = floating.value();
  r.direction_error = direction.value();
  r.foot_error = foot_error.value();
  if (clip.frames() > 1)
    r.speed = (clip.root_pos_at(clip.frames() - 1) - clip.root_pos_at(0)).head<2>().norm() /
              clip.duration();
  return r;
}

std::map<std::string, double> Report::numbers() const {
  return {{"frames", frames},
          {"scale", scale},
          {"pelvis_drop_m", pelvis_drop},
          {"planted_share", planted_share},
          {"slide_mean_m_s", slide},
          {"slide_max_m_s", slide_max},
          {"penetration_share", penetration_share},
          {"penetration_max_m", penetration_max},
          {"float_mean_m", float_mean},
          {"limit_outside_share", limit_outside},
          {"limit_saturated_share", limit_saturated},
          {"most_saturated_share", most_saturated_share},
          {"direction_error_rad", direction_error},
          {"foot_error_m", foot_error},
          {"velocity_max_rad_s", velocity_max},
          {"acceleration_mean_rad_s2", acceleration_mean},
          {"speed_m_s", speed},
          {"loop_residual_rad", loop_residual}};
}

std::string Report::json(const std::string& clip) const {
  std::string name;
  for (const char c : clip) {
    if (c == '"' || c == '\\') name += '\\';
    name += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  std::string out =
      fmt::format("{{\"clip\": \"{}\", \"most_saturated\": \"{}\"", name, most_saturated);
  for (const auto& [key, value] : numbers()) out += fmt::format(", \"{}\": {:.6g}", key, value);
  return out + "}";
}

}  // namespace motus::retarget
