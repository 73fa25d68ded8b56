#pragma once
// What a packed file says about a clip beside its frames and numbers: one JSON object a clip (source,
// history, events, terrain), and the bytes that do not fit into text.
#include <functional>
#include <span>
#include <string>

#include "motion/clip.h"

namespace motus::formats::h5 {

/// Keeps bytes and says where: the offset is what the record holds.
using KeepBytes = std::function<uint64_t(std::span<const std::byte>)>;
/// Returns `size` bytes from `offset`.
using FetchBytes = std::function<std::vector<std::byte>(uint64_t offset, uint64_t size)>;

std::string record_of(const Clip& clip, const KeepBytes& keep);

/// The reverse; without `arrays` the source's own arrays are left out. Throws Error(bad_input).
void apply_record(Clip& clip, const std::string& record, const FetchBytes& fetch, bool arrays);

}  // namespace motus::formats::h5
