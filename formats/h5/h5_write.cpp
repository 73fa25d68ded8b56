#include <cmath>
#include <cstring>
#include <limits>

#include "formats/h5/h5.h"
#include "formats/h5/h5_id.h"

namespace motus::formats {

namespace {

using namespace h5;

std::string number_name(size_t i) {
  return fmt::format("{:06}", i);
}

/// A link name may hold neither '/' nor be "."; the exact name stands in the attribute "name".
std::string link_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '/' || c == '%' || (c == '.' && out.empty()) || c == '\0') {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out.empty() ? "%" : out;
}

void put_root_attrs(hid_t file) {
  put_attr(file, "format", "motus");
  put_attr(file, "format_version", "1.0");
  put_attr(file, "container", "clips");
  put_attr(file, "up_axis", "Z");
  put_attr(file, "forward_axis", "X");
  put_attr(file, "handedness", "right");
  put_attr(file, "length_unit", "m");
  put_attr(file, "angle_unit", "rad");
  put_attr(file, "time_unit", "s");
  put_attr(file, "quaternion_order", "wxyz");
  put_attr(file, "rotation_semantics", "Hamilton, active, child to parent or to world");
  put_attr(file, "axis_order", "time,item,component");
}

void put_joints(hid_t group, const Skeleton& s) {
  std::vector<std::string> names;
  std::vector<int> type, body, dof_joint, dof_type, dof_body;
  std::vector<double> axis, dof_axis, range;
  for (const Joint& j : s.joints()) {
    const bool ball = j.type == JointType::ball;
    names.push_back(j.name);
    type.push_back(ball ? 1 : 0);
    body.push_back(j.body);
    axis.insert(axis.end(), {j.axis.x(), j.axis.y(), j.axis.z()});
    for (int c = 0; c < j.dof_count(); ++c) {
      const Vec3 a = ball ? Vec3(Vec3::Unit(c)) : j.axis;
      dof_joint.push_back(static_cast<int>(names.size()) - 1);
      dof_type.push_back(ball ? 2 : 0);
      dof_body.push_back(j.body);
      dof_axis.insert(dof_axis.end(), {a.x(), a.y(), a.z()});
    }
  }
  std::vector<std::string> dof_names;
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const Dof& d : s.dofs()) {
    dof_names.push_back(d.name);
    range.push_back(d.lower > -Dof::kUnlimited ? d.lower : none);
    range.push_back(d.upper < Dof::kUnlimited ? d.upper : none);
  }
  put_strings(group, "joint_names", names);
  put_ints(group, "joint_type", type, H5T_STD_U8LE);
  put_ints(group, "joint_body", body, H5T_STD_I32LE);
  put_strings(group, "dof_names", dof_names);
  put_ints(group, "dof_joint", dof_joint, H5T_STD_I32LE);
  put_ints(group, "dof_type", dof_type, H5T_STD_U8LE);
  put_ints(group, "dof_body", dof_body, H5T_STD_I32LE);
  if (names.empty()) return;
  put_raw(group, "joint_axis", H5T_IEEE_F64LE, {names.size(), 3}, axis.data(), false);
  put_raw(group, "dof_axis", H5T_IEEE_F64LE, {dof_names.size(), 3}, dof_axis.data(), false);
  put_attr(put_raw(group, "dof_range", H5T_IEEE_F64LE, {dof_names.size(), 2}, range.data(), false),
           "units", "rad");
}

void put_skeleton(hid_t parent, const std::string& id, const Skeleton& s) {
  const Id group = make_group(parent, id);
  put_attr(group, "name", s.name());
  put_attr(group, "kind", s.kind() == SkeletonKind::robot ? "robot" : "character");
  put_attr(group, "root_body", int64_t{0});
  put_attr(group, "mass", s.spec().mass);
  put_attr(group, "model_file", s.spec().model_file);
  put_attr(group, "model_sha256", s.spec().model_sha256);
  std::vector<std::string> names, sites, roles;
  std::vector<int> parents, site_body, role_body;
  std::vector<double> pos, rot, site_pos;
  for (const Body& b : s.bodies()) {
    names.push_back(b.name);
    parents.push_back(b.parent);
    pos.insert(pos.end(), {b.rest_pos.x(), b.rest_pos.y(), b.rest_pos.z()});
    rot.insert(rot.end(), {b.rest_rot.w(), b.rest_rot.x(), b.rest_rot.y(), b.rest_rot.z()});
  }
  for (const EndSite& e : s.end_sites()) {
    sites.push_back(e.name);
    site_body.push_back(e.body);
    site_pos.insert(site_pos.end(), {e.pos.x(), e.pos.y(), e.pos.z()});
  }
  for (const auto& [role, body] : s.roles()) {
    roles.push_back(role);
    role_body.push_back(body);
  }
  put_strings(group, "body_names", names);
  put_ints(group, "parents", parents, H5T_STD_I32LE);
  put_attr(put_raw(group, "rest_pos", H5T_IEEE_F64LE, {names.size(), 3}, pos.data(), false),
           "units", "m");
  put_raw(group, "rest_rot", H5T_IEEE_F64LE, {names.size(), 4}, rot.data(), false);
  put_joints(group, s);
  put_strings(group, "end_sites", sites);
  put_ints(group, "end_site_body", site_body, H5T_STD_I32LE);
  if (!sites.empty()) {
    put_attr(
        put_raw(group, "end_site_pos", H5T_IEEE_F64LE, {sites.size(), 3}, site_pos.data(), false),
        "units", "m");
  }
  put_strings(group, "role_names", roles);
  put_ints(group, "role_body", role_body, H5T_STD_I32LE);
}

