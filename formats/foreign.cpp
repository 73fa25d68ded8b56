#include "formats/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "formats/bytes.h"
#include "formats/pickle/pickle.h"

namespace motus::formats {

namespace {

bool holds(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// Text after a byte order mark and white space.
std::string_view skip_space(std::string_view t) {
  if (t.substr(0, 3) == "\xef\xbb\xbf") t.remove_prefix(3);
  while (!t.empty() && std::isspace(static_cast<unsigned char>(t.front()))) t.remove_prefix(1);
  return t;
}

std::string foreign_zip(std::string_view t) {
  // names of members stand in clear in the central directory at the end
  const std::string_view end = t.substr(t.size() > 65536 ? t.size() - 65536 : 0);
  if (holds(end, ".usdc") || holds(end, ".usda")) return "a USDZ package";
  if (holds(end, "data.pkl") && holds(end, "/version")) return "a PyTorch archive without motion";
  if (holds(end, ".npz")) return "a zip of npz files: unpack it first";
  if (holds(end, "[Content_Types].xml")) return "an Office document";
  return "";
}

std::string foreign_json(std::string_view t) {
  if (holds(t, "__ndarray__")) return "a JSON of NumPy arrays that is no poselib motion";
  return "";
}

struct Magic {
  std::string_view bytes;
  const char* what;
};

using namespace std::string_view_literals;

constexpr std::array kForeignMagic = {
    Magic{"PXR-USDC"sv, "a USD scene"},
    Magic{"#usda"sv, "a USD scene (text)"},
    Magic{":version"sv, "an ASF skeleton; the motion is in its AMC, --skeleton takes this file"},
    Magic{"\x89PNG"sv, "a PNG picture"},
    Magic{"\xff\xd8\xff"sv, "a JPEG picture"},
    Magic{"%PDF"sv, "a PDF document"},
    Magic{"\x7f"
          "ELF"sv,
          "a program"},
};

}  // namespace

std::string foreign_kind(Bytes bytes) {
  const std::string_view raw = as_text(bytes), text = skip_space(raw.substr(0, 1 << 20));
  for (const Magic& m : kForeignMagic) {
    if (text.starts_with(m.bytes)) return m.what;
  }
  if (raw.starts_with("PK\3\4")) return foreign_zip(raw);
  if (looks_like_pickle(bytes)) return describe_pickle(bytes);
  if (text.starts_with('{')) return foreign_json(raw);
  if (text.starts_with('<') && holds(text, "<COLLADA")) return "a Collada scene";
  if (text.starts_with('<') && holds(text, "<mvnx")) return "an Xsens MVNX file";
  if (text.starts_with('<') && (holds(text, "<mujoco") || holds(text, "<robot"))) {
    return "a robot model, not a motion (--skeleton takes it)";
  }
  if (holds(text.substr(0, 4096), "endheader")) return "an OpenSim MOT or STO file";
  return "";
}

Likeness likeness(Bytes bytes) {
  const std::string_view raw = as_text(bytes), text = skip_space(raw.substr(0, 1 << 20));
  if (raw.empty()) {
    return {"empty (0 bytes)", "did the program that wrote it fail, or the disk run full?"};
  }
  if (text.empty()) return {"nothing but white space", ""};
  if (text.starts_with("version https://git-lfs")) {
    return {"a git-lfs pointer, not the file itself", "run 'git lfs pull' where it came from"};
  }
  if (text.starts_with("<!DOCTYPE html") || text.starts_with("<!doctype html") ||
      text.starts_with("<html")) {
    return {"a web page, not the file itself", "download the raw file"};
  }
  const bool readable = std::all_of(
      raw.begin(), raw.begin() + static_cast<long>(std::min<size_t>(raw.size(), 512)), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u >= 32 || std::isspace(u);
      });
  const std::string hint =
      "name the format with --from; motion-convert --formats lists what is read";
  if (readable) {
    const std::string_view line = text.substr(0, std::min<size_t>(text.find_first_of("\r\n"), 40));
    return {fmt::format("text of no known format, beginning '{}'", line), hint};
  }
  std::string hex;
  for (size_t i = 0; i < std::min<size_t>(raw.size(), 8); ++i) {
    hex += fmt::format("{}{:02x}", i ? " " : "", static_cast<unsigned char>(raw[i]));
  }
  return {fmt::format("binary data of no known format, beginning {}", hex), hint};
}

}  // namespace motus::formats
