#include "learn/reflection.h"

namespace motus::learn {

Reflection::Reflection(const sim::Mirror& mirror, std::span<const float> shift,
                       std::span<const float> scale)
    : from_(mirror.from), factor_(mirror.from.size()), offset_(mirror.from.size()) {
  for (size_t i = 0; i < from_.size(); ++i) {
    const auto j = static_cast<size_t>(from_[i]);
    factor_[i] = mirror.sign[i] * scale[j] / scale[i];
    offset_[i] = (mirror.sign[i] * shift[j] - shift[i]) / scale[i];
  }
}

void Reflection::apply(std::span<const float> in, std::span<float> out) const {
  for (size_t i = 0; i < from_.size(); ++i)
    out[i] = factor_[i] * in[static_cast<size_t>(from_[i])] + offset_[i];
}

void Reflection::backward(std::span<const float> dy, std::span<float> dx) const {
  for (size_t i = 0; i < from_.size(); ++i) dx[static_cast<size_t>(from_[i])] += factor_[i] * dy[i];
}

}  // namespace motus::learn
