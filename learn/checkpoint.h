#pragma once
// Checkpoint files: Motus' own, and MimicKit's model.pt (a state_dict written by torch.save), whose
// entries have the same names. A model.pt holds weights and normalisers, no configuration, no names.
#include <filesystem>
#include <string>

#include "learn/archive.h"
#include "sim/vec_env.h"

namespace motus::learn {

/// Either kind, told apart by its first bytes. Throws Error(bad_input) for what is neither.
Archive load_checkpoint(const std::filesystem::path& file);

/// The policy part of a checkpoint (Agent::save without `full`) as a model.pt that torch.load reads.
std::vector<std::byte> model_pt(const Archive& archive);

/// The first thing in which the character of a checkpoint differs from `spec`'s: a joint's or a body's
/// name, or the range of an action; "" if there is none.
std::string robot_difference(const Archive& archive, const sim::EnvSpec& spec);

}  // namespace motus::learn
