#pragma once
// Marks on the floor under whatever touches it.
struct mjModel_;
struct mjvScene_;

namespace motus::view {

/// For each shape of the model in the scene whose lowest point is at most 2 cm above the floor,
/// adds a flat disc below that point: green, or red where it is more than 3 cm under the floor.
void mark_touches(const mjModel_* model, double extent, mjvScene_* scene);

}  // namespace motus::view
