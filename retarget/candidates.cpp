#include "retarget/candidates.h"

#include <algorithm>
#include <set>

#include "retarget/names.h"
#include "retarget/tree.h"
#include "retarget/vocabulary.h"

namespace motus::retarget {

namespace {

constexpr double kLeast = 0.3;  // a score below says nothing

/// Dice's coefficient over pairs of letters.
double resemblance(std::string_view a, std::string_view b) {
  if (a == b) return 1;
  std::multiset<std::string_view> pairs;
  for (size_t i = 0; i + 1 < a.size(); ++i) pairs.insert(a.substr(i, 2));
  size_t shared = 0;
  for (size_t i = 0; i + 1 < b.size(); ++i) {
    const auto it = pairs.find(b.substr(i, 2));
    if (it == pairs.end()) continue;
    pairs.erase(it);
    ++shared;
  }
  const size_t all = a.size() + b.size();
  return all > 2 ? 2.0 * static_cast<double>(shared) / static_cast<double>(all - 2) : 0;
}

struct Part {
  std::vector<Words> words;
  std::string over;  ///< the role next towards the trunk
};

Part part_of(const std::string& role) {
  struct Row {
    const char *role, *over;
    std::span<const Vocabulary> list;
    size_t part;
  };
  const Row rows[] = {{"upper_leg", "pelvis", leg_vocabularies(), 0},
                      {"lower_leg", "upper_leg", leg_vocabularies(), 1},
                      {"foot", "lower_leg", leg_vocabularies(), 2},
                      {"thigh", "trunk", corner_vocabularies(), 1},
                      {"calf", "thigh", corner_vocabularies(), 2},
                      {"foot", "calf", corner_vocabularies(), 3}};
  const bool four = role.starts_with("front_") || role.starts_with("rear_");
  const size_t cut =
      role.find("left_") != std::string::npos ? role.find("left_") + 5 : role.find("right_") + 6;
  Part out;
  for (const Row& r : rows) {
    if (!role.ends_with(r.role) || (r.list.data() == corner_vocabularies().data()) != four)
      continue;
    const std::string over = r.over;
    out.over = over == "pelvis" || over == "trunk" ? over : role.substr(0, cut) + over;
    for (const Vocabulary& v : r.list) out.words.push_back(v[r.part]);
  }
  if (role == "pelvis" || role == "trunk") out.words = {{"pelvis", "hips", "hip", "root", "trunk"}};
  return out;
}

}  // namespace

std::vector<Candidate> candidates(const Skeleton& s, const std::string& role, const Found& found) {
  const Part part = part_of(role);
  const char side = role.find("left_") != std::string::npos    ? 'l'
                    : role.find("right_") != std::string::npos ? 'r'
                                                               : '\0';
  const int over = body_of(found, part.over);
  const std::vector<std::vector<BodyName>> names = parse_names(s);
  std::vector<Candidate> out;
  for (size_t b = 0; b < names.size(); ++b) {
    double best = 0;
    for (const BodyName& n : names[b]) {
      double alike = 0;
      for (const Words& list : part.words) {
        for (const std::string_view w : list) alike = std::max(alike, resemblance(n.base, w));
      }
      const double sided = n.side == side ? 1 : n.side ? 0 : 0.5;
      best = std::max(best, alike * (0.5 + 0.5 * sided));
    }
    if (over >= 0 && (static_cast<int>(b) == over || !above(s, over, static_cast<int>(b))))
      best *= 0.5;
    if (best >= kLeast) out.push_back({static_cast<int>(b), best});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  if (out.size() > 3) out.resize(3);
  return out;
}

}  // namespace motus::retarget