/// Everything that tells two skeletons apart, to store equal ones once.
std::string identity(const Skeleton& s) {
  const Skeleton::Spec& p = s.spec();
  std::string k = fmt::format("{}|{}|{:a}|{}|{}|", p.name, static_cast<int>(p.kind), p.mass,
                              p.model_file, p.model_sha256);
  const auto num = [&](auto&&... x) { ((k += fmt::format("{:a},", x)), ...); };
  for (const Body& b : p.bodies) {
    k += fmt::format("b{}:{}:", b.name, b.parent);
    num(b.rest_pos.x(), b.rest_pos.y(), b.rest_pos.z());
    num(b.rest_rot.w(), b.rest_rot.x(), b.rest_rot.y(), b.rest_rot.z());
  }
  for (const Joint& j : p.joints) {
    k += fmt::format("j{}:{}:{}:", j.name, static_cast<int>(j.type), j.body);
    num(j.axis.x(), j.axis.y(), j.axis.z());
  }
  for (const Dof& d : p.dofs) {
    k += fmt::format("d{}:", d.name);
    num(d.lower, d.upper);
  }
  for (const EndSite& e : p.end_sites) {
    k += fmt::format("e{}:{}:", e.name, e.body);
    num(e.pos.x(), e.pos.y(), e.pos.z());
  }
  for (const auto& [role, body] : p.roles) k += fmt::format("r{}:{};", role, body);
  return k;
}

/// The HDF5 type whose bytes are those of a NumPy type, or -1: then the bytes are stored as such.
hid_t plain_type(const std::string& descr) {
  if (descr == "<f4") return H5T_IEEE_F32LE;
  if (descr == "<f8") return H5T_IEEE_F64LE;
  if (descr == "<i4") return H5T_STD_I32LE;
  if (descr == "<i8") return H5T_STD_I64LE;
  if (descr == "|u1" || descr == "|b1") return H5T_STD_U8LE;
  return -1;
}

void put_array(hid_t group, const std::string& name, const Array& a, bool compress) {
  std::vector<hsize_t> shape;
  std::string shape_text;
  for (const int64_t d : a.shape) {
    shape.push_back(static_cast<hsize_t>(d));
    shape_text += fmt::format("{}{}", shape_text.empty() ? "" : ",", d);
  }
  hid_t type = plain_type(a.descr);
  if (type < 0 || static_cast<size_t>(a.size()) * H5Tget_size(type) != a.data.size()) {
    type = H5T_STD_U8LE;
    shape = {a.data.size()};
  }
  const Id set = put_raw(group, link_name(name), type, shape, a.data.data(), compress);
  put_attr(set, "name", name);
  put_attr(set, "descr", a.descr);
  put_attr(set, "shape", shape_text);
}

void put_source(hid_t clip, const Source& s, bool compress) {
  const Id group = make_group(clip, "source");
  put_attr(group, "path", s.path);
  put_attr(group, "format", s.format);
  put_attr(group, "variant", s.variant);
  put_attr(group, "size", s.size);
  put_attr(group, "sha256", s.sha256);
  put_attr(group, "licence", s.licence);
  put_attr(group, "fps_source", s.fps_source);
  put_attr(group, "fingerprint", s.fingerprint);
  put_strings(group, "conversions", s.conversions);
  put_strings(group, "warnings", s.warnings);
  std::vector<std::string> keys, values;
  for (const auto& [k, v] : s.metadata) {
    keys.push_back(k);
    values.push_back(v);
  }
  put_strings(group, "metadata_keys", keys);
  put_strings(group, "metadata_values", values);
  if (s.arrays.empty()) return;
  const Id arrays = make_group(group, "arrays");
  for (const auto& [name, a] : s.arrays) put_array(arrays, name, a, compress);
}

