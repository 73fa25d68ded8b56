#include "view/filmstrip.h"

#include <png.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <set>

#include "motion/error.h"
#include "tests/catch.h"
#include "tests/view/walker.h"
#include "view/egl_context.h"
#include "view/ffmpeg.h"
#include "view/movie.h"
#include "view/png.h"

using namespace motus;
using namespace motus::view;

namespace {

/// Whether this machine can draw; says so once where it cannot.
bool can_draw() {
  static const bool can = [] {
    try {
      EglContext context;
      return true;
    } catch (const Error& e) {
      std::cout << "skipped: " << e.what() << "\n";
      return false;
    }
  }();
  return can;
}

struct Blob {
  int pixels = 0;
  double x = 0, y = 0;  ///< centre
};

/// Strongly coloured pixels of columns [from, from + width): the figure, for floor, sky and
/// captions are pale or grey.
Blob figure_in(const Image& image, int from, int width, int channel) {
  Blob blob;
  for (int y = 0; y < image.height; ++y) {
    for (int x = from; x < from + width; ++x) {
      const uint8_t* p = image.pixel(x, y);
      if (p[channel] < 80 || p[channel] < 2 * p[2 - channel]) continue;
      ++blob.pixels;
      blob.x += x - from;
      blob.y += y;
    }
  }
  if (blob.pixels > 0) blob.x /= blob.pixels, blob.y /= blob.pixels;
  return blob;
}

size_t colours(const Image& image) {
  std::set<int> seen;
  for (size_t i = 0; i < image.rgb.size(); i += 3)
    seen.insert(image.rgb[i] << 16 | image.rgb[i + 1] << 8 | image.rgb[i + 2]);
  return seen.size();
}

}  // namespace

TEST_CASE("a film refuses times, sizes and numbers that cannot be") {
  if (!can_draw()) return;
  const Clip c = walker();
  const auto film = [&](const FilmOptions& o) { return Film({{.clip = &c}}, o); };
  CHECK_THROWS_AS(film({.start = 3}), Error);
  CHECK_THROWS_AS(film({.start = -1}), Error);
  CHECK_THROWS_AS(film({.start = 1, .end = 0.5}), Error);
  CHECK_THROWS_AS(film({.end = 2.1}), Error);
  CHECK_THROWS_AS(film({.width = 63, .height = 200}), Error);
  CHECK_THROWS_AS(film({.width = 200, .height = 5000}), Error);
  Film good({{.clip = &c}}, {.width = 64, .height = 64});
  CHECK_THROWS_AS(filmstrip(good, 0), Error);
  CHECK_THROWS_AS(filmstrip(good, 65), Error);
  CHECK_THROWS_AS(make_movie(good, MovieFormat::gif, 0.5, {}), Error);
}

TEST_CASE("a filmstrip shows the figure in each picture, moving") {
  if (!can_draw()) return;
  const Clip c = walker();
  Film film({{.clip = &c}}, {.width = 160, .height = 200});
  const Image strip = filmstrip(film, 6);
  CHECK(strip.width == 6 * 160 + 5 * 2);
  CHECK(strip.height == 200);
  CHECK(colours(strip) > 1000);
  constexpr int kRed = 0, kBlue = 2;
  Blob before;
  for (int i = 0; i < 6; ++i) {
    const Blob orange = figure_in(strip, i * 162, 160, kRed);
    INFO("picture " << i << ": " << orange.pixels << " pixels at " << orange.x << ", " << orange.y);
    CHECK(orange.pixels > 250);
    CHECK(figure_in(strip, i * 162, 160, kBlue).pixels > 50);
    // the camera follows: the figure stays in the middle
    CHECK(orange.x == Approx(80).margin(25));
    CHECK((i == 0 || std::abs(orange.x - before.x) > 0.5 || orange.pixels != before.pixels));
    before = orange;
  }
}

TEST_CASE("the same film gives the same picture") {
  if (!can_draw()) return;
  const Clip c = walker();
  const auto strip = [&] {
    Film film({{.clip = &c}}, {.width = 96, .height = 96});
    return filmstrip(film, 3).rgb;
  };
  CHECK(strip() == strip());
}

TEST_CASE("two films draw in turn, and one outlives the other") {
  if (!can_draw()) return;
  const Clip c = walker();
  Film first({{.clip = &c}}, {.width = 96, .height = 96});
  const std::vector<uint8_t> alone = first.draw(0.5).front().rgb;
  {
    Film second({{.clip = &c}}, {.width = 128, .height = 128, .camera = "front"});
    CHECK(second.draw(0.5).front().rgb != alone);
    CHECK(first.draw(0.5).front().rgb == alone);
  }
  CHECK(first.draw(0.5).front().rgb == alone);
}

TEST_CASE("long filmstrips break into equal lines, comparisons stand below each other") {
  if (!can_draw()) return;
  const Clip a = walker(1), b = walker(2);
  Film film({{.clip = &a}, {.clip = &b}}, {.width = 64, .height = 80});
  CHECK(film.panels() == 2);
  const Image strip = filmstrip(film, 10);
  CHECK(strip.width == 5 * 64 + 4 * 2);
  CHECK(strip.height == 4 * 80 + 3 * 2);
  Film ghost({{.clip = &a}, {.clip = &b}}, {.width = 64, .height = 80, .together = Together::over});
  CHECK(ghost.panels() == 1);
  Film alone({{.clip = &a}}, {.width = 64, .height = 80});
  CHECK(filmstrip(ghost, 2).rgb != filmstrip(alone, 2).rgb);
}

