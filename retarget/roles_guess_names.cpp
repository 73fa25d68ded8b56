#include <algorithm>

#include "retarget/names.h"
#include "retarget/roles_guess.h"
#include "retarget/tree.h"
#include "retarget/vocabulary.h"

namespace motus::retarget {

namespace {

using Names = std::vector<std::vector<BodyName>>;

class Finder {
 public:
  explicit Finder(const Skeleton& s) : s_(s), names_(parse_names(s)) {}

  /// Body called one of `words` on this side (and end), below `under`; the first word that occurs
  /// wins, of several bodies the one with the smallest number.
  int find(const Words& words, char side, char end, int under) const {
    for (std::string_view w : words) {
      int best = -1, best_number = 0;
      for (size_t b = 0; b < names_.size(); ++b) {
        if (under >= 0 && (static_cast<int>(b) == under || !above(s_, under, static_cast<int>(b))))
          continue;
        for (const BodyName& n : names_[b]) {
          if (n.base != w || n.side != side || n.end != end) continue;
          if (best < 0 || n.number < best_number)
            best = static_cast<int>(b), best_number = n.number;
        }
      }
      if (best >= 0) return best;
    }
    return -1;
  }

  /// Bodies of a limb by the vocabulary that explains most of it; -1 where a part has no body.
  std::array<int, 4> limb(std::span<const Vocabulary> list, char side, char end,
                          size_t optional) const {
    std::array<int, 4> best{-1, -1, -1, -1};
    int best_score = 0;
    for (const Vocabulary& v : list) {
      std::array<int, 4> got{-1, -1, -1, -1};
      int score = 0, above_body = -1;
      for (size_t i = 0; i < 4; ++i) {
        got[i] = find(v[i], side, end, above_body);
        if (got[i] < 0) continue;
        above_body = got[i];
        score += i == optional ? 1 : 10;
      }
      if (score > best_score) best = got, best_score = score;
    }
    return best;
  }

  bool any(const auto& test) const {
    return std::any_of(names_.begin(), names_.end(), [&](const std::vector<BodyName>& list) {
      return std::any_of(list.begin(), list.end(), test);
    });
  }

 private:
  const Skeleton& s_;
  Names names_;
};

constexpr std::array kLeg = {"upper_leg", "lower_leg", "foot", "toe"};
constexpr std::array kArm = {"clavicle", "upper_arm", "lower_arm", "hand"};
constexpr std::array kCorner = {"hip", "thigh", "calf", "foot"};

/// The end of a chain that goes on beyond `body` without branching: a dog stands on its toes.
int tip_below(const Skeleton& s, int body) {
  const std::vector<std::vector<int>> below = children(s);
  while (body >= 0 && below[static_cast<size_t>(body)].size() == 1)
    body = below[static_cast<size_t>(body)][0];
  return body;
}

}  // namespace

QuadrupedNames names_say_quadruped(const Skeleton& s) {
  const Finder m(s);
  const bool corners = m.any([](const BodyName& n) {
    return n.end && n.side &&
           (n.base == "foot" || n.base == "calf" || n.base == "thigh" || n.base == "shank" ||
            n.base == "lowerleg" || n.base == "leg" || n.base == "kn");
  });
  if (corners) return QuadrupedNames::corners;
  return m.any([](const BodyName& n) { return n.base == "tail"; }) ? QuadrupedNames::tail
                                                                   : QuadrupedNames::no;
}

void guess_by_names(const Skeleton& s, bool quadruped, Found& found) {
  const Finder m(s);
  for (const char side : {'l', 'r'}) {
    const std::string w = side == 'l' ? "left_" : "right_";
    const std::array<int, 4> leg = m.limb(leg_vocabularies(), side, 0, 3);
    const std::array<int, 4> arm = m.limb(arm_vocabularies(), side, 0, 0);
    if (!quadruped) {
      for (size_t i = 0; i < 4; ++i) {
        put(found, w + kLeg[i], leg[i], 0.9, "name");
        put(found, w + kArm[i], arm[i], 0.9, "name");
      }
      continue;
    }
    for (const bool front : {true, false}) {
      const std::string corner = (front ? "front_" : "rear_") + w;
      std::array<int, 4> part = m.limb(corner_vocabularies(), side, front ? 'f' : 'r', 0);
      double confidence = 0.9;
      if (part[1] < 0 || part[2] < 0) {
        part = front ? arm : std::array<int, 4>{-1, leg[0], leg[1], tip_below(s, leg[2])};
        if (front) part[3] = tip_below(s, arm[3]);
        confidence = 0.8;
      }
      for (size_t i = 0; i < 4; ++i) put(found, corner + kCorner[i], part[i], confidence, "name");
    }
  }
  if (quadruped) return;
  put(found, "neck", m.find({"neck", "lowerneck", "necklower"}, 0, 0, -1), 0.9, "name");
  put(found, "head", m.find({"head"}, 0, 0, -1), 0.9, "name");
}

}  // namespace motus::retarget
