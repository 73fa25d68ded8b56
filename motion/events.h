#pragma once
// What an edit in time means for the events of a clip.
#include "motion/clip.h"

namespace motus {

/// `events` put at shift + scale * t (s); a negative scale turns start and end round.
std::vector<Event> placed(const std::vector<Event>& events, double shift, double scale = 1);

/// Those that touch [0, duration] s, cut to it.
std::vector<Event> within(const std::vector<Event>& events, double duration);

}  // namespace motus
