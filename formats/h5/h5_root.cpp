#include "formats/h5/h5_root.h"

#include <charconv>

#include "formats/h5/h5_skeleton.h"

namespace motus::formats::h5 {

namespace {

/// Other people's HDF5 motion files, named so that the user knows what is in hand.
std::string other_kind(hid_t file) {
  const std::vector<std::string> names = names_in(file);
  const auto there = [](hid_t group, const char* name) {
    return H5Lexists(group, name, H5P_DEFAULT) > 0;
  };
  const auto within = [&](const std::string& group, const char* name) {
    const Id g(H5Gopen2(file, group.c_str(), H5P_DEFAULT), H5Gclose);
    return g.ok() && there(g, name);
  };
  if (there(file, "data") && within("data", "demo_0")) return "a robomimic demonstration file";
  if (there(file, "observations")) return "a D4RL data set";
  if (!names.empty() && within(names.front(), "walkers")) return "a dm_control mocap file";
  std::string list;
  for (const std::string& n : names) list += (list.empty() ? "'" : ", '") + n + "'";
  return "an HDF5 file holding " + (list.empty() ? "nothing" : list);
}

}  // namespace

void put_root_attrs(Node& file, const std::string& container) {
  put_attr(file, "format", "motus");
  put_attr(file, "format_version", "1.0");
  put_attr(file, "container", container);
  put_attr(file, "generator", "Motus");
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

bool check_root(hid_t file) {
  if (H5Aexists(file, "format") <= 0 || text_attr(file, "format") != "motus") {
    throw_error(Kind::bad_input, "is {}, not a Motus motion file", other_kind(file));
  }
  const std::string version = text_attr(file, "format_version").value_or("");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major != 1) {
    throw Error(
        Kind::bad_input,
        fmt::format("is version '{}' of the motion format; this program reads 1.x", version),
        "a newer Motus reads it");
  }
  // who says so in the file means it: numbers of another convention are not guessed at
  const auto agrees = [&](const char* name, const char* expected) {
    const std::string found = text_attr(file, name).value_or(expected);
    require(found == expected, Kind::bad_input, "/: attribute '{}' is '{}', expected '{}'", name,
            found, expected);
  };
  agrees("up_axis", "Z");
  agrees("handedness", "right");
  agrees("length_unit", "m");
  agrees("angle_unit", "rad");
  agrees("quaternion_order", "wxyz");
  const std::string container = text_attr(file, "container").value_or("clips");
  require(container == "clips" || container == "packed", Kind::bad_input,
          "/: attribute 'container' is '{}', expected 'clips' or 'packed'", container);
  return container == "packed";
}

Skeletons read_skeletons(hid_t file) {
  Skeletons out;
  const Id group = open_group(file, "skeletons");
  for (const std::string& id : names_in(group)) out[id] = read_skeleton(group, id);
  return out;
}

}  // namespace motus::formats::h5
