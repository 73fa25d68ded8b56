#include "formats/asf/asf.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>

#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr size_t kMostBones = 4096;

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Lines as lists of words; comments and blank lines left out.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  /// The next line's words, or none at the end. `number` is the line's.
  std::vector<std::string_view> next() {
    while (!text_.empty()) {
      const size_t end = std::min(text_.find('\n'), text_.size());
      std::string_view line = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++number;
      line = line.substr(0, line.find('#'));
      require(!line.starts_with("<<<<<<<") && !line.starts_with(">>>>>>>"), Kind::bad_input,
              "line {}: marks of a merge conflict: the file was never put right", number);
      std::vector<std::string_view> words;
      for (size_t at = 0; (at = line.find_first_not_of(" \t\r()", at)) != line.npos;) {
        const size_t stop = std::min(line.find_first_of(" \t\r()", at), line.size());
        words.push_back(line.substr(at, stop - at));
        at = stop;
      }
      if (!words.empty()) return words;
    }
    return {};
  }
  int number = 0;

 private:
  std::string_view text_;
};

double number(std::string_view word, int line) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  require(error == std::errc{} && end == word.data() + word.size() && std::isfinite(value),
          Kind::bad_input, "line {}: '{}' is no number", line, word.substr(0, 30));
  return value;
}

using Words = std::vector<std::string_view>;

Vec3 vector(const Words& w, int line) {
  require(w.size() >= 4, Kind::bad_input, "line {}: expected three numbers behind '{}'", line,
          w[0]);
  return {number(w[1], line), number(w[2], line), number(w[3], line)};
}

AsfDof dof(std::string_view word, int line) {
  static const std::map<std::string, AsfDof> kNames = {
      {"rx", AsfDof::rx}, {"ry", AsfDof::ry}, {"rz", AsfDof::rz},   {"tx", AsfDof::tx},
      {"ty", AsfDof::ty}, {"tz", AsfDof::tz}, {"l", AsfDof::length}};
  const auto at = kNames.find(lower(word));
  require(at != kNames.end(), Kind::bad_input,
          "line {}: '{}' is no degree of freedom (rx ry rz tx ty tz l)", line, word);
  return at->second;
}

