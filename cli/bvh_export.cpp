// bvh-export: a clip or a rollout to BVH, as an animation program wants it.
#include <filesystem>

#include "cli/clips.h"
#include "cli/io.h"
#include "formats/bvh/bvh_rig.h"
#include "motion/kinematics.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  cli::ClipInput input;
  std::string path = "-", output = "-", preset = "raw", units, order;
  bool merge = false, tpose = false;
};

/// How far merging a chain of hinges moves bodies: their pivots are not in one point.
void report_merging(const Clip& c) {
  const formats::bvh::Rig rig = formats::bvh::make_rig(*c.skeleton, true);
  std::vector<Quat> rotations;
  double most = 0;
  std::vector<Vec3> pos(rig.bones.size());
  std::vector<Quat> rot(rig.bones.size());
  for (int f = 0; f < c.frames(); ++f) {
    const BodyPoses p = forward(c, f);
    formats::bvh::bone_rotations(rig, p, rotations);
    for (size_t b = 0; b < rig.bones.size(); ++b) {
      const formats::bvh::Bone& bone = rig.bones[b];
      const auto up = static_cast<size_t>(std::max(bone.parent, 0));
      pos[b] = bone.parent < 0 ? p.pos[0] : Vec3(pos[up] + rot[up] * bone.offset);
      rot[b] = bone.parent < 0 ? rotations[0] : rot[up] * rotations[b];
      most = std::max(most, (pos[b] - p.pos[static_cast<size_t>(bone.first)]).norm());
    }
  }
  cli::say(fmt::format("{}: {} bodies as {} joints; merging moves them by at most {:.3g} m", c.name,
                       c.skeleton->body_count(), rig.bones.size(), most));
}

int run(const Options& o) {
  formats::WriteOptions write;
  write.extra["preset"] = o.preset;
  if (!o.units.empty()) write.extra["units"] = o.units;
  if (!o.order.empty()) write.extra["order"] = o.order;
  if (o.merge) write.extra["merge_hinges"] = "1";
  if (o.tpose) write.extra["tpose_frame"] = "1";
  std::error_code ec;
  const bool folder = o.output.ends_with('/') || fs::is_directory(o.output, ec);
  std::vector<Clip> clips = o.input.read(o.path);
  for (const Clip& c : clips) {
    if (o.merge) report_merging(c);
  }
  if (!folder) {
    cli::write_clips(o.output, "bvh", clips, write);
    return 0;
  }
  fs::create_directories(o.output, ec);
  for (size_t i = 0; i < clips.size(); ++i) {
    std::string name = clips[i].name;
    for (char& c : name) c = c == '/' ? '_' : c;
    if (clips.size() > 1) name += fmt::format("_{}", i);
    cli::write_clips((fs::path(o.output) / (name + ".bvh")).string(), "bvh",
                     std::span(&clips[i], 1), write);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("bvh-export",
               "Write a clip or a rollout as BVH, for Blender, MotionBuilder and others");
  app.positional("INPUT", o.path, "motion file (default: stdin)");
  app.option("-f,--from", o.input.from, "format of the input (default: found from its content)");
  app.option("--skeleton", o.input.options.skeleton.unheeded(),
             "robot name, MJCF or URDF, for formats that hold bare numbers");
  app.option("-o,--output", o.output, "BVH file, or FOLDER/ for one file a clip");
  app.option(
      "--preset", o.preset,
      "raw (cm; a clip from BVH keeps its channels), blender (m), motionbuilder (cm, HumanIK "
      "names)");
  app.option("--units", o.units, "m, cm, mm, inch or metres per unit of the BVH");
  app.option("--order", o.order, "order of the rotation channels, such as ZYX");
  app.flag("--merge-hinges", o.merge, "a chain of one-axis joints becomes one joint");
  app.flag("--tpose-frame", o.tpose, "put the rest pose before the first frame");
  app.example("motion-retarget --to g1 dance.bvh | bvh-export --merge-hinges -o dance_g1.bvh");
  app.example("amp-play runs/dance | bvh-export --preset blender -o dance_policy.bvh");
  return app.run(argc, argv, [&] { return run(o); });
}
