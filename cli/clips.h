#pragma once
// Clips in and out of programs: the options that say what a file cannot say itself, and reading.
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/app.h"
#include "formats/format.h"

namespace motus::cli {

/// Who is told the warnings of a reading, each text once.
using Hear = std::function<void(const std::string& warning)>;

/// --from and what the file may not say about itself; one per program.
class ClipInput {
 public:
  /// Adds -f,--from, --fps, --up-axis, --units, --quat-order, --skeleton, --kind. A program whose
  /// --fps means something else names it otherwise.
  void add_options(App& app, const std::string& fps_name = "--fps");

  /// All clips of a file or of stdin ("-"). Prints the warnings of this reading (not those that an
  /// h5 remembers from before).
  std::vector<Clip> read(const std::string& path) const;

  /// The same from the bytes of `path`, without a word: warnings go to `warn`. `sha256` of them if
  /// it is known.
  std::vector<Clip> parse(std::vector<std::byte> bytes, const std::string& path, const Hear& warn,
                          const std::string& sha256 = "") const;

  /// Throws Error(usage) for values that no reader takes. read() and parse() do it too.
  void check() const;

  /// The options that were given, as on a command line; empty if none.
  std::string given() const;

  std::string from;
  formats::ReadOptions options;
};

/// Clips as bytes to a file or stdout: the format is `to` (a name or an extension), else by the
/// extension of `path`, else h5. Call refuse_terminal() before working.
void write_clips(const std::string& path, const std::string& to, std::span<const Clip> clips,
                 const formats::WriteOptions& options = {});

/// The format that write_clips() would take. Throws Error(usage) for names and extensions unknown.
const formats::Format& output_format(const std::string& path, const std::string& to);

/// True if a format of this build is read from files with the extension of `path`.
bool has_motion_extension(const std::filesystem::path& path);

}  // namespace motus::cli