void put_channel(hid_t parent, const std::string& name, const Channel& c, bool compress) {
  const Id group = make_group(parent, link_name(name));
  put_attr(group, "name", name);
  put_attr(group, "units", c.units);
  put_attr(group, "frame", c.frame);
  put_attr(group, "components", int64_t{c.components});
  std::vector<hsize_t> shape{static_cast<hsize_t>(c.data.rows()),
                             static_cast<hsize_t>(c.data.cols())};
  if (c.components > 1 && c.data.cols() % c.components == 0) {
    shape[1] /= static_cast<hsize_t>(c.components);
    shape.push_back(static_cast<hsize_t>(c.components));
  }
  put_attr(put_numbers(group, "data", shape, c.data.data(), compress), "units", c.units);
  put_strings(group, "item_names", c.names);
}

void put_clip(hid_t parent, const std::string& key, const Clip& c, const std::string& skeleton,
              bool compress) {
  const Id group = make_group(parent, key);
  put_attr(group, "name", c.name);
  put_attr(group, "skeleton", skeleton);
  put_attr(group, "fps", c.fps);
  put_attr(group, "num_frames", int64_t{c.frames()});
  put_attr(group, "duration", c.duration());
  put_attr(group, "loop_mode", c.loop == LoopMode::wrap ? "wrap" : "clamp");
  put_attr(group, "weight", c.weight);
  put_strings(group, "history", c.history);
  const Id frames = make_group(group, "frames");
  const auto t = static_cast<hsize_t>(c.frames());
  const auto put = [&](const char* name, const Frames& a, const std::vector<hsize_t>& shape,
                       const char* units, const char* frame) {
    const Id set = put_numbers(frames, name, shape, a.data(), compress);
    put_attr(set, "units", units);
    put_attr(set, "frame", frame);
  };
  put("root_pos", c.root_pos, {t, 3}, "m", "world");
  put("root_rot", c.root_rot, {t, 4}, "1", "world");
  if (c.dof_pos.size() > 0) {
    put("dof_pos", c.dof_pos, {t, static_cast<hsize_t>(c.dof_pos.cols())}, "rad", "joint");
  }
  if (c.local_rot.size() > 0) {
    put("local_rot", c.local_rot, {t, static_cast<hsize_t>(c.local_rot.cols() / 4), 4}, "1",
        "rest pose");
  }
  if (!c.channels.empty()) {
    const Id channels = make_group(group, "channels");
    for (const auto& [name, channel] : c.channels) put_channel(channels, name, channel, compress);
  }
  put_source(group, c.source, compress);
}

/// Bytes that the clips take at most, roughly.
size_t estimate(std::span<const Clip> clips) {
  size_t bytes = size_t{1} << 20;
  for (const Clip& c : clips) {
    bytes += 8 * static_cast<size_t>(c.root_pos.size() + c.root_rot.size() + c.dof_pos.size() +
                                     c.local_rot.size());
    for (const auto& [name, ch] : c.channels) bytes += 8 * static_cast<size_t>(ch.data.size());
    for (const auto& [name, a] : c.source.arrays) bytes += a.data.size();
  }
  return bytes;
}

Id create_in_memory(size_t expected) {
  const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  // the image grows in steps of this size, by copying itself: one step is enough
  H5Pset_fapl_core(access, expected, false);
  // EARLIEST, not newer: a version 2 or 3 superblock carries a checksum, and H5Fget_file_image
  // clears its status flags without computing it anew (HDF5 1.10), so that every reader would
  // refuse the image. Superblock 0 has none.
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
  const Id create(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(create, false);
  Id file(H5Fcreate("motus.h5", H5F_ACC_TRUNC, create, access), H5Fclose);
  require(file.ok(), Kind::failed, "HDF5 could not make a file in memory");
  return file;
}

}  // namespace

std::vector<std::byte> write_h5(std::span<const Clip> clips, const WriteOptions& options) {
  const Session session;
  const Id file = create_in_memory(estimate(clips));
  {
    put_root_attrs(file);
    const Id skeletons = make_group(file, "skeletons"), group = make_group(file, "clips");
    std::map<std::string, std::string> ids;
    for (size_t i = 0; i < clips.size(); ++i) {
      const Clip& c = clips[i];
      require(c.skeleton != nullptr, Kind::failed, "clip '{}' has no skeleton", c.name);
      const auto [at, fresh] = ids.try_emplace(identity(*c.skeleton), number_name(ids.size()));
      if (fresh) put_skeleton(skeletons, at->second, *c.skeleton);
      put_clip(group, number_name(i), c, at->second, options.compress);
    }
  }
  require(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0, Kind::failed, "HDF5 could not finish the file");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  require(size > 0, Kind::failed, "HDF5 gave no file image");
  const auto image = static_cast<size_t>(size);
  std::vector<std::byte> out(image + kTrailerSize);  // no second copy for the trailer
  require(H5Fget_file_image(file, out.data(), image) == size, Kind::failed,
          "HDF5 gave no file image");
  const std::string tail = trailer(std::span(out).first(image));
  std::memcpy(out.data() + image, tail.data(), kTrailerSize);
  return out;
}

}  // namespace motus::formats
