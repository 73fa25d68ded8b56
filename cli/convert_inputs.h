#pragma once
// What a batch reads, and what its outputs are called.
#include <cstddef>
#include <string>
#include <vector>

namespace motus::cli {

struct BatchInput {
  std::string path;
  std::string stem;  ///< of the output, with folders, without extension: unique in the batch
};

struct BatchInputs {
  std::vector<BatchInput> files;
  size_t ignored = 0;  ///< files in folders whose extension no reader has
};

/// True if a word stands for several files: a folder, or a pattern that is no file's name.
bool is_many(const std::string& word);

/// Files as named, folders with all below them that some reader may read (sorted; hidden ones and
/// `output` left out), patterns (* ? [). Stems are paths below the folder that all inputs share:
/// a/b.bvh and c/b.bvh become a/b and c/b; two files of one folder that differ in their extension
/// keep it (b_bvh, b_npy). Throws Error(bad_input) for a folder or pattern that holds nothing.
BatchInputs expand_inputs(const std::vector<std::string>& words, const std::string& output);

}  // namespace motus::cli
