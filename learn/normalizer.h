#pragma once
// Running mean and mean square of rows, weighted exactly by count; std = sqrt(max(E[x^2] - mean^2,
// 1e-8) + epsilon). Rows are gathered with record() and take effect together in update(), once an
// iteration. x becomes clamp((x - mean) / std, +-clip). For differences (ADD) the mean stays 0, std
// is max(E|x|, 1e-4), and nothing is clamped. Sums are double: plain loops, no Torch.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learn/archive.h"
#include "learn/ranks.h"

namespace motus::learn {

class Normalizer {
 public:
  struct Form {
    double clip = 10, epsilon = 0;
    bool differences = false;
  };
  explicit Normalizer(int width) : Normalizer(width, Form{}) {}
  Normalizer(int width, const Form& form);
  /// Adds rows (n, width) to what update() will take in.
  void record(std::span<const float> rows);
  /// Takes the recorded rows of all ranks in; forgets them.
  void update(Ranks& ranks = alone());
  /// Forgets recorded rows.
  void drop();
  /// out = clamp((in - mean) / std, +-clip); rows (n, width), in place allowed.
  void apply(std::span<const float> in, std::span<float> out) const;

  int64_t count() const { return count_; }
  std::span<const double> mean() const { return mean_; }
  std::span<const double> std() const { return std_; }
  /// What apply() subtracts and divides by.
  std::span<const float> shift() const { return shift_; }

  /// As MimicKit names them: <name>._count, ._mean, ._std; the exact sums beside them.
  void save(Archive& a, const std::string& name) const;
  void load(const Archive& a, const std::string& name);

 private:
  void refresh();
  void merge(Ranks& ranks);
  size_t width_;
  Form form_;
  int64_t count_ = 0, pending_ = 0;
  std::vector<double> mean_, square_, std_, sum_, sum_square_;
  std::vector<float> shift_, scale_;
};

}  // namespace motus::learn
