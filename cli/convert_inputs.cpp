#include "cli/convert_inputs.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "formats/compressed.h"
#include "formats/format.h"
#include "motion/error.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

fs::path whole(const fs::path& p) {
  std::error_code ec;
  const fs::path out = fs::absolute(p, ec).lexically_normal();
  return out.has_filename() ? out : out.parent_path();
}

/// "walk.BVH.gz" -> "bvh"
std::string extension(const fs::path& p) {
  std::string ext = fs::path(formats::unpacked_name(p.string(), 2)).extension().string();
  if (!ext.empty()) ext.erase(0, 1);
  std::transform(ext.begin(), ext.end(), ext.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ext;
}

std::set<std::string> readable_extensions() {
  std::set<std::string> out;
  for (const formats::Format& f : formats::table()) {
    if (!f.read) continue;
    const std::string words(f.extensions);
    for (size_t at = 0; at < words.size();) {
      const size_t end = std::min(words.find(' ', at), words.size());
      out.insert(words.substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

bool is_folder(const std::string& word) {
  std::error_code ec;
  return fs::is_directory(word, ec);
}

bool is_pattern(const std::string& word) {
  std::error_code ec;
  return word.find_first_of("*?[") != std::string::npos && !fs::exists(word, ec);
}

void search_folder(const std::string& folder, const fs::path& output, BatchInputs& out) {
  static const std::set<std::string> known = readable_extensions();
  std::vector<std::string> found;
  std::error_code ec;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, ec);
  for (; !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    const fs::path& p = it->path();
    const bool hidden = p.filename().string().starts_with('.');
    std::error_code unreadable;
    if (it->is_directory(unreadable)) {
      if (hidden || whole(p) == output) it.disable_recursion_pending();
    } else if (!hidden && whole(p) != output && it->is_regular_file(unreadable)) {
      known.contains(extension(p)) ? found.push_back(p.string()) : void(++out.ignored);
    }
  }
  require(!ec, Kind::bad_input, "{}: {}", folder, ec.message());
  require(!found.empty(), Kind::bad_input, "{}: no motion files in this folder", folder);
  std::sort(found.begin(), found.end());
  for (std::string& f : found) out.files.push_back({.path = std::move(f), .stem = {}});
}

std::vector<std::string> matches(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> out;
  if (glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0) {
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  require(!out.empty(), Kind::bad_input, "{}: nothing matches this pattern", pattern);
  return out;
}

/// The folder above all of them.
class Shared {
 public:
  void add(const fs::path& folder) {
    if (!path_) {
      path_ = folder;
      return;
    }
    fs::path common;
    auto a = path_->begin(), b = folder.begin();
    for (; a != path_->end() && b != folder.end() && *a == *b; ++a, ++b) common /= *a;
    path_ = common;
  }
  std::string below(const std::string& file) const {
    const fs::path name = formats::unpacked_name(whole(file).string(), 2);
    return name.lexically_relative(path_.value_or("/")).replace_extension().string();
  }

 private:
  std::optional<fs::path> path_;
};

void name_outputs(std::vector<BatchInput>& files, const Shared& shared) {
  std::map<std::string, std::set<std::string>> kinds;  // stem -> extensions
  for (BatchInput& f : files) {
    f.stem = f.path == "-" ? "stdin" : shared.below(f.path);
    kinds[f.stem].insert(extension(f.path));
  }
  std::set<std::string> taken;
  for (BatchInput& f : files) {
    if (kinds[f.stem].size() > 1) f.stem += "_" + extension(f.path);
    const std::string stem = f.stem;
    for (int i = 2; !taken.insert(f.stem).second; ++i) f.stem = fmt::format("{}_{}", stem, i);
  }
}

}  // namespace

bool is_many(const std::string& word) {
  return is_folder(word) || is_pattern(word);
}

BatchInputs expand_inputs(const std::vector<std::string>& words, const std::string& output) {
  BatchInputs out;
  Shared shared;
  const fs::path target = whole(output);
  const auto add = [&](const std::string& word) {
    if (is_folder(word)) {
      shared.add(whole(word));
      search_folder(word, target, out);
      return;
    }
    if (word != "-") shared.add(whole(word).parent_path());
    out.files.push_back({.path = word, .stem = {}});
  };
  for (const std::string& word : words) {
    if (!is_pattern(word)) {
      add(word);
      continue;
    }
    for (const std::string& match : matches(word)) add(match);
  }
  name_outputs(out.files, shared);
  return out;
}

}  // namespace motus::cli
