#include "motion/mirror.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cctype>
#include <cmath>

#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus {

namespace {

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// `word` at `at` of `name`, whatever the case.
bool stands_at(const std::string& name, size_t at, std::string_view word) {
  return name.size() - at >= word.size() &&
         std::equal(word.begin(), word.end(), name.begin() + static_cast<std::ptrdiff_t>(at),
                    same_letter);
}

/// `with` in the case of the letters that it replaces.
std::string in_case(std::string_view with, const std::string& like) {
  std::string out(with);
  const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const bool all = std::all_of(like.begin(), like.end(), upper);
  for (size_t i = 0; i < out.size(); ++i) {
    const bool big = all || (i == 0 && upper(like[0]));
    const auto c = static_cast<unsigned char>(out[i]);
    out[i] = static_cast<char>(big ? std::toupper(c) : std::tolower(c));
  }
  return out;
}

/// Every name that `name` becomes when one left or right, or one letter L or R, changes sides; words
/// before letters.
std::vector<std::string> other_sides(const std::string& name) {
  std::vector<std::string> out;
  for (const auto& [from, to] : {std::pair<std::string_view, std::string_view>{"left", "right"},
                                 {"right", "left"},
                                 {"l", "r"},
                                 {"r", "l"}}) {
    for (size_t at = 0; at < name.size(); ++at) {
      if (!stands_at(name, at, from)) continue;
      std::string other = name;
      other.replace(at, from.size(), in_case(to, name.substr(at, from.size())));
      out.push_back(std::move(other));
    }
  }
  return out;
}

/// "left_foot" for "right_foot", "front_left_hip" for "front_right_hip".
int body_of_other_role(const Skeleton& s, int body) {
  for (const auto& [role, b] : s.roles()) {
    if (b != body) continue;
    for (const char* side : {"left", "right"}) {
      const size_t at = role.find(side);
      if (at == std::string::npos) continue;
      const std::string word(side);
      std::string other = role;
      other.replace(at, word.size(), word == "left" ? "right" : "left");
      return s.role(other);
    }
  }
  return -1;
}

std::vector<std::string> body_names(const Skeleton& s) {
  std::vector<std::string> out;
  for (const Body& b : s.bodies()) out.push_back(b.name);
  return out;
}

std::vector<int> pair_bodies(const Skeleton& s) {
  const std::vector<std::string> names = body_names(s);
  std::vector<int> out(names.size(), -1);
  for (int b = 0; b < s.body_count(); ++b) {
    const size_t i = static_cast<size_t>(b);
    const int parent = s.bodies()[i].parent;
    // a partner hangs on the partner of one's parent and carries joints of the same kind
    const auto fits = [&](int other) {
      if (other < 0 || other == b) return false;
      const int over = s.bodies()[static_cast<size_t>(other)].parent;
      const auto [f0, l0] = s.joints_of(b);
      const auto [f1, l1] = s.joints_of(other);
      return parent >= 0 && over == out[static_cast<size_t>(parent)] && l0 - f0 == l1 - f1;
    };
    out[i] = b;
    if (const int other = body_of_other_role(s, b); fits(other)) {
      out[i] = other;
      continue;
    }
    for (const std::string& name : other_sides(names[i])) {
      const int other = s.find_body(name);
      if (!fits(other)) continue;
      out[i] = other;
      break;
    }
  }
  // pairs hold both ways or not at all
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[static_cast<size_t>(out[i])] != static_cast<int>(i)) out[i] = static_cast<int>(i);
  }
  return out;
}

BodyPoses rest_pose(const Skeleton& s) {
  const std::vector<Quat> none(static_cast<size_t>(s.body_count()), Quat::Identity());
  BodyPoses out;
  forward(s, Vec3::Zero(), Quat::Identity(), none, out);
  return out;
}

