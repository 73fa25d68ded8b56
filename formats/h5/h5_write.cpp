#include <map>

#include "formats/bytes.h"
#include "formats/h5/h5.h"
#include "formats/h5/h5_emit.h"
#include "formats/h5/h5_image.h"
#include "formats/h5/h5_mapping.h"
#include "formats/h5/h5_packed.h"
#include "formats/h5/h5_root.h"
#include "formats/h5/h5_skeleton.h"
#include "formats/h5/h5_store.h"

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

/// The tree of a file with a group a clip; `clips` must outlive it.
Node clips_tree(std::span<const Clip> clips) {
  Node file;
  put_root_attrs(file, "clips");
  Node &skeletons = make_group(file, "skeletons"), &group = make_group(file, "clips");
  std::map<const Skeleton*, std::string> same;  // most clips share the very object
  std::map<std::string, std::string> equal;
  for (size_t i = 0; i < clips.size(); ++i) {
    const Clip& c = clips[i];
    require(c.skeleton != nullptr, Kind::failed, "clip '{}' has no skeleton", c.name);
    std::string& id = same[c.skeleton.get()];
    if (id.empty()) {
      const auto [at, fresh] = equal.try_emplace(identity(*c.skeleton), number_name(equal.size()));
      if (fresh) put_skeleton(skeletons, at->second, *c.skeleton);
      id = at->second;
    }
    put_clip(group, number_name(i), c, id);
  }
  return file;
}

/// What only the library writes: packed sets, which grow, and compressed numbers.
void store_clips(hid_t file, std::span<const Clip> clips, bool packed, bool compress) {
  if (!packed) return store(file, clips_tree(clips), compress);
  Node root;
  put_root_attrs(root, "packed");
  store(file, root, compress);
  Packer packer(file, compress);
  for (const Clip& c : clips) packer.add(c);
  packer.flush();
}

}  // namespace

std::vector<std::byte> write_h5(std::span<const Clip> clips, const WriteOptions& options) {
  const size_t bytes = estimate(clips);
  const bool packed = wants_packed(clips, options, bytes);
  if (packed || options.compress) {
    const Session session;
    return make_image(bytes,
                      [&](hid_t file) { store_clips(file, clips, packed, options.compress); });
  }
  const Node tree = clips_tree(clips);
  const Image image(tree);
  std::vector<std::byte> out;
  out.reserve(image.size() + kTrailerSize);
  use_huge_pages(out.data(), out.capacity());
  image.write([&](Bytes piece) { out.insert(out.end(), piece.begin(), piece.end()); });
  const std::string tail = trailer(out);
  const auto end = std::as_bytes(std::span(tail));
  out.insert(out.end(), end.begin(), end.end());
  return out;
}

void write_h5_file(const std::string& path, std::span<const Clip> clips,
                   const WriteOptions& options) {
  const bool packed = wants_packed(clips, options, estimate(clips));
  if (!packed && !options.compress) {
    const Node tree = clips_tree(clips);
    return write_image(path, Image(tree));
  }
  {
    const Session session;
    const Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, file_creation(), file_access()), H5Fclose);
    require(file.ok(), Kind::failed, "{}: HDF5 could not make the file", path);
    store_clips(file, clips, packed, options.compress);
    require(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0, Kind::failed,
            "{}: HDF5 could not finish the file", path);
  }
  append_trailer(path);
}

}  // namespace motus::formats
