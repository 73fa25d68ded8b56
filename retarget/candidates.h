#pragma once
// Bodies that might play a role that was not found, for the user to choose from.
#include <vector>

#include "retarget/roles_guess.h"

namespace motus::retarget {

/// At most three, best first: how much the name resembles the role's words, whether it is on the
/// right side, and whether it hangs where the role would.
std::vector<Candidate> candidates(const Skeleton& skeleton, const std::string& role,
                                  const Found& found);

}  // namespace motus::retarget