/// Across the figure: the direction that the pairs lie apart in, in the rest pose, with left ahead.
Vec3 across(const std::vector<int>& partner, const BodyPoses& rest) {
  Eigen::Matrix3d spread = Eigen::Matrix3d::Zero();
  for (size_t b = 0; b < partner.size(); ++b) {
    const Vec3 d = rest.pos[b] - rest.pos[static_cast<size_t>(partner[b])];
    spread += d * d.transpose();
  }
  if (spread.trace() < 1e-12) return Vec3::Zero();
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(spread);
  Vec3 side = solver.eigenvectors().col(2);
  int axis = 0;
  side.cwiseAbs().maxCoeff(&axis);
  if (std::abs(side[axis]) > 1 - 1e-3) return Vec3::Unit(axis);
  return side;
}

Eigen::Matrix3d reflection(const Vec3& side) {
  return Eigen::Matrix3d::Identity() - 2 * side * side.transpose();
}

/// Rounding of products of unit quaternions taken off the entries that are whole numbers.
Eigen::Matrix3d whole_entries(Eigen::Matrix3d m) {
  for (double& x : m.reshaped()) {
    if (std::abs(x - std::round(x)) < 1e-9) x = std::round(x);
  }
  return m;
}

void pair_dofs(const Skeleton& s, Symmetry& out) {
  out.dof.assign(static_cast<size_t>(s.dof_count()), 0);
  out.dof_sign.assign(static_cast<size_t>(s.dof_count()), 1);
  for (int b = 1; b < s.body_count(); ++b) {
    const size_t i = static_cast<size_t>(b);
    const auto [first, last] = s.joints_of(b);
    const int other_first = s.joints_of(out.body[i]).first;
    for (int j = first; j < last; ++j) {
      const Joint& mine = s.joints()[static_cast<size_t>(j)];
      const Joint& theirs = s.joints()[static_cast<size_t>(other_first + j - first)];
      require(mine.type == theirs.type, Kind::bad_input,
              "joints '{}' and '{}' of '{}' are of different kinds: they cannot be mirrored",
              mine.name, theirs.name, s.name());
      for (int k = 0; k < mine.dof_count(); ++k) {
        out.dof[static_cast<size_t>(mine.dof + k)] = theirs.dof + k;
      }
      if (mine.type == JointType::ball) continue;
      const double along = mine.axis.dot(out.axial[i] * theirs.axis);
      require(std::abs(along) > 0.999, Kind::bad_input,
              "the axes of '{}' and '{}' of '{}' are not mirror images of each other", mine.name,
              theirs.name, s.name());
      out.dof_sign[static_cast<size_t>(mine.dof)] = along > 0 ? 1 : -1;
    }
  }
}

}  // namespace

std::string mirrored_name(const std::string& name, const std::vector<std::string>& known) {
  for (std::string& other : other_sides(name)) {
    if (std::find(known.begin(), known.end(), other) != known.end()) return other;
  }
  return {};
}

Symmetry Symmetry::of(const Skeleton& s) {
  Symmetry out;
  out.body = pair_bodies(s);
  const BodyPoses rest = rest_pose(s);
  out.side = across(out.body, rest);
  if (out.side.isZero()) {
    throw Error(Kind::bad_input,
                fmt::format("skeleton '{}' has no left and right by its names: it cannot be "
                            "mirrored",
                            s.name()),
                "names such as left_foot and right_foot, or L_Foot and R_Foot, say the sides");
  }
  const Eigen::Matrix3d m = reflection(out.side);
  for (size_t b = 0; b < out.body.size(); ++b) {
    // in the mirror a rotation N J N^-1 about -N a, N = rest_b^-1 M rest_partner
    const Eigen::Matrix3d n = rest.rot[b].toRotationMatrix().transpose() * m *
                              rest.rot[static_cast<size_t>(out.body[b])].toRotationMatrix();
    out.axial.push_back(whole_entries(-n));
  }
  pair_dofs(s, out);
  return out;
}

}  // namespace motus
