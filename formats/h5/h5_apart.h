#pragma once
// Work in a process of its own. HDF5 1.10 trusts some of the lengths that it finds in a file (text
// in the global heap above all) and can crash on damage or loop over it; a file that carries our
// check sum is known to be whole, one that another program wrote last is not.
#include <cstddef>
#include <functional>
#include <vector>

namespace motus::formats::h5 {

/// What `work` returns, computed in a forked child with limits on memory and processor time, which
/// follow from `input_size`. An Error thrown there is thrown here; a crash or a limit becomes
/// Error(bad_input).
std::vector<std::byte> in_child(const std::function<std::vector<std::byte>()>& work,
                                size_t input_size);

}  // namespace motus::formats::h5
