#pragma once
// What torch.save writes since torch 1.6: a zip archive FOLDER/{data.pkl, byteorder, data/KEY,
// version}, stored without compression, every entry's content at a multiple of 64 bytes.
#include <string>
#include <vector>

#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_writer.h"

namespace motus::formats {

/// True if the bytes are such an archive whose pickle names all of these words; cheap, never
/// throws.
bool torch_zip_has(Bytes bytes, std::initializer_list<std::string_view> words);

/// The object, its tensors with their numbers. Throws Error(bad_input) as Pickle::parse() and
/// ZipReader do, and for big-endian archives.
Pickle read_torch_zip(Bytes bytes);

/// A pickle with tensors, and the archive around it.
class TorchWriter {
 public:
  TorchWriter() : pickle_(2) {}
  /// Everything but tensors is written here, in order.
  PickleWriter& pickle() { return pickle_; }
  /// A contiguous tensor. Throws Error(failed) for text and types that torch has not.
  void tensor(const Array& a);
  /// The archive: `folder` is the name that torch.load ignores.
  std::vector<std::byte> finish(const std::string& folder);

 private:
  PickleWriter pickle_;
  std::vector<std::vector<std::byte>> storages_;
};

}  // namespace motus::formats
