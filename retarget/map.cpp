#include "retarget/map.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "motion/config.h"
#include "motion/error.h"
#include "motion/nearest.h"
#include "motion/roles.h"
#include "retarget/candidates.h"
#include "retarget/roles_guess.h"
#include "retarget/tree.h"

namespace motus::retarget {

namespace {

constexpr int kStanceFrames = 64;  // looked at, evenly over the clip

std::vector<std::string> role_list(bool quadruped) {
  if (quadruped) return {roles::kQuadruped.begin(), roles::kQuadruped.end()};
  return {roles::kBiped.begin(), roles::kBiped.end()};
}

template <typename List>
bool listed(const List& list, std::string_view role) {
  return std::find(list.begin(), list.end(), role) != list.end();
}

/// Essential roles that are missing or whose bodies are not below one another.
std::vector<std::string> missing(const Skeleton& s, const Found& found, bool quadruped) {
  std::vector<std::string> out;
  const auto need = [&](const std::string& role, const std::string& over) {
    const int b = body_of(found, role), o = body_of(found, over);
    if (b < 0 || (o >= 0 && !above(s, o, b))) out.push_back(role);
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

int body_named(const Skeleton& s, const std::string& role, const std::string& name) {
  const int b = s.find_body(name);
  if (b >= 0) return b;
  std::vector<std::string> known;
  for (const Body& body : s.bodies()) known.push_back(body.name);
  throw Error(Kind::usage, fmt::format("role {}: '{}' has no body '{}'", role, s.name(), name),
              did_you_mean(name, known));
}

/// "left_foot" for "right_foot" and back.
std::string other_side(std::string role) {
  const size_t left = role.find("left_"), right = role.find("right_");
  if (left != std::string::npos) return role.replace(left, 5, "right_");
  if (right != std::string::npos) return role.replace(right, 6, "left_");
  return role;
}

/// Where the shape's left is the names' right, the names are believed.
void take_sides_from(const Found& names, ShapeGuess& shape) {
  bool swapped = false;
  for (const auto& [role, match] : shape.found)
    swapped =
        swapped || (other_side(role) != role && body_of(names, other_side(role)) == match.body);
  if (!swapped) return;
  Found turned;
  for (auto [role, match] : shape.found) {
    match.role = other_side(role);
    turned[match.role] = match;
  }
  shape.found = std::move(turned);
}

bool of_arm(const std::string& role) {
  return role.find("arm") != std::string::npos || role.find("hand") != std::string::npos ||
         role.find("clavicle") != std::string::npos;
}

bool of_leg(const std::string& role) {
  return role.find("leg") != std::string::npos || role.find("foot") != std::string::npos ||
         role.find("toe") != std::string::npos;
}

/// True if the shape takes for a person's legs what names call arms, as of a figure whose feet hang
/// elsewhere, or the other way round.
bool mistakes_limbs(const Found& names, const ShapeGuess& shape) {
  if (shape.quadruped) return false;
  for (const auto& [seen, a] : shape.found) {
    for (const auto& [said, b] : names) {
      if (a.body == b.body && ((of_arm(said) && of_leg(seen)) || (of_leg(said) && of_arm(seen))))
        return true;
    }
  }
  return false;
}

/// The two opinions made one: names where they suffice, the shape where it alone does, else names
/// with the shape in their gaps.
Found merge(const Skeleton& s, const Found& said, bool quadruped, ShapeGuess shape) {
  Found names = said;
  guess_by_names(s, quadruped, names);
  take_sides_from(names, shape);
  const bool same_kind = shape.quadruped == quadruped && !mistakes_limbs(names, shape);
  Found by_name = names;
  complete_by_tree(s, quadruped, by_name);
  if (missing(s, by_name, quadruped).empty()) {
    bool agree = same_kind && !shape.found.empty();
    for (const auto& [role, match] : shape.found) {
      const auto it = by_name.find(role);
      if (it == by_name.end()) continue;
      if (it->second.body != match.body) {
        agree = agree && role.find("leg") == std::string::npos;
      } else if (it->second.how == "name") {
        it->second.confidence = 0.97;
        it->second.how = "name and shape";
      }
    }
    if (agree) {
      for (const auto& [role, match] : shape.found)
        put(by_name, role, match.body, match.confidence, "shape");
      complete_by_tree(s, quadruped, by_name);
    }
    return by_name;
  }
  Found by_shape = said, both = names;
  if (same_kind) {
    for (const auto& [role, match] : shape.found) {
      put(by_shape, role, match.body, match.confidence, "shape");
      put(both, role, match.body, match.confidence, "shape");
    }
  }
  complete_by_tree(s, quadruped, by_shape);
  complete_by_tree(s, quadruped, both);
  const bool shape_tells = missing(s, by_shape, quadruped).empty();
  return shape_tells || missing(s, both, quadruped).size() > missing(s, by_shape, quadruped).size()
             ? by_shape
             : both;
}

BodyPoses zero_pose(const Skeleton& s) {
  BodyPoses out;
  forward(s, Vec3::Zero(), Quat::Identity(),
          std::vector<Quat>(static_cast<size_t>(s.body_count()), Quat::Identity()), out);
  return out;
}

std::string refusal(const Skeleton& s, const RoleGuess& g) {
  std::vector<std::string> lacking, bodies;
  for (const std::string& role : g.lacking) {
    std::vector<std::string> likely;
    const auto it = g.candidates.find(role);
    for (const Candidate& c : it == g.candidates.end() ? std::vector<Candidate>{} : it->second)
      likely.push_back(
          fmt::format("{} {:.2f}", s.bodies()[static_cast<size_t>(c.body)].name, c.score));
    lacking.push_back(
        likely.empty() ? role : fmt::format("{} (likeliest: {})", role, fmt::join(likely, ", ")));
  }
  for (const Body& b : s.bodies()) {
    if (bodies.size() < 40) bodies.push_back(b.name);
  }
  return fmt::format("skeleton '{}': no body found for {}{}{}; its bodies: {}{}", s.name(),
                     fmt::join(lacking, ", "), g.doubt.empty() ? "" : "; ", g.doubt,
                     fmt::join(bodies, ", "), s.body_count() > 40 ? " ..." : "");
}

RoleMap map_or_refuse(const Skeleton& s, const RoleNames& overrides, const BodyPoses* pose) {
  RoleGuess g = guess_roles(s, overrides, pose);
  if (g.lacking.empty()) return std::move(g.map);
  throw Error(Kind::bad_input, refusal(s, g),
              "name them in a file of lines 'role: body' and give it with --map; "
              "motion-retarget --map-template writes one to start from");
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
  std::vector<std::string> known = role_list(false);
  for (const std::string& role : role_list(true)) known.push_back(role);
  RoleNames out;
  for (const std::string& role : c.keys()) {
    if (!listed(known, role))
      throw Error(Kind::usage, fmt::format("{}: no role is named '{}'", file.string(), role),
                  did_you_mean(role, known));
    out[role] = c.get<std::string>(role);
  }
  return out;
}

int stance_frame(const Clip& clip) {
  require(clip.frames() > 0, Kind::bad_input, "clip '{}' has no frames", clip.name);
  const int step = std::max(1, clip.frames() / kStanceFrames);
  int best = 0;
  double tallest = -1;
  for (int f = 0; f < clip.frames(); f += step) {
    const BodyPoses p = forward(clip, f);
    const auto [low, high] = std::minmax_element(
        p.pos.begin(), p.pos.end(), [](const Vec3& a, const Vec3& b) { return a.z() < b.z(); });
    if (high->z() - low->z() > tallest) tallest = high->z() - low->z(), best = f;
  }
  return best;
}

RoleGuess guess_roles(const Skeleton& s, const RoleNames& overrides, const BodyPoses* pose) {
  Found said;
  bool four = s.role("trunk") >= 0, two = false;
  for (const auto& [role, name] : overrides) {
    put(said, role, body_named(s, role, name), 1.0, "map file");
    (listed(roles::kQuadruped, role) ? four : two) = true;
  }
  if (two) four = false;
  for (const auto& [role, b] : s.roles()) put(said, role, b, 1.0, "roles");

  const BodyPoses zero = pose ? BodyPoses{} : zero_pose(s);
  ShapeGuess shape = guess_by_shape(s, pose ? *pose : zero);
  if (!four && !two && s.role("pelvis") < 0) {
    const QuadrupedNames named = names_say_quadruped(s);
    const bool upright = pose && !shape.found.empty() && !shape.quadruped;
    Found names;
    guess_by_names(s, false, names);
    complete_by_tree(s, false, names);
    four = named == QuadrupedNames::corners || (named == QuadrupedNames::tail && !upright) ||
           (shape.quadruped && !missing(s, names, false).empty());
  }

  RoleGuess out;
  out.doubt = shape.doubt;
  const Found found = merge(s, said, four, std::move(shape));
  out.map.quadruped = four;
  for (const std::string& role : role_list(four)) {
    if (const auto it = found.find(role); it != found.end()) out.map.matches.push_back(it->second);
  }
  out.lacking = missing(s, found, four);
  for (const std::string& role : out.lacking) out.candidates[role] = candidates(s, role, found);
  return out;
}

RoleMap map_roles(const Skeleton& s, const RoleNames& overrides) {
  return map_or_refuse(s, overrides, nullptr);
}

RoleMap map_roles(const Clip& clip, const RoleNames& overrides) {
  if (clip.skeleton->kind() == SkeletonKind::robot || clip.frames() == 0)
    return map_roles(*clip.skeleton, overrides);
  const BodyPoses pose = forward(clip, stance_frame(clip));
  return map_or_refuse(*clip.skeleton, overrides, &pose);
}

std::string map_template(const Skeleton& s, const RoleGuess& g) {
  const auto quoted = [&](int body) {
    return "\"" + s.bodies()[static_cast<size_t>(body)].name + "\"";
  };
  std::string out = fmt::format(
      "# Which body of '{}' plays which role. Edit, then: motion-retarget --map FILE\n", s.name());
  for (const std::string& role : role_list(g.map.quadruped)) {
    const auto match = std::find_if(g.map.matches.begin(), g.map.matches.end(),
                                    [&](const RoleMatch& m) { return m.role == role; });
    const bool needed = listed(g.lacking, role);
    if (match != g.map.matches.end() && !needed) {
      out += fmt::format("{}: {}  # {:.2f} by {}\n", role, quoted(match->body), match->confidence,
                         match->how);
      continue;
    }
    out += fmt::format("# {}: {}", role, needed ? "NEEDED" : "none");
    if (const auto c = g.candidates.find(role); c != g.candidates.end()) {
      std::vector<std::string> likely;
      for (const Candidate& k : c->second)
        likely.push_back(fmt::format("{} {:.2f}", quoted(k.body), k.score));
      out += fmt::format("  # likeliest: {}", fmt::join(likely, ", "));
    }
    out += "\n";
  }
  return out;
}

}  // namespace motus::retarget
