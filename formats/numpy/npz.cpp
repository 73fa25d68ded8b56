#include "formats/numpy/npz.h"

#include <algorithm>

#include "formats/bytes.h"

namespace motus::formats {

namespace {

constexpr size_t kHeader = (1 << 16) + 12;  // the longest header that is read

}  // namespace

std::vector<std::string> Npz::names() const {
  std::vector<std::string> out;
  for (const std::string& n : zip_.names()) {
    if (n.ends_with(".npy")) out.push_back(n.substr(0, n.size() - 4));
  }
  return out;
}

Array Npz::array(const std::string& name) const {
  try {
    std::unique_ptr<std::byte[]> own;
    return read_npy(zip_.view(name + ".npy", own));
  } catch (const Error& e) {
    throw e.at("member '" + name + "'");
  }
}

NpyHeader Npz::header(const std::string& name) const {
  try {
    return read_npy_header(zip_.beginning(name + ".npy", kHeader), zip_.size(name + ".npy"));
  } catch (const Error& e) {
    throw e.at("member '" + name + "'");
  }
}

std::vector<std::byte> write_npz(const std::vector<std::pair<std::string, Array>>& members) {
  std::vector<ZipEntry> entries;
  entries.reserve(members.size());
  for (const auto& [name, array] : members) entries.push_back({name + ".npy", write_npy(array)});
  return write_zip(entries);
}

std::vector<std::byte> write_npz(std::map<std::string, Array> arrays,
                                 std::span<const char* const> first) {
  std::vector<std::pair<std::string, Array>> members;
  for (const char* name : first) {
    const auto it = arrays.find(name);
    if (it == arrays.end()) continue;
    members.emplace_back(name, std::move(it->second));
    arrays.erase(it);
  }
  for (auto& [name, array] : arrays) members.emplace_back(name, std::move(array));
  return write_npz(members);
}

bool npz_has(Bytes bytes, std::initializer_list<std::string_view> members) {
  if (!starts_with(bytes, "PK\3\4")) return false;
  try {
    const ZipReader zip(bytes);
    return std::all_of(members.begin(), members.end(),
                       [&](std::string_view m) { return zip.has(std::string(m) + ".npy"); });
  } catch (const Error&) {
    return false;
  }
}

}  // namespace motus::formats
