#include "learn/normalizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace motus::learn {

namespace {
constexpr double kMinVariance = 1e-8;
constexpr double kMinDifference = 1e-4;
}  // namespace

Normalizer::Normalizer(int width, const Form& form)
    : width_(static_cast<size_t>(width)),
      form_(form),
      mean_(width_, 0.0),
      square_(width_, 1.0),
      std_(width_, 1.0),
      sum_(width_, 0.0),
      sum_square_(width_, 0.0),
      shift_(width_, 0.0F),
      scale_(width_, 1.0F) {}

void Normalizer::record(std::span<const float> rows) {
  const size_t n = rows.size() / width_;
  for (size_t r = 0; r < n; ++r) {
    const float* x = rows.data() + r * width_;
    for (size_t i = 0; i < width_; ++i) {
      const double v = form_.differences ? std::abs(x[i]) : x[i];
      sum_[i] += v;
      sum_square_[i] += v * v;
    }
  }
  pending_ += static_cast<int64_t>(n);
}

/// What the other ranks recorded joins what this one did.
void Normalizer::merge(Ranks& ranks) {
  if (ranks.size() == 1) return;
  std::vector<double> all;
  all.reserve(1 + 2 * width_);
  all.push_back(static_cast<double>(pending_));
  all.insert(all.end(), sum_.begin(), sum_.end());
  all.insert(all.end(), sum_square_.begin(), sum_square_.end());
  ranks.sum(all);
  pending_ = static_cast<int64_t>(all[0]);
  std::copy_n(all.begin() + 1, width_, sum_.begin());
  std::copy_n(all.begin() + 1 + static_cast<std::ptrdiff_t>(width_), width_, sum_square_.begin());
}

void Normalizer::update(Ranks& ranks) {
  merge(ranks);
  if (pending_ == 0) return;
  const double total = static_cast<double>(count_ + pending_);
  const double kept = static_cast<double>(count_) / total;
  for (size_t i = 0; i < width_; ++i) {
    // before the first update there is no mean to keep, whatever mean_ holds
    mean_[i] = kept * mean_[i] + sum_[i] / total;
    square_[i] = kept * square_[i] + sum_square_[i] / total;
  }
  count_ += pending_;
  drop();
  refresh();
}

void Normalizer::drop() {
  pending_ = 0;
  std::fill(sum_.begin(), sum_.end(), 0.0);
  std::fill(sum_square_.begin(), sum_square_.end(), 0.0);
}

void Normalizer::refresh() {
  for (size_t i = 0; i < width_; ++i) {
    std_[i] =
        form_.differences
            ? std::max(mean_[i], kMinDifference)
            : std::sqrt(std::max(square_[i] - mean_[i] * mean_[i], kMinVariance) + form_.epsilon);
    shift_[i] = form_.differences ? 0.0F : static_cast<float>(mean_[i]);
    scale_[i] = static_cast<float>(1.0 / std_[i]);
  }
}

void Normalizer::apply(std::span<const float> in, std::span<float> out) const {
  const size_t n = in.size() / width_;
  const float most =
      form_.differences ? std::numeric_limits<float>::infinity() : static_cast<float>(form_.clip);
  for (size_t r = 0; r < n; ++r) {
    const float* x = in.data() + r * width_;
    float* y = out.data() + r * width_;
    for (size_t i = 0; i < width_; ++i) {
      const float v = (x[i] - shift_[i]) * scale_[i];
      y[i] = v < -most ? -most : (v > most ? most : v);
    }
  }
}

void Normalizer::save(Archive& a, const std::string& name) const {
  std::vector<float> mean(mean_.begin(), mean_.end()), std(std_.begin(), std_.end());
  a.put<int64_t>(name + "._count", std::array{count_});
  a.put<float>(name + "._mean", mean);
  a.put<float>(name + "._std", std);
  a.put<double>(name + "._exact_mean", mean_);
  a.put<double>(name + "._exact_square", square_);
}

void Normalizer::load(const Archive& a, const std::string& name) {
  std::array<int64_t, 1> count{};
  a.get<int64_t>(name + "._count", count);
  count_ = count[0];
  if (a.arrays.contains(name + "._exact_mean")) {
    a.get<double>(name + "._exact_mean", mean_);
    a.get<double>(name + "._exact_square", square_);
  } else {
    // MimicKit keeps the deviation alone
    std::vector<float> mean(width_), std(width_);
    a.get<float>(name + "._mean", mean);
    a.get<float>(name + "._std", std);
    for (size_t i = 0; i < width_; ++i) {
      mean_[i] = mean[i];
      square_[i] = mean_[i] * mean_[i] + static_cast<double>(std[i]) * std[i];
    }
  }
  drop();
  if (count_ > 0) refresh();
}

}  // namespace motus::learn
