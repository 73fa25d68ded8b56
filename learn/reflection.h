#pragma once
// Rows seen in a mirror, for the symmetry loss and for augmentation: an affine map of each number
// from one other, out[i] = factor[i] * in[from[i]] + offset[i].
#include <span>
#include <vector>

#include "sim/vec_env.h"

namespace motus::learn {

class Reflection {
 public:
  Reflection() = default;
  /// The mirror of values x for numbers (x - shift) / scale.
  Reflection(const sim::Mirror& mirror, std::span<const float> shift, std::span<const float> scale);
  void apply(std::span<const float> in, std::span<float> out) const;
  /// dx += the gradient of dy at apply()'s input.
  void backward(std::span<const float> dy, std::span<float> dx) const;

 private:
  std::vector<int> from_;
  std::vector<float> factor_, offset_;
};

}  // namespace motus::learn
