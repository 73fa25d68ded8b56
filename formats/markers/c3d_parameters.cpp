#include "formats/markers/c3d_parameters.h"

#include <algorithm>
#include <bit>
#include <cctype>

#include "formats/bytes.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr size_t kBlock = 512;
constexpr size_t kMostNumbers = 1 << 20;  // of one parameter

std::string upper(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return s;
}

std::string trimmed(std::string s) {
  s.erase(std::find_if(s.begin(), s.end(), [](char c) { return c == '\0'; }), s.end());
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.pop_back();
  return s;
}

}  // namespace

uint8_t C3dNumbers::u8(size_t at) const {
  return static_cast<uint8_t>(ByteReader(bytes_, std::min(at, bytes_.size())).take(1)[0]);
}

int16_t C3dNumbers::i16(size_t at) const {
  const unsigned a = u8(at), b = u8(at + 1);
  return static_cast<int16_t>(processor_ == C3dProcessor::mips ? a << 8 | b : b << 8 | a);
}

float C3dNumbers::f32(size_t at) const {
  const auto half = [&](size_t k) { return static_cast<uint32_t>(u16(at + 2 * k)); };
  switch (processor_) {
    case C3dProcessor::intel:
      return std::bit_cast<float>(half(1) << 16 | half(0));
    case C3dProcessor::mips:
      return std::bit_cast<float>(half(0) << 16 | half(1));
    case C3dProcessor::dec:
      break;
  }
  return std::bit_cast<float>(half(0) << 16 | half(1)) / 4;
}

std::string C3dNumbers::text(size_t at, size_t n) const {
  ByteReader in(bytes_, std::min(at, bytes_.size()));
  return std::string(as_text(in.take(n)));
}

C3dParameters::C3dParameters(const C3dNumbers& in, int block) {
  const size_t start = (static_cast<size_t>(block) - 1) * kBlock;
  // the number of blocks may be 0 in files that later programs took on; the records end themselves
  const size_t blocks = in.u8(start + 2);
  const size_t end = blocks ? std::min(in.size(), start + blocks * kBlock) : in.size();
  struct Record {
    int group;
    std::string name;
    C3dParameter value;
  };
  std::map<int, std::string> groups;
  std::vector<Record> records;
  for (size_t at = start + 4; at + 2 < end;) {
    const int name_length = std::abs(static_cast<int8_t>(in.u8(at)));
    const int id = static_cast<int8_t>(in.u8(at + 1));
    if (name_length == 0 || id == 0) break;
    const std::string name = upper(in.text(at + 2, static_cast<size_t>(name_length)));
    const size_t next_at = at + 2 + static_cast<size_t>(name_length);
    const int next = in.i16(next_at);
    if (id < 0) {
      groups[-id] = name;
    } else {
      C3dParameter p;
      p.type = static_cast<int8_t>(in.u8(next_at + 2));
      const int rank = in.u8(next_at + 3);
      size_t count = 1;
      for (int d = 0; d < rank; ++d) {
        p.dims.push_back(in.u8(next_at + 4 + static_cast<size_t>(d)));
        count *= static_cast<size_t>(p.dims.back());
        require(count <= kMostNumbers, Kind::bad_input, "byte {}: parameter {} is too large",
                next_at, name);
      }
      const size_t data = next_at + 4 + static_cast<size_t>(rank);
      if (p.type == -1) {
        const size_t width = rank > 0 ? static_cast<size_t>(p.dims[0]) : 1;
        for (size_t i = 0; width > 0 && i < count / width; ++i) {
          p.texts.push_back(trimmed(in.text(data + i * width, width)));
        }
      } else {
        for (size_t i = 0; i < count; ++i) {
          p.numbers.push_back(p.type == 1   ? in.u8(data + i)
                              : p.type == 2 ? in.i16(data + 2 * i)
                                            : in.f32(data + 4 * i));
        }
      }
      records.push_back({id, name, std::move(p)});
    }
    if (next <= 0) break;
    at = next_at + static_cast<size_t>(next);
  }
  // a group's name may come after its parameters
  for (Record& r : records) {
    const auto g = groups.find(r.group);
    if (g != groups.end()) all_.emplace(g->second + ":" + r.name, std::move(r.value));
  }
}

const C3dParameter* C3dParameters::find(const std::string& name) const {
  const auto at = all_.find(name);
  return at == all_.end() ? nullptr : &at->second;
}

double C3dParameters::number(const std::string& name, double otherwise) const {
  const C3dParameter* p = find(name);
  return p && !p->numbers.empty() ? p->numbers[0] : otherwise;
}

std::string C3dParameters::text(const std::string& name) const {
  const C3dParameter* p = find(name);
  return p && !p->texts.empty() ? p->texts[0] : "";
}

}  // namespace motus::formats