TEST_CASE("feet on the floor are marked green, feet under it red") {
  if (!can_draw()) return;
  const auto marks = [](double lift) {
    Clip c = walker();
    c.root_pos.col(2).array() += lift;
    Film film({{.clip = &c}}, {.width = 200, .height = 200, .camera = "0,-40,3", .end = 0});
    const Image image = film.draw(0).front();
    int green = 0, red = 0;
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        const uint8_t* p = image.pixel(x, y);
        green += p[1] > p[0] + 40 && p[1] > p[2] + 40;
        red += p[0] > p[1] + 60 && p[2] > p[1] - 20 && p[0] > p[2] + 40;
      }
    }
    return std::pair(green, red);
  };
  const auto [green_high, red_high] = marks(0.2);
  CHECK(green_high == 0);
  CHECK(red_high == 0);
  CHECK(marks(0.035).first > 20);
  CHECK(marks(-0.1).second > 20);
}

TEST_CASE("a PNG holds the picture's own pixels") {
  Image image(7, 3);
  for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<uint8_t>(11 * i);
  const std::vector<std::byte> bytes = encode_png(image);
  png_image head{};
  head.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&head, bytes.data(), bytes.size()) != 0);
  CHECK(head.width == 7);
  CHECK(head.height == 3);
  head.format = PNG_FORMAT_RGB;
  std::vector<uint8_t> rgb(PNG_IMAGE_SIZE(head));
  REQUIRE(png_image_finish_read(&head, nullptr, rgb.data(), 0, nullptr) != 0);
  CHECK(rgb == image.rgb);
}

TEST_CASE("without ffmpeg a movie is not in this build") {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  try {
    Ffmpeg ffmpeg({}, {});
    FAIL("ran a program that is not there");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::not_built);
    CHECK_THAT(e.hint(), Catch::Contains("apt install ffmpeg"));
  }
  setenv("PATH", path.c_str(), 1);
}

TEST_CASE("movies are whole files of their kind, and ffmpeg's own words explain a failure") {
  if (!can_draw()) return;
  if (std::system("ffmpeg -version > /dev/null 2>&1") != 0) {
    std::cout << "skipped: no ffmpeg\n";
    return;
  }
  const Clip c = walker();
  Film film({{.clip = &c}}, {.width = 65, .height = 81, .end = 0.4});
  int calls = 0;
  const std::vector<std::byte> mp4 =
      make_movie(film, MovieFormat::mp4, 10, [&](int, int all) { calls += all == 5; });
  CHECK(calls == 5);
  REQUIRE(mp4.size() > 500);
  CHECK(std::memcmp(mp4.data() + 4, "ftyp", 4) == 0);
  const std::vector<std::byte> gif = make_movie(film, MovieFormat::gif, 10, {});
  REQUIRE(gif.size() > 500);
  CHECK(std::memcmp(gif.data(), "GIF89a", 6) == 0);
  CHECK(gif.back() == std::byte{0x3b});  // the trailer

  Ffmpeg wrong({"-f", "no_such_format", "-i", "pipe:0"}, {"-f", "mp4"});
  CHECK_THROWS_WITH(wrong.finish(), Catch::Contains("no_such_format"));
}

TEST_CASE("figures of any size and of odd names are seen") {
  if (!can_draw()) return;
  const auto orange = [](const Skeleton::Spec& spec, double height) {
    Clip c;
    c.skeleton = Skeleton::build(spec);
    c.root_pos = Frames::Zero(1, 3);
    c.root_pos(0, 2) = height;
    c.root_rot = Frames::Zero(1, 4);
    c.root_rot(0, 0) = 1;
    c.local_rot = Frames::Zero(1, 4 * c.skeleton->body_count());
    for (int b = 0; b < c.skeleton->body_count(); ++b)
      Clip::set_quat(c.local_rot, 0, b, Quat::Identity());
    Film film({{.clip = &c}}, {.width = 120, .height = 142});
    return figure_in(film.draw(0).front(), 0, 120, 0).pixels;
  };
  for (const double scale : {0.01, 1.0, 1000.0}) {
    Skeleton::Spec spec = person()->spec();
    for (Body& b : spec.bodies) b.rest_pos *= scale;
    for (EndSite& e : spec.end_sites) e.pos *= scale;
    INFO("scale " << scale);
    CHECK(orange(spec, 0.88 * scale) > 150);
  }
  Skeleton::Spec lone;
  lone.name = "lone";
  lone.bodies = {{.name = "world_right"}};
  CHECK(orange(lone, 0.2) > 100);
  // MuJoCo keeps "world" for itself
  lone.bodies = {{.name = "world"}, {.name = "right", .parent = 0, .rest_pos = Vec3(0, 0, 1)}};
  CHECK(orange(lone, 0.2) > 100);
}
