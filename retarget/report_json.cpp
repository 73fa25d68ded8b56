#include <fmt/format.h>

#include "retarget/json_text.h"
#include "retarget/report_file.h"

namespace motus::retarget {

namespace {

std::string mapping(const Result& r, const Robot& robot) {
  std::string out = "[";
  for (const RoleMatch& m : r.roles.matches) {
    const int target = robot.skeleton->role(m.role);
    out += fmt::format(
        "{}{{\"role\": {}, \"source\": {}, \"robot\": {}, \"confidence\": {:.3g}, \"how\": {}}}",
        out.size() > 1 ? ", " : "", quoted(m.role),
        quoted(r.source.skeleton->bodies()[static_cast<size_t>(m.body)].name),
        target < 0 ? "null" : quoted(robot.skeleton->bodies()[static_cast<size_t>(target)].name),
        m.confidence, quoted(m.how));
  }
  return out + "]";
}

std::string stages(const Result& r) {
  std::string out = "[";
  for (const Stage& s : r.stages) {
    out += fmt::format("{}{{\"name\": {}, \"ms\": {:.6g}", out.size() > 1 ? ", " : "",
                       quoted(s.name), s.ms);
    for (const auto& [key, value] : s.numbers)
      out += fmt::format(", {}: {:.6g}", quoted(key), value);
    out += "}";
  }
  return out + "]";
}

}  // namespace

std::string report_json(std::span<const Result> results, const Robot& robot) {
  std::string out = "[";
  for (const Result& r : results) {
    if (out.size() > 1) out += ",\n ";
    std::string one = json(r.report, r.clip.name);
    one.pop_back();  // the closing brace: two more members follow
    out += one + ", \"robot\": " + quoted(robot.name) + ", \"mapping\": " + mapping(r, robot) +
           ", \"stages\": " + stages(r) + "}";
  }
  return out + "]\n";
}

}  // namespace motus::retarget
