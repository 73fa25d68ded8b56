#pragma once
// The AMP environment and its tasks: MimicKit's (facts in sim/terms.h, sim/task_terms.h) on MuJoCo's batch. One mjb_apply task per
// environment and control step does everything while the state is hot: substeps, snapshot, done,
// reset, observations. Internal to sim/ and bench/ (MuJoCo types).
//
// Order of a step: target -> substeps -> kinematics (so that positions do not lag) -> snapshot ->
// history -> target -> observation, reward, discriminator observation, done -> reset of finished environments.
// A diverged simulation (a number that is not finite, or a velocity beyond 1000) is a FAIL.
#include <mujoco/mujoco.h>
// mjbatch.h stands on the types of mujoco.h
#include <mujoco/mjbatch.h>

#include <array>
#include <memory>

#include "sim/actions.h"
#include "sim/demos.h"
#include "sim/model.h"
#include "sim/reference.h"
#include "sim/task_terms.h"
#include "sim/vec_env.h"

namespace motus::sim {

class AmpEnv final : public VecEnv {
 public:
  AmpEnv(const EnvConfig& config, Dataset dataset, const std::filesystem::path& model, int num_envs,
         uint64_t seed, int workers);

  const EnvSpec& spec() const override { return spec_; }
  void reset() override;
  void step(std::span<const float> actions) override;
  std::span<const float> obs() const override { return obs_; }
  std::span<const float> next_obs() const override { return next_obs_; }
  std::span<const float> disc_obs() const override { return disc_obs_; }
  std::span<const float> rewards() const override { return rewards_; }
  std::span<const Done> done() const override { return done_; }
  void sample_demo(int n, std::span<float> out) override;
  void playback_actions(std::span<float> out) const override;
  void set_test(bool test) override { test_ = test; }
  Pose pose(int env) const override;
  std::optional<Pose> reference_pose(int env) const override;
  std::vector<Marker> markers(int env) const override;
  bool set_command(const Command& command) override;
  bool pull(const Pull& pull) override;
  std::map<std::string, double> diagnostics() override;
  std::vector<std::byte> save() const override;
  void load(std::span<const std::byte> bytes) override;

  // for benchmarks and tests
  mjBatch* batch() { return batch_.get(); }
  const SimModel& sim_model() const { return sim_; }
  const Reference& reference() const { return *reference_; }
  int substeps() const { return substeps_; }

 private:
  static constexpr int kMostBodies = 256;
  /// Everything of one environment that is not in its MuJoCo row and not in its history.
  struct Clock {
    uint64_t episode = 0;  ///< counter of this environment's stream of starts
    uint64_t targets = 0;  ///< counter of its stream of targets
    double start = 0;      ///< s, motion time at the episode's start
    int32_t motion = 0, step = 0, head = 0, pad = 0;
    float velocity[2] = {0, 0};  ///< followed by the envelope, m/s
  };
  /// Sums of one environment for diagnostics().
  struct Tally {
    double forward = 0, path = 0, reward = 0;
    int64_t steps = 0, episodes = 0, episode_steps = 0;
    int64_t falls = 0, strays = 0, pose_fails = 0, diverged = 0, times = 0;
  };
  struct DeleteBatch {
    void operator()(mjBatch* b) const { mjb_deleteBatch(b); }
  };
  static void step_task(const mjModel* m, mjData* d, int sim, void* self);
  static void reset_task(const mjModel* m, mjData* d, int sim, void* self);
  static void demo_task(const mjModel* m, mjData* d, int sim, void* self);

  void advance(const mjModel* m, mjData* d, int e);
  void begin(const mjModel* m, mjData* d, int e);
  Done judge(const mjModel* m, const mjData* d, int e);
  bool fell(const mjModel* m, const mjData* d) const;
  bool strayed_from_pose(const mjData* d, int e);
  void retarget(int e, const float* snapshot);
  void observe(int e, const float* snapshot, float* out) const;
  float* ring(int e) { return &history_[static_cast<size_t>(e) * ring_size_]; }
  const float* newest(int e) const;
  template <typename Archive>
  void archive(Archive& a);

  EnvConfig config_;
  EnvSpec spec_;
  TermOptions options_;
  SimModel sim_;
  std::unique_ptr<Reference> reference_;
  std::unique_ptr<Demos> demos_;
  std::unique_ptr<mjBatch, DeleteBatch> batch_;
  ActionRange range_;
  uint64_t seed_;
  uint64_t identity_ = 0;  ///< of model and clips, so that a saved state finds its own
  int substeps_, steps_of_episode_ = 0, train_steps_ = 0;
  float blend_ = 0;
  bool test_ = false;
  size_t ring_size_ = 0, state_size_ = 0;
  std::vector<unsigned char> may_touch_;  ///< (B)

  std::vector<Clock> clocks_;
  std::vector<Target> targets_;
  std::vector<Tally> tallies_;
  std::vector<float> history_;  ///< (E, H, snapshot)
  std::vector<float> obs_, next_obs_, disc_obs_, rewards_;
  std::vector<Done> done_;
  uint64_t drawn_ = 0;  ///< demonstrations so far

  // what a viewer wants; no part of a saved state
  std::optional<Command> command_;
  Pull pull_;

  // of the call in progress
  const float* actions_ = nullptr;
  float* demo_out_ = nullptr;
  int demo_count_ = 0;
  std::vector<Reference::Scratch> scratch_;  ///< (E)
  std::vector<float> windows_;               ///< (E, H, snapshot), for demonstrations
};

}  // namespace motus::sim
