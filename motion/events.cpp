#include "motion/events.h"

#include <algorithm>

namespace motus {

std::vector<Event> placed(const std::vector<Event>& events, double shift, double scale) {
  std::vector<Event> out = events;
  for (Event& e : out) {
    e.start = shift + scale * e.start;
    e.end = shift + scale * e.end;
    if (e.start > e.end) std::swap(e.start, e.end);
  }
  return out;
}

std::vector<Event> within(const std::vector<Event>& events, double duration) {
  std::vector<Event> out;
  for (Event e : events) {
    if (e.end < 0 || e.start > duration) continue;
    e.start = std::max(e.start, 0.0);
    e.end = std::min(e.end, duration);
    out.push_back(e);
  }
  return out;
}

}  // namespace motus
