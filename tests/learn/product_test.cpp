// Matrix products, the loops between them and the threads they are shared by.
#include "learn/product.h"

#include <atomic>
#include <cmath>
#include <stdexcept>

#include "learn/mlp.h"
#include "learn/optimizer.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/learn/allocations.h"

using namespace motus;
using namespace motus::learn;

namespace {

std::vector<float> normal_floats(int64_t n, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> out(static_cast<size_t>(n));
  rng.normal(out);
  return out;
}

const std::vector<const RowOps*>& instruction_sets() {
  static const std::vector<const RowOps*> all = [] {
    std::vector<const RowOps*> out{&kRowOpsPlain};
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) out.push_back(&kRowOpsAvx2);
    if (&row_ops() == &kRowOpsAvx512) out.push_back(&kRowOpsAvx512);
#endif
    return out;
  }();
  return all;
}

/// One gradient of a discriminator's loss over `rows`.
std::vector<float> penalised_gradient(Mlp& net, Crew& crew, const std::vector<float>& x) {
  const int64_t width = net.in(), rows = static_cast<int64_t>(x.size()) / width;
  const std::vector<float> s(static_cast<size_t>(rows), 0.3F), c(static_cast<size_t>(rows), 0.1F);
  net.share_with(&crew);
  net.zero_grads();
  net.over_rows(rows, [&](MlpPass& pass, int, int64_t first, int64_t n) {
    pass.forward({x.data() + first * width, n, width, width});
    pass.input_gradient();
    pass.penalised_backward(s.data() + first, c.data() + first);
  });
  const std::span<float> g = floats(net.grads());
  return {g.begin(), g.end()};
}

double relative(const std::vector<float>& a, const std::vector<float>& b) {
  double wrong = 0, total = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    wrong += std::pow(static_cast<double>(a[i]) - b[i], 2);
    total += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(wrong / total);
}

}  // namespace

TEST_CASE("every kernel of this machine agrees with double, whatever the shape") {
  REQUIRE_FALSE(available_arithmetic().empty());
  for (const Arithmetic a : available_arithmetic()) {
    INFO(name_of(a));
    const double tolerance = a.precision == Precision::fp32 ? 2e-6 : 1e-2;
    CHECK(measure(a, 1, 1, 1).error < tolerance);
    CHECK(measure(a, 70, 49, 12).error < tolerance);
    CHECK(measure(a, 129, 102, 131).error < tolerance);
    CHECK(arithmetic_from(name_of(a)) == a);
  }
  // bf16 is not fp32 under another name
  for (const Arithmetic a : available_arithmetic())
    if (a.precision == Precision::bf16) CHECK(measure(a, 70, 49, 12).error > 1e-4);
  CHECK_THROWS_AS(arithmetic_from("abacus"), Error);
}

TEST_CASE("a product is added to what was there") {
  const std::vector<float> a = normal_floats(5 * 3, 1), b = normal_floats(3 * 4, 2);
  for (const Arithmetic how : available_arithmetic()) {
    if (how.precision != Precision::fp32) continue;
    std::vector<float> once(20), twice(20);
    multiply(how, {a.data(), 3}, 3, {b.data(), 4}, {once.data(), 5, 4, 4}, false);
    multiply(how, {a.data(), 3}, 3, {b.data(), 4}, {twice.data(), 5, 4, 4}, false);
    multiply(how, {a.data(), 3}, 3, {b.data(), 4}, {twice.data(), 5, 4, 4}, true);
    for (size_t i = 0; i < 20; ++i) CHECK(twice[i] == Approx(2 * once[i]).margin(1e-6));
  }
}

TEST_CASE("the loops give the same bits in every instruction set") {
  constexpr int64_t kRows = 21, kWidth = 39;
  const std::vector<float> h = normal_floats(kRows * kWidth, 3), s = normal_floats(kRows, 4),
                           w = normal_floats(kWidth, 5);
  const auto all = [&](const RowOps& o) {
    std::vector<float> out;
    std::vector<float> m = normal_floats(kRows * kWidth, 6);
    const Block b{m.data(), kRows, kWidth, kWidth};
    const ConstBlock x{h.data(), kRows, kWidth, kWidth};
    const auto keep = [&](const std::vector<float>& v) {
      out.insert(out.end(), v.begin(), v.end());
    };
    o.add_bias(b, w.data(), true), keep(m);
    o.mask(b, x), keep(m);
    o.masked_outer(b, x, s.data(), w.data()), keep(m);
    o.mix(b, x, s.data(), x), keep(m);
    o.scale_rows(b, s.data()), keep(m);
    std::vector<float> rows(kRows), columns(kWidth), turned(kWidth * kRows), normal(m.size());
    o.dots(x, w.data(), 0.5F, rows.data()), keep(rows);
    o.squares(x, rows.data()), keep(rows);
    o.add_column_sums(x, s.data(), columns.data()), keep(columns);
    o.transpose(x, {turned.data(), kWidth, kRows, kRows}), keep(turned);
    for (int64_t i = 0; i < kRows; ++i)
      for (int64_t j = 0; j < kWidth; ++j)
        REQUIRE(turned[static_cast<size_t>(j * kRows + i)] ==
                h[static_cast<size_t>(i * kWidth + j)]);
    o.normalise(x, w.data(), w.data(), 2, normal.data()), keep(normal);
    AdamStep step;
    step.rate = 0.1F, step.decay = 0.01F, step.correction1 = 0.1F, step.correction2 = 0.01F;
    std::vector<float> p = h, first(h.size()), second(h.size());
    o.adam(p.data(), m.data(), first.data(), second.data(), kRows * kWidth, step), keep(p);
    o.sgd(p.data(), m.data(), first.data(), kRows * kWidth, 0.1F, 0.9F, 0.01F), keep(p);
    std::vector<uint16_t> half(kRows * (kWidth + 1));
    o.to_bf16(x, {half.data(), kRows, kWidth + 1, kWidth + 1});
    std::vector<uint32_t> pairs((kRows + 1) / 2 * kWidth);
    o.to_bf16_pairs(x, {pairs.data(), (kRows + 1) / 2, kWidth, kWidth});
    for (size_t i = 0; i < pairs.size(); ++i) out.push_back(static_cast<float>(pairs[i] >> 8));
    for (const uint16_t v : half) out.push_back(v);
    return out;
  };
  const std::vector<float> plain = all(kRowOpsPlain);
  for (const RowOps* o : instruction_sets()) {
    INFO(o->name);
    CHECK(all(*o) == plain);
  }
}

