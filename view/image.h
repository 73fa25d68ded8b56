#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace motus::view {

/// An RGB picture, 8 bits a channel, rows from the top, no padding.
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  ///< 3 * width * height

  Image() = default;
  Image(int w, int h, uint8_t fill = 255)
      : width(w), height(h), rgb(static_cast<size_t>(3) * w * h, fill) {}
  uint8_t* pixel(int x, int y) { return rgb.data() + 3 * (static_cast<size_t>(y) * width + x); }
  const uint8_t* pixel(int x, int y) const {
    return rgb.data() + 3 * (static_cast<size_t>(y) * width + x);
  }
};

/// Copies `part` into `whole` with its top left corner at (x, y); it must fit.
void paste(Image& whole, const Image& part, int x, int y);

}  // namespace motus::view
