#include "cli/convert_index.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "motion/error.h"

namespace motus::cli {

using nlohmann::json;
namespace fs = std::filesystem;

ConvertIndex::ConvertIndex(std::string folder, bool keep)
    : folder_(std::move(folder)), keep_(keep) {
  if (!keep_) return;
  std::ifstream in(fs::path(folder_) / kName);
  for (std::string line; std::getline(in, line);) {
    const json j = json::parse(line, nullptr, false);
    if (!j.is_object()) continue;
    try {
      Entry e{.stem = j.at("stem"),
              .sha256 = j.at("sha256"),
              .options = j.at("options"),
              .outputs = {}};
      for (const json& o : j.at("outputs")) {
        e.outputs.push_back({.file = o.at("file"), .size = o.at("size")});
      }
      entries_[e.stem] = std::move(e);
    } catch (const json::exception&) {
      continue;  // a line of another shape says nothing
    }
  }
}

ConvertIndex::~ConvertIndex() {
  if (file_ >= 0) close(file_);
}

bool ConvertIndex::up_to_date(const std::string& stem, const std::string& sha256,
                              const std::string& options) const {
  const auto at = entries_.find(stem);
  if (at == entries_.end() || at->second.sha256 != sha256 || at->second.options != options) {
    return false;
  }
  for (const Output& o : at->second.outputs) {
    std::error_code ec;
    if (fs::file_size(fs::path(folder_) / o.file, ec) != o.size || ec) return false;
  }
  return true;
}

void ConvertIndex::add(const Entry& e) {
  const std::string path = (fs::path(folder_) / kName).string();
  if (file_ < 0) {
    const int start = keep_ ? O_APPEND : O_APPEND | O_TRUNC;
    file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | start, 0666);
    require(file_ >= 0, Kind::failed, "{}: {}", path, std::generic_category().message(errno));
  }
  json outputs = json::array();
  for (const Output& o : e.outputs) outputs.push_back({{"file", o.file}, {"size", o.size}});
  const std::string line =
      json{{"stem", e.stem}, {"sha256", e.sha256}, {"options", e.options}, {"outputs", outputs}}
          .dump(-1, ' ', false, json::error_handler_t::replace) +
      "\n";
  // one write, so that an interrupt leaves whole lines
  require(write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size()), Kind::failed,
          "{}: {}", path, std::generic_category().message(errno));
}

}  // namespace motus::cli
