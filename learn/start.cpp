#include "learn/start.h"

#include <cmath>

namespace motus::learn {

namespace {

/// `count` orthonormal vectors of length `width` >= count, by Gram and Schmidt.
std::vector<std::vector<double>> orthonormal(size_t count, size_t width, Rng& rng) {
  std::vector<std::vector<double>> out;
  std::vector<float> noise(width);
  while (out.size() < count) {
    rng.normal(noise);
    std::vector<double> v(noise.begin(), noise.end());
    for (int pass = 0; pass < 2; ++pass) {  // once more, for what rounding left
      for (const std::vector<double>& u : out) {
        double dot = 0;
        for (size_t i = 0; i < width; ++i) dot += u[i] * v[i];
        for (size_t i = 0; i < width; ++i) v[i] -= dot * u[i];
      }
    }
    double norm = 0;
    for (const double x : v) norm += x * x;
    norm = std::sqrt(norm);
    for (double& x : v) x /= norm;
    out.push_back(std::move(v));
  }
  return out;
}

void fill_orthogonal(const at::Tensor& weight, double gain, Rng& rng) {
  const auto rows = static_cast<size_t>(weight.size(0)), cols = static_cast<size_t>(weight.size(1));
  const bool wide = cols >= rows;
  const auto vectors = orthonormal(wide ? rows : cols, wide ? cols : rows, rng);
  const std::span<float> w = floats(weight);
  for (size_t r = 0; r < rows; ++r)
    for (size_t c = 0; c < cols; ++c)
      w[r * cols + c] = static_cast<float>(gain * (wide ? vectors[r][c] : vectors[c][r]));
}

}  // namespace

void start_network(Mlp& net, const AgentConfig& config, Rng& rng, double output_scale) {
  net.init(rng, output_scale);
  if (!config.orthogonal) return;
  for (size_t k = 0; k < net.layer_count(); ++k) {
    const bool last = k + 1 == net.layer_count();
    fill_orthogonal(net.weight(k), last && output_scale > 0 ? output_scale : 1, rng);
  }
  net.changed();
}

}  // namespace motus::learn
