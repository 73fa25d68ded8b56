#include "motion/dataset.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "motion/config.h"
#include "motion/error.h"

namespace motus {

std::vector<DatasetEntry> read_dataset_list(const std::filesystem::path& file) {
  const Config yaml = Config::load(file);
  const YAML::Node list = yaml.node("motions");
  require(list.IsSequence() && list.size() > 0, Kind::usage,
          "{}: expected a list 'motions' of {{file, weight}}", file.string());
  std::vector<DatasetEntry> out;
  for (const YAML::Node& entry : list) {
    const int line = entry.Mark().line + 1;
    require(entry.IsMap() && entry["file"] && entry["weight"], Kind::usage,
            "{}:{}: expected file and weight", file.string(), line);
    try {
      out.push_back({entry["file"].as<std::string>(), entry["weight"].as<double>(), line});
    } catch (const YAML::Exception&) {
      throw_error(Kind::usage, "{}:{}: file must be a path and weight a number", file.string(),
                  line);
    }
    require(std::isfinite(out.back().weight) && out.back().weight >= 0, Kind::usage,
            "{}:{}: weight {} is not a number from 0 on", file.string(), line, out.back().weight);
  }
  yaml.refuse_unknown();
  return out;
}

std::string dataset_list_text(std::span<const DatasetEntry> entries) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "motions" << YAML::Value << YAML::BeginSeq;
  for (const DatasetEntry& e : entries) {
    out << YAML::BeginMap << YAML::Key << "file" << YAML::Value << YAML::DoubleQuoted << e.file;
    out << YAML::Key << "weight" << YAML::Value << fmt::format("{}", e.weight) << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

std::string first_difference(const Skeleton& a, const Skeleton& b) {
  const auto point = [](const Vec3& v) {
    return fmt::format("({:.6g} {:.6g} {:.6g})", v.x(), v.y(), v.z());
  };
  for (int i = 0; i < std::min(a.body_count(), b.body_count()); ++i) {
    const Body &p = a.bodies()[static_cast<size_t>(i)], &q = b.bodies()[static_cast<size_t>(i)];
    if (p.name != q.name) return fmt::format("body {} is '{}', expected '{}'", i, p.name, q.name);
    if (p.parent != q.parent) {
      return fmt::format("body '{}' has parent {}, expected {}", p.name, p.parent, q.parent);
    }
    if ((p.rest_pos - q.rest_pos).norm() > 1e-9) {
      return fmt::format("body '{}' lies at {} m from its parent, expected {}", p.name,
                         point(p.rest_pos), point(q.rest_pos));
    }
    if (const double angle = p.rest_rot.angularDistance(q.rest_rot); angle > 1e-7) {
      return fmt::format("body '{}' rests turned by {:.4g} deg", p.name, angle * 180 / M_PI);
    }
  }
  if (a.body_count() != b.body_count()) {
    return fmt::format("{} bodies, expected {}", a.body_count(), b.body_count());
  }
  for (size_t i = 0; i < std::min(a.joints().size(), b.joints().size()); ++i) {
    const Joint &p = a.joints()[i], &q = b.joints()[i];
    if (p.name != q.name) return fmt::format("joint {} is '{}', expected '{}'", i, p.name, q.name);
    if (p.type != q.type || p.body != q.body) {
      return fmt::format("joint '{}' is of another kind or body", p.name);
    }
    if (p.type == JointType::hinge && !p.axis.isApprox(q.axis, 1e-9)) {
      return fmt::format("joint '{}' turns about {}, expected {}", p.name, point(p.axis),
                         point(q.axis));
    }
  }
  if (a.joints().size() != b.joints().size()) {
    return fmt::format("{} joints, expected {}", a.joints().size(), b.joints().size());
  }
  return {};
}

Dataset share_of(const Dataset& dataset, int part, int parts) {
  double total = 0;
  for (const Clip& c : dataset.clips) {
    require(c.weight >= 0, Kind::bad_input, "clip '{}' has weight {}", c.name, c.weight);
    total += c.weight;
  }
  require(total > 0, Kind::bad_input, "all weights of the dataset are zero");
  const double from = total * part / parts, to = total * (part + 1) / parts;
  const double slack = 1e-9 * total;  // of sums of weights
  Dataset out{dataset.skeleton, {}};
  double at = 0;
  for (const Clip& c : dataset.clips) {
    const double begin = at, end = at += c.weight;
    const double piece = std::min(end, to) - std::max(begin, from);
    if (piece <= slack) continue;
    const bool whole = begin >= from - slack && end <= to + slack;
    out.clips.push_back(c);
    out.clips.back().weight = whole ? c.weight : piece;
  }
  return out;
}

int make_names_unique(std::vector<Clip>& clips) {
  std::set<std::string> taken;
  for (const Clip& c : clips) taken.insert(c.name);
  std::set<std::string> seen;
  int renamed = 0;
  for (Clip& c : clips) {
    if (seen.insert(c.name).second) continue;
    const std::string name = c.name;
    for (int i = 2; !taken.insert(c.name).second; ++i) c.name = fmt::format("{}_{}", name, i);
    seen.insert(c.name);
    ++renamed;
  }
  return renamed;
}

}  // namespace motus
