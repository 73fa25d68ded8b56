#include "view/png.h"

#include <png.h>

#include <algorithm>

#include "motion/error.h"

namespace motus::view {

void paste(Image& whole, const Image& part, int x, int y) {
  for (int row = 0; row < part.height; ++row) {
    std::copy_n(part.pixel(0, row), 3 * part.width, whole.pixel(x, y + row));
  }
}

std::vector<std::byte> encode_png(const Image& image) {
  png_image head{};
  head.version = PNG_IMAGE_VERSION;
  head.width = static_cast<png_uint_32>(image.width);
  head.height = static_cast<png_uint_32>(image.height);
  head.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(head);
  std::vector<std::byte> bytes(size);
  const int ok =
      png_image_write_to_memory(&head, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr);
  require(ok != 0, Kind::failed, "PNG: {}", head.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace motus::view
