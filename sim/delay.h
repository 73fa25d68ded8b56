#pragma once
// The line between a policy and the motors: what was commanded acts later. Resolution is a physics
// step. One object serves all environments, from several threads at once.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace motus::sim {

class Delay {
 public:
  /// `longest` and the delays given to start() count physics steps, of which `substeps` make a
  /// control step; a command has `width` numbers.
  Delay(int envs, int width, int substeps, int longest);

  /// Environment `env` begins an episode with this delay.
  void start(int env, int delay) { delays_[static_cast<size_t>(env)] = delay; }
  /// ... and with this command in force (width).
  void fill(int env, const double* command);
  /// The command of a control step that begins now.
  void give(int env, const double* command);
  /// What the motors hear in physics step `substep` of this control step.
  const double* heard(int env, int substep) const;

  /// All that changes, in two parts.
  std::span<std::byte> commands() { return std::as_writable_bytes(std::span(commands_)); }
  std::span<std::byte> heads() { return std::as_writable_bytes(std::span(heads_)); }

 private:
  size_t slot(int env, int place) const;
  size_t width_;
  int substeps_, depth_;
  std::vector<double> commands_;  ///< (E, depth, width), a ring each
  std::vector<int32_t> heads_;    ///< (E) place of the newest
  std::vector<int32_t> delays_;   ///< (E) physics steps
};

}  // namespace motus::sim
