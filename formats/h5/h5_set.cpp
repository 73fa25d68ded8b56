#include <filesystem>
#include <optional>
#include <system_error>

#include "formats/h5/h5.h"
#include "formats/h5/h5_image.h"
#include "formats/h5/h5_mapping.h"
#include "formats/h5/h5_packed.h"
#include "formats/h5/h5_root.h"
#include "formats/h5/h5_store.h"

namespace motus::formats {

using namespace h5;

struct SetWriter::Impl {
  std::string path;
  bool compress = false;
  Id file;
  std::optional<Packer> packer;
  size_t clips = 0;

  /// Needs a Session.
  void create() {
    dataset_limit() = size_t{1} << 40;  // what is opened here was made here, or checked
    file = Id(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, file_creation(), file_access()), H5Fclose);
    require(file.ok(), Kind::failed, "{}: HDF5 could not make the file", path);
    Node root;
    put_root_attrs(root, "packed");
    store(file, root, compress);
    packer.emplace(file, compress);
  }

  /// Needs a Session.
  void reopen() {
    dataset_limit() = size_t{1} << 40;
    file = Id(H5Fopen(path.c_str(), H5F_ACC_RDWR, file_access()), H5Fclose);
    require(file.ok(), Kind::failed, "{}: HDF5 could not open the file", path);
    packer.emplace(file, compress);
  }
};

SetWriter::SetWriter(const std::string& path, bool compress) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->compress = compress;
}

SetWriter::~SetWriter() {
  const Session session;
  impl_.reset();
}

void SetWriter::begin_with(const std::string& existing) {
  const MotionFile old = MotionFile::open(existing);
  if (!old.packed() || !check_whole(Mapping(existing).bytes())) {
    for (size_t i = 0; i < old.size(); ++i) add(old.read(i));
    return;
  }
  std::error_code ec;
  std::filesystem::copy_file(existing, impl_->path,
                             std::filesystem::copy_options::overwrite_existing, ec);
  require(!ec, Kind::failed, "{}: {}", impl_->path, ec.message());
  impl_->clips = old.size();
  const Session session;
  impl_->reopen();
}

void SetWriter::add(const Clip& clip) {
  const Session session;
  if (!impl_->packer) impl_->create();
  dataset_limit() = size_t{1} << 40;
  impl_->packer->add(clip);
  ++impl_->clips;
}

size_t SetWriter::size() const {
  return impl_->clips;
}

void SetWriter::finish() {
  {
    const Session session;
    if (!impl_->packer) impl_->create();
    impl_->packer->flush();
    impl_->packer.reset();
    const bool done = H5Fflush(impl_->file, H5F_SCOPE_GLOBAL) >= 0;
    impl_->file = Id();
    require(done, Kind::failed, "{}: HDF5 could not finish the file", impl_->path);
  }
  append_trailer(impl_->path);
}

}  // namespace motus::formats
