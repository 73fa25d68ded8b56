#pragma once
// Where each array of a clip lies, below /clips/<key> and, for many clips end to end, below
// /packed/<pack>: both have the same groups and datasets.
#include "formats/h5/h5_get.h"
#include "formats/h5/h5_node.h"

namespace motus::formats::h5 {

/// One array of a clip and its place.
struct Slot {
  std::string group{};    ///< "frames", "contacts", "channels/a%2Fb", "objects/box"
  std::string dataset{};  ///< "root_pos", "state", "data", "pos"
  const Frames* data = nullptr;
  Shape item{};  ///< shape of one row
  std::string units{}, frame{};
  std::string name{};                ///< of the channel, else empty
  const Channel* channel = nullptr;  ///< for "contacts" and "channels": items have names
};

/// All arrays of a clip, always in the same order.
std::vector<Slot> slots_of(const Clip& clip);

/// Makes what stands beside the dataset of a slot: its group with attributes and item names.
Node& put_slot_group(Node& holder, const Slot& slot, const Skeleton& skeleton);
void put_slot_attrs(Node& dataset, const Slot& slot);

/// Fills in the arrays of a clip whose skeleton is set, from the rows wanted.
void read_slots(Clip& clip, hid_t holder, Rows rows);

}  // namespace motus::formats::h5
