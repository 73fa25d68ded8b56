#include "view/html_player.h"

#include <fstream>
#include <iterator>

#include "motion/data_path.h"
#include "motion/error.h"

namespace motus::view {

namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  require(in.good() && !text.empty(), Kind::failed, "{}: cannot be read", file.string());
  return text;
}

/// The addresses in three.js are names of XML vocabularies and a paper's; written with escaped
/// slashes, which JavaScript reads as the same text, nothing in the page looks like a request.
std::string without_addresses(const std::string& script) {
  std::string out;
  out.reserve(script.size() + 64);
  for (size_t i = 0; i < script.size(); ++i) {
    if (script.compare(i, 3, "://") == 0) {
      out += ":\\/\\/";
      i += 2;
    } else {
      out += script[i];
    }
  }
  return out;
}

}  // namespace

std::vector<fs::path> three_places() {
  std::vector<fs::path> out;
  for (const fs::path& folder : data_folders()) out.push_back(folder / "web/three.min.js");
  for (const char* place :
       {"/usr/share/javascript/three/three.min.js", "/usr/share/nodejs/three/build/three.min.js",
        "/usr/local/lib/node_modules/three/build/three.min.js"}) {
    out.emplace_back(place);
  }
  return out;
}

std::string player_head(std::span<const fs::path> places) {
  std::string three;
  for (const fs::path& file : places) {
    std::error_code ec;
    if (fs::is_regular_file(file, ec)) {
      three = without_addresses(read_text(file));
      break;
    }
  }
  if (three.empty())
    throw Error(Kind::not_built, "the HTML player needs three.js, which is not here",
                "apt install libjs-three");
  const std::string style = read_text(require_data("web/player.css", "style of the player"));
  const std::string script = read_text(require_data("web/player.js", "script of the player"));
  return "<style>\n" + style + "</style>\n<script>" + three + "</script>\n<script>\n" + script +
         "</script>\n";
}

std::string player_head() {
  return player_head(three_places());
}

std::string player_box(std::span<const Figure> figures, const PlayerOptions& options,
                       const std::string& id) {
  return "<div class=\"motus-player\" data-source=\"" + id +
         "\"></div>\n<script type=\"application/json\" id=\"" + id + "\">" +
         player_data(figures, options) + "</script>\n";
}

std::string player_page(std::span<const Figure> figures, const PlayerOptions& options) {
  const std::string head = player_head();
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>Motus</title>\n<style>html, body { margin: 0; height: 100% }</style>\n" +
         head + "</head>\n<body>\n" + player_box(figures, options, "motion") + "</body>\n</html>\n";
}

}  // namespace motus::view
