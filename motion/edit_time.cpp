#include "motion/edit_time.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "motion/edit_channels.h"
#include "motion/edit_place.h"
#include "motion/error.h"
#include "motion/events.h"
#include "motion/fade.h"
#include "motion/resample.h"

namespace motus {

namespace {

struct End {
  double value = 0;
  bool seconds = false;
};

/// One end of a range, nothing if it is left out.
std::optional<End> parse_end(std::string_view word, const std::string& text) {
  if (word.empty()) return std::nullopt;
  End out;
  out.seconds = word.back() == 's';
  const char *begin = word.data(), *end = begin + word.size() - (out.seconds ? 1 : 0);
  const auto [at, ec] = std::from_chars(begin, end, out.value);
  const bool number = ec == std::errc() && at == end && std::isfinite(out.value);
  if (!number || (!out.seconds && out.value != std::round(out.value))) {
    throw Error(Kind::usage, fmt::format("'{}' is no range of frames", text),
                "10:200 in frames, 0.5s:2s in seconds, 10: or :2s with an end left out");
  }
  return out;
}

/// A whole number of frames, which the small allowance keeps whole.
int frame_at(double x, bool up) {
  constexpr double kAllowance = 1e-6;
  return static_cast<int>(
      std::clamp(up ? std::ceil(x - kAllowance) : std::floor(x + kAllowance), -1e9, 1e9));
}

}  // namespace

FrameRange parse_range(const std::string& text, const Clip& clip) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) {
    throw Error(Kind::usage, fmt::format("'{}' is no range of frames", text),
                "a range is A:B, for example 10:200 or 0.5s:2s");
  }
  const std::string_view view(text);
  const std::optional<End> a = parse_end(view.substr(0, colon), text),
                           b = parse_end(view.substr(colon + 1), text);
  const int n = clip.frames();
  const auto frames = [&](const End& e) {
    return frame_at(e.value < 0 ? e.value + n : e.value, true);
  };
  FrameRange r{0, n};
  if (a) r.first = a->seconds ? frame_at(a->value * clip.fps, true) : frames(*a);
  if (b) r.last = b->seconds ? frame_at(b->value * clip.fps, false) + 1 : frames(*b);
  require(r.first >= 0 && r.first < r.last && r.last <= n, Kind::usage,
          "'{}' is frames {} to {} of clip '{}', which has {} ({:.4g} s)", text, r.first, r.last,
          clip.name, n, clip.duration());
  return r;
}

Clip cut_range(const Clip& clip, FrameRange range) {
  if (range.first == 0 && range.last == clip.frames()) return clip;
  Clip out = cut(clip, range.first, range.last);
  out.loop = LoopMode::clamp;
  return out;
}

Clip change_speed(const Clip& clip, double factor) {
  require(std::isfinite(factor) && factor > 0, Kind::usage, "cannot change the speed by {}",
          factor);
  if (factor == 1) return clip;
  Clip fast = clip;
  fast.fps = clip.fps * factor;
  fast.events = placed(clip.events, 0, 1 / factor);
  scale_rates(fast, factor);
  return resample(fast, clip.fps, Interpolation::cubic);
}

Clip reverse(const Clip& clip) {
  Clip out = clip;
  const auto flip = [](Frames& a) { a = a.colwise().reverse().eval(); };
  flip(out.root_pos), flip(out.root_rot), flip(out.dof_pos), flip(out.local_rot);
  for (auto& [name, c] : out.channels) flip(c.data);
  scale_rates(out, -1);
  out.events = placed(clip.events, clip.duration(), -1);
  return out;
}

namespace {

Frames below(const Frames& a, const Frames& b) {
  Frames out(a.rows() + b.rows() - 1, a.cols());
  out << a, b.bottomRows(b.rows() - 1);
  return out;
}

}  // namespace

Clip append(const Clip& a, const Clip& b, double blend) {
  require(a.skeleton->same_structure(*b.skeleton), Kind::bad_input,
          "clip '{}' moves skeleton '{}', clip '{}' moves '{}': they cannot be joined", a.name,
          a.skeleton->name(), b.name, b.skeleton->name());
  require(blend >= 0, Kind::usage, "cannot blend over {} seconds", blend);
  require((a.dof_pos.size() > 0) == (b.dof_pos.size() > 0), Kind::bad_input,
          "clip '{}' holds dofs and clip '{}' does not: they cannot be joined",
          a.dof_pos.size() > 0 ? a.name : b.name, a.dof_pos.size() > 0 ? b.name : a.name);
  const int end = a.frames() - 1;
  Clip next = resample(b, a.fps, Interpolation::cubic);
  next = turn(next,
              std::remainder(heading(a.root_rot_at(end)) - heading(next.root_rot_at(0)), 2 * M_PI));
  Vec3 shift = a.root_pos_at(end) - next.root_pos_at(0);
  shift.z() = 0;
  next = translate(next, shift);
  Clip out = a;
  out.loop = LoopMode::clamp;
  if (blend > 0) {
    const PoseGap gap = pose_gap(a, end, next, 0);
    for (int f = 0; f < next.frames() && f / a.fps < blend; ++f) {
      const FadeWeights w = fade_weights(f / a.fps, blend);
      add_gap(next, f, gap, w.value, w.rate);
    }
    drop_derived_channels(out);
  }
  out.root_pos = below(a.root_pos, next.root_pos);
  out.root_rot = below(a.root_rot, next.root_rot);
  if (a.dof_pos.size() > 0) out.dof_pos = below(a.dof_pos, next.dof_pos);
  if (a.local_rot.size() > 0) out.local_rot = below(a.local_rot, next.local_rot);
  make_continuous(out.root_rot);
  if (out.local_rot.size() > 0) make_continuous(out.local_rot);
  std::erase_if(out.channels, [&](const auto& entry) {
    const auto at = next.channels.find(entry.first);
    return at == next.channels.end() || at->second.names != entry.second.names ||
           at->second.data.cols() != entry.second.data.cols();
  });
  for (auto& [name, c] : out.channels) c.data = below(c.data, next.channels.at(name).data);
  const std::vector<Event> later = placed(b.events, a.duration());
  out.events.insert(out.events.end(), later.begin(), later.end());
  return out;
}

}  // namespace motus
