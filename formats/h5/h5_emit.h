#pragma once
// A tree as the bytes of an HDF5 file, without the HDF5 library: that spends more time on the two
// hundred little objects of a clip than on all its numbers, and lets one thread at a time do so.
// The oldest layout, which every reader knows: superblock 0, groups as B-trees with local heaps,
// object headers 1, contiguous datasets, texts in global heaps. (HDF5 file format specification 3.0)
#include <functional>

#include "formats/format.h"
#include "formats/h5/h5_node.h"

namespace motus::formats::h5 {

class Image {
 public:
  /// `root`, a group, must outlive the image.
  explicit Image(const Node& root);

  /// Bytes of the file.
  size_t size() const { return data_end_ + objects_.size(); }
  /// The file from its first byte to its last, in pieces of at most 512 kB that are good during the
  /// call.
  void write(const std::function<void(Bytes)>& out) const;

 private:
  struct Placed {
    const Data* data;
    uint64_t address;
  };
  /// A text whose place in the heap is not known yet: where its reference is, and what it says.
  struct Reference {
    size_t at;
    const std::string* text;
  };

  uint64_t here() const { return data_end_ + objects_.size(); }
  uint64_t emit(const Node& node);  // each returns the address of its object
  uint64_t emit_dataset(const Node& node);
  uint64_t emit_group(const Node& node);
  uint64_t emit_tree(const std::vector<uint64_t>& names, const std::vector<uint64_t>& objects);
  uint64_t begin_header(const Node& node, size_t messages);
  void end_header(const Node& node, uint64_t header);
  void emit_reference(const std::string& text);
  void emit_texts();

  size_t data_end_ = 0;   ///< before it: superblock and numbers; behind: everything else
  uint64_t data_at_ = 0;  ///< address of the next numbers
  uint64_t root_ = 0;
  std::vector<Placed> placed_;
  std::vector<Reference> references_;
  std::vector<std::byte> objects_;
};

}  // namespace motus::formats::h5
