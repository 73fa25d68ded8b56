#include <optional>

#include "formats/apart.h"
#include "formats/bytes.h"
#include "formats/h5/h5.h"
#include "formats/h5/h5_image.h"
#include "formats/h5/h5_mapping.h"
#include "formats/h5/h5_packed.h"
#include "formats/h5/h5_root.h"

namespace motus::formats {

using namespace h5;

struct MotionFile::Impl {
  Mapping mapping;
  std::vector<std::byte> own;  ///< the file as this program would write it
  size_t limit = 0;
  Id file, clips;
  Skeletons skeletons;
  std::vector<std::string> keys;   ///< of a file with a group a clip
  std::optional<PackIndex> index;  ///< of a packed one

  explicit Impl(const std::string& path) : mapping(path) {}
  Impl() = default;

  /// Opens `bytes`, or what a process of its own makes of them.
  static std::unique_ptr<Impl> make(std::unique_ptr<Impl> fresh, Bytes bytes);
  /// All clips as a file that this program wrote.
  static std::vector<std::byte> rewritten_apart(Bytes bytes);

  /// Needs a Session.
  void open(Bytes bytes) {
    limit = 64 * bytes.size() + (size_t{256} << 20);
    dataset_limit() = limit;
    file = open_image(bytes);
    const bool packed = check_root(file);
    skeletons = read_skeletons(file);
    if (packed) {
      index.emplace(file);
      return;
    }
    clips = open_group(file, "clips");
    keys = names_in(clips);
  }

  size_t size() const { return index ? index->size() : keys.size(); }

  /// Needs a Session.
  int frames(size_t clip) const {
    dataset_limit() = limit;
    if (index) return index->frames(clip);
    const Id frames = open_group(open_group(clips, keys[clip]), "frames");
    const Opened d = open_dataset(frames, "root_pos");
    require(!d.shape.empty() && d.shape[0] < (hsize_t{1} << 31), Kind::bad_input,
            "{}: expected rows", d.path);
    return static_cast<int>(d.shape[0]);
  }

  /// Needs a Session.
  Clip read(size_t clip, Rows rows) const {
    dataset_limit() = limit;
    return index ? index->read(clip, skeletons, rows)
                 : read_clip(clips, keys[clip], skeletons, rows);
  }
};

Match sniff_h5(Bytes bytes) {
  return starts_with(bytes, "\x89HDF\r\n\x1a\n") ? Match::yes : Match::no;
}

std::unique_ptr<MotionFile::Impl> MotionFile::Impl::make(std::unique_ptr<Impl> fresh, Bytes bytes) {
  require(sniff_h5(bytes) == Match::yes, Kind::bad_input, "is not an HDF5 file");
  if (!check_whole(bytes)) {
    fresh->own = rewritten_apart(bytes);
    bytes = fresh->own;
  }
  const Session session;
  std::unique_ptr<Impl> impl = std::move(fresh);  // gone before the session, whatever happens
  impl->open(bytes);
  return impl;
}

std::vector<std::byte> MotionFile::Impl::rewritten_apart(Bytes bytes) {
  const auto rewrite = [bytes] {
    std::vector<Clip> clips;
    bool packed = false;
    {
      const Session session;
      Impl impl;
      impl.open(bytes);
      packed = impl.index.has_value();
      for (size_t i = 0; i < impl.size(); ++i) clips.push_back(impl.read(i, {}));
    }
    return write_h5(clips, {.extra = {{"container", packed ? "packed" : "clips"}}});
  };
  return in_child(rewrite, bytes.size());
}

MotionFile::MotionFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MotionFile::MotionFile(Bytes bytes) : impl_(Impl::make(std::make_unique<Impl>(), bytes)) {}
MotionFile::MotionFile(MotionFile&&) noexcept = default;
MotionFile& MotionFile::operator=(MotionFile&&) noexcept = default;
MotionFile::~MotionFile() {
  const Session session;
  impl_.reset();
}

MotionFile MotionFile::open(const std::string& path) {
  auto impl = std::make_unique<Impl>(path);
  const Bytes bytes = impl->mapping.bytes();
  try {
    return MotionFile(Impl::make(std::move(impl), bytes));
  } catch (const Error& e) {
    throw e.at(path);
  }
}

size_t MotionFile::size() const {
  return impl_->size();
}

bool MotionFile::packed() const {
  return impl_->index.has_value();
}

int MotionFile::frames(size_t clip) const {
  require(clip < size(), Kind::usage, "clip {} of a file with {}", clip, size());
  const Session session;
  return impl_->frames(clip);
}

Clip MotionFile::read(size_t clip) const {
  require(clip < size(), Kind::usage, "clip {} of a file with {}", clip, size());
  const Session session;
  return impl_->read(clip, {});
}

Clip MotionFile::read(size_t clip, int first, int count) const {
  const int all = frames(clip);
  require(first >= 0 && count > 0 && count <= all && first <= all - count, Kind::usage,
          "frames {} to {} of clip {}, which has {}", first, int64_t{first} + count - 1, clip, all);
  const Session session;
  return impl_->read(clip,
                     {.first = static_cast<hsize_t>(first), .count = static_cast<hsize_t>(count)});
}

std::vector<Clip> read_h5(Bytes bytes, const ReadOptions&) {
  const MotionFile file(bytes);
  std::vector<Clip> clips;
  for (size_t i = 0; i < file.size(); ++i) clips.push_back(file.read(i));
  return clips;
}

}  // namespace motus::formats
