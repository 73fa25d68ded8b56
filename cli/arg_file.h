#pragma once
// MimicKit's command lines: --key value value ..., and --arg_file FILE with more of the same. The
// first occurrence of a key wins and the command line comes first, so it overrides the file; in the
// file '#' begins a comment. Unlike MimicKit an unknown key is refused.
#include <span>
#include <string>
#include <vector>

namespace motus::cli {

/// The words after the program's name with --arg_file replaced by the file's words (those whose key
/// the command line does not have). `known` lists the keys, "--num_envs" ...; `repeatable` those of
/// which every occurrence counts, the file's before those typed. Throws Error(usage) with file and line for an unknown key.
std::vector<std::string> expand_arg_file(const std::vector<std::string>& words,
                                         std::span<const std::string> known,
                                         std::span<const std::string> repeatable);

/// MimicKit's booleans: true True 1 T t, false False 0 F f. Throws Error(usage) for anything else.
bool parse_bool(const std::string& flag, const std::string& text);

}  // namespace motus::cli
