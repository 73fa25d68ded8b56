#include "view/filmstrip.h"

#include <algorithm>

#include "motion/error.h"

namespace motus::view {

namespace {
constexpr int kMostInLine = 8;
constexpr int kMost = 64;
constexpr int kGap = 2;  // pixels between pictures
}  // namespace

Image filmstrip(Film& film, int pictures) {
  require(pictures >= 1 && pictures <= kMost, Kind::usage,
          "{} pictures in a filmstrip: expected 1 to {}", pictures, kMost);
  const int lines = (pictures + kMostInLine - 1) / kMostInLine;
  const int columns = (pictures + lines - 1) / lines;
  const int rows = lines * film.panels();
  Image strip(columns * (film.width() + kGap) - kGap, rows * (film.height() + kGap) - kGap);
  for (int i = 0; i < pictures; ++i) {
    const double u = pictures > 1 ? static_cast<double>(i) / (pictures - 1) : 0.0;
    const std::vector<Image> panels = film.draw(film.start() + u * (film.end() - film.start()));
    for (size_t p = 0; p < panels.size(); ++p) {
      const int row = i / columns * film.panels() + static_cast<int>(p);
      paste(strip, panels[p], i % columns * (film.width() + kGap), row * (film.height() + kGap));
    }
  }
  return strip;
}

}  // namespace motus::view
