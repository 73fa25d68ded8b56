#include "retarget/map.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "motion/config.h"
#include "motion/error.h"
#include "motion/nearest.h"
#include "motion/roles.h"
#include "retarget/names.h"

namespace motus::retarget {

namespace {

using Words = std::vector<std::string_view>;

/// One way of naming a limb, from the trunk outwards; the last entry is optional, so is the first
/// of an arm.
struct Vocabulary {
  std::vector<Words> parts;
};

// leg: upper, lower, foot, toe
const std::array kLegs = {
    Vocabulary{{{"upleg", "upperleg", "thigh", "femur"},
                {"leg", "lowerleg", "lowleg", "shin", "calf", "tibia", "shank"},
                {"foot"},
                {"toebase", "toe", "toes", "ball", "forefoot"}}},
    Vocabulary{{{"hip"}, {"knee"}, {"ankle"}, {"toe", "toebase", "foot", "ball"}}},
    Vocabulary{{{"leg"}, {"shin", "lowerleg"}, {"foot"}, {"toebase", "toe"}}},
    Vocabulary{{{"hipyaw", "hiproll", "hippitch", "thigh", "thighpitch", "hip", "upperleg"},
                {"knee", "kneepitch", "calf", "shank", "shin", "lowerleg"},
                {"ankleroll", "foot", "anklepitch", "ankle"},
                {"toe"}}}};
// arm: clavicle, upper, lower, hand
const std::array kArms = {
    Vocabulary{{{"shoulder", "clavicle", "collar", "clav"},
                {"arm", "uparm", "upperarm", "humerus"},
                {"forearm", "lowerarm", "lowarm", "radius", "ulna"},
                {"hand", "wrist"}}},
    Vocabulary{{{"collar", "thorax", "clavicle"}, {"shoulder"}, {"elbow"}, {"wrist", "hand"}}},
    Vocabulary{{{"shoulderpitch"},
                {"shoulderyaw", "upperarm", "shoulderroll"},
                {"elbow", "elbowpitch", "forearm"},
                {"wristyaw", "wrist", "wristpitch", "wristroll", "hand", "rubberhand"}}}};
const std::array kQuadrupedLegs = {Vocabulary{{{"hip", "abduction"},
                                               {"thigh", "upperleg", "upper"},
                                               {"calf", "lowerleg", "lower", "shank"},
                                               {"foot", "toe"}}}};

class Mapper {
 public:
  explicit Mapper(const Skeleton& s) : s_(s) {
    for (const Body& b : s.bodies()) names_.push_back(parse_name(b.name));
  }

  bool above(int a, int b) const {
    while (b > a) b = s_.bodies()[static_cast<size_t>(b)].parent;
    return a == b;
  }
  int common(int a, int b) const {
    while (a != b) {
      int& deeper = a > b ? a : b;
      deeper = s_.bodies()[static_cast<size_t>(deeper)].parent;
    }
    return a;
  }

  /// Body called one of `words` on this side (and end), below `under`; the first word that occurs
  /// wins.
  int find(const Words& words, char side, char end, int under) const {
    for (std::string_view w : words) {
      int best = -1, best_number = 0;
      for (size_t b = 0; b < names_.size(); ++b) {
        const BodyName& n = names_[b];
        if (n.base != w || n.side != side || n.end != end) continue;
        if (under >= 0 && (static_cast<int>(b) == under || !above(under, static_cast<int>(b))))
          continue;
        if (best < 0 || n.number < best_number) best = static_cast<int>(b), best_number = n.number;
      }
      if (best >= 0) return best;
    }
    return -1;
  }

  /// Bodies of a limb by the vocabulary that explains most of it; -1 where a part has no body.
  template <size_t N>
  std::vector<int> limb(const std::array<Vocabulary, N>& list, char side, char end,
                        bool first_optional) const {
    std::vector<int> best(4, -1);
    int best_score = 0;
    for (const Vocabulary& v : list) {
      std::vector<int> got(4, -1);
      int score = 0, above_body = -1;
      for (size_t i = 0; i < 4; ++i) {
        got[i] = find(v.parts[i], side, end, above_body);
        if (got[i] < 0) continue;
        above_body = got[i];
        const bool optional = i == (first_optional ? 0U : 3U);
        score += optional ? 1 : 10;
      }
      if (score > best_score) best = got, best_score = score;
    }
    return best;
  }

  const std::vector<BodyName>& names() const { return names_; }

