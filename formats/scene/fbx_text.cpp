// FBX as text: `Name: value, value { children }`, arrays as `*3 { a: 1,2,3 }`, comments after `;`.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "formats/scene/fbx_file.h"
#include "motion/error.h"

namespace motus::formats::fbx {

namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  Record parse() {
    Record root;
    records(root, 0);
    require(at_ == text_.size(), Kind::bad_input, "line {}: unexpected '}}'", line_);
    return root;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  /// Goes on to the next character that means something; line ends count only where wanted.
  void skip(bool lines) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ';') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (c == '\n' && lines) {
        ++line_;
        ++at_;
      } else if (is_blank(c)) {
        ++at_;
      } else {
        return;
      }
    }
  }

  void records(Record& parent, int depth) {
    require(depth <= kMostDepth, Kind::bad_input, "line {}: records are nested deeper than {}",
            line_, kMostDepth);
    for (skip(true); at_ < text_.size() && peek() != '}'; skip(true)) record(parent, depth);
  }

  void record(Record& parent, int depth) {
    const size_t colon = text_.find_first_of(":\n{}", at_);
    require(colon != std::string_view::npos && text_[colon] == ':', Kind::bad_input,
            "line {}: expected 'Name:', found '{}'", line_, text_.substr(at_, 20));
    Record r{.name = std::string(text_.substr(at_, colon - at_)), .values = {}, .children = {}};
    while (!r.name.empty() && is_blank(r.name.back())) r.name.pop_back();
    at_ = colon + 1;
    count_against_limit(total_, 1);
    bool array = false;
    values(r, array);
    if (peek() == '{') {
      ++at_;
      records(r, depth + 1);
      require(peek() == '}', Kind::bad_input, "line {}: '{}' is never closed", line_, r.name);
      ++at_;
    }
    if (array) fold_array(r);
    parent.children.push_back(std::move(r));
  }

  /// Values up to the end of the line or a brace; a comma lets them go on over line ends.
  void values(Record& r, bool& array) {
    for (;;) {
      skip(false);
      const char c = peek();
      if (c == '\0' || c == '\n' || c == '{' || c == '}') return;
      if (c == ',') {
        ++at_;
        skip(true);
        continue;
      }
      if (c == '*') {
        array = true;
        ++at_;
      }
      r.values.push_back(c == '"' ? Value(quoted()) : word());
      count_against_limit(total_, 1);
    }
  }

  std::string quoted() {
    const size_t end = text_.find('"', at_ + 1);
    require(end != std::string_view::npos, Kind::bad_input, "line {}: a quote is never closed",
            line_);
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    line_ += static_cast<size_t>(std::count(out.begin(), out.end(), '\n'));
    for (size_t q = out.find("&quot;"); q != std::string::npos; q = out.find("&quot;", q)) {
      out.replace(q, 6, "\"");
    }
    return out;
  }

  Value word() {
    const size_t start = at_;
    while (at_ < text_.size() && !is_blank(peek()) &&
           std::string_view(",\n{};").find(peek()) == std::string_view::npos) {
      ++at_;
    }
    const std::string_view w = text_.substr(start, at_ - start);
    const char *first = w.data(), *last = w.data() + w.size();
    int64_t whole = 0;
    if (const auto r = std::from_chars(first, last, whole); r.ec == std::errc{} && r.ptr == last) {
      return whole;
    }
    double number = 0;
    const auto r = std::from_chars(first, last, number);
    // numbers too small or too large for a double are 0 or infinite, as strtod has them
    if (r.ec == std::errc::result_out_of_range && r.ptr == last) {
      return std::strtod(std::string(w).c_str(), nullptr);
    }
    if (r.ec == std::errc{} && r.ptr == last) return number;
    return std::string(w);
  }

  /// `*3 { a: 1,2,3 }` is one array.
  static void fold_array(Record& r) {
    const Record* a = r.find("a");
    if (!a) return;
    bool whole = true;
    for (const Value& v : a->values) whole = whole && std::holds_alternative<int64_t>(v);
    Value folded;
    if (whole) {
      std::vector<int64_t> list;
      for (size_t i = 0; i < a->values.size(); ++i) list.push_back(a->integer(i));
      folded = std::move(list);
    } else {
      std::vector<double> list;
      for (size_t i = 0; i < a->values.size(); ++i) {
        list.push_back(a->number(i, std::numeric_limits<double>::quiet_NaN()));
      }
      folded = std::move(list);
    }
    r.values = {std::move(folded)};
    r.children.clear();
  }

  std::string_view text_;
  size_t at_ = 0, line_ = 1, total_ = 0;
};

}  // namespace

Record parse_text(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace motus::formats::fbx
