#include "formats/h5/h5_emit.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace motus::formats::h5 {

namespace {

constexpr size_t kSuperblock = 96;
constexpr uint64_t kNowhere = ~uint64_t{0};
constexpr size_t kLeafEntries = 8, kTreeEntries = 32;  // twice the ranks that the superblock names
constexpr size_t kTreeSize = 24 + 16 * kTreeEntries + 8;
constexpr size_t kPiece = size_t{512} << 10;

using Buffer = std::vector<std::byte>;

size_t padded(size_t n) {
  return (n + 7) / 8 * 8;
}

template <typename T>
void put(Buffer& to, T value) {
  const auto* p = reinterpret_cast<const std::byte*>(&value);
  to.insert(to.end(), p, p + sizeof(T));
}

template <typename... T>
void put_all(Buffer& to, T... values) {
  std::array<std::byte, (sizeof(T) + ...)> bytes{};
  size_t at = 0;
  ((std::memcpy(bytes.data() + at, &values, sizeof(T)), at += sizeof(T)), ...);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void put_text(Buffer& to, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// Zeros up to a multiple of 8 bytes from `from` on.
void pad(Buffer& to, size_t from = 0) {
  to.resize(from + padded(to.size() - from));
}

template <typename T>
void patch(Buffer& in, size_t at, T value) {
  std::memcpy(in.data() + at, &value, sizeof(T));
}

// IV.A.2: what stands in an object header
enum Message : uint16_t {
  kDataspace = 1,
  kDatatype = 3,
  kFillValue = 5,
  kLayout = 8,
  kAttribute = 12,
  kSymbolTable = 17
};

/// Begins a message; end_message() fills in its length.
size_t begin_message(Buffer& to, Message type, uint8_t flags = 0) {
  put_all(to, uint16_t{type}, uint16_t{0}, flags, uint8_t{0}, uint16_t{0});
  return to.size();
}
void end_message(Buffer& to, size_t begin) {
  pad(to, begin);
  patch(to, begin - 6, static_cast<uint16_t>(to.size() - begin));
}

// IV.A.2.b, version 1
void put_dataspace(Buffer& to, const Shape& shape) {
  put_all(to, uint8_t{1}, static_cast<uint8_t>(shape.size()), uint8_t{0}, uint8_t{0}, uint32_t{0});
  for (const hsize_t n : shape) put(to, uint64_t{n});
}

// IV.A.2.d, version 1, little-endian
void put_datatype(Buffer& to, Type type) {
  constexpr uint8_t kInteger = 0x10, kReal = 0x11, kVariable = 0x19, kSigned = 0x08;
  const auto size = static_cast<uint32_t>(size_of(type));
  const auto bits = static_cast<uint16_t>(8 * size);
  switch (type) {
    case Type::f4:
    case Type::f8: {
      // exponent and mantissa of IEEE 754; the mantissa's first 1 is implied, the sign comes first
      const bool wide = type == Type::f8;
      const uint8_t mantissa = wide ? 52 : 23, exponent = wide ? 11 : 8;
      put_all(to, kReal, uint8_t{0x20}, static_cast<uint8_t>(bits - 1), uint8_t{0}, size);
      put_all(to, uint16_t{0}, bits, mantissa, exponent, uint8_t{0}, mantissa);
      put(to, wide ? uint32_t{1023} : uint32_t{127});
      return;
    }
    case Type::i4:
    case Type::i8:
    case Type::u1:
      put_all(to, kInteger, type == Type::u1 ? uint8_t{0} : kSigned, uint8_t{0}, uint8_t{0}, size);
      put_all(to, uint16_t{0}, bits);
      return;
    case Type::text:  // UTF-8 of variable length: a sequence of bytes
      put_all(to, kVariable, uint8_t{1}, uint8_t{1}, uint8_t{0}, size);
      put_all(to, kInteger, uint8_t{0}, uint8_t{0}, uint8_t{0}, uint32_t{1}, uint16_t{0},
              uint16_t{8});
      return;
  }
}

Type type_of(const Attribute& a) {
  return std::holds_alternative<std::string>(a.value) ? Type::text
         : std::holds_alternative<double>(a.value)    ? Type::f8
                                                      : Type::i8;
}

/// Bytes that the numbers below `node` take.
size_t number_bytes(const Node& node) {
  if (node.data) return node.data->type == Type::text ? 0 : padded(node.data->bytes());
  size_t n = 0;
  for (const Node& child : node.children) n += number_bytes(child);
  return n;
}

/// Hands out `n` bytes at `from` in pieces.
void write_pieces(const std::byte* from, size_t n, const std::function<void(Bytes)>& out) {
  for (size_t at = 0; at < n; at += kPiece) out({from + at, std::min(kPiece, n - at)});
}

void write_narrow(const double* from, size_t n, const std::function<void(Bytes)>& out) {
  constexpr size_t kStep = 32768;
  std::vector<float> floats(std::min(n, kStep));
  for (size_t at = 0; at < n; at += kStep) {
    const size_t count = std::min(kStep, n - at);
    std::transform(from + at, from + at + count, floats.begin(),
                   [](double x) { return static_cast<float>(x); });
    out(std::as_bytes(std::span(floats).first(count)));
  }
}

}  // namespace

Image::Image(const Node& root)
    : data_end_(kSuperblock + number_bytes(root)), data_at_(kSuperblock) {
  root_ = emit(root);
  emit_texts();
}

uint64_t Image::emit(const Node& node) {
  return node.data ? emit_dataset(node) : emit_group(node);
}

// IV.A.1.a, version 1
uint64_t Image::begin_header(const Node& node, size_t messages) {
  const uint64_t header = here();
  put_all(objects_, uint8_t{1}, uint8_t{0},
          static_cast<uint16_t>(messages + node.attributes.size()), uint32_t{1}, uint32_t{0},
          uint32_t{0});
  return header;
}

/// The attributes (IV.A.2.m, version 1), which are the last messages, and the header's length.
void Image::end_header(const Node& node, uint64_t header) {
  for (const Attribute& a : node.attributes) {
    const size_t begin = begin_message(objects_, kAttribute);
    const Type type = type_of(a);
    Buffer datatype;
    put_datatype(datatype, type);
    put_all(objects_, uint8_t{1}, uint8_t{0}, static_cast<uint16_t>(a.name.size() + 1),
            static_cast<uint16_t>(datatype.size()), uint16_t{8});
    put_text(objects_, a.name);
    objects_.push_back({});
    pad(objects_, begin);
    objects_.insert(objects_.end(), datatype.begin(), datatype.end());
    pad(objects_, begin);
    put_dataspace(objects_, {});
    if (const auto* text = std::get_if<std::string>(&a.value)) emit_reference(*text);
    if (const auto* real = std::get_if<double>(&a.value)) put(objects_, *real);
    if (const auto* whole = std::get_if<int64_t>(&a.value)) put(objects_, *whole);
    end_message(objects_, begin);
  }
  constexpr size_t kPrefix = 16;
  const size_t at = header - data_end_;
  patch(objects_, at + 8, static_cast<uint32_t>(objects_.size() - at - kPrefix));
}

uint64_t Image::emit_dataset(const Node& node) {
  const Data& data = *node.data;
  const bool text = data.type == Type::text;
  uint64_t address = data.bytes() == 0 ? kNowhere : text ? here() : data_at_;
  if (text) {
    for (const std::string& t : data.texts) emit_reference(t);
  } else if (address != kNowhere) {
    placed_.push_back({&data, data_at_});
    data_at_ += padded(data.bytes());
  }
  const uint64_t header = begin_header(node, 4);
  size_t begin = begin_message(objects_, kDataspace);
  put_dataspace(objects_, data.shape);
  end_message(objects_, begin);
  begin = begin_message(objects_, kDatatype, 1);
  put_datatype(objects_, data.type);
  end_message(objects_, begin);
  // IV.A.2.f, version 2: room is taken late; the default value, zeros
  begin = begin_message(objects_, kFillValue, 1);
  put_all(objects_, uint8_t{2}, uint8_t{2}, text ? uint8_t{0} : uint8_t{2}, uint8_t{1},
          uint32_t{0});
  end_message(objects_, begin);
  // IV.A.2.i, version 3, contiguous
  begin = begin_message(objects_, kLayout);
  put_all(objects_, uint8_t{3}, uint8_t{1}, address, uint64_t{data.bytes()});
  end_message(objects_, begin);
  end_header(node, header);
  return header;
}

uint64_t Image::emit_group(const Node& node) {
  std::vector<const Node*> children;
  for (const Node& child : node.children) children.push_back(&child);
  std::sort(children.begin(), children.end(),
            [](const Node* a, const Node* b) { return a->name < b->name; });
  Buffer heap(8);  // names begin behind an empty one
  std::vector<uint64_t> names, objects;
  for (const Node* child : children) {
    names.push_back(heap.size());
    put_text(heap, child->name);
    heap.push_back({});
    pad(heap);
    objects.push_back(emit(*child));
  }
  // III.D, with nothing free
  const uint64_t heap_at = here();
  put_text(objects_, "HEAP");
  put_all(objects_, uint32_t{0}, uint64_t{heap.size()}, uint64_t{1}, heap_at + 32);
  objects_.insert(objects_.end(), heap.begin(), heap.end());
  const uint64_t tree = emit_tree(names, objects);
  const uint64_t header = begin_header(node, 1);
  const size_t begin = begin_message(objects_, kSymbolTable);
  put_all(objects_, tree, heap_at);
  end_message(objects_, begin);
  end_header(node, header);
  return header;
}

/// The symbols of a group, by their names' places in its heap, in the order of their names.
uint64_t Image::emit_tree(const std::vector<uint64_t>& names,
                          const std::vector<uint64_t>& objects) {
  struct Child {
    uint64_t address, last;  ///< `last`: its greatest name
  };
  std::vector<Child> below;
  // III.B: every node has room for all its entries
  for (size_t first = 0; first < names.size(); first += kLeafEntries) {
    const size_t count = std::min(kLeafEntries, names.size() - first);
    below.push_back({here(), names[first + count - 1]});
    put_text(objects_, "SNOD");
    put_all(objects_, uint8_t{1}, uint8_t{0}, static_cast<uint16_t>(count));
    for (size_t i = 0; i < kLeafEntries; ++i) {
      const bool used = i < count;
      put_all(objects_, used ? names[first + i] : 0, used ? objects[first + i] : 0, uint64_t{0},
              uint64_t{0}, uint64_t{0});
    }
  }
  // III.A.1, version 1
  for (uint8_t level = 0;; ++level) {
    std::vector<Child> above;
    const uint64_t start = here();
    const size_t nodes = std::max<size_t>((below.size() + kTreeEntries - 1) / kTreeEntries, 1);
    for (size_t n = 0; n < nodes; ++n) {
      const size_t first = n * kTreeEntries, count = std::min(kTreeEntries, below.size() - first);
      const size_t end = objects_.size() + kTreeSize;
      put_text(objects_, "TREE");
      put_all(objects_, uint8_t{0}, level, static_cast<uint16_t>(count),
              n == 0 ? kNowhere : start + (n - 1) * kTreeSize,
              n + 1 == nodes ? kNowhere : start + (n + 1) * kTreeSize,
              first == 0 ? uint64_t{0} : below[first - 1].last);
      for (size_t i = first; i < first + count; ++i) {
        put_all(objects_, below[i].address, below[i].last);
      }
      objects_.resize(end);
      above.push_back({start + n * kTreeSize, count > 0 ? below[first + count - 1].last : 0});
    }
    if (nodes == 1) return start;
    below = std::move(above);
  }
}

void Image::emit_reference(const std::string& text) {
  put(objects_, static_cast<uint32_t>(text.size()));
  references_.push_back({objects_.size(), &text});
  put_all(objects_, uint64_t{0}, uint32_t{0});
}

// III.E: heaps of 64 kB or one long text; the library refuses less than 4 kB
void Image::emit_texts() {
  constexpr size_t kLeast = 4096, kMost = 65536, kHead = 16;
  for (size_t next = 0; next < references_.size();) {
    const uint64_t heap = here();
    const size_t start = objects_.size();
    put_text(objects_, "GCOL");
    put_all(objects_, uint32_t{1}, uint64_t{0});
    const auto fits = [&](const std::string& text) {
      return objects_.size() - start + kHead + padded(text.size()) <= kMost;
    };
    for (uint32_t index = 1; next < references_.size(); ++index, ++next) {
      const Reference& r = references_[next];
      if (index > 1 && !fits(*r.text)) break;
      patch(objects_, r.at, heap);
      patch(objects_, r.at + 8, index);
      put_all(objects_, static_cast<uint16_t>(index), uint16_t{0}, uint32_t{0},
              uint64_t{r.text->size()});
      put_text(objects_, *r.text);
      pad(objects_);
    }
    const size_t used = objects_.size() - start;
    const size_t size = std::max(used, kLeast);
    if (size - used >= kHead)
      put_all(objects_, uint64_t{0}, uint64_t{size - used});  // what is free
    objects_.resize(start + size);
    patch(objects_, start + 8, uint64_t{size});
  }
}

void Image::write(const std::function<void(Bytes)>& out) const {
  Buffer start;
  // II.A, version 0: sizes of addresses and lengths, ranks of group nodes, the end of the file
  put_text(start, "\x89HDF\r\n\x1a\n");
  put_all(start, uint32_t{0}, uint8_t{0}, uint8_t{8}, uint8_t{8}, uint8_t{0});
  put_all(start, static_cast<uint16_t>(kLeafEntries / 2), static_cast<uint16_t>(kTreeEntries / 2),
          uint32_t{0});
  put_all(start, uint64_t{0}, kNowhere, uint64_t{size()}, kNowhere);
  put_all(start, uint64_t{0}, root_, uint64_t{0}, uint64_t{0}, uint64_t{0});
  out(start);
  const Buffer zeros(8);
  for (const Placed& p : placed_) {
    const Data& data = *p.data;
    if (data.doubles && data.type == Type::f4) {
      write_narrow(static_cast<const double*>(data.begin()), data.count(), out);
    } else {
      write_pieces(static_cast<const std::byte*>(data.begin()), data.bytes(), out);
    }
    const size_t rest = padded(data.bytes()) - data.bytes();
    if (rest > 0) out(Bytes(zeros).first(rest));
  }
  write_pieces(objects_.data(), objects_.size(), out);
}

}  // namespace motus::formats::h5
