#pragma once
// Many clips end to end: /packed/<pack> holds the frames of all clips of one kind (skeleton, arrays,
// number type), /index one entry a clip. A clip costs a few rows, no groups; any window of frames is
// one read.
#include <map>
#include <memory>

#include "formats/h5/h5_clip.h"
#include "formats/h5/h5_column.h"

namespace motus::formats::h5 {

/// Adds clips to a file. Throws Error(failed) if the library cannot write.
class Packer {
 public:
  /// `file` is new with its root attributes, or packed already: what is added comes behind.
  Packer(hid_t file, bool compress);
  void add(const Clip& clip);
  void flush();

 private:
  struct Pack {
    int id = 0;
    std::vector<Column> columns;  ///< in the order of slots_of()
  };
  Pack& pack_for(const Clip& clip);
  std::string skeleton_id(const Skeleton& skeleton);

  bool compress_;
  Id skeletons_, packed_, index_;
  std::map<std::string, std::string> skeleton_ids_;  ///< identity -> id
  std::map<std::string, int> known_;                 ///< signature -> pack in the file
  std::map<std::string, Pack> open_;                 ///< signature -> pack with its columns
  std::vector<Column> columns_;                      ///< of the index
};

/// Reads clips of a packed file, each by itself.
class PackIndex {
 public:
  explicit PackIndex(hid_t file);
  size_t size() const { return static_cast<size_t>(numbers_.rows()); }
  int frames(size_t clip) const;
  Clip read(size_t clip, const Skeletons& skeletons, Rows rows) const;

 private:
  Id packed_;
  Frames numbers_;  ///< (clips, 6): pack, start, length, fps, loop_mode, weight
  Opened names_, records_, bytes_;
};

}  // namespace motus::formats::h5
