#pragma once
// Bytes in, bytes out: "-" is stdin or stdout; files appear whole or not at all.
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace motus::cli {

/// All bytes of a file (looked for here, then in the data folders of motion/data_path.h), or of stdin for "-". Throws Error(usage) if stdin is a terminal,
/// Error(bad_input) if the file is missing, unreadable, a folder, larger than 4 GiB, or if stdin is
/// empty.
std::vector<std::byte> read_input(const std::string& path);

/// "walk.bvh", or "<stdin>" for "-".
std::string input_name(const std::string& path);

/// Throws Error(usage) if `path` is "-" and stdout is a terminal: call it before working.
void refuse_terminal(const std::string& path);

/// When a new file must have reached the disk: before it has its name, or, for one of many, when
/// sync_files() is called. Until then a power cut may leave it empty.
enum class Sync { now, later };

/// Waits until all files of the file system that `folder` is on are on the disk. Throws
/// Error(failed).
void sync_files(const std::string& folder);

/// A file that appears whole or not at all: fill temporary(), which lies beside `path`, then
/// commit(). The temporary file is removed if that does not happen, also when the program is
/// interrupted (SIGINT, SIGTERM, SIGHUP).
class PendingFile {
 public:
  explicit PendingFile(std::string path);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();
  const std::string& temporary() const { return temporary_; }
  /// Syncs and renames. Throws Error(failed).
  void commit(Sync sync = Sync::now);

 private:
  std::string path_, temporary_;
  int slot_ = -1;  ///< in the list of what an interrupt removes
  bool done_ = false;
};

/// Writes all bytes: to stdout for "-", in place to pipes and devices, else as a PendingFile. A reader that went away ends the program with 141; other
/// failures throw Error(failed).
void write_output(const std::string& path, std::span<const std::byte> bytes, Sync sync = Sync::now);
/// The same for text.
void write_output(const std::string& path, const std::string& text);

}  // namespace motus::cli
