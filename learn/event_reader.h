#pragma once
// TensorBoard's event files, read (learn/event_file.h writes them).
#include "learn/curves.h"

namespace motus::learn {

/// True if the bytes begin with a TFRecord whose length carries its check sum.
bool looks_like_events(std::span<const std::byte> bytes);

}  // namespace motus::learn
