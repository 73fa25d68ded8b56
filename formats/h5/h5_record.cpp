#include "formats/h5/h5_record.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "motion/error.h"

namespace motus::formats::h5 {

namespace {

using nlohmann::json;

/// Only what is not empty: a set of 10 000 clips has as many records.
template <typename T>
void put(json& to, const char* key, const T& value) {
  if (!value.empty()) to[key] = value;
}

template <typename T>
void take(const json& from, const char* key, T& value) {
  if (const auto at = from.find(key); at != from.end()) at->get_to(value);
}

uint64_t byte_count(int64_t rows, int64_t columns, uint64_t width) {
  constexpr int64_t kMost = int64_t{1} << 28;
  require(rows >= 0 && columns >= 0 && rows <= kMost && columns <= kMost, Kind::bad_input,
          "a terrain of {} x {}", rows, columns);
  return static_cast<uint64_t>(rows) * static_cast<uint64_t>(columns) * width;
}

json source_json(const Source& s) {
  json out = json::object();
  put(out, "path", s.path);
  put(out, "format", s.format);
  put(out, "variant", s.variant);
  if (s.size) out["size"] = s.size;
  put(out, "sha256", s.sha256);
  put(out, "licence", s.licence);
  put(out, "fps_source", s.fps_source);
  put(out, "fingerprint", s.fingerprint);
  put(out, "conversions", s.conversions);
  put(out, "warnings", s.warnings);
  put(out, "metadata", s.metadata);
  return out;
}

Source source_of(const json& j) {
  Source s;
  take(j, "path", s.path);
  take(j, "format", s.format);
  take(j, "variant", s.variant);
  take(j, "size", s.size);
  take(j, "sha256", s.sha256);
  take(j, "licence", s.licence);
  take(j, "fps_source", s.fps_source);
  take(j, "fingerprint", s.fingerprint);
  take(j, "conversions", s.conversions);
  take(j, "warnings", s.warnings);
  take(j, "metadata", s.metadata);
  return s;
}

Terrain terrain_of(const json& j, const FetchBytes& fetch) {
  const int64_t rows = j.at("shape").at(0), columns = j.at("shape").at(1);
  const std::vector<std::byte> bytes = fetch(j.at("at"), byte_count(rows, columns, sizeof(double)));
  Terrain t{.heights = Frames(rows, columns),
            .origin_x = j.at("origin").at(0),
            .origin_y = j.at("origin").at(1),
            .spacing = j.at("dx")};
  if (!bytes.empty()) std::memcpy(t.heights.data(), bytes.data(), bytes.size());
  return t;
}

void apply(Clip& c, const json& j, const FetchBytes& fetch, bool arrays) {
  if (const auto at = j.find("source"); at != j.end()) c.source = source_of(*at);
  take(j, "history", c.history);
  if (const auto at = j.find("events"); at != j.end()) {
    for (const json& e : *at) {
      c.events.push_back({.label = e.at(0), .start = e.at(1), .end = e.at(2)});
    }
  }
  if (const auto at = j.find("terrain"); at != j.end()) c.terrain = terrain_of(*at, fetch);
  if (!arrays) {
    c.source.fingerprint.clear();
    return;
  }
  const auto stored = j.find("arrays");
  if (stored == j.end()) return;
  for (const auto& [name, a] : stored->items()) {
    c.source.arrays[name] = {
        .descr = a.at("descr"), .shape = a.at("shape"), .data = fetch(a.at("at"), a.at("size"))};
  }
}

}  // namespace

std::string record_of(const Clip& c, const KeepBytes& keep) {
  json j = json::object();
  put(j, "source", source_json(c.source));
  put(j, "history", c.history);
  for (const Event& e : c.events) j["events"].push_back({e.label, e.start, e.end});
  if (c.terrain) {
    const Frames& h = c.terrain->heights;
    const auto bytes = std::as_bytes(std::span(h.data(), static_cast<size_t>(h.size())));
    j["terrain"] = {{"shape", {h.rows(), h.cols()}},
                    {"origin", {c.terrain->origin_x, c.terrain->origin_y}},
                    {"dx", c.terrain->spacing},
                    {"at", keep(bytes)}};
  }
  for (const auto& [name, a] : c.source.arrays) {
    j["arrays"][name] = {
        {"descr", a.descr}, {"shape", a.shape}, {"at", keep(a.data)}, {"size", a.data.size()}};
  }
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

void apply_record(Clip& clip, const std::string& record, const FetchBytes& fetch, bool arrays) {
  if (record.empty()) return;
  try {
    apply(clip, json::parse(record), fetch, arrays);
  } catch (const json::exception& e) {
    throw_error(Kind::bad_input, "the record of clip '{}' is not what it should be: {}", clip.name,
                e.what());
  }
}

}  // namespace motus::formats::h5
