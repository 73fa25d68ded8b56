#include "cli/arg_file.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "motion/data_path.h"
#include "motion/error.h"
#include "motion/nearest.h"

namespace motus::cli {

namespace {

bool is_key(const std::string& word) {
  return word.size() >= 3 && word.starts_with("--");
}

/// "--key=value" is one word on a command line; its key is before the sign.
std::string key_of(const std::string& word) {
  return word.substr(0, word.find('='));
}

struct Entry {
  std::string key;
  std::vector<std::string> words;  ///< the key and its values
  int line = 0;
};

std::vector<Entry> read_entries(const std::filesystem::path& file) {
  std::ifstream in(file);
  require(in.good(), Kind::usage, "{}: cannot be opened", file.string());
  std::vector<Entry> out;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::replace(line.begin(), line.end(), '\r', ' ');
    std::istringstream words(line);
    for (std::string word; words >> word && word[0] != '#';) {
      if (is_key(word)) {
        out.push_back({word, {word}, number});
        continue;
      }
      require(!out.empty(), Kind::usage, "{}:{}: '{}' belongs to no flag", file.string(), number,
              word);
      out.back().words.push_back(word);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> expand_arg_file(const std::vector<std::string>& words,
                                         std::span<const std::string> known,
                                         std::span<const std::string> repeatable) {
  const auto contains = [](std::span<const std::string> list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  std::vector<std::string> out;
  std::set<std::string> seen;
  std::string name;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string key = key_of(words[i]);
    if (!is_key(words[i]) || key != "--arg_file") {
      if (is_key(words[i])) seen.insert(key);
      out.push_back(words[i]);
      continue;
    }
    const bool joined = words[i].size() > key.size();
    require(joined || i + 1 < words.size(), Kind::usage, "--arg_file needs a file");
    const std::string value = joined ? words[i].substr(key.size() + 1) : words[++i];
    if (name.empty()) name = value;
  }
  if (name.empty()) return out;
  const std::filesystem::path file = require_data(name, "arg file");
  // of what may be repeated the later counts: the file's come before all that was typed
  std::vector<std::string> repeated;
  for (const Entry& e : read_entries(file)) {
    if (e.key == "--arg_file") continue;  // MimicKit ignores a file within a file
    if (!contains(known, e.key)) {
      throw Error(Kind::usage,
                  fmt::format("{}:{}: unknown flag '{}'", file.string(), e.line, e.key),
                  did_you_mean(e.key, known));
    }
    const bool again = contains(repeatable, e.key);
    if (!again && !seen.insert(e.key).second) continue;
    std::vector<std::string>& to = again ? repeated : out;
    to.insert(to.end(), e.words.begin(), e.words.end());
  }
  out.insert(out.begin(), repeated.begin(), repeated.end());
  return out;
}

bool parse_bool(const std::string& flag, const std::string& text) {
  for (const char* yes : {"true", "True", "1", "T", "t"})
    if (text == yes) return true;
  for (const char* no : {"false", "False", "0", "F", "f"})
    if (text == no) return false;
  throw_error(Kind::usage, "{} is '{}', expected true or false", flag, text);
}

}  // namespace motus::cli
