#include "view/sides.h"

#include <cctype>
#include <string>

namespace motus::view {

namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}

/// A letter that stands for itself: "l_hip", "arm.R", "mixamo:LArm" or "lThigh", not "Lower".
bool lone_letter(const std::string& name, char letter) {
  for (size_t i = 0; i < name.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(name[i])) != letter) continue;
    const bool starts = i == 0 || !is_letter(name[i - 1]);
    const bool ends = i + 1 == name.size() || !is_letter(name[i + 1]);
    const bool camel = starts && i + 1 < name.size() && is_upper(name[i + 1]);
    if ((starts && ends) || camel) return true;
  }
  return false;
}

Side by_name(const std::string& name) {
  std::string lower;
  for (char c : name) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.find("left") != std::string::npos) return Side::left;
  if (lower.find("right") != std::string::npos) return Side::right;
  if (lone_letter(name, 'l')) return Side::left;
  if (lone_letter(name, 'r')) return Side::right;
  // quadrupeds: FL_hip, RR_calf
  const std::string head = lower.substr(0, lower.find_first_of("_-. "));
  if (head == "fl" || head == "rl" || head == "hl") return Side::left;
  if (head == "fr" || head == "rr" || head == "hr") return Side::right;
  return Side::centre;
}

}  // namespace

std::vector<Side> sides(const Skeleton& skeleton) {
  std::vector<Side> out(static_cast<size_t>(skeleton.body_count()), Side::centre);
  for (const auto& [role, body] : skeleton.roles()) {
    const Side s = by_name(role);
    if (s != Side::centre) out[static_cast<size_t>(body)] = s;
  }
  for (size_t b = 0; b < out.size(); ++b) {
    const Body& body = skeleton.bodies()[b];
    if (out[b] == Side::centre) out[b] = by_name(body.name);
    if (out[b] == Side::centre && body.parent >= 0) out[b] = out[static_cast<size_t>(body.parent)];
  }
  return out;
}

}  // namespace motus::view
