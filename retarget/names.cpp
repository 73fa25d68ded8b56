#include "retarget/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <vector>

namespace motus::retarget {

namespace {

bool upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}
bool lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}
bool digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Words of a name: split at marks, at digits and where camel case turns.
std::vector<std::string> words(std::string_view s) {
  std::vector<std::string> out;
  std::string w;
  const auto flush = [&] {
    if (!w.empty()) out.push_back(w);
    w.clear();
  };
  for (size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (!upper(c) && !lower(c) && !digit(c)) {
      flush();
      continue;
    }
    if (!w.empty()) {
      const char p = s[i - 1];
      const bool camel = upper(c) && lower(p);
      const bool acronym = upper(c) && upper(p) && i + 1 < s.size() && lower(s[i + 1]);
      if (camel || acronym || digit(c) != digit(p)) flush();
    }
    w += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  flush();
  return out;
}

template <size_t N>
bool among(const std::string& w, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), w) != list.end();
}

constexpr std::array<std::string_view, 22> kPrefixes = {
    "mixamorig", "bip", "biped", "valve", "valvebiped", "b",        "p",    "c",
    "j",         "jnt", "joint", "def",   "org",        "ctrl",     "char", "bone",
    "bind",      "rig", "skel",  "cc",    "genesis",    "reference"};
constexpr std::array<std::string_view, 10> kSuffixes = {"link", "joint", "jnt",  "jt",   "bone",
                                                        "bind", "skin",  "skel", "body", "bend"};
// legs of a four-legged body: end, side
struct Corner {
  std::string_view word;
  char end, side;
};
constexpr std::array<Corner, 12> kCorners = {{{"fl", 'f', 'l'},
                                              {"fr", 'f', 'r'},
                                              {"rl", 'r', 'l'},
                                              {"rr", 'r', 'r'},
                                              {"lf", 'f', 'l'},
                                              {"rf", 'f', 'r'},
                                              {"lh", 'r', 'l'},
                                              {"rh", 'r', 'r'},
                                              {"hl", 'r', 'l'},
                                              {"hr", 'r', 'r'},
                                              {"bl", 'r', 'l'},
                                              {"br", 'r', 'r'}}};
// words that a bare leading l or r may be glued to, as in ASF files
constexpr std::array<std::string_view, 23> kGlued = {
    "hipjoint", "femur",  "tibia",    "foot",  "toes",   "toe",   "clavicle", "humerus",
    "hand",     "radius", "wrist",    "thumb", "thigh",  "shin",  "calf",     "arm",
    "forearm",  "knee",   "shoulder", "elbow", "collar", "uparm", "shldr"};

/// Namespaces of FBX and Maya, the pivots that Assimp adds and Mixamo's prefix, cut off.
std::string_view bare(std::string_view name) {
  if (const size_t at = name.find("_$AssimpFbx$"); at != std::string_view::npos)
    name = name.substr(0, at);
  if (const size_t at = name.find_last_of(":|"); at != std::string_view::npos)
    name = name.substr(at + 1);
  constexpr std::string_view kMixamo = "mixamorig";
  if (name.substr(0, kMixamo.size()) == kMixamo) name = name.substr(kMixamo.size());
  return name;
}

BodyName from_words(const std::vector<std::string>& list) {
  BodyName out;
  std::vector<std::string> rest;
  bool back = false;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string& w = list[i];
    // OptiTrack's LUArm and RFArm
    if (w.size() == 2 && (w[0] == 'l' || w[0] == 'r') && (w[1] == 'u' || w[1] == 'f') &&
        i + 1 < list.size() && list[i + 1] == "arm") {
      out.side = w[0];
      rest.push_back(w.substr(1));
      continue;
    }
    const auto corner = std::find_if(kCorners.begin(), kCorners.end(),
                                     [&](const Corner& c) { return c.word == w; });
    if (digit(w[0])) {
      if (!rest.empty()) out.number = std::atoi(w.c_str());
    } else if (w == "left" || w == "l" || w == "lft") {
      out.side = 'l';
    } else if (w == "right" || w == "r" || w == "rgt") {
      out.side = 'r';
    } else if (corner != kCorners.end()) {
      out.end = corner->end;
      out.side = corner->side;
    } else if ((w == "front" || w == "rear" || w == "hind") && !out.end) {
      out.end = w == "front" ? 'f' : 'r';
    } else if (w == "back") {
      back = true;
    } else if (rest.empty() && among(w, kPrefixes)) {
      continue;
    } else {
      rest.push_back(w);
    }
  }
  // "BackLegLeft" is a leg, "LowerBack" is not
  if (back && out.side && !out.end)
    out.end = 'r';
  else if (back)
    rest.emplace_back("back");
  while (rest.size() > 1 && among(rest.back(), kSuffixes)) rest.pop_back();
  if (!out.side && rest.size() == 1 && rest[0].size() > 2 &&
      (rest[0][0] == 'l' || rest[0][0] == 'r') && among(rest[0].substr(1), kGlued)) {
    out.side = rest[0][0];
    rest[0].erase(0, 1);
  }
  for (const std::string& w : rest) out.base += w;
  return out;
}

}  // namespace

BodyName parse_name(std::string_view name) {
  return from_words(words(bare(name)));
}

std::vector<std::vector<BodyName>> parse_names(const Skeleton& s) {
  std::vector<std::vector<std::string>> split;
  std::map<std::string, int> first;
  for (const Body& b : s.bodies()) {
    split.push_back(words(bare(b.name)));
    if (split.back().size() > 1) ++first[split.back()[0]];
  }
  std::string shared;
  for (const auto& [word, count] : first) {
    const bool side = word == "left" || word == "right" || word == "l" || word == "r";
    if (!side && !digit(word[0]) && count > 4 && 10 * count >= 8 * s.body_count()) shared = word;
  }
  std::vector<std::vector<BodyName>> out;
  for (std::vector<std::string>& w : split) {
    if (w.size() > 1 && w[0] == shared) w.erase(w.begin());
    out.push_back({from_words(w)});
  }
  for (const Joint& j : s.joints()) out[static_cast<size_t>(j.body)].push_back(parse_name(j.name));
  return out;
}

}  // namespace motus::retarget
