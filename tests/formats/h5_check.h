#pragma once
// Two clips compared field by field: what an h5 must give back.
#include "formats/h5/h5.h"
#include "tests/catch.h"
#include "tests/formats/sample.h"

namespace motus {

inline std::vector<std::byte> write_h5(const std::vector<Clip>& clips, bool compress = false,
                                       const char* container = "clips") {
  return formats::write_h5(clips, {.compress = compress, .extra = {{"container", container}}});
}

inline void check_equal(const Clip& a, const Clip& b) {
  CHECK(a.name == b.name);
  CHECK(a.fps == b.fps);
  CHECK(a.loop == b.loop);
  CHECK(a.weight == b.weight);
  CHECK(a.root_pos == b.root_pos);
  CHECK(a.root_rot == b.root_rot);
  CHECK(a.dof_pos == b.dof_pos);
  CHECK(a.local_rot == b.local_rot);
  CHECK(a.history == b.history);
  REQUIRE(a.channels.size() == b.channels.size());
  for (const auto& [name, c] : a.channels) {
    const Channel& d = b.channels.at(name);
    CHECK(c.data == d.data);
    CHECK(c.components == d.components);
    CHECK(c.names == d.names);
    CHECK(c.units == d.units);
    CHECK(c.frame == d.frame);
  }
  CHECK(a.events == b.events);
  REQUIRE(a.terrain.has_value() == b.terrain.has_value());
  if (a.terrain) {
    CHECK(a.terrain->heights == b.terrain->heights);
    CHECK(a.terrain->origin_x == b.terrain->origin_x);
    CHECK(a.terrain->origin_y == b.terrain->origin_y);
    CHECK(a.terrain->spacing == b.terrain->spacing);
  }
  const Source &s = a.source, &t = b.source;
  CHECK(s.path == t.path);
  CHECK(s.format == t.format);
  CHECK(s.variant == t.variant);
  CHECK(s.size == t.size);
  CHECK(s.sha256 == t.sha256);
  CHECK(s.licence == t.licence);
  CHECK(s.fps_source == t.fps_source);
  CHECK(s.conversions == t.conversions);
  CHECK(s.warnings == t.warnings);
  CHECK(s.metadata == t.metadata);
  CHECK(s.arrays == t.arrays);
  CHECK(s.fingerprint == t.fingerprint);
  const Skeleton::Spec &p = a.skeleton->spec(), &q = b.skeleton->spec();
  CHECK(a.skeleton->same_structure(*b.skeleton));
  CHECK(p.name == q.name);
  CHECK(p.kind == q.kind);
  CHECK(p.mass == q.mass);
  CHECK(p.model_file == q.model_file);
  CHECK(p.model_sha256 == q.model_sha256);
  CHECK(p.roles == q.roles);
  REQUIRE(p.dofs.size() == q.dofs.size());
  for (size_t i = 0; i < p.dofs.size(); ++i) {
    CHECK(p.dofs[i].name == q.dofs[i].name);
    CHECK(p.dofs[i].lower == q.dofs[i].lower);
    CHECK(p.dofs[i].upper == q.dofs[i].upper);
  }
  REQUIRE(p.end_sites.size() == q.end_sites.size());
  for (size_t i = 0; i < p.end_sites.size(); ++i) {
    CHECK(p.end_sites[i].name == q.end_sites[i].name);
    CHECK(p.end_sites[i].body == q.end_sites[i].body);
    CHECK(p.end_sites[i].pos == q.end_sites[i].pos);
  }
}

}  // namespace motus
