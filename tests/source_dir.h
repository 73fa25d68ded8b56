#pragma once
// Where the sources are. Compiled into one file, so that the others compile alike in any folder and
// ccache knows them again.

namespace motus {

const char* source_dir();

}  // namespace motus
