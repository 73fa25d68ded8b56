#include <cmath>

#include "formats/h5/h5_clip.h"
#include "formats/h5/h5_slots.h"

namespace motus::formats::h5 {

namespace {

std::vector<int64_t> parse_shape(const std::string& text) {
  std::vector<int64_t> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    out.push_back(std::strtoll(text.c_str() + at, nullptr, 10));
    at = end + 1;
  }
  return out;
}

/// An array as NumPy has it. `descr` and `shape` stand in attributes where the dataset's own type
/// and shape cannot say them; files by others need neither.
Array read_array(const Opened& d) {
  const Id type(H5Dget_type(d.id), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  require(kind == H5T_INTEGER || kind == H5T_FLOAT, Kind::bad_input, "{}: expected numbers",
          d.path);
  // NumPy's "<" types are those of this machine: only the byte order may change
  const Id memory(H5Tcopy(type), H5Tclose);
  const size_t size = H5Tget_size(memory);
  if (size > 1) H5Tset_order(memory, H5T_ORDER_LE);
  Array a;
  const char letter = kind == H5T_FLOAT ? 'f' : H5Tget_sign(type) == H5T_SGN_NONE ? 'u' : 'i';
  a.descr =
      text_attr(d.id, "descr").value_or(fmt::format("{}{}{}", size > 1 ? '<' : '|', letter, size));
  a.data.resize(d.count() * size);
  if (const auto shape = text_attr(d.id, "shape")) {
    a.shape = parse_shape(*shape);
  } else {
    a.shape.assign(d.shape.begin(), d.shape.end());
  }
  require(
      a.data.empty() || H5Dread(d.id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, a.data.data()) >= 0,
      Kind::bad_input, "{}: damaged", d.path);
  return a;
}

Source read_source(hid_t clip, bool with_arrays) {
  Source s;
  const std::optional<Id> found = find_group(clip, "source");
  if (!found) return s;
  const Id& group = *found;
  const auto text = [&](const char* name) { return text_attr(group, name).value_or(""); };
  s.path = text("path");
  s.format = text("format");
  s.variant = text("variant");
  s.size = static_cast<int64_t>(number_attr(group, "size").value_or(0));
  s.sha256 = text("sha256");
  s.licence = text("licence");
  s.fps_source = text_attr(group, "fps_source").value_or("file");
  s.conversions = get_texts(group, "conversions");
  s.warnings = get_texts(group, "warnings");
  const std::vector<std::string> keys = get_texts(group, "metadata_keys"),
                                 values = get_texts(group, "metadata_values");
  require(keys.size() == values.size(), Kind::bad_input, "{}: {} metadata keys, {} values",
          path_of(group), keys.size(), values.size());
  for (size_t i = 0; i < keys.size(); ++i) s.metadata[keys[i]] = values[i];
  if (!with_arrays) return s;
  s.fingerprint = text("fingerprint");
  const std::optional<Id> arrays = find_group(group, "arrays");
  if (!arrays) return s;
  for (const std::string& link : names_in(*arrays)) {
    const Opened d = open_dataset(*arrays, link);
    s.arrays[text_attr(d.id, "name").value_or(link)] = read_array(d);
  }
  return s;
}

/// A list of numbers; people write it as (N,) or, with MATLAB, as (1, N) or (N, 1).
Frames list(hid_t group, const char* name, size_t count) {
  const Opened d = open_dataset(group, name);
  Frames a = get_rows(d);
  require(static_cast<size_t>(a.size()) == count, Kind::bad_input,
          "{}: expected {} numbers, found {}", d.path, count, shape_text(d.shape));
  return a;
}

std::vector<Event> read_events(hid_t clip) {
  std::vector<Event> out;
  const std::optional<Id> group = find_group(clip, "events");
  if (!group) return out;
  const std::vector<std::string> labels = get_texts(*group, "label");
  if (labels.empty()) return out;
  const Frames start = list(*group, "start", labels.size()),
               end = list(*group, "end", labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto k = static_cast<Eigen::Index>(i);
    out.push_back({.label = labels[i], .start = start.data()[k], .end = end.data()[k]});
  }
  return out;
}

std::optional<Terrain> read_terrain(hid_t clip) {
  const std::optional<Id> group = find_group(clip, "terrain");
  if (!group) return std::nullopt;
  const Opened d = open_dataset(*group, "hf");
  require(d.shape.size() == 2, Kind::bad_input, "{}: is {}, expected rows and columns", d.path,
          shape_text(d.shape));
  Terrain t{.heights = get_rows(d)};
  if (has(*group, "origin")) {
    const Frames origin = list(*group, "origin", 2);
    t.origin_x = origin.data()[0], t.origin_y = origin.data()[1];
  }
  const std::optional<double> dx = number_attr(*group, "dx");
  require(dx.has_value(), Kind::bad_input, "{}: expected an attribute 'dx' (m)", path_of(*group));
  t.spacing = *dx;
  return t;
}

/// The rate in fps, or of equal steps in frames/time where fps is absent.
double read_fps(hid_t clip) {
  const std::optional<double> fps = number_attr(clip, "fps");
  const Id frames = open_group(clip, "frames");
  if (!has(frames, "time")) {
    require(fps.has_value(), Kind::bad_input, "{}: expected an attribute 'fps'", path_of(clip));
    return *fps;
  }
  const Frames t = get_rows(open_dataset(frames, "time"));
  const Eigen::Index n = t.size();
  require(n > 1 || fps, Kind::bad_input, "{}: expected an attribute 'fps'", path_of(clip));
  if (n < 2) return *fps;
  const double step = (t.data()[n - 1] - t.data()[0]) / static_cast<double>(n - 1);
  for (Eigen::Index i = 1; i < n; ++i) {
    const double d = t.data()[i] - t.data()[i - 1];
    if (std::abs(d - step) <= 0.01 * std::abs(step)) continue;
    throw Error(Kind::bad_input,
                fmt::format("{}/time: frame {} comes {:.6g} s after the one before, others {:.6g}",
                            path_of(frames), i, d, step),
                "the time between frames must be equal: resample it");
  }
  return fps.value_or(1 / step);
}

}  // namespace

LoopMode loop_mode(const std::string& text, const std::string& place) {
  require(text == "wrap" || text == "clamp", Kind::bad_input,
          "{}: loop_mode is '{}', expected wrap or clamp", place, text);
  return text == "wrap" ? LoopMode::wrap : LoopMode::clamp;
}

void check_clip(const Clip& clip, const std::string& place) {
  try {
    clip.validate();
  } catch (const Error& e) {
    throw e.at(place);
  }
}

Clip read_clip(hid_t clips, const std::string& key, const Skeletons& skeletons, Rows rows) {
  const Id group = open_group(clips, key);
  const std::string place = path_of(group);
  Clip c;
  c.name = text_attr(group, "name").value_or(key);
  const std::optional<std::string> id = text_attr(group, "skeleton");
  // a file with one skeleton need not say which
  const auto at = id ? skeletons.find(*id) : skeletons.begin();
  require(at != skeletons.end() && (id || skeletons.size() == 1), Kind::bad_input,
          "{}: attribute 'skeleton' is '{}', which is not below /skeletons", place,
          id.value_or("(absent)"));
  c.skeleton = at->second;
  c.fps = read_fps(group);
  c.weight = number_attr(group, "weight").value_or(1);
  c.history = get_texts(group, "history");
  c.source = read_source(group, !rows.count);
  c.loop = loop_mode(text_attr(group, "loop_mode").value_or("clamp"), place);
  read_slots(c, group, rows);
  const double frames = number_attr(group, "num_frames").value_or(c.frames());
  require(rows.count || frames == c.frames(), Kind::bad_input,
          "{}: attribute 'num_frames' is {}, with {} rows in frames/root_pos", place, frames,
          c.frames());
  c.events = read_events(group);
  c.terrain = read_terrain(group);
  check_clip(c, place);
  return c;
}

}  // namespace motus::formats::h5
