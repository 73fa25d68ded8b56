#include <algorithm>
#include <filesystem>
#include <set>

#include "formats/aist.h"
#include "formats/amass.h"
#include "formats/amp_rsl.h"
#include "formats/asf/amc.h"
#include "formats/beyondmimic.h"
#include "formats/bvh/bvh.h"
#include "formats/compressed.h"
#include "formats/foreign.h"
#include "formats/foreign_h5.h"
#include "formats/format.h"
#include "formats/gmr.h"
#include "formats/h5/h5.h"
#include "formats/hints.h"
#include "formats/humanml.h"
#include "formats/isaaclab.h"
#include "formats/json/amp_json.h"
#include "formats/json/deepmimic_json.h"
#include "formats/json/tienkung.h"
#include "formats/locomujoco.h"
#include "formats/markers/c3d.h"
#include "formats/markers/dog_points.h"
#include "formats/markers/trc.h"
#include "formats/mimickit.h"
#include "formats/numpy/array_file.h"
#include "formats/object_array.h"
#include "formats/parc.h"
#include "formats/phc.h"
#include "formats/poselib.h"
#include "formats/protomotions.h"
#include "formats/robot_csv.h"
#include "formats/scene/assimp.h"
#include "formats/scene/fbx.h"
#include "formats/scene/gltf.h"
#include "motion/error.h"
#include "motion/nearest.h"
#include "motion/sha256.h"

