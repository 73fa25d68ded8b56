#pragma once
#include <cstddef>
#include <vector>

#include "view/image.h"

namespace motus::view {

/// The picture as a PNG file. Throws Error(failed) with libpng's reason.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace motus::view