 private:
  const Skeleton& s_;
  std::vector<BodyName> names_;
};

using Found = std::map<std::string, RoleMatch>;

void put(Found& found, const std::string& role, int body, double confidence, const char* how) {
  if (body >= 0 && !found.count(role)) found[role] = {role, body, confidence, how};
}

int get(const Found& found, const std::string& role) {
  const auto it = found.find(role);
  return it == found.end() ? -1 : it->second.body;
}

void map_biped(const Skeleton& s, const Mapper& m, Found& found) {
  for (const char side : {'l', 'r'}) {
    const std::string w = side == 'l' ? "left_" : "right_";
    const std::vector<int> leg = m.limb(kLegs, side, 0, false);
    const char* legs[] = {"upper_leg", "lower_leg", "foot", "toe"};
    const std::vector<int> arm = m.limb(kArms, side, 0, true);
    const char* arms[] = {"clavicle", "upper_arm", "lower_arm", "hand"};
    for (size_t i = 0; i < 4; ++i) {
      put(found, w + legs[i], leg[i], 0.9, "name");
      put(found, w + arms[i], arm[i], 0.9, "name");
    }
  }
  const int ll = get(found, "left_upper_leg"), rl = get(found, "right_upper_leg");
  if (ll >= 0 && rl >= 0) put(found, "pelvis", m.common(ll, rl), 0.9, "tree");
  const int la = get(found, "left_upper_arm"), ra = get(found, "right_upper_arm");
  if (la >= 0 && ra >= 0) {
    const int chest = m.common(la, ra), pelvis = get(found, "pelvis");
    if (chest > pelvis) put(found, "chest", chest, 0.9, "tree");
    // the first body on the way up
    int b = chest;
    while (b > 0 && s.bodies()[static_cast<size_t>(b)].parent != pelvis)
      b = s.bodies()[static_cast<size_t>(b)].parent;
    if (b > 0 && b != chest) put(found, "spine", b, 0.6, "tree");
  }
  put(found, "neck", m.find({"neck", "lowerneck"}, 0, 0, -1), 0.9, "name");
  put(found, "head", m.find({"head"}, 0, 0, -1), 0.9, "name");
}

void map_quadruped(const Mapper& m, Found& found) {
  for (const char end : {'f', 'r'}) {
    for (const char side : {'l', 'r'}) {
      const std::string w = std::string(end == 'f' ? "front_" : "rear_") +
                            std::string(side == 'l' ? "left_" : "right_");
      const std::vector<int> leg = m.limb(kQuadrupedLegs, side, end, true);
      const char* parts[] = {"hip", "thigh", "calf", "foot"};
      for (size_t i = 0; i < 4; ++i) put(found, w + parts[i], leg[i], 0.9, "name");
    }
  }
  const int a = get(found, "front_left_thigh"), b = get(found, "rear_right_thigh");
  if (a >= 0 && b >= 0) put(found, "trunk", m.common(a, b), 0.9, "tree");
}

/// Essential roles that are missing or whose bodies are not below one another.
std::vector<std::string> missing(const Mapper& m, const Found& found, bool quadruped) {
  std::vector<std::string> out;
  const auto need = [&](const std::string& role, const std::string& over) {
    const int b = get(found, role), o = get(found, over);
    if (b < 0 || (o >= 0 && !m.above(o, b))) out.push_back(role);
  };
  if (quadruped) {
    need("trunk", "");
    for (const char* leg : {"front_left_", "front_right_", "rear_left_", "rear_right_"}) {
      need(std::string(leg) + "thigh", "trunk");
      need(std::string(leg) + "calf", std::string(leg) + "thigh");
      need(std::string(leg) + "foot", std::string(leg) + "calf");
    }
  } else {
    need("pelvis", "");
    for (const char* side : {"left_", "right_"}) {
      need(std::string(side) + "upper_leg", "pelvis");
      need(std::string(side) + "lower_leg", std::string(side) + "upper_leg");
      need(std::string(side) + "foot", std::string(side) + "lower_leg");
    }
  }
  return out;
}

template <typename List>
bool listed(const List& list, std::string_view role) {
  return std::find(list.begin(), list.end(), role) != list.end();
}

}  // namespace

int RoleMap::body(std::string_view role) const {
  for (const RoleMatch& m : matches) {
    if (m.role == role) return m.body;
  }
  return -1;
}

RoleNames read_role_names(const std::filesystem::path& file) {
  const Config c = Config::load(file);
  std::vector<std::string> known(roles::kBiped.begin(), roles::kBiped.end());
  known.insert(known.end(), roles::kQuadruped.begin(), roles::kQuadruped.end());
  RoleNames out;
  for (const std::string& role : c.keys()) {
    if (!listed(known, role))
      throw Error(Kind::usage, fmt::format("{}: no role is named '{}'", file.string(), role),
                  did_you_mean(role, known));
    out[role] = c.get<std::string>(role);
  }
  return out;
}

RoleMap map_roles(const Skeleton& s, const RoleNames& overrides) {
  const Mapper m(s);
  Found found;
  bool want_quadruped = s.role("trunk") >= 0;
  for (const auto& [role, name] : overrides) {
    const int b = s.find_body(name);
    if (b < 0) {
      std::vector<std::string> known;
      for (const Body& body : s.bodies()) known.push_back(body.name);
      throw Error(Kind::usage, fmt::format("role {}: the source has no body '{}'", role, name),
                  did_you_mean(name, known));
    }
    if (listed(roles::kQuadruped, role)) want_quadruped = true;
    put(found, role, b, 1.0, "map file");
  }
  for (const auto& [role, b] : s.roles()) put(found, role, b, 1.0, "roles");

  const bool four_legs =
      want_quadruped || std::any_of(m.names().begin(), m.names().end(),
                                    [](const BodyName& n) { return n.end && n.base == "foot"; });
  if (four_legs)
    map_quadruped(m, found);
  else
    map_biped(s, m, found);

  const std::vector<std::string> lacking = missing(m, found, four_legs);
  if (!lacking.empty()) {
    std::vector<std::string> bodies;
    for (const Body& b : s.bodies()) {
      if (bodies.size() < 40) bodies.push_back(b.name);
    }
    throw Error(Kind::bad_input,
                fmt::format("skeleton '{}': no body found for {}; its bodies: {}{}", s.name(),
                            fmt::join(lacking, ", "), fmt::join(bodies, ", "),
                            s.body_count() > 40 ? " ..." : ""),
                "name them in a file of lines 'role: body' and give it with --map");
  }
  RoleMap out;
  out.quadruped = four_legs;
  const auto take = [&](std::string_view role) {
    if (const auto it = found.find(std::string(role)); it != found.end())
      out.matches.push_back(it->second);
  };
  if (four_legs) {
    for (std::string_view r : roles::kQuadruped) take(r);
  } else {
    for (std::string_view r : roles::kBiped) take(r);
  }
  return out;
}

}  // namespace motus::retarget
