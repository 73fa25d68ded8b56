#include <hdf5_hl.h>

#include <cmath>
#include <cstring>

#include "formats/bytes.h"
#include "formats/h5/h5.h"
#include "formats/h5/h5_id.h"

namespace motus::formats {

namespace {

using namespace h5;
using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n"sv;

/// Where the superblock says that the file ends (HDF5 file format specification, section II.A), or
/// the number of bytes if the version is not known.
uint64_t end_of_file(Bytes bytes) {
  const auto u8 = [&](size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0; };
  const uint8_t version = static_cast<uint8_t>(u8(8));
  size_t at = 0, width = 8;
  if (version <= 1) {
    at = version == 0 ? 24 : 28;
    width = static_cast<size_t>(u8(13));
    at += 2 * width;
  } else if (version <= 3) {
    at = 12;
    width = static_cast<size_t>(u8(9));
    at += 2 * width;
  } else {
    return bytes.size();
  }
  if (width != 8) return bytes.size();
  return ByteReader(bytes, std::min(at, bytes.size())).read<uint64_t>();
}

[[noreturn]] void refuse_tail(Bytes bytes, uint64_t end) {
  const Bytes tail = bytes.subspan(end);
  const std::string_view mark = h5::kTrailerMark;
  if (as_text(tail) == mark.substr(0, tail.size()) || tail.size() < h5::kTrailerSize) {
    throw_error(Kind::bad_input, "cut off: the file should have {} bytes, found {}",
                end + h5::kTrailerSize, bytes.size());
  }
  const Bytes next = starts_with(tail, mark) ? tail.subspan(h5::kTrailerSize) : tail;
  const bool second = starts_with(next, kSignature);
  throw Error(Kind::bad_input,
              fmt::format("{} bytes behind the end of the file{}", next.size(),
                          second ? ": a second HDF5 file" : ""),
              second ? "cat does not join files; motion-convert A.h5 B.h5 -o BOTH.h5 does" : "");
}

/// The library ignores what lies behind the end, may trip over what is missing before it, and
/// crashes on damaged text (1.10's H5HG_read trusts the lengths it finds): so all three are checked
/// before it sees the bytes. A file without a trailer was last written by another program.
void check_whole(Bytes bytes) {
  const uint64_t end = end_of_file(bytes);
  if (end > bytes.size()) {
    throw Error(Kind::bad_input,
                fmt::format("cut off: the file should have {} bytes, found {}", end, bytes.size()),
                "was it copied or piped whole?");
  }
  if (end == bytes.size()) return;
  if (bytes.size() != end + h5::kTrailerSize ||
      !starts_with(bytes.subspan(end), h5::kTrailerMark)) {
    refuse_tail(bytes, end);
  }
  require(as_text(bytes.subspan(end)) == h5::trailer(bytes.first(end)), Kind::bad_input,
          "damaged: the check sum at the end does not fit the {} bytes before it", end);
}

Vec3 row3(const Frames& a, size_t i) {
  const auto r = static_cast<Eigen::Index>(i);
  return {a(r, 0), a(r, 1), a(r, 2)};
}

Frames matrix(hid_t group, const char* name, const std::string& place, size_t rows, int cols) {
  Frames a = get_numbers(group, name, place);
  require(a.rows() == static_cast<Eigen::Index>(rows) && a.cols() == cols, Kind::bad_input,
          "{}/{} is {} x {}, expected {} x {}", place, name, a.rows(), a.cols(), rows, cols);
  return a;
}

std::vector<int> ints(hid_t group, const char* name, const std::string& place, size_t count) {
  std::vector<int> v = get_ints(group, name, place);
  require(v.size() == count, Kind::bad_input, "{}/{} has {} entries, expected {}", place, name,
          v.size(), count);
  return v;
}

void read_joints(Skeleton::Spec& s, hid_t group, const std::string& place) {
  const std::vector<std::string> dofs = get_strings(group, "dof_names", place);
  if (dofs.empty()) return;
  const size_t d = dofs.size();
  const std::vector<std::string> names = get_strings(group, "joint_names", place);
  if (!names.empty()) {
    const std::vector<int> type = ints(group, "joint_type", place, names.size());
    const std::vector<int> body = ints(group, "joint_body", place, names.size());
    const Frames axis = matrix(group, "joint_axis", place, names.size(), 3);
    for (size_t j = 0; j < names.size(); ++j) {
      s.joints.push_back({.name = names[j],
                          .type = type[j] == 1 ? JointType::ball : JointType::hinge,
                          .body = body[j],
                          .axis = row3(axis, j)});
    }
  } else {
    // written by someone else: three ball components in a row are one joint
    const std::vector<int> type = ints(group, "dof_type", place, d);
    const std::vector<int> body = ints(group, "dof_body", place, d);
    const Frames axis = matrix(group, "dof_axis", place, d, 3);
    for (size_t i = 0; i < d; ++i) {
      require(type[i] == 0 || type[i] == 2, Kind::bad_input,
              "{}/dof_type[{}] is {}; expected 0 (hinge) or 2 (ball component)", place, i, type[i]);
      const bool ball = type[i] == 2;
      s.joints.push_back({.name = dofs[i],
                          .type = ball ? JointType::ball : JointType::hinge,
                          .body = body[i],
                          .axis = row3(axis, i)});
      if (ball) i += 2;
    }
  }
  Frames range = Frames::Constant(static_cast<Eigen::Index>(d), 2, std::nan(""));
  if (has_link(group, "dof_range")) range = matrix(group, "dof_range", place, d, 2);
  for (size_t i = 0; i < d; ++i) {
    const auto r = static_cast<Eigen::Index>(i);
    Dof dof{.name = dofs[i]};
    if (!std::isnan(range(r, 0))) dof.lower = range(r, 0);
    if (!std::isnan(range(r, 1))) dof.upper = range(r, 1);
    s.dofs.push_back(dof);
  }
}

SkeletonPtr read_skeleton(hid_t parent, const std::string& id) {
  const std::string place = "/skeletons/" + id;
  const Id group = open_group(parent, id, "/skeletons");
  Skeleton::Spec s;
  s.name = get_string(group, "name", id);
  s.kind = get_string(group, "kind", "character") == "robot" ? SkeletonKind::robot
                                                             : SkeletonKind::character;
  s.mass = get_number(group, "mass", 0);
  s.model_file = get_string(group, "model_file", "");
  s.model_sha256 = get_string(group, "model_sha256", "");
  const std::vector<std::string> names = get_strings(group, "body_names", place);
  require(!names.empty(), Kind::bad_input, "{}/body_names: missing", place);
  const size_t n = names.size();
  const std::vector<int> parents = ints(group, "parents", place, n);
  const Frames pos = matrix(group, "rest_pos", place, n, 3);
  Frames rot;
  if (has_link(group, "rest_rot")) rot = matrix(group, "rest_rot", place, n, 4);
  for (size_t b = 0; b < n; ++b) {
    Body body{.name = names[b], .parent = parents[b], .rest_pos = row3(pos, b)};
    if (rot.size() > 0) body.rest_rot = Clip::quat_at(rot, static_cast<int>(b), 0);
    s.bodies.push_back(body);
  }
  read_joints(s, group, place);
  const std::vector<std::string> sites = get_strings(group, "end_sites", place);
  if (!sites.empty()) {
    const std::vector<int> body = ints(group, "end_site_body", place, sites.size());
    const Frames at = matrix(group, "end_site_pos", place, sites.size(), 3);
    for (size_t i = 0; i < sites.size(); ++i) {
      s.end_sites.push_back({.name = sites[i], .body = body[i], .pos = row3(at, i)});
    }
  }
  const std::vector<std::string> roles = get_strings(group, "role_names", place);
  const std::vector<int> role_body = ints(group, "role_body", place, roles.size());
  for (size_t i = 0; i < roles.size(); ++i) s.roles[roles[i]] = role_body[i];
  try {
    return Skeleton::build(std::move(s));
  } catch (const Error& e) {
    throw e.at(place);
  }
}

Array read_array(hid_t group, const std::string& link, const std::string& place) {
  const h5::Dataset d = open_dataset(group, link, place);
  Array a;
  a.descr = get_string(d.id, "descr", "");
  const std::string shape = get_string(d.id, "shape", "");
  for (size_t at = 0; at < shape.size();) {
    const size_t end = std::min(shape.find(',', at), shape.size());
    a.shape.push_back(std::strtoll(shape.c_str() + at, nullptr, 10));
    at = end + 1;
  }
  const Id type(H5Dget_type(d.id), H5Tclose);
  require(H5Tget_class(type) == H5T_INTEGER || H5Tget_class(type) == H5T_FLOAT, Kind::bad_input,
          "{}/{}: expected numbers", place, link);
  a.data.resize(d.count * H5Tget_size(type));
  // the type in memory is the type in the file: no bit changes
  require(a.data.empty() || H5Dread(d.id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, a.data.data()) >= 0,
          Kind::bad_input, "{}/{}: damaged", place, link);
  return a;
}

Source read_source(hid_t clip, const std::string& clip_place) {
  Source s;
  if (!has_link(clip, "source")) return s;
  const std::string place = clip_place + "/source";
  const Id group = open_group(clip, "source", clip_place);
  s.path = get_string(group, "path", "");
  s.format = get_string(group, "format", "");
  s.variant = get_string(group, "variant", "");
  s.size = static_cast<int64_t>(get_number(group, "size", 0));
  s.sha256 = get_string(group, "sha256", "");
  s.licence = get_string(group, "licence", "");
  s.fps_source = get_string(group, "fps_source", "file");
  s.fingerprint = get_string(group, "fingerprint", "");
  s.conversions = get_strings(group, "conversions", place);
  s.warnings = get_strings(group, "warnings", place);
  const std::vector<std::string> keys = get_strings(group, "metadata_keys", place),
                                 values = get_strings(group, "metadata_values", place);
  require(keys.size() == values.size(), Kind::bad_input, "{}: {} metadata keys, {} values", place,
          keys.size(), values.size());
  for (size_t i = 0; i < keys.size(); ++i) s.metadata[keys[i]] = values[i];
  if (!has_link(group, "arrays")) return s;
  const Id arrays = open_group(group, "arrays", place);
  for (const std::string& link : links_of(arrays)) {
    const h5::Dataset d = open_dataset(arrays, link, place);
    s.arrays[get_string(d.id, "name", link)] = read_array(arrays, link, place + "/arrays");
  }
  return s;
}

void read_channels(Clip& c, hid_t clip, const std::string& clip_place) {
  if (!has_link(clip, "channels")) return;
  const std::string place = clip_place + "/channels";
  const Id channels = open_group(clip, "channels", clip_place);
  for (const std::string& link : links_of(channels)) {
    const Id group = open_group(channels, link, place);
    const std::string in = fmt::format("{}/{}", place, link);
    Channel& out = c.channels[get_string(group, "name", link)];
    out.units = get_string(group, "units", "");
    out.frame = get_string(group, "frame", "");
    out.components = static_cast<int>(get_number(group, "components", 1));
    out.data = get_numbers(group, "data", in);
    out.names = get_strings(group, "item_names", in);
  }
}

Clip read_clip(hid_t parent, const std::string& key,
               const std::map<std::string, SkeletonPtr>& skeletons) {
  const std::string place = "/clips/" + key;
  const Id group = open_group(parent, key, "/clips");
  Clip c;
  c.name = get_string(group, "name", key);
  const std::string id = get_string(group, "skeleton", "");
  const auto at = skeletons.find(id);
  require(at != skeletons.end(), Kind::bad_input, "{}: skeleton '{}' is not in the file", place,
          id);
  c.skeleton = at->second;
  c.fps = get_number(group, "fps", 0);
  c.weight = get_number(group, "weight", 1);
  c.history = get_strings(group, "history", place);
  c.source = read_source(group, place);
  const std::string loop = get_string(group, "loop_mode", "clamp");
  require(loop == "wrap" || loop == "clamp", Kind::bad_input,
          "{}: loop_mode is '{}', expected wrap or clamp", place, loop);
  c.loop = loop == "wrap" ? LoopMode::wrap : LoopMode::clamp;
  const Id frames = open_group(group, "frames", place);
  const std::string in = place + "/frames";
  c.root_pos = get_numbers(frames, "root_pos", in);
  c.root_rot = get_numbers(frames, "root_rot", in);
  if (has_link(frames, "dof_pos")) c.dof_pos = get_numbers(frames, "dof_pos", in);
  if (has_link(frames, "local_rot")) c.local_rot = get_numbers(frames, "local_rot", in);
  read_channels(c, group, place);
  try {
    c.validate();
  } catch (const Error& e) {
    throw e.at(place);
  }
  return c;
}

/// Other people's HDF5 motion files, named so that the user knows what is in hand.
std::string other_kind(hid_t file) {
  const std::vector<std::string> links = links_of(file);
  if (has_link(file, "data/demo_0")) return "a robomimic demonstration file";
  if (has_link(file, "observations")) return "a D4RL data set";
  if (!links.empty() && has_link(file, links.front() + "/walkers"))
    return "a dm_control mocap file";
  std::string list;
  for (const std::string& l : links) list += (list.empty() ? "'" : ", '") + l + "'";
  return "an HDF5 file holding " + (list.empty() ? "nothing" : list);
}

void check_version(hid_t file) {
  if (get_string(file, "format", "") != "motus") {
    throw_error(Kind::bad_input, "is {}, not a Motus motion file", other_kind(file));
  }
  const std::string version = get_string(file, "format_version", "");
  const int major = std::atoi(version.c_str());
  if (major != 1) {
    throw Error(
        Kind::bad_input,
        fmt::format("is version '{}' of the motion format; this program reads 1.x", version),
        "a newer Motus reads it");
  }
  const std::string container = get_string(file, "container", "clips");
  require(container == "clips", Kind::bad_input, "container is '{}', expected 'clips'", container);
}

}  // namespace

Match sniff_h5(Bytes bytes) {
  return starts_with(bytes, kSignature) ? Match::yes : Match::no;
}

std::vector<Clip> read_h5(Bytes bytes, const ReadOptions&) {
  require(sniff_h5(bytes) == Match::yes, Kind::bad_input, "is not an HDF5 file");
  check_whole(bytes);
  const Session session;
  dataset_limit() = 64 * bytes.size() + (size_t{256} << 20);
  // read-only and neither copied nor released: the caller's bytes outlive the file
  void* image = const_cast<std::byte*>(bytes.data());
  const Id file(H5LTopen_file_image(image, bytes.size(),
                                    H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE),
                H5Fclose);
  require(file.ok(), Kind::bad_input, "is a damaged HDF5 file");
  check_version(file);
  std::map<std::string, SkeletonPtr> skeletons;
  const Id skeleton_group = open_group(file, "skeletons", "");
  for (const std::string& id : links_of(skeleton_group)) {
    skeletons[id] = read_skeleton(skeleton_group, id);
  }
  std::vector<Clip> clips;
  const Id group = open_group(file, "clips", "");
  for (const std::string& key : links_of(group)) clips.push_back(read_clip(group, key, skeletons));
  return clips;
}

}  // namespace motus::formats