TEST_CASE("bfloat16 is rounded to nearest even and keeps what is no number") {
  const std::vector<float> in{1, 1.00390625F, 1.01171875F, -2.5F, 3e38F, INFINITY, NAN};
  std::vector<uint16_t> out(in.size());
  const auto n = static_cast<int64_t>(in.size());
  row_ops().to_bf16({in.data(), 1, n, n}, {out.data(), 1, n, n});
  CHECK(out == std::vector<uint16_t>{0x3F80, 0x3F80, 0x3F82, 0xC020, 0x7F62, 0x7F80, 0x7FC0});
}

TEST_CASE("a gradient over a minibatch has the same bits with one thread, two and three") {
  for (const Arithmetic how : available_arithmetic()) {
    INFO(name_of(how));
    Mlp net(13, {40, 24}, 1, Activation::relu, how);
    Rng rng(7);
    net.init(rng, 1);
    const std::vector<float> x = normal_floats(777 * 13, 8);
    CHECK(Mlp::lanes(777) == 3);
    Crew one(1), two(2), three(3);
    const std::vector<float> alone = penalised_gradient(net, one, x);
    for (int repeat = 0; repeat < 5; ++repeat) {
      CHECK(penalised_gradient(net, two, x) == alone);
      CHECK(penalised_gradient(net, three, x) == alone);
    }
    Mlp reference(13, {40, 24}, 1, Activation::relu, {Kernel::library, Precision::fp32});
    reference.params().copy_(net.params());
    CHECK(relative(alone, penalised_gradient(reference, one, x)) <
          (how.precision == Precision::fp32 ? 1e-5 : 3e-2));
  }
}

TEST_CASE("a network sees new weights however they were written") {
  Mlp net(3, {4}, 2);
  Rng rng(9);
  net.init(rng, 1);
  const std::vector<float> x = normal_floats(3, 10);
  const auto first = [&] { return net.forward(view_of(x, {1, 3})).data_ptr<float>()[0]; };
  const float start = first();
  net.params().mul_(2);
  const float doubled = first();
  CHECK(doubled != start);
  net.weight(0).zero_();
  CHECK(first() != doubled);
  floats(net.bias(1))[0] = 5;
  floats(net.weight(1))[0] = 5;
  net.changed();
  CHECK(first() == Approx(5 + 0 * start));
  net.grads().fill_(1);
  OptimizerConfig sgd;
  sgd.learning_rate = 1;
  Optimizer(sgd, net.params(), net.grads()).step();
  CHECK(first() != Approx(5));
}

TEST_CASE("a step over a minibatch allocates nothing") {
  const tests::Allocations all;
  const at::Tensor tensor = new_floats({1000});
  REQUIRE(all.large() > 0);
  for (const Arithmetic how : available_arithmetic()) {
    if (how.kernel == Kernel::library) continue;  // tensors are its interface
    Mlp net(30, {64, 32}, 1, Activation::relu, how);
    Rng rng(11);
    net.init(rng, 1);
    OptimizerConfig adam;
    adam.type = OptimizerType::adam;
    Optimizer optimizer(adam, net.params(), net.grads());
    const std::vector<float> x = normal_floats(600 * 30, 12), s(600, 0.1F), c(600, 0.1F);
    const auto step = [&] {
      net.zero_grads();
      net.over_rows(600, [&](MlpPass& pass, int, int64_t at, int64_t n) {
        pass.forward({x.data() + at * 30, n, 30, 30});
        pass.input_gradient();
        pass.penalised_backward(s.data() + at, c.data() + at);
      });
      optimizer.step();
    };
    step();  // kernels are made for each shape when they are first needed
    const tests::Allocations count;
    step();
    CHECK(count.large() == 0);
  }
}

TEST_CASE("a crew does every part once, also parts of parts, and passes errors on") {
  for (const int threads : {1, 2, 4}) {
    Crew crew(threads);
    CHECK(crew.threads() == threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<std::atomic<int>> seen(60);
      crew.run(3, [&](int network) {
        for (int step = 0; step < 4; ++step)
          crew.run(5,
                   [&](int lane) { ++seen[static_cast<size_t>(network * 20 + step * 5 + lane)]; });
      });
      for (const std::atomic<int>& s : seen) REQUIRE(s == 1);
    }
    crew.run(0, [](int) { FAIL("there is no part"); });
    CHECK_THROWS_AS(crew.run(4,
                             [](int i) {
                               if (i == 2) throw std::runtime_error("two");
                             }),
                    std::runtime_error);
    int after = 0;
    crew.run(1, [&](int) { ++after; });
    CHECK(after == 1);
  }
}
