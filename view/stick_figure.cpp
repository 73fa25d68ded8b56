#include "view/stick_figure.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "view/bearing.h"
#include "view/sides.h"

namespace motus::view {

namespace {

using Colour = std::array<float, 4>;

Colour colour_of(Side side) {
  switch (side) {
    case Side::left:
      return {0.20F, 0.45F, 0.85F, 1};
    case Side::right:
      return {0.93F, 0.45F, 0.15F, 1};
    default:
      return {0.68F, 0.70F, 0.74F, 1};
  }
}

bool is_head(const std::string& name) {
  std::string lower;
  for (char c : name) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower.find("head") != std::string::npos;
}

class Builder {
 public:
  explicit Builder(const Skeleton& s) : s_(s), side_(sides(s)), extent_(rest_extent(s)) {}

  mjSpec* build() {
    mjSpec* spec = mj_makeSpec();
    std::vector<mjsBody*> bodies(side_.size());
    for (size_t b = 0; b < bodies.size(); ++b) {
      const Body& body = s_.bodies()[b];
      mjsBody* above =
          b == 0 ? mjs_findBody(spec, "world") : bodies[static_cast<size_t>(body.parent)];
      bodies[b] = mjs_addBody(above, nullptr);
      mjs_setName(bodies[b]->element, stick_name(body.name).c_str());
      if (b > 0) {
        std::copy_n(body.rest_pos.data(), 3, bodies[b]->pos);
        const Quat& q = body.rest_rot;
        const double quat[4] = {q.w(), q.x(), q.y(), q.z()};
        std::copy_n(quat, 4, bodies[b]->quat);
      }
    }
    std::vector<double> thickest(bodies.size(), 0.0);
    const auto bone = [&](size_t from, const Vec3& to, Side side) {
      const double length = to.norm();
      if (length < 1e-3 * extent_) return;
      const double radius = std::clamp(0.14 * length, 0.006 * extent_, 0.034 * extent_);
      add_capsule(bodies[from], to, radius, colour_of(side));
      thickest[from] = std::max(thickest[from], radius);
    };
    for (size_t b = 1; b < bodies.size(); ++b) {
      const Body& body = s_.bodies()[b];
      bone(static_cast<size_t>(body.parent), body.rest_pos, side_[b]);
    }
    for (const EndSite& e : s_.end_sites()) {
      const size_t b = static_cast<size_t>(e.body);
      if (is_head(s_.bodies()[b].name)) {
        add_head(bodies[b], e.pos);
      } else {
        bone(b, e.pos, side_[b]);
      }
    }
    for (size_t b = 0; b < bodies.size(); ++b) {
      const double bare = bodies.size() == 1 ? 0.15 : 0.01;
      const double radius = thickest[b] > 0 ? 1.15 * thickest[b] : bare * extent_;
      add_sphere(bodies[b], Vec3::Zero(), radius, colour_of(side_[b]));
      if (is_head(s_.bodies()[b].name) && is_bare_tip(b)) {
        // no end site says where the head ends: it goes on as its neck does
        const Body& body = s_.bodies()[b];
        const Vec3 neck = body.rest_rot.conjugate() * body.rest_pos.normalized();
        add_head(bodies[b], 0.1 * extent_ * neck);
      }
    }
    return spec;
  }

 private:
  bool is_bare_tip(size_t b) const {
    const int body = static_cast<int>(b);
    const auto on = [&](const auto& list, auto member) {
      return std::any_of(list.begin(), list.end(),
                         [&](const auto& item) { return item.*member == body; });
    };
    return !on(s_.bodies(), &Body::parent) && !on(s_.end_sites(), &EndSite::body);
  }
  static mjsGeom* add_geom(mjsBody* body, mjtGeom type, const Colour& c) {
    mjsGeom* g = mjs_addGeom(body, nullptr);
    g->type = type;
    std::copy_n(c.data(), 4, g->rgba);
    g->contype = g->conaffinity = 0;
    return g;
  }
  static void add_capsule(mjsBody* body, const Vec3& to, double radius, const Colour& c) {
    mjsGeom* g = add_geom(body, mjGEOM_CAPSULE, c);
    const double ends[6] = {0, 0, 0, to.x(), to.y(), to.z()};
    std::copy_n(ends, 6, g->fromto);
    g->size[0] = radius;
  }
  static void add_sphere(mjsBody* body, const Vec3& at, double radius, const Colour& c) {
    mjsGeom* g = add_geom(body, mjGEOM_SPHERE, c);
    std::copy_n(at.data(), 3, g->pos);
    g->size[0] = radius;
  }
  /// A ball that ends at `top`, never larger than a head is.
  void add_head(mjsBody* body, const Vec3& top) {
    const double radius = std::clamp(0.55 * top.norm(), 0.03 * extent_, 0.065 * extent_);
    const Vec3 up = top.norm() > 1e-6 ? top.normalized() : Vec3::UnitZ();
    add_sphere(body, std::max(radius, top.norm() - radius) * up, radius, colour_of(Side::centre));
  }

  const Skeleton& s_;
  std::vector<Side> side_;
  double extent_;
};

}  // namespace

mjSpec_* make_stick_figure(const Skeleton& skeleton) {
  return Builder(skeleton).build();
}

}  // namespace motus::view
