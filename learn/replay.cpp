#include "learn/replay.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "motion/error.h"

namespace motus::learn {

Replay::Replay(int64_t capacity, int width)
    : capacity_(capacity), width_(static_cast<size_t>(width)) {}

void Replay::put(const float* row) {
  const auto at = static_cast<size_t>(next_) * width_;
  if (data_.size() < at + width_) data_.resize(at + width_);
  std::memcpy(data_.data() + at, row, width_ * sizeof(float));
  next_ = (next_ + 1) % capacity_;
  ++total_;
}

void Replay::push(std::span<const float> rows, int64_t later, double keep, Rng& rng) {
  const auto n = static_cast<int64_t>(rows.size() / width_);
  require(n <= capacity_, Kind::usage,
          "disc_buffer_size {} cannot hold the {} rows of one iteration", capacity_, n);
  std::vector<int64_t> pick(static_cast<size_t>(n));
  std::iota(pick.begin(), pick.end(), int64_t{0});
  rng.shuffle(std::span(pick));
  const bool all = total_ < capacity_, by_chance = !all && keep >= 0;
  const int64_t take = all || by_chance ? n : std::min(n, later);
  for (int64_t i = 0; i < take; ++i) {
    if (by_chance && rng.uniform() >= keep) continue;
    put(rows.data() + static_cast<size_t>(pick[static_cast<size_t>(i)]) * width_);
  }
}

void Replay::sample(std::span<float> out, bool replacement, Rng& rng) {
  require(total_ > 0, Kind::failed, "nothing to replay yet");
  if (replacement) {
    for (size_t r = 0; r < out.size() / width_; ++r) {
      const size_t i = rng.below(static_cast<uint64_t>(size()));
      std::memcpy(out.data() + r * width_, data_.data() + i * width_, width_ * sizeof(float));
    }
    return;
  }
  if (order_.empty()) {
    order_.resize(static_cast<size_t>(capacity_));
    std::iota(order_.begin(), order_.end(), int64_t{0});
    rng.shuffle(std::span(order_));
  }
  const int64_t held = size();
  for (size_t r = 0; r < out.size() / width_; ++r) {
    if (dealt_ == capacity_) {
      rng.shuffle(std::span(order_));
      dealt_ = 0;
    }
    const auto i = static_cast<size_t>(order_[static_cast<size_t>(dealt_++)] % held);
    std::memcpy(out.data() + r * width_, data_.data() + i * width_, width_ * sizeof(float));
  }
}

void Replay::save(Archive& a, const std::string& name) const {
  a.put<float>(name + ".rows", data_, {size(), static_cast<int64_t>(width_)});
  save_order(a, name);
}

void Replay::load(const Archive& a, const std::string& name) {
  data_ = a.get<float>(name + ".rows");
  load_order(a, name);
}

void Replay::save_order(Archive& a, const std::string& name) const {
  a.put<int64_t>(name + ".order", order_);
  a.put<int64_t>(name + ".counters", std::array{total_, next_, dealt_});
}

void Replay::load_order(const Archive& a, const std::string& name) {
  order_ = a.get<int64_t>(name + ".order");
  std::array<int64_t, 3> c{};
  a.get<int64_t>(name + ".counters", c);
  total_ = c[0], next_ = c[1], dealt_ = c[2];
  require(data_.size() == static_cast<size_t>(size()) * width_ && next_ < capacity_ &&
              (order_.empty() || order_.size() == static_cast<size_t>(capacity_)),
          Kind::bad_input, "'{}' in the checkpoint is of another size", name);
}

}  // namespace motus::learn
