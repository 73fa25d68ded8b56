#pragma once
// FBX 7.1 to 7.7 (2011 and later), binary and text. Read by hand rather than with a library: the
// containers are small, Euler curves with their tangents are evaluated as they were drawn, and a
// damaged file meets bounds checks. Files older than 7.1 keep their animation otherwise and are
// refused by name.
#include "formats/format.h"

namespace motus::formats {

/// Yes for the magic of the binary form and the usual first lines of the text form.
Match sniff_fbx(Bytes bytes);

/// One clip a take (formats/scene/scene.h). --units and --up-axis go before the file's settings.
std::vector<Clip> read_fbx(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
