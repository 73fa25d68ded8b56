#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include "formats/bvh/bvh_file.h"
#include "formats/bytes.h"

namespace motus::formats::bvh {

namespace {

constexpr size_t kMaxJoints = 4096;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Words of the text; lines matter only for messages and names.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  std::string_view next() {
    skip_space();
    const size_t from = at_;
    if (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '}')) {
      ++at_;
      return text_.substr(from, 1);
    }
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '{' && text_[at_] != '}') {
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  std::string_view peek() {
    const size_t keep = at_;
    const std::string_view word = next();
    at_ = keep;
    return word;
  }

  /// Names may hold spaces: all up to '{' or the end of the line.
  std::string name() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    const size_t end = std::min(text_.find_first_of("{\r\n", at_), text_.size());
    std::string_view word = text_.substr(at_, end - at_);
    while (!word.empty() && is_space(word.back())) word.remove_suffix(1);
    at_ = end;
    return std::string(word);
  }

  void expect(std::string_view word) {
    const std::string_view found = next();
    require(lower(found) == lower(word), Kind::bad_input, "line {}: expected '{}', found '{}'",
            line(), word, shown(found));
  }

  double number(const char* what) {
    skip_space();
    double value = 0;
    double* out = &value;
    const char* stop =
        parse_numbers(text_.data() + at_, text_.data() + text_.size(), out, &value + 1);
    require(out == &value + 1 && std::isfinite(value), Kind::bad_input,
            "line {}: expected {}, found '{}'", line(), what, shown(peek()));
    at_ = static_cast<size_t>(stop - text_.data());
    return value;
  }

  size_t line() const { return line_of(std::min(at_, text_.size())); }
  size_t line_of(size_t offset) const {
    return 1 + static_cast<size_t>(
                   std::count(text_.begin(), text_.begin() + static_cast<long>(offset), '\n'));
  }
  static std::string shown(std::string_view word) {
    return word.empty() ? "the end of the file" : std::string(word.substr(0, 40));
  }
  size_t offset() const { return at_; }
  std::string_view text() const { return text_; }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  std::string_view text_;
  size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : words_(text) {}

  File read() {
    words_.expect("HIERARCHY");
    words_.expect("ROOT");
    joint(-1);
    if (lower(words_.peek()) == "root") {
      throw_error(Kind::bad_input, "line {}: a second ROOT; a clip moves one skeleton",
                  words_.line());
    }
    motion();
    return std::move(file_);
  }

 private:
  void joint(int root_parent);
  void channels(Joint& j);
  void motion();
  void numbers();
  Vec3 offset() {
    Vec3 v;
    for (int i = 0; i < 3; ++i) v[i] = words_.number("an OFFSET number");
    return v;
  }
  std::string unique(std::string name);

  Words words_;
  File file_;
  std::set<std::string> names_;
};

std::string Parser::unique(std::string name) {
  if (name.empty()) name = fmt::format("joint_{}", file_.joints.size());
  if (names_.insert(name).second) return name;
  for (int i = 2;; ++i) {
    std::string other = fmt::format("{}_{}", name, i);
    if (!names_.insert(other).second) continue;
    file_.warnings.push_back(fmt::format("a second joint '{}' is called '{}'", name, other));
    return other;
  }
}

void Parser::channels(Joint& j) {
  static const std::map<std::string, int> kKinds = {{"xposition", 0}, {"yposition", 1},
                                                    {"zposition", 2}, {"xrotation", 3},
                                                    {"yrotation", 4}, {"zrotation", 5}};
  const double count = words_.number("a channel count");
  require(count >= 0 && count <= 6 && count == std::floor(count), Kind::bad_input,
          "line {}: joint '{}' has {} channels, expected 0 to 6", words_.line(), j.name, count);
  for (int c = 0; c < static_cast<int>(count); ++c) {
    const std::string_view word = words_.next();
    const auto at = kKinds.find(lower(word));
    require(at != kKinds.end(), Kind::bad_input,
            "line {}: expected a channel such as Zrotation, found '{}'", words_.line(),
            Words::shown(word));
    require(std::find(j.channels.begin(), j.channels.end(), at->second) == j.channels.end(),
            Kind::bad_input, "line {}: joint '{}' has channel {} twice", words_.line(), j.name,
            word);
    j.channels.push_back(at->second);
  }
  j.first = file_.columns;
  file_.columns += static_cast<int>(count);
}

