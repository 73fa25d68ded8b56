#include "formats/h5/h5_node.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace motus::formats::h5 {

namespace {

void no_nul(const std::string& value, const std::string& name) {
  require(value.find('\0') == std::string::npos, Kind::failed,
          "the text of '{}' holds a NUL byte, which the file cannot store", name);
}

Node& make_dataset(Node& group, const std::string& name, Type type, const Shape& shape) {
  Node& node = group.children.emplace_back();
  node.name = name;
  node.data.emplace();
  node.data->type = type;
  node.data->shape = shape;
  return node;
}

template <typename T>
void keep(Data& data, const std::vector<T>& numbers) {
  const auto bytes = std::as_bytes(std::span(numbers));
  data.own.assign(bytes.begin(), bytes.end());
}

}  // namespace

size_t size_of(Type type) {
  switch (type) {
    case Type::f4:
    case Type::i4:
      return 4;
    case Type::f8:
    case Type::i8:
      return 8;
    case Type::u1:
      return 1;
    case Type::text:
      return 16;
  }
  return 0;
}

size_t Data::count() const {
  size_t n = 1;
  for (const hsize_t d : shape) n *= d;
  return n;
}

Node& make_group(Node& parent, const std::string& name) {
  Node& group = parent.children.emplace_back();
  group.name = name;
  return group;
}

Node& make_path(Node& parent, const std::string& path) {
  Node* at = &parent;
  for (size_t from = 0; from <= path.size();) {
    const size_t end = std::min(path.find('/', from), path.size());
    const std::string name = path.substr(from, end - from);
    const auto there = std::find_if(at->children.begin(), at->children.end(),
                                    [&](const Node& n) { return n.name == name; });
    at = there != at->children.end() ? &*there : &make_group(*at, name);
    from = end + 1;
  }
  return *at;
}

void put_attr(Node& node, const std::string& name, const std::string& value) {
  no_nul(value, name);
  node.attributes.push_back({name, value});
}

void put_attr(Node& node, const std::string& name, double value) {
  node.attributes.push_back({name, value});
}

void put_attr(Node& node, const std::string& name, int64_t value) {
  node.attributes.push_back({name, value});
}

void put_texts(Node& group, const std::string& name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  for (const std::string& v : values) no_nul(v, name);
  make_dataset(group, name, Type::text, {values.size()}).data->texts = values;
}

void put_ints(Node& group, const std::string& name, const std::vector<int>& values, Type type) {
  if (values.empty()) return;
  Node& node = make_dataset(group, name, type, {values.size()});
  if (type == Type::u1) {
    std::vector<uint8_t> narrow;
    narrow.reserve(values.size());
    for (const int v : values) narrow.push_back(static_cast<uint8_t>(v));
    keep(*node.data, narrow);
  } else {
    keep(*node.data, values);
  }
  put_attr(node, "units", "1");
}

Node& put_raw(Node& group, const std::string& name, Type type, const Shape& shape,
              const void* data) {
  Node& node = make_dataset(group, name, type, shape);
  node.data->numbers = data;
  return node;
}

void put_doubles(Node& group, const std::string& name, const Shape& shape,
                 const std::vector<double>& data, const std::string& units) {
  if (data.empty()) return;
  Node& node = make_dataset(group, name, Type::f8, shape);
  keep(*node.data, data);
  put_attr(node, "units", units);
}

Node& put_numbers(Node& group, const std::string& name, const Shape& shape, const double* data) {
  Node& node = make_dataset(group, name, Type::f8, shape);
  node.data->numbers = data;
  node.data->doubles = true;
  if (fits_float(data, node.data->count())) node.data->type = Type::f4;
  return node;
}

bool fits_float(const double* data, size_t n) {
  constexpr size_t kBlock = 4096;
  for (size_t at = 0; at < n; at += kBlock) {
    const size_t end = std::min(n, at + kBlock);
    int bad = 0;
    for (size_t i = at; i < end; ++i) {
      const double x = data[i];
      bad |= static_cast<int>(static_cast<double>(static_cast<float>(x)) != x) &
             static_cast<int>(x == x);
    }
    if (bad) return false;
  }
  return true;
}

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

std::string number_name(size_t i) {
  return fmt::format("{:06}", i);
}

}  // namespace motus::formats::h5
