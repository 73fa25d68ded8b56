#include "formats/pickle/pickle.h"

#include <algorithm>
#include <unordered_map>

#include "formats/pickle/pickle_machine.h"

namespace motus::formats {

namespace {

constexpr int kMaxNesting = 64;
constexpr int64_t kBudgetFloor = int64_t{256} << 20;
constexpr int64_t kGraphFloor = 1000000;

/// Numbers and the like, which hold nothing and weigh 1: most values of a motion.
bool is_plain(const Value& v) {
  return v.is(ValueKind::real) || v.is(ValueKind::integer) || v.is(ValueKind::boolean) ||
         v.is_none();
}

bool is_container(const Value& v) {
  return v.is_sequence() || v.is(ValueKind::dict) || v.is(ValueKind::array);
}

void require_data(const Value& v) {
  const bool tool = v.is(ValueKind::global) || v.is(ValueKind::dtype) || v.is(ValueKind::storage);
  require(!tool, Kind::bad_input, "the pickle holds {} where data belongs", kind_text(v.kind()));
}

bool is_text(const Value& v) {
  return v.is(ValueKind::text) || v.is(ValueKind::bytes) || v.is(ValueKind::big);
}

/// How much a value weighs by itself: arrays and text may be shared a million times as well.
int64_t weight(const Value& v) {
  const size_t bytes = is_text(v)               ? v.raw_string().size()
                       : v.is(ValueKind::array) ? v.raw_array().array.data.size()
                                                : 0;
  return 1 + static_cast<int64_t>(bytes / sizeof(double));
}

/// What is known of a container once it is done: the values it expands to and its depth.
struct Extent {
  int64_t values = 0;  // 0 = still open
  int depth = 0;
};

/// A container whose values are being looked at.
struct Visit {
  Visit(const Value& v, Extent& e) : value(v), extent(&e), values(weight(v)) {
    if (v.is_sequence()) values += static_cast<int64_t>(v.raw_sequence().reals.size());
    if (!v.is(ValueKind::dict)) return;
    for (const auto& [key, item] : v.raw_dict().entries) {
      of_dict.push_back(key), of_dict.push_back(item);
    }
  }
  /// The values directly inside; not the numbers of a sequence of them alone.
  const List& items() const {
    return value.is(ValueKind::dict)    ? of_dict
           : value.is(ValueKind::array) ? value.raw_array().items
                                        : value.raw_sequence().items;
  }

