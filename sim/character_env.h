#pragma once
// Every environment with a character, on MuJoCo's batch. What is particular is in parts that the
// configuration chooses: control (sim/control.h), start (sim/reset.h), task (sim/task.h), observation
// (sim/observation.h), the discriminator's features (sim/features.h), termination
// (sim/termination.h), what is drawn anew for each episode (sim/randomise.h). Here is their order. One mjb_apply per control step does all of it for each
// environment while its state is hot. Internal to sim/ and bench/ (MuJoCo types).
//
// A step: pushes -> control (action, substeps) -> kinematics (so that positions do not lag) -> snapshot ->
// history -> task -> observations, reward, termination -> the discriminator's observation -> start
// of a new episode where one ended.
// A start: draw -> snapshots of the past -> state -> control -> task -> observations.
// A diverged simulation (a number that is not finite, or a velocity beyond 1000) is a FAIL.
#include <mujoco/mujoco.h>
// mjbatch.h stands on the types of mujoco.h
#include <mujoco/mjbatch.h>

#include <array>
#include <memory>

#include "sim/control.h"
#include "sim/curriculum.h"
#include "sim/demos.h"
#include "sim/model.h"
#include "sim/observation.h"
#include "sim/randomise.h"
#include "sim/reference.h"
#include "sim/reset.h"
#include "sim/scene.h"
#include "sim/task.h"
#include "sim/termination.h"
#include "sim/terrain.h"
#include "sim/tracking_error.h"
#include "sim/vec_env.h"

namespace motus::sim {

class CharacterEnv final : public VecEnv {
 public:
  CharacterEnv(const EnvConfig& config, Dataset dataset, const std::filesystem::path& model,
               int num_envs, uint64_t seed, int workers);

  const EnvSpec& spec() const override { return spec_; }
  void reset() override;
  void step(std::span<const float> actions) override;
  std::span<const float> obs() const override { return obs_; }
  std::span<const float> next_obs() const override { return next_obs_; }
  std::span<const float> critic_obs() const override { return critic_ ? critic_obs_ : obs_; }
  std::span<const float> next_critic_obs() const override {
    return critic_ ? next_critic_obs_ : next_obs_;
  }
  std::span<const float> disc_obs() const override { return disc_obs_; }
  std::span<const float> rewards() const override { return rewards_; }
  std::span<const Done> done() const override { return done_; }
  void sample_demo(int n, std::span<float> out) override;
  bool align_demo() override;
  std::span<const float> aligned_demo() const override { return aligned_; }
  void playback_actions(std::span<float> out) const override;
  void set_test(bool test) override { test_ = test; }
  Pose pose(int env) const override;
  bool watch_effort() override;
  Effort effort(int env) const override;
  std::optional<Pose> reference_pose(int env) const override;
  std::vector<Marker> markers(int env) const override;
  bool set_command(const Command& command) override { return task_->command(command); }
  bool pull(const Pull& pull) override;
  std::map<std::string, double> diagnostics() override;
  std::vector<std::byte> save() const override;
  void load(std::span<const std::byte> bytes) override;

  // for benchmarks and tests
  mjBatch* batch() { return batch_.get(); }
  const SimModel& sim_model() const { return sim_; }
  const Reference& reference() const { return *reference_; }
  int substeps() const { return config_.substeps(); }

 private:
  /// Sums of one environment for diagnostics().
  struct Tally {
    double forward = 0, path = 0, reward = 0;
    int64_t steps = 0, episodes = 0, episode_steps = 0, diverged = 0, times = 0;
    int64_t ended[Termination::kMostRules] = {};  ///< by rule
    TrackingError tracking;                       ///< of tests, where asked for
  };
  struct DeleteBatch {
    void operator()(mjBatch* b) const { mjb_deleteBatch(b); }
  };
  static void step_task(const mjModel* m, mjData* d, int sim, void* self);
  static void reset_task(const mjModel* m, mjData* d, int sim, void* self);
  static void demo_task(const mjModel* m, mjData* d, int sim, void* self);

  void build_parts(Dataset dataset, const std::filesystem::path& model);
  void build_batch(int workers);
  void advance(const mjModel* m, mjData* d, int e);
  void begin(const mjModel* m, mjData* d, int e);
  Scene scene(const mjModel* m, mjData* d, int e);
  /// Pushes, pulls, control and physics of a step. False if the action is not finite.
  bool move(Scene& s);
  /// New episodes where MuJoCo gave up.
  void restart_lost();
  // with a terrain: an episode starts on its tile, and ends
  void stand(const mjModel* m, mjData* d, int e);
  void leave(const mjData* d, int e);
  /// What comes of a sound step; fills next_obs, next_critic_obs and the reward.
  Done look(Scene& s);
  /// The rows of environment e.
  float* obs_row(std::vector<float>& of, int e) {
    return &of[static_cast<size_t>(e) * static_cast<size_t>(spec_.obs)];
  }
  float* critic_row(std::vector<float>& of, int e) {
    return &of[static_cast<size_t>(e) * static_cast<size_t>(spec_.critic_obs)];
  }
  /// Observations before the last step stand for those after it, or the other way round.
  void copy_obs(bool back, int e);
  float* ring(int e) { return &history_[static_cast<size_t>(e) * ring_size_]; }
  float* newest(int e) {
    return ring(e) + clocks_[static_cast<size_t>(e)].head * reference_->anatomy().layout.size();
  }
  template <typename Archive>
  void archive(Archive& a);

  EnvConfig config_;
  EnvSpec spec_;
  SimModel sim_;
  std::unique_ptr<Reference> reference_;
  std::unique_ptr<Demos> demos_;
  std::unique_ptr<Starts> starts_;
  std::unique_ptr<Control> control_;
  std::unique_ptr<Randomise> randomise_;  ///< null: every episode has the same robot and floor
  std::unique_ptr<Task> task_;
  std::unique_ptr<Observation> observation_;
  std::unique_ptr<Observation> critic_;  ///< null: the critic sees what the policy sees
  std::unique_ptr<Termination> termination_;
  std::unique_ptr<Ground> ground_;  ///< null: a plane
  std::unique_ptr<Curriculum> curriculum_;
  std::unique_ptr<mjBatch, DeleteBatch> batch_;
  uint64_t seed_;
  uint64_t identity_ = 0;  ///< of model and clips, so that a saved state finds its own
  int steps_of_episode_ = 0, train_steps_ = 0;
  float blend_ = 0;
  bool test_ = false;
  size_t ring_size_ = 0, state_size_ = 0;

  std::vector<Clock> clocks_;
  std::vector<Tally> tallies_;
  std::vector<float> history_;  ///< (E, H, snapshot)
  std::vector<float> obs_, next_obs_, critic_obs_, next_critic_obs_, disc_obs_, rewards_;
  std::vector<float> aligned_;  ///< (E, disc_obs) of the clips; empty until asked for
  std::vector<Done> done_;
  std::vector<Effort> efforts_;    ///< (E) of the last step; empty until asked for
  uint64_t drawn_ = 0;             ///< demonstrations so far
  std::vector<int> all_, chosen_;  ///< numbers of environments: all; room for some

  Pull pull_;  ///< what a viewer's hand does; no part of a saved state

  // of the call in progress
  const float* actions_ = nullptr;
  float* demo_out_ = nullptr;
  int demo_count_ = 0;
  std::vector<Reference::Scratch> scratch_;  ///< (E)
  std::vector<float> windows_;               ///< (E, H, snapshot), for demonstrations
};

}  // namespace motus::sim
