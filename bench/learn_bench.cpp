// The learner's inner steps against what they are measured by, in turn so that a busy machine slows
// both; medians of the paired ratios.
//   discriminator step, written out (closed form of the gradient penalty), against the same loss by
//   autograd with a double backward pass;
//   its floating-point rate against the library's own matrix product on the same thread.
//
//   learn_bench [--json]
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/softplus.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "learn/mlp.h"

namespace motus::learn {
namespace {

struct Case {
  const char* name;
  int inputs;
  std::vector<int> hidden;
};

double seconds(const auto& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

/// Loss and gradient by autograd: BCE on the first half as agent, the second as demo, penalty 10.
void by_autograd(const std::vector<at::Tensor>& w, const std::vector<at::Tensor>& b,
                 const at::Tensor& rows) {
  for (size_t k = 0; k < w.size(); ++k) w[k].mutable_grad() = b[k].mutable_grad() = at::Tensor();
  const at::Tensor x = rows.detach().requires_grad_();
  at::Tensor h = x;
  for (size_t k = 0; k < w.size(); ++k) {
    h = at::linear(h, w[k], b[k]);
    if (k + 1 < w.size()) h = at::relu(h);
  }
  const int64_t half = rows.size(0) / 2;
  const at::Tensor bce = 0.5 * (at::softplus(h.narrow(0, 0, half)).mean() +
                                at::softplus(-h.narrow(0, half, half)).mean());
  const at::Tensor g = torch::autograd::grad({h.sum()}, {x}, {}, true, true)[0];
  (bce + 10 * g.square().sum(1).mean()).backward();
}

struct Result {
  double speed_up, rate, share;
};

Result measure(const Case& c) {
  const int64_t n = kBlock;
  Mlp net(c.inputs, c.hidden, 1);
  Rng rng(1);
  net.init(rng, 1);
  std::vector<at::Tensor> w, b;
  for (size_t k = 0; k < net.layer_count(); ++k) {
    w.push_back(net.weight(k).clone().requires_grad_());
    b.push_back(net.bias(k).clone().requires_grad_());
  }
  const at::Tensor x = new_floats({n, c.inputs}), s = new_floats({n, 1}), p = new_floats({n, 1});
  rng.normal(floats(x));
  p.fill_(10.0 / static_cast<double>(n));
  const auto written_out = [&] {
    net.zero_grads();
    const at::Tensor y = net.forward(x);
    net.input_gradient();
    for (int64_t i = 0; i < n; ++i) {
      const double q = 1 / (1 + std::exp(-y.data_ptr<float>()[i]));
      s.data_ptr<float>()[i] = static_cast<float>((i < n / 2 ? q : q - 1) / static_cast<double>(n));
    }
    net.penalised_backward(s, p);
  };
  const at::Tensor m1 = new_floats({n, 512}), m2 = new_floats({512, 512}),
                   m3 = new_floats({n, 512});
  rng.normal(floats(m1));
  rng.normal(floats(m2));
  at::Tensor product = m3;

  // forward, output gradient, penalty's reverse pass, weight gradient: four products a layer, but
  // the last layer has one column and is left out
  double flop = 0;
  int from = c.inputs;
  for (const int width : c.hidden) {
    flop += 4 * 2.0 * static_cast<double>(n) * from * width;
    from = width;
  }
  written_out();
  by_autograd(w, b, x);
  std::vector<double> speed_up, share, rate;
  for (int repeat = 0; repeat < 31; ++repeat) {
    const double a = seconds([&] { written_out(), written_out(), written_out(); }) / 3;
    const double g = seconds([&] { by_autograd(w, b, x); });
    const double m = seconds([&] { at::mm_out(product, m1, m2); });
    const double gemm = 2.0 * static_cast<double>(n) * 512 * 512 / m;
    speed_up.push_back(g / a);
    rate.push_back(flop / a);
    share.push_back(flop / a / gemm);
  }
  return {median(speed_up), median(rate), median(share)};
}

int run(bool json) {
  at::set_num_threads(1);
  const std::vector<Case> cases{{"quick go2", 102, {256, 128}},
                                {"quick g1", 176, {256, 128}},
                                {"mimickit humanoid", 1420, {1024, 512}}};
  if (!json)
    fmt::print("{:<20} {:>22} {:>12} {:>18}\n", "discriminator step", "speed-up on autograd",
               "GFLOP/s", "share of a product");
  for (const Case& c : cases) {
    const Result r = measure(c);
    if (json) {
      fmt::print(
          "{{\"case\": \"{}\", \"speed_up\": {:.3f}, \"gflops\": {:.1f}, \"share\": {:.3f}}}\n",
          c.name, r.speed_up, 1e-9 * r.rate, r.share);
    } else {
      fmt::print("{:<20} {:>22.2f} {:>12.1f} {:>18.2f}\n", c.name, r.speed_up, 1e-9 * r.rate,
                 r.share);
    }
  }
  return 0;
}

}  // namespace
}  // namespace motus::learn

int main(int argc, char** argv) {
  return motus::learn::run(argc > 1 && std::strcmp(argv[1], "--json") == 0);
}