/// Angles about fixed axes, in the order of the letters: the first is applied first.
Quat turned(const Vec3& angles, std::string_view order, bool degrees, int line) {
  Quat q = Quat::Identity();
  const std::string letters = lower(order);
  require(letters.size() == 3, Kind::bad_input, "line {}: axis order '{}'", line, order);
  for (size_t i = 0; i < 3; ++i) {
    const int axis = letters[i] - 'x';
    require(axis >= 0 && axis < 3, Kind::bad_input, "line {}: axis order '{}'", line, order);
    const double a = angles[static_cast<Eigen::Index>(i)] * (degrees ? M_PI / 180 : 1);
    q = Quat(Eigen::AngleAxisd(a, Vec3::Unit(axis))) * q;
  }
  return q;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lines_(text) {
    bones_.push_back({.name = "root"});
    index_["root"] = 0;
  }

  Asf run() {
    Words w = lines_.next();
    require(!w.empty(), Kind::bad_input, "is empty");
    while (!w.empty()) {
      const std::string section = lower(w[0]);
      if (section == ":name" && w.size() > 1) asf_.name = w[1];
      if (section == ":units") {
        w = units();
      } else if (section == ":root") {
        w = root();
      } else if (section == ":bonedata") {
        w = bones();
      } else if (section == ":hierarchy") {
        w = hierarchy();
      } else {
        w = lines_.next();
      }
    }
    return depth_first();
  }

 private:
  static bool section(const Words& w) { return !w.empty() && w[0].starts_with(':'); }

  Words units() {
    Words w;
    while (!(w = lines_.next()).empty() && !section(w)) {
      if (w.size() < 2) continue;
      const std::string key = lower(w[0]);
      if (key == "length") asf_.unit_length = number(w[1], lines_.number);
      if (key == "angle") asf_.degrees = lower(w[1]).starts_with("deg");
    }
    require(asf_.unit_length > 0, Kind::bad_input, "line {}: unit of length {}", lines_.number,
            asf_.unit_length);
    return w;
  }

  Words root() {
    Words w;
    Vec3 orientation = Vec3::Zero();
    std::string order = "xyz";
    while (!(w = lines_.next()).empty() && !section(w)) {
      const std::string key = lower(w[0]);
      if (key == "order") {
        for (size_t i = 1; i < w.size(); ++i) bones_[0].dofs.push_back(dof(w[i], lines_.number));
      } else if (key == "axis" && w.size() > 1) {
        order = w[1];
      } else if (key == "orientation") {
        orientation = vector(w, lines_.number);
      }
    }
    bones_[0].axis = turned(orientation, order, asf_.degrees, lines_.number);
    return w;
  }

  Words bones() {
    Words w;
    while (!(w = lines_.next()).empty() && !section(w)) {
      if (lower(w[0]) == "begin") bone();
    }
    return w;
  }

  void bone() {
    AsfBone b;
    Words w;
    const int first = lines_.number;
    while (!(w = lines_.next()).empty() && lower(w[0]) != "end") {
      const std::string key = lower(w[0]);
      if (key == "name" && w.size() > 1) {
        b.name = w[1];
      } else if (key == "direction") {
        b.direction = vector(w, lines_.number);
      } else if (key == "length" && w.size() > 1) {
        b.length = number(w[1], lines_.number);
      } else if (key == "axis") {
        require(w.size() >= 5, Kind::bad_input, "line {}: expected three angles and their order",
                lines_.number);
        b.axis = turned(vector(w, lines_.number), w[4], asf_.degrees, lines_.number);
      } else if (key == "dof") {
        for (size_t i = 1; i < w.size(); ++i) b.dofs.push_back(dof(w[i], lines_.number));
      }
    }
    require(!b.name.empty(), Kind::bad_input, "line {}: a bone without a name", first);
    require(index_.emplace(b.name, bones_.size()).second, Kind::bad_input,
            "line {}: two bones are named '{}'", first, b.name);
    require(bones_.size() < kMostBones, Kind::bad_input, "more than {} bones", kMostBones);
    if (b.direction.norm() > 0) b.direction.normalize();
    bones_.push_back(std::move(b));
  }

  size_t find(std::string_view name) const {
    const auto at = index_.find(std::string(name));
    require(at != index_.end(), Kind::bad_input, "line {}: no bone is named '{}'", lines_.number,
            name);
    return at->second;
  }

  Words hierarchy() {
    Words w;
    while (!(w = lines_.next()).empty() && !section(w)) {
      if (lower(w[0]) == "begin" || lower(w[0]) == "end") continue;
      const size_t parent = find(w[0]);
      for (size_t i = 1; i < w.size(); ++i) {
        const size_t child = find(w[i]);
        require(child != 0 && bones_[child].parent < 0, Kind::bad_input,
                "line {}: '{}' has two parents", lines_.number, w[i]);
        bones_[child].parent = static_cast<int>(parent);
      }
    }
    return w;
  }

  Asf depth_first() {
    require(bones_.size() > 1, Kind::bad_input, "has no bones");
    std::vector<std::vector<size_t>> children(bones_.size());
    for (size_t b = 1; b < bones_.size(); ++b) {
      require(bones_[b].parent >= 0, Kind::bad_input, "bone '{}' is not in the hierarchy",
              bones_[b].name);
      children[static_cast<size_t>(bones_[b].parent)].push_back(b);
    }
    struct Visit {
      size_t bone;
      int parent;
    };
    std::vector<Visit> open{{0, -1}};
    while (!open.empty()) {
      const Visit v = open.back();
      open.pop_back();
      const int at = static_cast<int>(asf_.bones.size());
      asf_.bones.push_back(bones_[v.bone]);
      asf_.bones.back().parent = v.parent;
      for (auto c = children[v.bone].rbegin(); c != children[v.bone].rend(); ++c) {
        open.push_back({*c, at});
      }
    }
    require(asf_.bones.size() == bones_.size(), Kind::bad_input, "the hierarchy has a circle");
    return std::move(asf_);
  }

  Lines lines_;
  Asf asf_;
  std::vector<AsfBone> bones_;
  std::map<std::string, size_t> index_;
};

}  // namespace

Asf parse_asf(std::string_view text) {
  return Parser(text).run();
}

SkeletonPtr asf_skeleton(const Asf& asf, double metres, const Quat& axes) {
  Skeleton::Spec s;
  s.name = asf.name.empty() ? "asf" : asf.name;
  std::vector<int> children(asf.bones.size(), 0);
  for (const AsfBone& b : asf.bones) {
    const auto tip = [&](const AsfBone& bone) -> Vec3 {
      return axes * Vec3(metres * bone.length * bone.direction);
    };
    if (b.parent >= 0) ++children[static_cast<size_t>(b.parent)];
    s.bodies.push_back(
        {.name = b.name,
         .parent = b.parent,
         .rest_pos = b.parent < 0 ? Vec3::Zero() : tip(asf.bones[static_cast<size_t>(b.parent)])});
  }
  for (size_t b = 1; b < asf.bones.size(); ++b) {
    if (children[b] > 0) continue;
    s.end_sites.push_back(
        {.name = asf.bones[b].name + "_end",
         .body = static_cast<int>(b),
         .pos = axes * Vec3(metres * asf.bones[b].length * asf.bones[b].direction)});
  }
  return Skeleton::build(std::move(s));
}

}  // namespace motus::formats