/// A joint and all below it; a stack instead of recursion, for chains of any depth.
void Parser::joint(int root_parent) {
  std::vector<int> open;
  const auto begin = [&](int parent) {
    require(file_.joints.size() < kMaxJoints, Kind::bad_input, "line {}: more than {} joints",
            words_.line(), kMaxJoints);
    Joint j;
    j.name = unique(words_.name());
    j.parent = parent;
    words_.expect("{");
    file_.joints.push_back(std::move(j));
    open.push_back(static_cast<int>(file_.joints.size()) - 1);
  };
  begin(root_parent);
  while (!open.empty()) {
    const std::string_view raw = words_.next();
    const std::string word = lower(raw);
    Joint& j = file_.joints[static_cast<size_t>(open.back())];
    if (word == "offset") {
      j.offset = offset();
    } else if (word == "channels") {
      require(j.channels.empty(), Kind::bad_input, "line {}: joint '{}' has CHANNELS twice",
              words_.line(), j.name);
      channels(j);
    } else if (word == "joint") {
      begin(open.back());
    } else if (word == "end") {
      words_.name();  // "Site", or whatever stands there
      words_.expect("{");
      words_.expect("OFFSET");
      file_.tips.push_back({.joint = open.back(), .offset = offset()});
      words_.expect("}");
    } else if (word == "}") {
      open.pop_back();
    } else {
      throw_error(Kind::bad_input,
                  "line {}: expected OFFSET, CHANNELS, JOINT, End Site or '}}', found '{}'",
                  words_.line(), Words::shown(raw));
    }
  }
}

void Parser::motion() {
  words_.expect("MOTION");
  words_.expect("Frames:");
  const double frames = words_.number("a frame count");
  require(frames >= 0 && frames < 1e12, Kind::bad_input, "line {}: {} frames", words_.line(),
          frames);
  file_.declared = static_cast<int64_t>(frames);
  words_.expect("Frame");
  words_.expect("Time:");
  file_.frame_time_text = std::string(words_.peek());
  file_.frame_time = words_.number("a frame time");
  require(file_.columns > 0, Kind::bad_input, "no joint has channels");
  numbers();
}

void Parser::numbers() {
  const std::string_view text = words_.text();
  const char *at = text.data() + words_.offset(), *end = text.data() + text.size();
  const auto columns = static_cast<size_t>(file_.columns);
  // a number takes two characters at least, whatever the header says
  const size_t most = static_cast<size_t>(end - at) / 2 + 1;
  const size_t expected = std::min(static_cast<size_t>(file_.declared) * columns, most);
  std::vector<double>& v = file_.values;
  v.resize(std::max<size_t>(expected, 1));
  double* out = v.data();
  at = parse_numbers(at, end, out, v.data() + v.size());
  const auto blank = [&] { return std::all_of(at, end, is_space); };
  while (out == v.data() + v.size() && !blank()) {
    // more rows than the header promised
    const size_t used = v.size();
    v.resize(std::min(most, used + used / 2 + columns));
    if (v.size() == used) break;
    out = v.data() + used;
    at = parse_numbers(at, end, out, v.data() + v.size());
  }
  const size_t count = static_cast<size_t>(out - v.data());
  file_.rows = static_cast<int64_t>(count / columns);
  if (!blank()) {
    const auto offset = static_cast<size_t>(at - text.data());
    throw_error(Kind::bad_input, "line {}: frame {}, column {}: expected a number, found '{}'",
                words_.line_of(offset), count / columns, count % columns + 1,
                Words::shown(text.substr(offset, text.find_first_of(" \t\r\n", offset) - offset)));
  }
  require(file_.rows > 0, Kind::bad_input, "no frame of {} numbers after 'Frame Time:'", columns);
  if (count % columns != 0) {
    file_.warnings.push_back(
        fmt::format("the last row has {} of {} numbers and is left out", count % columns, columns));
  }
  if (file_.rows != file_.declared) {
    file_.warnings.push_back(
        fmt::format("{} frames announced, {} are there", file_.declared, file_.rows));
  }
  v.resize(static_cast<size_t>(file_.rows) * columns);
}

}  // namespace

File parse(Bytes bytes) {
  return Parser(as_text(bytes)).read();
}

}  // namespace motus::formats::bvh
