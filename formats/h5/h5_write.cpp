#include <map>

#include "formats/h5/h5.h"
#include "formats/h5/h5_image.h"
#include "formats/h5/h5_mapping.h"
#include "formats/h5/h5_packed.h"
#include "formats/h5/h5_put.h"
#include "formats/h5/h5_root.h"
#include "formats/h5/h5_skeleton.h"

namespace motus::formats {

using namespace h5;

namespace {

constexpr size_t kPackedFrom = 101;                // clips
constexpr size_t kShortBytes = size_t{256} << 10;  // of a clip, on average

/// Bytes that the clips take, roughly.
size_t estimate(std::span<const Clip> clips) {
  size_t bytes = size_t{1} << 20;
  for (const Clip& c : clips) {
    bytes += 8 * static_cast<size_t>(c.root_pos.size() + c.root_rot.size() + c.dof_pos.size() +
                                     c.local_rot.size());
    for (const auto& [name, ch] : c.channels) bytes += 8 * static_cast<size_t>(ch.data.size());
    for (const auto& [name, a] : c.source.arrays) bytes += a.data.size();
  }
  return bytes;
}

bool wants_packed(std::span<const Clip> clips, const WriteOptions& options, size_t bytes) {
  const auto at = options.extra.find("container");
  const std::string container = at == options.extra.end() ? "auto" : at->second;
  require(container == "auto" || container == "clips" || container == "packed", Kind::usage,
          "the container is '{}', expected auto, clips or packed", container);
  if (container != "auto") return container == "packed";
  return clips.size() >= kPackedFrom && bytes / clips.size() < kShortBytes;
}

void put_clips(hid_t file, std::span<const Clip> clips, bool compress) {
  put_root_attrs(file, "clips");
  const Id skeletons = make_group(file, "skeletons"), group = make_group(file, "clips");
  std::map<std::string, std::string> ids;
  for (size_t i = 0; i < clips.size(); ++i) {
    const Clip& c = clips[i];
    require(c.skeleton != nullptr, Kind::failed, "clip '{}' has no skeleton", c.name);
    const auto [at, fresh] = ids.try_emplace(identity(*c.skeleton), number_name(ids.size()));
    if (fresh) put_skeleton(skeletons, at->second, *c.skeleton);
    put_clip(group, number_name(i), c, at->second, compress);
  }
}

void put_packed(hid_t file, std::span<const Clip> clips, bool compress) {
  put_root_attrs(file, "packed");
  Packer packer(file, compress);
  for (const Clip& c : clips) packer.add(c);
  packer.flush();
}

}  // namespace

std::vector<std::byte> write_h5(std::span<const Clip> clips, const WriteOptions& options) {
  const size_t bytes = estimate(clips);
  const bool packed = wants_packed(clips, options, bytes);
  const Session session;
  return make_image(bytes, [&](hid_t file) {
    packed ? put_packed(file, clips, options.compress) : put_clips(file, clips, options.compress);
  });
}

void write_h5_file(const std::string& path, std::span<const Clip> clips,
                   const WriteOptions& options) {
  const bool packed = wants_packed(clips, options, estimate(clips));
  {
    const Session session;
    const Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, file_creation(), file_access()), H5Fclose);
    require(file.ok(), Kind::failed, "{}: HDF5 could not make the file", path);
    packed ? put_packed(file, clips, options.compress) : put_clips(file, clips, options.compress);
    require(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0, Kind::failed,
            "{}: HDF5 could not finish the file", path);
  }
  append_trailer(path);
}

}  // namespace motus::formats
