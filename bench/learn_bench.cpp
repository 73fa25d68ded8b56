// The learner's inner steps against what they are measured by, on one thread, by its CPU time and in turn, so
// that a busy machine slows both; medians of the paired ratios.
//   R4   floating-point rate of a whole discriminator or policy step (forward, backward, penalty, optimiser)
//        against the best product of the kernel in use; target 0.65, goal 0.85
//   R10  the fused Adam step against torch::optim::Adam; target 2.5
//   the same discriminator loss by autograd with a double backward pass, products by the default kernel
//   the kernels of this machine on the networks' shapes, with their error against double
//
//   learn_bench [--json]
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/softplus.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <cstring>
#include <ctime>

#include "learn/mlp.h"
#include "learn/optimizer.h"

namespace motus::learn {
namespace {

struct Case {
  const char* name;
  int inputs;
  std::vector<int> hidden;
  int outputs;  ///< 1: a discriminator with its penalty
  int64_t rows;
};

double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(const auto& f) {
  const double start = now();
  f();
  return now() - start;
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed) {
  const at::Tensor t = new_floats(shape);
  Rng rng(seed);
  rng.normal(floats(t));
  return t;
}

/// Multiplications and additions of the products of a step. A discriminator's is forward, output gradient,
/// penalty's reverse pass and weight gradient; another network's has no gradient of its input.
double flop(const Case& c) {
  double sum = 0;
  int from = c.inputs;
  std::vector<int> widths = c.hidden;
  if (c.outputs > 1) widths.push_back(c.outputs);
  for (const int width : widths) {
    const double products = c.outputs == 1 ? 4 : (from == c.inputs ? 2 : 3);
    sum += products * 2.0 * static_cast<double>(c.rows) * from * width;
    from = width;
  }
  return sum;
}

/// The learner's step.
class Step {
 public:
  Step(const Case& c, Arithmetic how)
      : c_(c),
        net_(c.inputs, c.hidden, c.outputs, Activation::relu, how),
        optimizer_(adam(), net_.params(), net_.grads()),
        x_(normal({c.rows, c.inputs}, 1)),
        s_(normal({c.rows, c.outputs}, 2)),
        penalty_(new_floats({c.rows, 1})) {
    Rng rng(3);
    net_.init(rng, 0);
    s_.mul_(1.0 / static_cast<double>(c.rows));
    penalty_.fill_(10.0 / static_cast<double>(c.rows));
  }
  void operator()() {
    net_.zero_grads();
    net_.over_rows(c_.rows, [&](MlpPass& pass, int, int64_t at, int64_t n) {
      pass.forward({x_.data_ptr<float>() + at * c_.inputs, n, c_.inputs, c_.inputs});
      const float* slope = s_.data_ptr<float>() + at * c_.outputs;
      if (c_.outputs > 1) return pass.backward(slope);
      pass.input_gradient();
      pass.penalised_backward(slope, penalty_.data_ptr<float>() + at);
    });
    optimizer_.step();
  }

 private:
  static OptimizerConfig adam() {
    OptimizerConfig c;
    c.type = OptimizerType::adam;
    return c;
  }
  Case c_;
  Mlp net_;
  Optimizer optimizer_;
  at::Tensor x_, s_, penalty_;
};

/// The same work by autograd: BCE on the first half as agent, the second as demo, penalty 10; or for a
/// network with several outputs a given gradient of them.
class ByAutograd {
 public:
  explicit ByAutograd(const Case& c) : c_(c), x_(normal({c.rows, c.inputs}, 1)) {
    int from = c.inputs;
    std::vector<int> widths = c.hidden;
    widths.push_back(c.outputs);
    for (const int width : widths) {
      w_.push_back(normal({width, from}, 4).mul_(0.05).requires_grad_());
      b_.push_back(new_floats({width}).requires_grad_());
      from = width;
    }
    std::vector<at::Tensor> all = w_;
    all.insert(all.end(), b_.begin(), b_.end());
    adam_ = std::make_unique<torch::optim::Adam>(all, torch::optim::AdamOptions(1e-4));
  }
  void operator()() {
    adam_->zero_grad();
    const at::Tensor x = x_.detach().requires_grad_(c_.outputs == 1);
    at::Tensor h = x;
    for (size_t k = 0; k < w_.size(); ++k) {
      h = at::linear(h, w_[k], b_[k]);
      if (k + 1 < w_.size()) h = at::relu(h);
    }
    if (c_.outputs > 1) {
      h.square().mean().backward();
    } else {
      const int64_t half = c_.rows / 2;
      const at::Tensor bce = 0.5 * (at::softplus(h.narrow(0, 0, half)).mean() +
                                    at::softplus(-h.narrow(0, half, half)).mean());
      const at::Tensor g = torch::autograd::grad({h.sum()}, {x}, {}, true, true)[0];
      (bce + 10 * g.square().sum(1).mean()).backward();
    }
    adam_->step();
  }
  /// The optimiser alone, on gradients that are there.
  double step_seconds() {
    return seconds([&] { adam_->step(); });
  }

