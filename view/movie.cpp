#include "view/movie.h"

#include <cmath>

#include "motion/error.h"
#include "view/ffmpeg.h"

namespace motus::view {

namespace {

Image side_by_side(const std::vector<Image>& panels) {
  Image out(panels.front().width * static_cast<int>(panels.size()), panels.front().height);
  for (size_t i = 0; i < panels.size(); ++i)
    paste(out, panels[i], static_cast<int>(i) * panels.front().width, 0);
  return out;
}

std::vector<std::string> output_arguments(MovieFormat format) {
  if (format == MovieFormat::gif)
    return {"-filter_complex", "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse",
            "-f", "gif"};
  // yuv420p halves the colour planes: the sides must be even
  return {"-vf",      "pad=ceil(iw/2)*2:ceil(ih/2)*2",
          "-c:v",     "libx264",
          "-preset",  "veryfast",
          "-crf",     "20",
          "-pix_fmt", "yuv420p",
          "-f",       "mp4"};
}

}  // namespace

std::vector<std::byte> make_movie(Film& film, MovieFormat format, double fps,
                                  const std::function<void(int, int)>& progress) {
  require(fps >= 1 && fps <= 120, Kind::usage, "{} pictures a second: expected 1 to 120", fps);
  const int count = static_cast<int>(std::floor((film.end() - film.start()) * fps + 1e-6)) + 1;
  const std::string size = fmt::format("{}x{}", film.width() * film.panels(), film.height());
  Ffmpeg ffmpeg({"-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", fmt::format("{}", fps),
                 "-i", "pipe:0"},
                output_arguments(format));
  for (int i = 0; i < count; ++i) {
    ffmpeg.write(side_by_side(film.draw(film.start() + i / fps)).rgb);
    if (progress) progress(i + 1, count);
  }
  return ffmpeg.finish();
}

}  // namespace motus::view
