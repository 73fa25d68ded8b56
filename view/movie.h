#pragma once
// Films as MP4 or GIF through the `ffmpeg` program, which gets raw pictures through a socket and
// writes into memory: no file exists before it is whole.
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "view/film.h"

namespace motus::view {

enum class MovieFormat { mp4, gif };

/// The whole film in real time at `fps` pictures a second, panels side by side. `progress` is
/// called with (done, all) after each picture. Throws Error(not_built) if there is no ffmpeg,
/// Error(failed) with its words if it fails, Error(usage) for an fps outside 1 to 120.
std::vector<std::byte> make_movie(Film& film, MovieFormat format, double fps,
                                  const std::function<void(int, int)>& progress);

}  // namespace motus::view
