// What can be asked of an AMP environment between steps: poses, means, exact save and load.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "motion/error.h"
#include "sim/amp_env.h"

namespace motus::sim {

Pose AmpEnv::pose(int env) const {
  require(env >= 0 && env < spec_.envs, Kind::failed, "environment {} of {} does not exist", env,
          spec_.envs);
  const mjModel* m = sim_.model.get();
  int size = 0;
  const size_t row = static_cast<size_t>(env) * state_size_;
  const mjtNum* qpos = mjb_stateComponent(batch_.get(), mjSTATE_QPOS, &size) + row;
  const mjtNum* qvel = mjb_stateComponent(batch_.get(), mjSTATE_QVEL, &size) + row;
  Pose out;
  std::copy_n(qpos, 3, out.root_pos);
  std::copy_n(qpos + 3, 4, out.root_rot);
  std::copy_n(qvel, 3, out.root_vel);
  for (int j = 1; j < m->njnt; ++j) {
    const mjtNum* p = qpos + m->jnt_qposadr[j];
    if (m->jnt_type[j] == mjJNT_BALL) {
      const Vec3 e = log_map(Quat(p[0], p[1], p[2], p[3]));
      out.dof_pos.insert(out.dof_pos.end(), {e.x(), e.y(), e.z()});
    } else {
      out.dof_pos.push_back(p[0]);
    }
  }
  out.dof_vel.assign(qvel + 6, qvel + m->nv);
  return out;
}

std::map<std::string, double> AmpEnv::diagnostics() {
  Tally sum;
  for (Tally& t : tallies_) {
    sum.forward += t.forward, sum.path += t.path, sum.reward += t.reward;
    sum.steps += t.steps, sum.episodes += t.episodes, sum.episode_steps += t.episode_steps;
    sum.falls += t.falls, sum.strays += t.strays, sum.pose_fails += t.pose_fails;
    sum.diverged += t.diverged, sum.times += t.times;
    t = Tally{};
  }
  // always the same names, so that a table of them keeps its columns
  const auto mean = [](double total, int64_t count) {
    return count > 0 ? total / static_cast<double>(count) : 0.0;
  };
  const auto share = [&](int64_t part) { return mean(static_cast<double>(part), sum.episodes); };
  std::map<std::string, double> out{
      {"forward_speed", mean(sum.forward, sum.steps)},
      {"horizontal_speed", mean(sum.path, sum.steps)},
      {"diverged", static_cast<double>(sum.diverged)},
      {"episode_steps", mean(static_cast<double>(sum.episode_steps), sum.episodes)},
      {"fall_share", share(sum.falls)},
      {"time_share", share(sum.times)}};
  if (config_.task.task != Task::none) out["task_reward"] = mean(sum.reward, sum.steps);
  if (config_.velocity_envelope > 0) out["envelope_share"] = share(sum.strays);
  if (config_.pose_termination) out["pose_share"] = share(sum.pose_fails);
  return out;
}

namespace {

constexpr uint64_t kMagic = 0x31766e655f706d61;  ///< "amp_env1"

struct Writer {
  std::vector<std::byte> out;
  void raw(const void* p, size_t n) {
    const auto* b = static_cast<const std::byte*>(p);
    out.insert(out.end(), b, b + n);
  }
  void check(uint64_t v) { raw(&v, sizeof v); }
};

struct Reader {
  std::span<const std::byte> in;
  void raw(void* p, size_t n) {
    require(in.size() >= n, Kind::bad_input, "the saved environment ends {} bytes early",
            n - in.size());
    std::memcpy(p, in.data(), n);
    in = in.subspan(n);
  }
  void check(uint64_t expected) {
    uint64_t found = 0;
    raw(&found, sizeof found);
    require(found == expected, Kind::bad_input,
            "the saved state is of another robot, other clips or other settings ({:016x} is not "
            "{:016x})",
            found, expected);
  }
};

}  // namespace

/// Writes or reads all that changes, in one order; sizes first, so that a stranger is refused
/// before anything is overwritten.
template <typename Archive>
void AmpEnv::archive(Archive& a) {
  const auto vector = [&](auto& v) {
    using T = typename std::remove_reference_t<decltype(v)>::value_type;
    static_assert(std::is_trivially_copyable_v<T>);
    a.raw(v.data(), v.size() * sizeof(T));
  };
  for (const uint64_t v :
       {kMagic, identity_, static_cast<uint64_t>(spec_.envs), static_cast<uint64_t>(state_size_),
        static_cast<uint64_t>(ring_size_), static_cast<uint64_t>(spec_.obs),
        static_cast<uint64_t>(spec_.disc_obs), static_cast<uint64_t>(mj_version())}) {
    a.check(v);
  }
  a.raw(&seed_, sizeof seed_);
  a.raw(&drawn_, sizeof drawn_);
  unsigned char test = test_;
  a.raw(&test, 1);
  test_ = test != 0;
  a.raw(mjb_state(batch_.get()), static_cast<size_t>(spec_.envs) * state_size_ * sizeof(mjtNum));
  vector(clocks_);
  vector(targets_);
  vector(tallies_);
  vector(history_);
  vector(obs_);
  vector(next_obs_);
  vector(disc_obs_);
  vector(rewards_);
  vector(done_);
}

std::vector<std::byte> AmpEnv::save() const {
  Writer w;
  // writing reads only
  const_cast<AmpEnv*>(this)->archive(w);
  return std::move(w.out);
}

void AmpEnv::load(std::span<const std::byte> bytes) {
  const size_t expected = save().size();
  require(bytes.size() == expected, Kind::bad_input,
          "a saved state of this environment has {} bytes, found {}", expected, bytes.size());
  Reader r{bytes};
  archive(r);
  demos_->reseed(seed_);
}

}  // namespace motus::sim
