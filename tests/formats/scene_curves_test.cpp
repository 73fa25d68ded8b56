// glTF's three kinds of curve, sampled between their keys: steps stay, lines are straight, cubic
// splines follow their tangents (glTF 2.0, appendix C).
#include <fmt/format.h>

#include "formats/format.h"
#include "tests/catch.h"

using namespace motus;

namespace {

template <typename T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Hips that move along x by `values` (three numbers a key, three keys at 0, 1 and 2 s for a step or
/// a line; in-tangent, value, out-tangent a key for a spline), above one leg.
std::string hips(const std::string& mode, const std::vector<float>& x) {
  std::string bin;
  for (const float t : {0.0f, 1.0f, 2.0f}) append(bin, t);
  for (const float v : x) append(bin, v), append(bin, 1.0f), append(bin, 0.0f);
  const size_t keys = x.size();
  if (mode == "CUBICSPLINE") {  // tangents have no height
    for (size_t i = 0; i < keys; ++i) {
      const float y = i % 3 == 1 ? 1.0f : 0.0f;
      bin.replace(12 + 12 * i + 4, 4, reinterpret_cast<const char*>(&y), 4);
    }
  }
  std::string json = fmt::format(
      R"({{"asset":{{"version":"2.0"}},"scene":0,"scenes":[{{"nodes":[0]}}],
"nodes":[{{"name":"hips","translation":[0,1,0],"children":[1]}},{{"name":"leg","translation":[0,-0.5,0]}}],
"animations":[{{"channels":[{{"sampler":0,"target":{{"node":0,"path":"translation"}}}}],
"samplers":[{{"input":0,"output":1,"interpolation":"{}"}}]}}],
"accessors":[{{"bufferView":0,"componentType":5126,"count":3,"type":"SCALAR","min":[0],"max":[2]}},
{{"bufferView":1,"componentType":5126,"count":{},"type":"VEC3"}}],
"bufferViews":[{{"buffer":0,"byteLength":12}},{{"buffer":0,"byteOffset":12,"byteLength":{}}}],
"buffers":[{{"byteLength":{}}}]}})",
      mode, keys, 12 * keys, bin.size());
  json.resize((json.size() + 3) / 4 * 4, ' ');
  std::string out = "glTF";
  append(out, uint32_t{2});
  append(out, static_cast<uint32_t>(28 + json.size() + bin.size()));
  append(out, static_cast<uint32_t>(json.size()));
  out += "JSON" + json;
  append(out, static_cast<uint32_t>(bin.size()));
  out += std::string("BIN\0", 4) + bin;
  return out;
}

/// How far the hips are from where they began, every quarter of a second.
std::vector<double> travel(const std::string& glb) {
  formats::ReadOptions options;
  options.fps = 4;
  const Clip c = formats::read(std::as_bytes(std::span(glb)), "", options)[0];
  std::vector<double> out;
  for (int f = 0; f < c.frames(); ++f) out.push_back((c.root_pos_at(f) - c.root_pos_at(0)).norm());
  return out;
}

}  // namespace

TEST_CASE("glTF's steps, lines and cubic splines between their keys") {
  const auto step = travel(hips("STEP", {0, 1, 3}));
  REQUIRE(step.size() == 9);
  CHECK(step[3] == Approx(0).margin(1e-6));
  CHECK(step[4] == Approx(1));
  CHECK(step[7] == Approx(1));
  CHECK(step[8] == Approx(3));
  const auto line = travel(hips("LINEAR", {0, 1, 3}));
  REQUIRE(line.size() == 9);
  CHECK(line[1] == Approx(0.25));
  CHECK(line[6] == Approx(2));
  // out-tangent 2 at the first key, flat elsewhere: 3t^2 - 2t^3 + 2 (t^3 - 2t^2 + t)
  const auto spline = travel(hips("CUBICSPLINE", {0, 0, 2, 0, 1, 0, 0, 3, 0}));
  REQUIRE(spline.size() == 9);
  CHECK(spline[1] == Approx(0.15625 + 2 * 0.140625).epsilon(1e-5));
  CHECK(spline[2] == Approx(0.5 + 2 * 0.125).epsilon(1e-5));
  CHECK(spline[4] == Approx(1).epsilon(1e-5));
  CHECK(spline[6] == Approx(2).epsilon(1e-5));
}
