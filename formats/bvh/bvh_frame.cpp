#include "formats/bvh/bvh_frame.h"

#include <algorithm>
#include <cmath>

#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats::bvh {

namespace {

std::string lower(std::string s) {
  for (char& c : s) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return s;
}

/// x -> y -> z -> x: takes x left, y up, z forward to x forward, y left, z up.
const Quat kCycle(0.5, 0.5, 0.5, 0.5);

bool holds(const std::string& name, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* w) { return name.find(w) != std::string::npos; });
}

/// World positions of all joints in one row (null: the rest pose), file axes and units.
std::vector<Vec3> positions(const File& f, const double* row) {
  std::vector<Vec3> pos(f.joints.size());
  std::vector<Quat> rot(f.joints.size(), Quat::Identity());
  for (size_t j = 0; j < f.joints.size(); ++j) {
    const Joint& joint = f.joints[j];
    const Vec3 at = row ? position_of(joint, row) : joint.offset;
    const Quat turn = row ? rotation_of(joint, row) : Quat::Identity();
    if (joint.parent < 0) {
      pos[j] = at;
      rot[j] = turn;
    } else {
      const auto p = static_cast<size_t>(joint.parent);
      pos[j] = pos[p] + rot[p] * at;
      rot[j] = rot[p] * turn;
    }
  }
  return pos;
}

/// From the feet to the head, or zero if names do not tell them.
Vec3 upward(const File& f, const std::vector<Vec3>& pos) {
  Vec3 head = Vec3::Zero(), feet = Vec3::Zero();
  int heads = 0, n = 0;
  for (size_t j = 0; j < f.joints.size(); ++j) {
    const std::string name = lower(f.joints[j].name);
    if (heads == 0 && holds(name, {"head", "neck"}) && !holds(name, {"fore"})) {
      head = pos[j];
      ++heads;
    } else if (holds(name, {"foot", "ankle"})) {
      feet += pos[j];
      ++n;
    }
  }
  return heads > 0 && n > 0 ? Vec3(head - feet / n) : Vec3::Zero();
}

/// From the right side to the left in the rest pose, or zero.
Vec3 leftward(const File& f, const std::vector<Vec3>& pos) {
  Vec3 sum = Vec3::Zero();
  for (size_t j = 0; j < f.joints.size(); ++j) {
    std::string other = lower(f.joints[j].name);
    const size_t at = other.find("left");
    if (at == std::string::npos) continue;
    other.replace(at, 4, "right");
    for (size_t k = 0; k < f.joints.size(); ++k) {
      if (lower(f.joints[k].name) == other) sum += pos[j] - pos[k];
    }
  }
  return sum;
}

/// The longest chain of offsets below the root, file units: about 0.8 of a person's height.
double longest_chain(const File& f) {
  std::vector<double> length(f.joints.size(), 0.0);
  double most = 0;
  for (size_t j = 1; j < f.joints.size(); ++j) {
    length[j] = length[static_cast<size_t>(f.joints[j].parent)] + f.joints[j].offset.norm();
    most = std::max(most, length[j]);
  }
  for (const Tip& t : f.tips) {
    most = std::max(most, length[static_cast<size_t>(t.joint)] + t.offset.norm());
  }
  return most;
}

/// True if the figure stands along z and its lowest joint stays near one height there. The second
/// half tells a crawl along z from a world with z up.
bool stands_along_z(const File& f, double chain) {
  constexpr int64_t kSamples = 64;
  const int64_t step = std::max<int64_t>(1, f.rows / kSamples);
  Vec3 up = Vec3::Zero();
  double lowest = 1e300, highest = -1e300;
  for (int64_t r = 0; r < f.rows; r += step) {
    const std::vector<Vec3> pos = positions(f, f.values.data() + r * f.columns);
    up += upward(f, pos);
    double low = 1e300;
    for (const Vec3& p : pos) low = std::min(low, p.z());
    lowest = std::min(lowest, low);
    highest = std::max(highest, low);
  }
  return up.z() > 2 * std::abs(up.y()) && highest - lowest < 0.5 * chain &&
         std::abs(lowest) < 0.5 * chain;
}

