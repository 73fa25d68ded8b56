#pragma once
// Which outputs of a batch are up to date: a line of JSON for each in the file kName of the output
// folder, written when the output is whole. A batch that was interrupted goes on from there.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace motus::cli {

class ConvertIndex {
 public:
  static constexpr const char* kName = ".motion-convert";

  /// Files written for one input, relative to the folder.
  struct Output {
    std::string file;
    uint64_t size = 0;
  };
  struct Entry {
    std::string stem, sha256, options;
    std::vector<Output> outputs;
  };

  /// Reads what is there; a line that is not whole does not count. `keep` = go on with it, else
  /// begin anew. Nothing is written before the first add().
  ConvertIndex(std::string folder, bool keep);
  ~ConvertIndex();
  ConvertIndex(const ConvertIndex&) = delete;
  ConvertIndex& operator=(const ConvertIndex&) = delete;

  /// True if the same bytes were converted with the same options and the outputs are still there,
  /// with their sizes.
  bool up_to_date(const std::string& stem, const std::string& sha256,
                  const std::string& options) const;
  /// Throws Error(failed) if the line cannot be written.
  void add(const Entry& entry);

 private:
  std::string folder_;
  bool keep_;
  int file_ = -1;
  std::map<std::string, Entry> entries_;
};

}  // namespace motus::cli