  Value value;
  Extent* extent;
  List of_dict;
  size_t next = 0;
  int64_t values = 1;
  int depth = 1;
};

}  // namespace

std::unordered_set<const void*> check_graph(const Value& root, int64_t limit) {
  std::unordered_set<const void*> large;
  const auto note_large = [&](const Value& v) {
    if (is_text(v) && v.raw_string().size() >= kLargeText) large.insert(v.identity());
  };
  std::unordered_map<const void*, Extent> seen;
  std::vector<Visit> open;
  const auto enter = [&](const Value& v, Extent& extent) {
    if (v.is(ValueKind::array)) {
      require(v.raw_array().built, Kind::bad_input, "the pickle holds an array without data");
    }
    require(open.size() < kMaxNesting, Kind::bad_input, "the pickle nests deeper than {}",
            kMaxNesting);
    open.emplace_back(v, extent);
  };
  if (!is_container(root)) {
    require_data(root);
    note_large(root);
    return large;
  }
  enter(root, seen[root.identity()]);
  while (!open.empty()) {
    Visit& v = open.back();
    const List& items = v.items();
    const size_t first = v.next;
    while (v.next < items.size() && is_plain(items[v.next])) ++v.next;
    v.values = std::min(limit + 1, v.values + static_cast<int64_t>(v.next - first));
    if (v.next < items.size()) {
      const Value item = items[v.next++];
      if (!is_container(item)) {
        require_data(item);
        note_large(item);
        v.values = std::min(limit + 1, v.values + weight(item));
        continue;
      }
      if (item.is_sequence() && item.raw_sequence().numbers_alone()) {  // nothing to enter
        require(open.size() < kMaxNesting, Kind::bad_input, "the pickle nests deeper than {}",
                kMaxNesting);
        const auto n = static_cast<int64_t>(item.raw_sequence().reals.size());
        v.values = std::min(limit + 1, v.values + weight(item) + n);
        v.depth = std::max(v.depth, 2);
        continue;
      }
      const auto [it, fresh] = seen.try_emplace(item.identity());
      if (fresh) {
        enter(item, it->second);  // invalidates v
        continue;
      }
      require(it->second.values > 0, Kind::bad_input, "the pickle contains itself");
      v.values = std::min(limit + 1, v.values + it->second.values);
      v.depth = std::max(v.depth, it->second.depth + 1);
    } else {
      require(v.values <= limit, Kind::bad_input,
              "the pickle expands to more than {} values: refused", limit);
      require(v.depth <= kMaxNesting, Kind::bad_input, "the pickle nests deeper than {}",
              kMaxNesting);
      const Extent done{v.values, v.depth};
      *v.extent = done;
      open.pop_back();
      if (!open.empty()) {
        open.back().values = std::min(limit + 1, open.back().values + done.values);
        open.back().depth = std::max(open.back().depth, done.depth + 1);
      }
    }
  }
  return large;
}

Pickle Pickle::parse(Bytes bytes) {
  return parse(bytes, {}, bytes.size());
}

Pickle Pickle::parse(Bytes bytes, const StorageSource& storages, size_t file_size) {
  Pickle out;
  const auto size = static_cast<int64_t>(file_size);
  PickleBudget budget{4 * size + kBudgetFloor};
  PickleMachine machine(bytes, 0, *out.pools_, budget, 0);
  if (storages) machine.take_storages(storages);
  if (is_legacy_torch(bytes)) {
    out.root_ = machine.load_legacy_torch(bytes);
  } else {
    out.root_ = machine.run();
    require(machine.end() == bytes.size(), Kind::bad_input,
            "byte {}: {} bytes follow the end of the pickle", machine.end(),
            bytes.size() - machine.end());
  }
  // bytes that only went into an array would be kept twice
  const auto kept = check_graph(out.root_, kGraphFloor + 2 * size);
  for (std::string& s : out.pools_->strings) {
    if (s.size() >= kLargeText && !kept.contains(&s)) std::string().swap(s);
  }
  return out;
}

std::string describe_pickle(Bytes bytes) {
  try {
    const Pickle pickle = Pickle::parse(bytes);
    Value v = pickle.root();
    const bool wrapped = v.is(ValueKind::array) && v.raw_array().items.size() == 1;
    if (wrapped) v = v.raw_array().items[0];
    std::string keys;
    if (v.is(ValueKind::dict)) {
      for (const auto& [k, unused] : v.raw_dict().entries) {
        if (k.is(ValueKind::text) && keys.size() < 120) {
          keys += (keys.empty() ? "" : ", ") + k.raw_string().substr(0, 40);
        }
      }
      keys = " (keys: " + keys + ")";
    }
    return "a Python pickle of " + kind_text(v.kind()) + keys;
  } catch (const Error& e) {
    return fmt::format("a Python pickle that is refused ({})", e.what());
  }
}

bool looks_like_pickle(Bytes bytes) {
  if (bytes.size() < 3) return false;
  const int first = std::to_integer<int>(bytes[0]), second = std::to_integer<int>(bytes[1]);
  if (first == 0x80) return second >= 2 && second <= 5;
  // protocols 0 and 1 have no mark: "(d" and "}" open a dict, a dot ends
  const bool dict = first == '}' || (first == '(' && second == 'd');
  return dict && std::to_integer<int>(bytes.back()) == '.';
}

}  // namespace motus::formats