void find_scale(Frame& out, double chain, const ReadOptions& options) {
  if (!options.units.empty()) {
    out.scale = metres_per_unit(options.units);
    if (out.scale != 1) out.conversions.push_back(options.units.word() + " to m");
    return;
  }
  struct Unit {
    double below;
    double scale;
    const char* name;
  };
  // a person's longest chain is 0.7 to 1.6 m; CMU's files count inches / 0.45
  constexpr Unit kUnits[] = {{4, 1, "m"},
                             {26, 0.0254 / 0.45, "inch/0.45 (CMU)"},
                             {75, 0.0254, "inch"},
                             {500, 0.01, "cm"},
                             {1e300, 0.001, "mm"}};
  const Unit* u = kUnits;
  while (chain >= u->below) ++u;
  if (chain <= 0) u = &kUnits[3];
  out.scale = u->scale;
  if (u->scale != 1) out.conversions.push_back(fmt::format("{} to m", u->name));
  if (u->scale != 0.01 && u->scale != 1) {
    out.warnings.push_back(fmt::format(
        "units taken as {}: the longest chain of joints is {:.4g} units; --units says otherwise",
        u->name, chain));
  }
}

}  // namespace

Quat rotation_of(const Joint& j, const double* row) {
  Quat q = Quat::Identity();
  for (size_t c = 0; c < j.channels.size(); ++c) {
    const int kind = j.channels[c];
    if (kind < 3) continue;
    const double half = row[static_cast<size_t>(j.first) + c] * (M_PI / 360);
    const double s = std::sin(half), w = std::cos(half);
    // q * (w, s e_axis), written out: most of a file's time is spent here
    switch (kind) {
      case 3:
        q = Quat(q.w() * w - q.x() * s, q.x() * w + q.w() * s, q.y() * w + q.z() * s,
                 q.z() * w - q.y() * s);
        break;
      case 4:
        q = Quat(q.w() * w - q.y() * s, q.x() * w - q.z() * s, q.y() * w + q.w() * s,
                 q.z() * w + q.x() * s);
        break;
      default:
        q = Quat(q.w() * w - q.z() * s, q.x() * w + q.y() * s, q.y() * w - q.x() * s,
                 q.z() * w + q.w() * s);
    }
  }
  return q;
}

Vec3 position_of(const Joint& j, const double* row) {
  Vec3 p = j.offset;
  for (size_t c = 0; c < j.channels.size(); ++c) {
    if (j.channels[c] < 3) p[j.channels[c]] = row[static_cast<size_t>(j.first) + c];
  }
  return p;
}

Frame find_frame(const File& file, const ReadOptions& options) {
  Frame out;
  const double chain = longest_chain(file);
  find_scale(out, chain, options);
  const bool z_up = options.up_axis.empty() ? stands_along_z(file, chain) : options.up_axis == "z";
  if (!z_up) {
    out.world = out.rest = kCycle;
    out.conversions.emplace_back("y up, z forward to z up, x forward");
    return out;
  }
  if (options.up_axis.empty()) {
    out.warnings.emplace_back(
        "z taken as up, from how the figure stands; --up-axis y says otherwise");
  }
  const std::vector<Vec3> rest = positions(file, nullptr);
  const Vec3 up = upward(file, rest), left = leftward(file, rest);
  // which way the figure faces is told by its left side; without one, -y forward as in Blender
  double yaw = M_PI / 2;
  if (std::abs(left.y()) > std::abs(left.x())) {
    yaw = left.y() > 0 ? 0 : M_PI;
  } else if (left.x() < 0) {
    yaw = -M_PI / 2;
  }
  out.world = yaw_rotation(yaw);
  out.rest = out.world;
  out.conversions.emplace_back("z up, turned to x forward");
  if (std::abs(up.y()) > 2 * std::abs(up.z())) {
    // the skeleton was made with y up and stands up by its root's rotation
    out.world = yaw_rotation(M_PI / 2);
    out.rest = kCycle;
    out.conversions.back() = "z up world, y up skeleton to z up, x forward";
  }
  return out;
}

}  // namespace motus::formats::bvh
