#include "formats/h5/h5_packed.h"
#include "formats/h5/h5_record.h"
#include "formats/h5/h5_skeleton.h"
#include "formats/h5/h5_slots.h"
#include "formats/h5/h5_store.h"
#include "motion/sha256.h"

namespace motus::formats::h5 {

namespace {

Id group_at(hid_t file, const char* name) {
  return has(file, name) ? open_group(file, name) : make_group(file, name);
}

bool all_fit_float(const std::vector<Slot>& slots) {
  for (const Slot& s : slots) {
    if (!fits_float(s.data->data(), static_cast<size_t>(s.data->size()))) return false;
  }
  return true;
}

/// Clips whose arrays can lie end to end have equal signatures.
std::string signature(const std::vector<Slot>& slots, const std::string& skeleton, bool narrow) {
  std::string k = fmt::format("{}|{}|", skeleton, narrow ? "f4" : "f8");
  for (const Slot& s : slots) {
    k += fmt::format("{}/{}|{}|{}|{}|{}|", s.group, s.dataset, fmt::join(s.item, ","), s.units,
                     s.frame, s.name);
    if (s.channel)
      k += fmt::format("{}|{}", s.channel->components, fmt::join(s.channel->names, "|"));
    k += '\n';
  }
  return sha256(std::as_bytes(std::span(k)));
}

enum Field { kPack, kStart, kLength, kFps, kLoop, kWeight, kName, kRecord, kBytes };

std::vector<Column> index_columns(hid_t index, bool compress) {
  const Id text = string_type();
  const struct {
    const char* name;
    hid_t type;
    const char* units;
  } fields[] = {{"pack", H5T_STD_I32LE, "1"},
                {"start", H5T_STD_I64LE, "frame"},
                {"length", H5T_STD_I64LE, "frame"},
                {"fps", H5T_IEEE_F64LE, "1/s"},
                {"loop_mode", H5T_STD_U8LE, "1"},
                {"weight", H5T_IEEE_F64LE, "1"},
                {"name", text, ""},
                {"record", text, ""},
                {"bytes", H5T_STD_U8LE, "1"}};
  std::vector<Column> out;
  for (const auto& f : fields) {
    out.emplace_back(index, f.name, f.type, Shape{}, compress);
    if (out.back().fresh() && *f.units) put_attr(out.back().id(), "units", f.units);
  }
  return out;
}

}  // namespace

Packer::Packer(hid_t file, bool compress)
    : compress_(compress),
      skeletons_(group_at(file, "skeletons")),
      packed_(group_at(file, "packed")),
      index_(group_at(file, "index")),
      columns_(index_columns(index_, compress)) {
  for (const std::string& id : names_in(skeletons_)) {
    skeleton_ids_.emplace(identity(*read_skeleton(skeletons_, id)), id);
  }
  for (const std::string& name : names_in(packed_)) {
    const Id pack = open_group(packed_, name);
    const std::string key = text_attr(pack, "signature").value_or("by another program: " + name);
    known_.emplace(key, std::atoi(name.c_str()));
  }
}

std::string Packer::skeleton_id(const Skeleton& skeleton) {
  const auto [at, fresh] =
      skeleton_ids_.try_emplace(identity(skeleton), number_name(skeleton_ids_.size()));
  if (fresh) {
    Node tree;
    put_skeleton(tree, at->second, skeleton);
    store(skeletons_, tree, compress_);
  }
  return at->second;
}

Packer::Pack& Packer::pack_for(const Clip& clip) {
  const std::vector<Slot> slots = slots_of(clip);
  const bool narrow = all_fit_float(slots);
  const std::string skeleton = skeleton_id(*clip.skeleton);
  const std::string key = signature(slots, skeleton, narrow);
  if (const auto at = open_.find(key); at != open_.end()) return at->second;
  const auto [known, fresh] = known_.try_emplace(key, static_cast<int>(known_.size()));
  const std::string name = number_name(static_cast<size_t>(known->second));
  const Id group = fresh ? make_group(packed_, name) : open_group(packed_, name);
  if (fresh) {
    Node tree;
    put_attr(tree, "skeleton", skeleton);
    put_attr(tree, "signature", key);
    for (const Slot& s : slots) put_slot_group(tree, s, *clip.skeleton);
    store(group, tree, compress_);
  }
  Pack& pack = open_[key];
  pack.id = known->second;
  for (const Slot& s : slots) {
    const Id parent = open_path(group, s.group);
    pack.columns.emplace_back(parent, s.dataset, narrow ? H5T_IEEE_F32LE : H5T_IEEE_F64LE, s.item,
                              compress_);
    if (!fresh) continue;
    Node attributes;
    put_slot_attrs(attributes, s);
    store_attributes(pack.columns.back().id(), attributes);
  }
  return pack;
}

void Packer::add(const Clip& c) {
  require(c.skeleton != nullptr, Kind::failed, "clip '{}' has no skeleton", c.name);
  Pack& pack = pack_for(c);
  const auto start = static_cast<int64_t>(pack.columns.front().rows());
  const std::vector<Slot> slots = slots_of(c);
  for (size_t i = 0; i < slots.size(); ++i) {
    pack.columns[i].add_numbers(slots[i].data->data(), static_cast<hsize_t>(slots[i].data->rows()));
  }
  const auto put = [&](Field field, const auto& value) { columns_[field].add(&value, 1); };
  put(kPack, static_cast<int32_t>(pack.id));
  put(kStart, start);
  put(kLength, int64_t{c.frames()});
  put(kFps, c.fps);
  put(kLoop, static_cast<uint8_t>(c.loop == LoopMode::wrap ? 1 : 0));
  put(kWeight, c.weight);
  columns_[kName].add_text(c.name);
  columns_[kRecord].add_text(record_of(c, [&](std::span<const std::byte> bytes) {
    const uint64_t at = columns_[kBytes].rows();
    columns_[kBytes].add(bytes.data(), bytes.size());
    return at;
  }));
}

void Packer::flush() {
  for (auto& [key, pack] : open_) {
    for (Column& c : pack.columns) c.flush();
  }
  for (Column& c : columns_) c.flush();
}

}  // namespace motus::formats::h5
