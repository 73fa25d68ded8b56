#include "retarget/names.h"

#include <algorithm>
#include <array>
#include <cctype>
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

constexpr std::array<std::string_view, 14> kPrefixes = {"mixamorig", "bip",  "b",   "p",    "c",
                                                        "j",         "jnt",  "def", "org",  "ctrl",
                                                        "char",      "bone", "rig", "valve"};
constexpr std::array<std::string_view, 6> kSuffixes = {"link", "joint", "jnt",
                                                       "bone", "skel",  "body"};
// words that a bare leading l or r may be glued to, as in ASF files
constexpr std::array<std::string_view, 20> kGlued = {
    "hipjoint", "femur", "tibia",   "foot",  "toes",     "toe",   "clavicle",
    "humerus",  "hand",  "radius",  "wrist", "thumb",    "thigh", "shin",
    "calf",     "arm",   "forearm", "knee",  "shoulder", "elbow"};

}  // namespace

BodyName parse_name(std::string_view name) {
  // namespaces of FBX and Maya, and the pivots that Assimp adds
  if (const size_t at = name.find("_$AssimpFbx$"); at != std::string_view::npos)
    name = name.substr(0, at);
  if (const size_t at = name.find_last_of(":|"); at != std::string_view::npos)
    name = name.substr(at + 1);
  constexpr std::string_view kMixamo = "mixamorig";
  if (name.substr(0, kMixamo.size()) == kMixamo) name = name.substr(kMixamo.size());

  BodyName out;
  std::vector<std::string> list = words(name);
  std::vector<std::string> rest;
  for (const std::string& w : list) {
    if (digit(w[0])) {
      if (!rest.empty()) out.number = std::atoi(w.c_str());
    } else if (w == "left" || w == "l" || w == "lft") {
      out.side = 'l';
    } else if (w == "right" || w == "r" || w == "rgt") {
      out.side = 'r';
    } else if (w == "fl" || w == "fr" || w == "rl" || w == "rr") {
      out.end = w[0];
      out.side = w[1];
    } else if ((w == "front" || w == "rear" || w == "hind") && !out.end) {
      out.end = w == "front" ? 'f' : 'r';
    } else if (rest.empty() && among(w, kPrefixes)) {
      continue;
    } else {
      rest.push_back(w);
    }
  }
  while (rest.size() > 1 && among(rest.back(), kSuffixes)) rest.pop_back();
  if (!out.side && rest.size() == 1 && rest[0].size() > 2 &&
      (rest[0][0] == 'l' || rest[0][0] == 'r') && among(rest[0].substr(1), kGlued)) {
    out.side = rest[0][0];
    rest[0].erase(0, 1);
  }
  for (const std::string& w : rest) out.base += w;
  return out;
}

}  // namespace motus::retarget