namespace motus::formats {

namespace {

/// One line a format. Sniffers are asked in this order.
const std::vector<Format>& rows() {
  static const std::vector<Format> all = {
      {"foreign_h5", "h5 hdf5", "HDF5 of robomimic, Isaac Lab, dm_control, D4RL or a rollout",
       sniff_foreign_h5, read_foreign_h5, nullptr},
      {"h5", "h5 hdf5", "Motus motion file: everything, losslessly (docs/format-h5.md)", sniff_h5,
       read_h5, write_h5},
      {"bvh", "bvh", "Biovision hierarchy: any channel order, unit and up axis", sniff_bvh,
       read_bvh, write_bvh},
      {"fbx", "fbx", "FBX 7.1 to 7.7 scene, binary or text: skeleton and takes", sniff_fbx,
       read_fbx, nullptr},
      {"glb", "glb", "binary glTF 2.0 scene: skeleton and animations", sniff_glb, read_gltf,
       write_glb},
      {"gltf", "gltf", "glTF 2.0 scene as JSON, its buffers inside it or beside it", sniff_gltf,
       read_gltf, nullptr},
      {"assimp", "dae x b3d ms3d ase",
       "Collada, DirectX X, Blitz3D, MilkShape or 3ds Max ASCII scene, by Assimp", sniff_assimp,
       read_assimp, nullptr},
      {"isaaclab", "npz", "Isaac Lab humanoid AMP motion: dof and body states with names",
       sniff_isaaclab, read_isaaclab, write_isaaclab},
      {"beyondmimic", "npz", "BeyondMimic, mjlab or holosoma robot motion with body states",
       sniff_beyondmimic, read_beyondmimic, write_beyondmimic},
      {"locomujoco", "npz", "LocoMuJoCo data set: one array a coordinate", sniff_locomujoco,
       read_locomujoco, write_locomujoco},
      {"mimickit", "pkl", "MimicKit motion: root, exponential maps, dofs", sniff_mimickit,
       read_mimickit, write_mimickit},
      {"amass", "npz pkl", "AMASS or SMPL poses (SMPL, SMPL+H, SMPL-X)", sniff_amass, read_amass,
       write_amass},
      {"aist", "pkl", "AIST++ dance (SMPL poses)", sniff_aist, read_aist, nullptr},
      {"poselib", "npy", "poselib SkeletonMotion (Isaac Gym, ASE)", sniff_poselib, read_poselib,
       write_poselib},
      {"amp_rsl", "npy npz", "amp-rsl-rl robot motion, and others of named root and dof arrays",
       sniff_amp_rsl, read_amp_rsl, write_amp_rsl},
      {"humanml", "npy", "HumanML3D joints (T,22,3) or features (T,263)", sniff_humanml,
       read_humanml, nullptr},
      {"phc", "pkl", "PHC, ASAP, PBHC or H2O robot clips (joblib): one file, many clips", sniff_phc,
       read_phc, write_phc},
      {"protomotions", "motion", "ProtoMotions .motion (a torch archive)", sniff_protomotions,
       read_protomotions, write_protomotions},
      {"parc", "pkl", "PARC humanoid motion on terrain", sniff_parc, read_parc, nullptr},
      {"object_array", "npy", "a NumPy object array around one dict (UH-1)", sniff_object_array,
       read_object_array, nullptr},
      {"gmr", "pkl", "GMR or TWIST robot motion", sniff_gmr, read_gmr, write_gmr},
      {"amp_json", "json txt", "AMP_for_hardware or motion_imitation quadruped (A1)",
       sniff_amp_json, read_amp_json, write_amp_json},
      {"tienkung", "json txt", "TienKung-Lab motion, expert or visualization dialect",
       sniff_tienkung, read_tienkung, write_tienkung},
      {"deepmimic", "json txt", "DeepMimic humanoid3d or dog3d", sniff_deepmimic_json,
       read_deepmimic_json, write_deepmimic_json},
      {"poselib_json", "json", "poselib's JSON twin", sniff_poselib_json, read_poselib_json,
       write_poselib_json},
      {"amc", "amc", "Acclaim motion (CMU); --skeleton FILE.asf gives its bones", sniff_amc,
       read_amc, nullptr},
      {"c3d", "c3d", "C3D marker trajectories", sniff_c3d, read_c3d, nullptr},
      {"trc", "trc", "TRC marker trajectories", sniff_trc, read_trc, nullptr},
      {"dog_points", "txt csv", "dog key points of AI4Animation, 81 columns", sniff_dog_points,
       read_dog_points, nullptr},
      {"csv", "csv", "robot rows: root position, quaternion, dofs; with or without a header",
       sniff_robot_csv, read_robot_csv, write_robot_csv},
      {"array", "npy npz", "a bare array: needs --kind, --skeleton, --fps", sniff_array, read_array,
       nullptr},
  };
  return all;
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const Format& f : rows()) out.emplace_back(f.name);
  return out;
}

bool has_extension(const Format& f, std::string_view ext) {
  return fmt::format(" {} ", f.extensions).find(fmt::format(" {} ", ext)) != std::string::npos;
}

const Format* named(std::string_view name) {
  for (const Format& f : rows()) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

[[noreturn]] void unknown_format(std::string_view name) {
  throw Error(Kind::usage, fmt::format("no format is named '{}'", name),
              did_you_mean(name, names()));
}

/// The reader for `from`: nothing, a format's name, or an extension that several formats share.
const Format& choose(Bytes bytes, const std::string& from) {
  if (from.empty()) return detect(bytes);
  if (const Format* f = named(from)) {
    require(f->read != nullptr, Kind::usage, "format '{}' can be written but not read", from);
    return *f;
  }
  const bool known = std::any_of(rows().begin(), rows().end(),
                                 [&](const Format& f) { return has_extension(f, from); });
  if (!known) unknown_format(from);
  const Format& f = detect(bytes);
  require(has_extension(f, from), Kind::bad_input, "is {}, not {}", f.name, from);
  return f;
}

/// The file that clips are read from.
struct File {
  size_t size = 0;
  std::string hash;
  std::vector<std::string> layers;  ///< of compression
};

/// What a reader left open about one clip. `ignored` are the hints that it had no use for.
void complete(Clip& clip, const Format& format, const File& file, const ReadOptions& options,
              std::span<const std::string> ignored, size_t index, size_t count) {
  Source& s = clip.source;
  if (clip.name.empty()) {
    const std::filesystem::path name = unpacked_name(options.name, file.layers.size());
    clip.name = name.stem().string();
    if (clip.name.empty() || clip.name.front() == '<') clip.name = "clip";
    if (count > 1) clip.name += fmt::format("_{}", index);
  }
  // a container such as h5 hands on where its clips came from
  if (s.format.empty()) {
    s.path = options.name;
    s.format = format.name;
    s.size = static_cast<int64_t>(file.size);
    s.sha256 = file.hash;
    for (const std::string& layer : file.layers) s.conversions.push_back("unpacked from " + layer);
  }
  if (options.fps && clip.fps != *options.fps) {
    if (s.fps_source == "file") {
      s.warnings.push_back(
          fmt::format("{} frames a second in the file, {} by --fps", clip.fps, *options.fps));
    }
    clip.fps = *options.fps;
    s.fps_source = "user";
  }
  s.warnings.insert(s.warnings.end(), ignored.begin(), ignored.end());
  // a reader that kept the source's arrays has signed the very numbers of its clip
  if (s.fingerprint.empty()) {
    make_continuous(clip.root_rot);
    if (clip.local_rot.size() > 0) make_continuous(clip.local_rot);
  }
  clip.validate();
}

}  // namespace

std::span<const Format> table() {
  return rows();
}

const Format& find_format(std::string_view name) {
  if (const Format* f = named(name)) return *f;
  unknown_format(name);
}

const Format& find_writer(std::string_view name) {
  if (const Format* f = named(name)) {
    require(f->write != nullptr, Kind::usage, "format '{}' can be read but not written", name);
    return *f;
  }
  if (const Format* f = by_extension(fmt::format("x.{}", name))) return *f;
  std::vector<std::string> known;
  for (const Format& f : rows()) {
    if (f.write) known.emplace_back(f.name);
  }
  throw Error(Kind::usage, fmt::format("no format that is written is named '{}'", name),
              did_you_mean(name, known));
}

const Format* by_extension(std::string_view path) {
  std::string ext = std::filesystem::path(path).extension().string();
  if (ext.size() < 2) return nullptr;
  ext.erase(0, 1);
  std::transform(ext.begin(), ext.end(), ext.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Format& f : rows()) {
    if (f.write && has_extension(f, ext)) return &f;
  }
  return nullptr;
}

const Format& detect(Bytes bytes) {
  const Format* maybe = nullptr;
  for (const Format& f : rows()) {
    const Match m = f.read ? f.sniff(bytes) : Match::no;
    if (m == Match::yes) return f;
    if (m == Match::maybe && !maybe) maybe = &f;
  }
  if (const std::string kind = foreign_kind(bytes); !kind.empty()) {
    throw Error(Kind::bad_input, fmt::format("is {}; this version does not read that", kind),
                "motion-convert --formats lists what it reads");
  }
  if (maybe) return *maybe;
  const Likeness l = likeness(bytes);
  throw Error(Kind::bad_input, "is " + l.what, l.hint);
}

std::vector<Clip> read(Bytes bytes, const std::string& from, const ReadOptions& options) {
  try {
    Unpacked unpacked = unpack(bytes);
    const Bytes content = unpacked.how.empty() ? bytes : Bytes(unpacked.bytes);
    if (content.empty()) {
      const Likeness l = likeness(content);
      throw Error(Kind::bad_input, "is " + l.what, l.hint);
    }
    const Format& format = choose(content, from);
    const File file{bytes.size(), options.sha256.empty() ? sha256(bytes) : options.sha256,
                    unpacked.how};
    ReadOptions own = options;
    if (!unpacked.how.empty()) own.release = [&] { std::vector<std::byte>().swap(unpacked.bytes); };
    std::vector<Clip> clips = format.read(content, own);
    require(!clips.empty(), Kind::bad_input, "holds no clips");
    const std::vector<std::string> ignored = ignored_hints(own, format.name);
    std::set<std::string> told;
    for (size_t i = 0; i < clips.size(); ++i) {
      const std::vector<std::string>& all = clips[i].source.warnings;
      // a container such as h5 remembers those of the reading before
      const size_t before = clips[i].source.format.empty() ? 0 : all.size();
      complete(clips[i], format, file, options, ignored, i, clips.size());
      for (size_t w = before; w < all.size(); ++w) {
        if (options.warn && told.insert(all[w]).second) options.warn(all[w]);
      }
    }
    return clips;
  } catch (const Error& e) {
    if (options.name.empty() || e.kind() == Kind::usage) throw;
    throw e.at(options.name);
  }
}

}  // namespace motus::formats
