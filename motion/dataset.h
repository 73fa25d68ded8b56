#pragma once
// Many clips as one dataset: MimicKit's list of files with weights, names that differ, skeletons
// that do not.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus {

/// A row of "motions: - {file: path, weight: 1.0}".
struct DatasetEntry {
  std::string file;
  double weight = 1;
  int line = 0;  ///< in the file, 0 = none
};

/// Reads the list. Throws Error(usage) with file and line for a missing key, a weight that is
/// negative or no number, and unknown keys.
std::vector<DatasetEntry> read_dataset_list(const std::filesystem::path& file);

/// The list as YAML text, which read_dataset_list() and MimicKit read.
std::string dataset_list_text(std::span<const DatasetEntry> entries);

/// Where two skeletons first differ, as words about `a` ("body 3 is 'toe', expected 'foot'"); ""
/// where same_structure() holds.
std::string first_difference(const Skeleton& a, const Skeleton& b);

/// Share number `part` of `parts` of a dataset: of the clips laid end to end, each as long as its
/// weight, those on an equal piece of the line. A clip across an end belongs to both shares with what
/// of its weight lies in each, so that drawing by weight from a share that is itself drawn evenly draws
/// each clip as the whole dataset does. Throws
/// Error(bad_input) for negative weights, or none that is not zero.
Dataset share_of(const Dataset& dataset, int part, int parts);

/// Gives clips whose names are taken already a number: walk, walk_2, walk_3. Returns how many.
int make_names_unique(std::vector<Clip>& clips);

}  // namespace motus
