#pragma once
// One file a format, one table that lists them (formats/table.cpp). A format is found by its
// content.
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/hint.h"
#include "motion/clip.h"

namespace motus::formats {

using Bytes = std::span<const std::byte>;

/// What a file may not say about itself. Unset = find out, and warn where that was a guess. A hint
/// that a reader has no use for is a warning of read().
struct ReadOptions {
  std::string name;  ///< file name without folders: names clips; never decides the format
  Hint skeleton;     ///< robot name or path of an MJCF/URDF, for formats that store bare numbers
  std::optional<double> fps;  ///< heeded by read() itself, whatever the format
  Hint up_axis;               ///< "y" | "z"
  Hint units;                 ///< "m" | "cm" | "mm" | "inch" | metres per unit as a number
  Hint quat_order;            ///< "wxyz" | "xyzw"
  Hint kind;                  ///< what a bare array holds
  /// The bytes of a file beside this one, by its plain name; empty where there are no neighbours
  /// (stdin). Throws Error(bad_input) if it is missing.
  std::function<std::vector<std::byte>(const std::string& name)> sibling = {};
  /// Frees the bytes that are being read, if it is there: a reader calls it once it has taken what
  /// it needs, so that a large file does not stay beside the clip.
  std::function<void()> release = {};
  std::string sha256 = {};  ///< of the file, where the caller has it already
  /// Told by read() each warning of this reading, once; those that an h5 remembers are none of them.
  std::function<void(const std::string& warning)> warn = {};
};

struct WriteOptions {
  bool compress = false;  ///< gzip datasets in h5
  std::map<std::string, std::string>
      extra;  ///< options of one writer: "order" -> "ZYX", "units" -> "cm" ...
};

/// How sure a format is that bytes are its own.
enum class Match { no, maybe, yes };

struct Format {
  std::string_view name;        ///< "bvh"
  std::string_view extensions;  ///< "bvh" or "json txt": chooses a writer, never a reader
  std::string_view help;        ///< one line
  /// The contract of every sniff_NAME: looks at content alone, takes bytes of any kind, says yes only
  /// where no other format can be meant.
  Match (*sniff)(Bytes);
  /// read_NAME: null = cannot read. Throws Error(bad_input) with the place in the file.
  std::vector<Clip> (*read)(Bytes, const ReadOptions&);
  std::vector<std::byte> (*write)(std::span<const Clip>,
                                  const WriteOptions&);  ///< null = cannot write
};

/// All formats of this build.
std::span<const Format> table();

/// The format called `name`. Throws Error(usage) naming the nearest one.
const Format& find_format(std::string_view name);

/// The format that writes `name`: a format's name, or an extension ("npz"). Throws Error(usage)
/// naming the nearest one.
const Format& find_writer(std::string_view name);

/// The writer for a path by its extension, or null.
const Format* by_extension(std::string_view path);

/// The format of the bytes. Throws Error(bad_input) saying what the bytes look like (git-lfs
/// pointer, empty, ...).
const Format& detect(Bytes bytes);

/// Reads with `from` (a format's name, an extension such as "npy", which the content found must
/// then agree with, or "" to detect); fills in Clip::source, validates every
/// clip. Throws Error(bad_input) with the place inside the file.
std::vector<Clip> read(Bytes bytes, const std::string& from, const ReadOptions& options);

}  // namespace motus::formats
