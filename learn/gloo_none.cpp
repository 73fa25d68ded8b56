// In place of gloo.cpp where Gloo's headers are not installed.
#include "learn/gloo.h"

namespace motus::learn {

std::unique_ptr<Ranks> join_gloo(const Meeting& meeting) {
  throw Error(Kind::not_built,
              fmt::format("this build trains in one process, not in {} ranks", meeting.size),
              "install Gloo's headers (scripts/setup; Debian: libgloo-dev) and configure again");
}

}  // namespace motus::learn
