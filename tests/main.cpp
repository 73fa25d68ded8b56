#define CATCH_CONFIG_MAIN
#include "tests/catch.h"
#include "tests/source_dir.h"

namespace motus {

const char* source_dir() {
  return MOTUS_SOURCE_DIR;
}

}  // namespace motus
