#pragma once
// What bytes are when no reader of this version takes them: one clear line instead of a guess.
#include <string>

#include "formats/format.h"

namespace motus::formats {

/// "a C3D file (optical markers)" for kinds of file that this version knows but does not read, else
/// "". Cheap: looks at the first bytes, and at the names inside archives and pickles.
std::string foreign_kind(Bytes bytes);

/// A guess at what bytes are, and what to do about it.
struct Likeness {
  std::string what, hint;
};

/// What bytes that nobody takes look like: "a git-lfs pointer, not the file itself" ... Never empty.
Likeness likeness(Bytes bytes);

}  // namespace motus::formats