 private:
  Case c_;
  at::Tensor x_;
  std::vector<at::Tensor> w_, b_;
  std::unique_ptr<torch::optim::Adam> adam_;
};

struct Result {
  double rate, share, speed_up;
};

Result measure_step(const Case& c, Arithmetic how, double best) {
  Step ours(c, how);
  ByAutograd theirs(c);
  for (int i = 0; i < 3; ++i) ours(), theirs();
  const int repeats = flop(c) > 5e9 ? 7 : 31;
  std::vector<double> rate, speed_up;
  for (int i = 0; i < repeats; ++i) {
    const double a = seconds([&] { ours(); });
    const double g = seconds([&] { theirs(); });
    rate.push_back(1e-9 * flop(c) / a);
    speed_up.push_back(g / a);
  }
  const double typical = median(rate);
  return {typical, typical / best, median(speed_up)};
}

double adam_ratio(int64_t width) {
  const Case c{"", static_cast<int>(width), {1024, 512}, 1, 64};
  ByAutograd theirs(c);
  theirs();
  Mlp net(c.inputs, c.hidden, 1);
  OptimizerConfig adam;
  adam.type = OptimizerType::adam;
  Optimizer ours(adam, net.params(), net.grads());
  net.grads().fill_(1e-3);
  ours.step();
  std::vector<double> ratio;
  for (int i = 0; i < 31; ++i) {
    const double t = theirs.step_seconds();
    ratio.push_back(t / seconds([&] { ours.step(); }));
  }
  return median(ratio);
}

int run(bool json) {
  at::set_num_threads(1);
  const std::vector<Case> cases{{"quick go2 discriminator", 102, {256, 128}, 1, 512},
                                {"quick go2 actor", 49, {256, 128}, 12, 256},
                                {"quick g1 discriminator", 176, {256, 128}, 1, 1024},
                                {"mimickit discriminator", 1420, {1024, 512}, 1, 1024},
                                {"mimickit actor", 158, {1024, 512}, 28, 1024}};
  if (!json) fmt::print("{:<14} {:>10} {:>12} {:>12}\n", "kernel", "GFLOP/s", "512 wide", "error");
  for (const Arithmetic how : available_arithmetic()) {
    double best = 0;
    KernelFigures small, large;
    for (int i = 0; i < 3; ++i) {
      small = measure(how, 256, 256, 128);
      large = measure(how, 256, 512, 512);
      best = std::max({best, small.gflops, large.gflops});
    }
    if (json) {
      fmt::print("{{\"kernel\": \"{}\", \"gflops\": {:.1f}, \"error\": {:.2e}}}\n", name_of(how),
                 best, large.error);
    } else {
      fmt::print("{:<14} {:>10.1f} {:>12.1f} {:>12.1e}\n", name_of(how), small.gflops, large.gflops,
                 large.error);
    }
    for (const Case& c : cases) {
      const Result r = measure_step(c, how, best);
      if (json) {
        fmt::print(
            "{{\"case\": \"{}\", \"kernel\": \"{}\", \"gflops\": {:.1f}, \"R4\": {:.3f}, "
            "\"speed_up_on_autograd\": {:.3f}}}\n",
            c.name, name_of(how), r.rate, r.share, r.speed_up);
      } else {
        fmt::print("  {:<26} {:>7.1f} GFLOP/s, {:.2f} of the product (R4), {:.2f} x autograd\n",
                   c.name, r.rate, r.share, r.speed_up);
      }
    }
  }
  const double adam = adam_ratio(1420);
  if (json) {
    fmt::print("{{\"R10\": {:.3f}}}\n", adam);
  } else {
    fmt::print("fused Adam against torch::optim::Adam (R10): {:.2f}\n", adam);
  }
  return 0;
}

}  // namespace
}  // namespace motus::learn

int main(int argc, char** argv) {
  return motus::learn::run(argc > 1 && std::strcmp(argv[1], "--json") == 0);
}
