// Torch's tensors inside pickles. Their storages lie beside the pickle in a zip archive, or in a
// stream of their own.
#include <cstring>

#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle_machine.h"

namespace motus::formats {

namespace {

constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kMagicPickle("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46", 8);
constexpr int64_t kLegacyProtocol = 1001;

}  // namespace

Value PickleMachine::persistent(const Value& id) {
  if (!storages_allowed_) refuse("a persistent id outside a torch storage");
  // ('storage', class, key, device, numel[, view])
  const bool shaped = id.is(ValueKind::tuple) && id.raw_list().size() >= 5;
  if (!shaped) refuse("a persistent id that is no storage");
  const List& t = id.raw_list();
  const bool ok = t[0].is(ValueKind::text) && t[0].raw_string() == "storage" &&
                  t[1].is(ValueKind::global) && t[2].is(ValueKind::text) &&
                  t[4].is(ValueKind::integer) &&
                  global_at(static_cast<int>(t[1].raw_integer())).id == Global::torch_storage;
  if (!ok) refuse("a persistent id that is no storage");
  if (t.size() > 5 && !t[5].is_none()) refuse("a storage that is a view of another");
  const auto known = storages_.find(t[2].raw_string());
  if (known != storages_.end()) return Value::storage(known->second);
  budget_.spend(sizeof(Storage));
  Storage& s = pools_.storages.emplace_back();
  const std::string_view type = global_at(static_cast<int>(t[1].raw_integer())).type;
  s.bfloat16 = type == "bf16";
  s.descr = "<" + std::string(s.bfloat16 ? "u2" : type);
  if (type.ends_with('1')) s.descr[0] = '|';
  s.item = item_size(s.descr);
  s.numel = t[4].raw_integer();
  storages_.emplace(t[2].raw_string(), &s);
  if (storage_source_) fill(s, (*storage_source_)(t[2].raw_string()));
  return Value::storage(&s);
}

void PickleMachine::fill(Storage& s, Bytes data) {
  int64_t need = 0;
  const bool fits = s.numel >= 0 && !__builtin_mul_overflow(s.numel, s.item, &need) &&
                    need == static_cast<int64_t>(data.size());
  if (!fits) {
    refuse("a torch storage of {} numbers of {} bytes in {} bytes", s.numel, s.item, data.size());
  }
  budget_.spend(need);
  s.data.assign(data.begin(), data.end());
}

bool is_legacy_torch(Bytes bytes) {
  return starts_with(bytes, kMagicPickle);
}

Value PickleMachine::load_legacy_storage(const Value& bytes) {
  if (!bytes.is(ValueKind::bytes)) refuse("a torch storage as {}", kind_text(bytes.kind()));
  if (nested_ + 1 > kMaxNested) refuse("pickles nested {} deep", nested_ + 1);
  return load_legacy_torch(std::as_bytes(std::span(bytes.raw_string())));
}

Value PickleMachine::load_legacy_torch(Bytes inner) {
  size_t at = 0;
  const auto next = [&] {
    PickleMachine machine(inner, at, pools_, budget_, nested_ + 1);
    const Value v = machine.run();
    at = machine.end();
    return v;
  };
  const Value magic = next();
  if (!magic.is(ValueKind::big) || magic.raw_string() != kMagic) {
    refuse("a nested torch stream without torch's magic number");
  }
  const Value protocol = next();
  if (!protocol.is(ValueKind::integer) || protocol.raw_integer() != kLegacyProtocol) {
    refuse("a nested torch stream of an unknown protocol");
  }
  const Value system = next();
  const Value* little = system.find("little_endian");
  if (little && little->is(ValueKind::boolean) && little->raw_integer() == 0) {
    refuse("a torch storage of a big-endian machine");
  }
  // the numbers come last: a first run finds out which storages there are, a second one uses them
  const size_t start = at;
  PickleMachine scout(inner, start, pools_, budget_, nested_ + 1);
  scout.list_storages();
  scout.run();
  at = scout.end();
  const Value keys = next();
  if (!keys.is_sequence() || keys.raw_list().size() != scout.storages_.size()) {
    refuse("a torch stream that lists other storages than it uses");
  }
  ByteReader in(inner, at);
  std::map<std::string, Bytes> data;
  for (const Value& key : keys.raw_list()) {
    const auto it = scout.storages_.find(key.string("a storage's key"));
    if (it == scout.storages_.end()) refuse("a torch storage that nothing uses");
    const auto item = static_cast<size_t>(it->second->item);
    const auto count = in.read<uint64_t>();
    if (count > in.remaining() / item) {
      refuse("a torch storage of {} numbers in {} bytes", count, in.remaining());
    }
    data[it->first] = in.take(count * item);
  }
  if (!in.done()) refuse("{} bytes follow the end of a torch stream", in.remaining());
  const StorageSource source = [&](const std::string& key) {
    const Bytes bytes = data[key];
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  };
  PickleMachine machine(inner, start, pools_, budget_, nested_ + 1);
  machine.take_storages(source);
  return machine.run();
}

namespace {

/// Brain floats are the upper halves of floats.
void widen_bfloat16(Array& a) {
  std::vector<std::byte> wide(a.data.size() * 2);
  for (size_t i = 0; i < a.data.size(); i += 2) std::memcpy(&wide[2 * i + 2], &a.data[i], 2);
  a.data = std::move(wide);
  a.descr = "<f4";
}

}  // namespace

Value PickleMachine::rebuild_tensor(const List& args) {
  // (storage, offset, size, stride, requires_grad, hooks)
  if (args.size() < 4 || !args[0].is(ValueKind::storage) || !args[1].is(ValueKind::integer)) {
    refuse("a damaged tensor");
  }
  NdArray* const out = new_array();
  if (storages_allowed_ && !storage_source_) {  // the run that only lists storages
    out->built = true;
    return Value::array(out);
  }
  const Storage& s = args[0].raw_storage();
  const int64_t offset = args[1].raw_integer();
  const std::vector<int64_t> size = shape_of(args[2]), stride = shape_of(args[3]);
  if (size.size() != stride.size())
    refuse("a tensor with {} sizes and {} strides", size.size(), stride.size());
  const int64_t numel = static_cast<int64_t>(s.data.size()) / s.item;
  int64_t bytes = 0, last = offset;
  try {
    // a stride of 0 may repeat numbers, but the file has to pay for what it asks
    bytes = byte_count(size, s.item, budget_.left);
  } catch (const Error& e) {
    refuse("{}", e.what());
  }
  for (size_t k = 0; k < size.size(); ++k) {
    int64_t reach = 0;
    const bool overflow = stride[k] < 0 || __builtin_mul_overflow(size[k] - 1, stride[k], &reach) ||
                          __builtin_add_overflow(last, reach, &last);
    if (overflow && size[k] > 0) refuse("a tensor with stride {}", stride[k]);
  }
  if (bytes > 0 && (offset < 0 || last >= numel)) {
    refuse("a tensor that reaches to element {} of a storage of {}", last, numel);
  }
  budget_.spend(bytes);
  Array& a = out->array;
  a.descr = s.descr;
  a.shape = size;
  a.data.resize(static_cast<size_t>(bytes));
  std::vector<int64_t> index(size.size(), 0);
  const auto item = static_cast<size_t>(s.item);
  for (size_t i = 0; i < a.data.size(); i += item) {
    int64_t from = offset;
    for (size_t k = 0; k < size.size(); ++k) from += index[k] * stride[k];
    std::memcpy(&a.data[i], &s.data[static_cast<size_t>(from) * item], item);
    for (size_t k = size.size(); k-- > 0;) {
      if (++index[k] < size[k]) break;
      index[k] = 0;
    }
  }
  if (s.bfloat16) widen_bfloat16(a);
  out->built = true;
  out->tensor = true;
  return Value::array(out);
}

}  // namespace motus::formats
