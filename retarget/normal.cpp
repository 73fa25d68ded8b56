#include "retarget/normal.h"

namespace motus::retarget {

namespace {

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// weight * (|v|^2 - v v').
void add_around(Eigen::Matrix3d& m, const Vec3& v, double weight) {
  const Vec3 w = weight * v;
  const double xx = w.x() * v.x(), yy = w.y() * v.y(), zz = w.z() * v.z();
  const double xy = w.x() * v.y(), xz = w.x() * v.z(), yz = w.y() * v.z();
  m(0, 0) += yy + zz;
  m(1, 1) += xx + zz;
  m(2, 2) += xx + yy;
  m(0, 1) -= xy;
  m(1, 0) -= xy;
  m(0, 2) -= xz;
  m(2, 0) -= xz;
  m(1, 2) -= yz;
  m(2, 1) -= yz;
}

}  // namespace

NormalEquations::NormalEquations(const Model& model)
    : bodies_(z(model.skeleton().body_count())), turns_(z(model.dims())) {}

void NormalEquations::begin(const Model& model) {
  std::fill(bodies_.begin(), bodies_.end(), Inertia{});
  extras_.clear();
  corrections_.clear();
  origin_ = model.pos(0);
}

void NormalEquations::point(int body, const Vec3& world, const Vec3& error, double weight) {
  Inertia& b = bodies_[z(body)];
  const Vec3 p = world - origin_, pull = weight * error;
  add_around(b.second, p, weight);
  b.first += weight * p;
  b.mass += weight;
  b.moment += p.cross(pull);
  b.force += pull;
}

void NormalEquations::rotation(int body, const Vec3& error, double weight) {
  Inertia& b = bodies_[z(body)];
  b.second.diagonal().array() += weight;
  b.moment += weight * error;
}

void NormalEquations::direction(int body, const Vec3& now, const Vec3& error, double weight) {
  Inertia& b = bodies_[z(body)];
  add_around(b.second, now, weight);
  b.moment += weight * now.cross(error);
}

void NormalEquations::segment(const Model& model, int from_body, const Vec3& from, int to_body,
                              const Vec3& to, const Vec3& wanted, double weight) {
  const double length = (to - from).norm();
  if (length < 1e-9) return;
  const Vec3 now = (to - from) / length, error = wanted - now;
  // as if it were fixed to the first body
  direction(from_body, now, error, weight);
  // dofs between the bodies move its far end alone: c = d(now) / d(dof)
  const std::vector<int>&upper = model.chain(from_body), &lower = model.chain(to_body);
  moved_.clear();
  for (size_t k = upper.size(); k < lower.size(); ++k) {
    const Model::Column& column = model.column(lower[k]);
    const Vec3 arm = to - column.anchor;
    if (arm.squaredNorm() < 1e-24) continue;
    moved_.emplace_back(lower[k], column.axis.cross(arm) / length);
  }
  for (size_t k = 0; k < moved_.size(); ++k) {
    const auto& [dim, c] = moved_[k];
    extras_.push_back({dim, weight * now.cross(c), weight * c.dot(error)});
    for (size_t j = 0; j <= k; ++j) {
      const auto& [other, d] = moved_[j];
      corrections_.push_back({dim, other, weight * c.dot(d - model.column(other).axis.cross(now))});
    }
  }
}

void NormalEquations::assemble(const Model& model, TreeSystem& h, Eigen::VectorXd& g) {
  const Skeleton& s = model.skeleton();
  for (int b = s.body_count(); b-- > 1;) {
    const Inertia& from = bodies_[z(b)];
    Inertia& to = bodies_[z(s.bodies()[z(b)].parent)];
    to.second += from.second;
    to.first += from.first;
    to.mass += from.mass;
    to.moment += from.moment;
    to.force += from.force;
  }
  const Inertia& whole = bodies_[0];
  g.head<3>() = whole.force;
  g.segment<3>(3) = whole.moment;
  for (int i = 0; i < 3; ++i) {
    double *move = h.row(i), *turn = h.row(3 + i);
    std::fill(move, move + i, 0.0);
    move[i] = whole.mass;
    for (int j = 0; j < 3; ++j) turn[j] = whole.first.cross(Vec3::Unit(j))[i];
    for (int j = 0; j <= i; ++j) turn[3 + j] = whole.second(i, j);
  }
  std::fill(turns_.begin(), turns_.end(), Vec3::Zero());
  for (const Extra& e : extras_) turns_[z(e.dim)] += e.turn;
  for (int dim = 6; dim < model.dims(); ++dim) {
    const Model::Column& c = model.column(dim);
    const Inertia& b = bodies_[z(c.body)];
    const Vec3 force = b.mass * c.lever + c.axis.cross(b.first);
    const Vec3 moment = b.first.cross(c.lever) + b.second * c.axis + turns_[z(dim)];
    double* row = h.row(dim);
    Eigen::Map<Vec3> linear(row), angular(row + 3);
    linear = force;
    angular = moment;
    const std::span<const int> path = h.path(dim);
    for (size_t k = 6; k < path.size(); ++k) {
      const Model::Column& a = model.column(path[k]);
      row[k] = a.axis.dot(moment) + a.lever.dot(force);
    }
    g[dim] = c.axis.dot(b.moment) + c.lever.dot(b.force);
  }
  for (const Extra& e : extras_) g[e.dim] += e.pull;
  for (const Correction& c : corrections_) h.row(c.dim)[h.depth(c.other)] += c.value;
}

}  // namespace motus::retarget
