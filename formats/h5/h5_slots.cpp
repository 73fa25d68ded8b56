#include "formats/h5/h5_slots.h"

#include <algorithm>
#include <array>

namespace motus::formats::h5 {

namespace {

constexpr std::array<std::string_view, 5> kPoses{"root_pos", "root_rot", "dof_pos", "local_rot",
                                                 "time"};

Shape item_shape(const Channel& c) {
  const auto columns = static_cast<hsize_t>(c.data.cols());
  const auto k = static_cast<hsize_t>(std::max(c.components, 1));
  return k > 1 && columns % k == 0 ? Shape{columns / k, k} : Shape{columns};
}

/// "objects/box/pos" splits into "objects/box" and "pos"; other names are ordinary channels.
bool is_object(const std::string& name, const Channel& c) {
  const bool one_item = c.names.empty() && c.components == c.data.cols();
  return one_item && name.starts_with("objects/") &&
         std::count(name.begin(), name.end(), '/') == 2 && name.find("//") == std::string::npos &&
         name.back() != '/' && name.find_first_of("%.") == std::string::npos;
}

Slot channel_slot(const std::string& name, const Channel& c) {
  Slot s{.data = &c.data, .item = item_shape(c), .units = c.units, .frame = c.frame, .name = name};
  if (is_object(name, c)) {
    s.group = name.substr(0, name.rfind('/'));
    s.dataset = name.substr(name.rfind('/') + 1);
    s.item = {static_cast<hsize_t>(c.data.cols())};
    return s;
  }
  s.channel = &c;
  if (name == "contacts" && c.components == 1) {
    s.group = "contacts", s.dataset = "state";
  } else {
    s.group = "channels/" + link_name(name), s.dataset = "data";
  }
  return s;
}

/// What the names of contacts say in numbers: bodies of the skeleton, if all are.
std::vector<int> bodies_of(const std::vector<std::string>& names, const Skeleton& skeleton) {
  std::vector<int> out;
  for (const std::string& n : names) {
    out.push_back(skeleton.find_body(n));
    if (out.back() < 0) return {};
  }
  return out;
}

void check_item(const Opened& d, const Shape& item, const char* what) {
  require(!d.shape.empty() && Shape(d.shape.begin() + 1, d.shape.end()) == item, Kind::bad_input,
          "{}: is {}, expected {} numbers a frame ({})", d.path, shape_text(d.shape),
          shape_text(item), what);
}

Frames pose(hid_t frames, const char* name, const Shape& item, const char* what, Rows rows) {
  const Opened d = open_dataset(frames, name);
  check_item(d, item, what);
  return get_rows(d, rows);
}

/// Units and frame stand at the dataset; what our writer puts at the group is taken where they do
/// not.
Channel read_channel(const Opened& d, hid_t group, int components, Rows rows) {
  Channel c;
  c.data = get_rows(d, rows);
  c.units = text_attr(d.id, "units").value_or(text_attr(group, "units").value_or(""));
  c.frame = text_attr(d.id, "frame").value_or(text_attr(group, "frame").value_or(""));
  const double k = number_attr(group, "components").value_or(components);
  require(k >= 1 && k <= static_cast<double>(std::max<Eigen::Index>(c.data.cols(), 1)),
          Kind::bad_input, "{}: attribute 'components' is {}, with {} numbers a frame",
          path_of(group), k, c.data.cols());
  c.components = static_cast<int>(k);
  return c;
}

int last_axis(const Opened& d, bool one_item) {
  const bool points = d.shape.size() == 3 || (one_item && d.shape.size() == 2);
  return points ? static_cast<int>(std::max<hsize_t>(d.shape.back(), 1)) : 1;
}

void read_channels(Clip& c, hid_t holder, Rows rows) {
  const std::optional<Id> channels = find_group(holder, "channels");
  if (!channels) return;
  for (const std::string& link : names_in(*channels)) {
    const Id group = open_group(*channels, link);
    const Opened d = open_dataset(group, "data");
    Channel channel = read_channel(d, group, last_axis(d, false), rows);
    channel.names = get_texts(group, "item_names");
    c.channels[text_attr(group, "name").value_or(link)] = std::move(channel);
  }
}

void read_contacts(Clip& c, hid_t holder, Rows rows) {
  const std::optional<Id> group = find_group(holder, "contacts");
  if (!group) return;
  const Opened d = open_dataset(*group, "state");
  Channel contacts = read_channel(d, *group, 1, rows);
  contacts.names = get_texts(*group, "names");
  if (contacts.names.empty() && has(*group, "bodies")) {
    const std::vector<int> bodies =
        get_ints(*group, "bodies", static_cast<size_t>(contacts.data.cols()));
    for (const int b : bodies) {
      require(b >= 0 && b < c.skeleton->body_count(), Kind::bad_input,
              "{}/bodies: {} is no body of the skeleton", path_of(*group), b);
      contacts.names.push_back(c.skeleton->bodies()[static_cast<size_t>(b)].name);
    }
  }
  c.channels["contacts"] = std::move(contacts);
}

void read_objects(Clip& c, hid_t holder, Rows rows) {
  const std::optional<Id> objects = find_group(holder, "objects");
  if (!objects) return;
  for (const std::string& object : names_in(*objects)) {
    const Id group = open_group(*objects, object);
    for (const std::string& quantity : names_in(group)) {
      const Opened d = open_dataset(group, quantity);
      c.channels[fmt::format("objects/{}/{}", object, quantity)] =
          read_channel(d, group, last_axis(d, true), rows);
    }
  }
}

}  // namespace

std::vector<Slot> slots_of(const Clip& c) {
  std::vector<Slot> out{{.group = "frames",
                         .dataset = "root_pos",
                         .data = &c.root_pos,
                         .item = {3},
                         .units = "m",
                         .frame = "world"},
                        {.group = "frames",
                         .dataset = "root_rot",
                         .data = &c.root_rot,
                         .item = {4},
                         .units = "1",
                         .frame = "world"}};
  if (c.dof_pos.size() > 0) {
    out.push_back({.group = "frames",
                   .dataset = "dof_pos",
                   .data = &c.dof_pos,
                   .item = {static_cast<hsize_t>(c.dof_pos.cols())},
                   .units = "rad",
                   .frame = "joint"});
  }
  if (c.local_rot.size() > 0) {
    out.push_back({.group = "frames",
                   .dataset = "local_rot",
                   .data = &c.local_rot,
                   .item = {static_cast<hsize_t>(c.local_rot.cols() / 4), 4},
                   .units = "1",
                   .frame = "rest pose"});
  }
  for (const auto& [name, channel] : c.channels) out.push_back(channel_slot(name, channel));
  return out;
}

Node& put_slot_group(Node& holder, const Slot& slot, const Skeleton& skeleton) {
  Node& group = make_path(holder, slot.group);
  if (!slot.channel) return group;
  put_attr(group, "components", int64_t{slot.channel->components});
  if (slot.group == "contacts") {
    put_texts(group, "names", slot.channel->names);
    put_ints(group, "bodies", bodies_of(slot.channel->names, skeleton), Type::i4);
    return group;
  }
  put_attr(group, "name", slot.name);
  put_texts(group, "item_names", slot.channel->names);
  return group;
}

void put_slot_attrs(Node& dataset, const Slot& slot) {
  put_attr(dataset, "units", slot.units);
  put_attr(dataset, "frame", slot.frame);
}

void read_slots(Clip& c, hid_t holder, Rows rows) {
  const Id frames = open_group(holder, "frames");
  c.root_pos = pose(frames, "root_pos", {3}, "x y z", rows);
  rows.exact = !rows.count;
  rows.count = static_cast<hsize_t>(c.root_pos.rows());
  c.root_rot = pose(frames, "root_rot", {4}, "w x y z", rows);
  const auto dofs = static_cast<hsize_t>(c.skeleton->dof_count());
  const auto bodies = static_cast<hsize_t>(c.skeleton->body_count());
  if (has(frames, "dof_pos")) c.dof_pos = pose(frames, "dof_pos", {dofs}, "one a dof", rows);
  if (has(frames, "local_rot")) {
    c.local_rot = pose(frames, "local_rot", {bodies, 4}, "w x y z of each body", rows);
  }
  require(c.dof_pos.size() > 0 || c.local_rot.size() > 0, Kind::bad_input,
          "{}: expected a dataset 'dof_pos' or 'local_rot'", path_of(frames));
  for (const std::string& name : names_in(frames)) {
    if (std::find(kPoses.begin(), kPoses.end(), name) != kPoses.end()) continue;
    const Opened d = open_dataset(frames, name);
    c.channels[name] = read_channel(d, d.id, last_axis(d, name.starts_with("root_")), rows);
  }
  read_channels(c, holder, rows);
  read_contacts(c, holder, rows);
  read_objects(c, holder, rows);
}

}  // namespace motus::formats::h5
