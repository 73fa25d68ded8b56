#include "tests/fuzz/target.h"

#include <fstream>

#include "formats/asf/asf.h"
#include "formats/bytes.h"
#include "formats/foreign_h5.h"
#include "motion/error.h"

namespace motus::fuzz {

namespace {

/// A skeleton for AMC files, on disk because that is where readers look for it.
const std::string& some_asf() {
  static const std::string path = [] {
    const std::string p = "/tmp/motus_fuzz.asf";
    std::ofstream(p) << ":units\nlength 0.45\nangle deg\n:root\norder TX TY TZ RX RY RZ\n"
                        "axis XYZ\n:bonedata\nbegin\nname thigh\ndirection 0 -1 0\nlength 2\n"
                        "axis 0 0 20 XYZ\ndof rx ry rz\nend\n:hierarchy\nroot thigh\n";
    return p;
  }();
  return path;
}

formats::ReadOptions options_of(const std::string& target) {
  formats::ReadOptions o;
  if (target == "array") o.kind = "qpos", o.skeleton = "go2";
  if (target == "amc") o.skeleton = some_asf();
  if (target == "foreign_h5") o.skeleton = "go2";
  return o;
}

}  // namespace

std::vector<std::string> targets() {
  std::vector<std::string> out{"asf", "detect"};
  for (const formats::Format& f : formats::table()) {
    if (f.read) out.emplace_back(f.name);
  }
  return out;
}

void run(const std::string& target, formats::Bytes bytes) {
  try {
    if (target == "detect") {
      formats::detect(bytes);
      return;
    }
    if (target == "asf") {
      formats::asf_skeleton(formats::parse_asf(formats::as_text(bytes)), 1, Quat::Identity());
      return;
    }
    if (target == "foreign_h5") {  // in this process: a fuzzer does not see into another one
      for (const Clip& c : formats::read_foreign_h5_here(bytes, options_of(target))) c.validate();
      return;
    }
    const std::vector<Clip> clips = formats::read(bytes, target, options_of(target));
    for (const Clip& c : clips) c.validate();
    const formats::Format& f = formats::find_format(target);
    if (f.write) f.write(std::span(clips).first(1), {});
  } catch (const Error&) {
  }
}

}  // namespace motus::fuzz
