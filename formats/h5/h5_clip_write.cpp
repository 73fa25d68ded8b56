#include "formats/h5/h5_clip.h"
#include "formats/h5/h5_slots.h"

namespace motus::formats::h5 {

namespace {

/// The type whose bytes are those of a NumPy type; none: then the bytes are stored as such.
std::optional<Type> plain_type(const std::string& descr) {
  if (descr == "<f4") return Type::f4;
  if (descr == "<f8") return Type::f8;
  if (descr == "<i4") return Type::i4;
  if (descr == "<i8") return Type::i8;
  if (descr == "|u1" || descr == "|b1") return Type::u1;
  return std::nullopt;
}

void put_array(Node& group, const std::string& name, const Array& a) {
  Shape shape;
  for (const int64_t d : a.shape) shape.push_back(static_cast<hsize_t>(d));
  std::optional<Type> type = plain_type(a.descr);
  if (!type || static_cast<size_t>(a.size()) * size_of(*type) != a.data.size()) {
    type = Type::u1;
    shape = {a.data.size()};
  }
  Node& set = put_raw(group, link_name(name), *type, shape, a.data.data());
  put_attr(set, "name", name);
  put_attr(set, "descr", a.descr);
  put_attr(set, "shape", fmt::format("{}", fmt::join(a.shape, ",")));
}

void put_source(Node& clip, const Source& s) {
  Node& group = make_group(clip, "source");
  put_attr(group, "path", s.path);
  put_attr(group, "format", s.format);
  put_attr(group, "variant", s.variant);
  put_attr(group, "size", s.size);
  put_attr(group, "sha256", s.sha256);
  put_attr(group, "licence", s.licence);
  put_attr(group, "fps_source", s.fps_source);
  put_attr(group, "fingerprint", s.fingerprint);
  put_texts(group, "conversions", s.conversions);
  put_texts(group, "warnings", s.warnings);
  std::vector<std::string> keys, values;
  for (const auto& [k, v] : s.metadata) {
    keys.push_back(k);
    values.push_back(v);
  }
  put_texts(group, "metadata_keys", keys);
  put_texts(group, "metadata_values", values);
  if (s.arrays.empty()) return;
  Node& arrays = make_group(group, "arrays");
  for (const auto& [name, a] : s.arrays) put_array(arrays, name, a);
}

void put_events(Node& clip, const std::vector<Event>& events) {
  if (events.empty()) return;
  std::vector<std::string> labels;
  std::vector<double> start, end;
  for (const Event& e : events) {
    labels.push_back(e.label);
    start.push_back(e.start);
    end.push_back(e.end);
  }
  Node& group = make_group(clip, "events");
  put_texts(group, "label", labels);
  put_doubles(group, "start", {start.size()}, start, "s");
  put_doubles(group, "end", {end.size()}, end, "s");
}

void put_terrain(Node& clip, const std::optional<Terrain>& terrain) {
  if (!terrain) return;
  Node& group = make_group(clip, "terrain");
  const Frames& h = terrain->heights;
  put_attr(put_numbers(group, "hf",
                       {static_cast<hsize_t>(h.rows()), static_cast<hsize_t>(h.cols())}, h.data()),
           "units", "m");
  put_doubles(group, "origin", {2}, {terrain->origin_x, terrain->origin_y}, "m");
  put_attr(group, "dx", terrain->spacing);
}

}  // namespace

void put_clip(Node& clips, const std::string& key, const Clip& c, const std::string& skeleton) {
  Node& group = make_group(clips, key);
  put_attr(group, "name", c.name);
  put_attr(group, "skeleton", skeleton);
  put_attr(group, "fps", c.fps);
  put_attr(group, "num_frames", int64_t{c.frames()});
  put_attr(group, "duration", c.duration());
  put_attr(group, "loop_mode", c.loop == LoopMode::wrap ? "wrap" : "clamp");
  put_attr(group, "weight", c.weight);
  put_texts(group, "history", c.history);
  for (const Slot& slot : slots_of(c)) {
    Shape shape = slot.item;
    shape.insert(shape.begin(), static_cast<hsize_t>(slot.data->rows()));
    Node& parent = put_slot_group(group, slot, *c.skeleton);
    put_slot_attrs(put_numbers(parent, slot.dataset, shape, slot.data->data()), slot);
  }
  put_events(group, c.events);
  put_terrain(group, c.terrain);
  put_source(group, c.source);
}

}  // namespace motus::formats::h5
