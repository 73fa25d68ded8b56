// What can be asked of an environment between steps: poses, means, exact save and load.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "motion/error.h"
#include "motion/math.h"
#include "sim/character_env.h"

namespace motus::sim {

Pose CharacterEnv::pose(int env) const {
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
  const int dofs = static_cast<int>(spec_.dof_names.size());
  for (int j = 1; j < m->njnt && m->jnt_dofadr[j] < 6 + dofs; ++j) {
    const mjtNum* p = qpos + m->jnt_qposadr[j];
    if (m->jnt_type[j] == mjJNT_BALL) {
      const Vec3 e = log_map(Quat(p[0], p[1], p[2], p[3]));
      out.dof_pos.insert(out.dof_pos.end(), {e.x(), e.y(), e.z()});
    } else {
      out.dof_pos.push_back(p[0]);
    }
  }
  out.dof_vel.assign(qvel + 6, qvel + 6 + dofs);
  return out;
}

bool CharacterEnv::watch_effort() {
  const std::vector<double> zero(sim_.torque_limit.size(), 0.0);
  const Effort none{.work = zero, .at_limit = zero, .peak = zero, .limit = sim_.torque_limit};
  efforts_.assign(static_cast<size_t>(spec_.envs), none);
  return true;
}

Effort CharacterEnv::effort(int env) const {
  return efforts_.empty() ? Effort{} : efforts_.at(static_cast<size_t>(env));
}

std::optional<Pose> CharacterEnv::reference_pose(int env) const {
  const Clock& c = clocks_.at(static_cast<size_t>(env));
  Reference::Scratch s;
  reference_->sample(c.motion, c.start + c.step * spec_.control_dt, s);
  Pose out{};
  const Quat& q = s.state.root_rot;
  for (int k = 0; k < 3; ++k) {
    out.root_pos[k] = s.state.root_pos[k] + (curriculum_ ? curriculum_->post(env).offset[k] : 0);
  }
  out.root_rot[0] = q.w(), out.root_rot[1] = q.x(), out.root_rot[2] = q.y(),
  out.root_rot[3] = q.z();
  out.dof_pos.assign(s.dofs.begin(), s.dofs.end());
  out.dof_vel.assign(out.dof_pos.size(), 0);
  return out;
}

std::vector<Marker> CharacterEnv::markers(int env) const {
  const Pose p = pose(env);
  const Quat q(p.root_rot[0], p.root_rot[1], p.root_rot[2], p.root_rot[3]);
  return task_->markers(env, Vec3(p.root_pos), heading(q));
}

bool CharacterEnv::pull(const Pull& pull) {
  if (pull.env >= spec_.envs || pull.body >= static_cast<int>(spec_.body_names.size()))
    return false;
  pull_ = pull;
  return true;
}

std::map<std::string, double> CharacterEnv::diagnostics() {
  Tally sum;
  for (Tally& t : tallies_) {
    sum.forward += t.forward, sum.path += t.path, sum.reward += t.reward;
    sum.steps += t.steps, sum.episodes += t.episodes, sum.episode_steps += t.episode_steps;
    sum.diverged += t.diverged, sum.times += t.times;
    sum.tracking.add(t.tracking);
    for (int r = 0; r < Termination::kMostRules; ++r) sum.ended[r] += t.ended[r];
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
      {"fall_share", 0.0},
      {"time_share", share(sum.times)}};
  if (config_.log_tracking_error) sum.tracking.tell(out);
  if (curriculum_) out["terrain_level"] = curriculum_->mean_level();
  if (task_->rewarded()) out["task_reward"] = mean(sum.reward, sum.steps);
  const std::vector<std::string> rules = termination_->names();
  for (size_t r = 0; r < rules.size(); ++r) out[rules[r] + "_share"] = share(sum.ended[r]);
  return out;
}

namespace {

constexpr uint64_t kMagic = 0x32766e655f706d61;  ///< "amp_env2"

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
void CharacterEnv::archive(Archive& a) {
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
  const std::span<std::byte> task = task_->state();
  a.raw(task.data(), task.size());
  if (randomise_) {
    for (const std::span<std::byte> part : randomise_->state()) a.raw(part.data(), part.size());
  }
  if (curriculum_) {
    const std::span<std::byte> posts = std::as_writable_bytes(curriculum_->state());
    a.raw(posts.data(), posts.size());
  }
  vector(tallies_);
  vector(history_);
  vector(obs_);
  vector(next_obs_);
  vector(critic_obs_);
  vector(next_critic_obs_);
  vector(disc_obs_);
  vector(rewards_);
  vector(done_);
}

std::vector<std::byte> CharacterEnv::save() const {
  Writer w;
  // writing reads only
  const_cast<CharacterEnv*>(this)->archive(w);
  return std::move(w.out);
}

void CharacterEnv::load(std::span<const std::byte> bytes) {
  const size_t expected = save().size();
  require(bytes.size() == expected, Kind::bad_input,
          "a saved state of this environment has {} bytes, found {}", expected, bytes.size());
  Reader r{bytes};
  archive(r);
  demos_->reseed(seed_);
  if (curriculum_) curriculum_->reseed(seed_);
  if (!randomise_) return;
  for (int e = 0; e < spec_.envs; ++e) randomise_->resume(scene(nullptr, nullptr, e));
  randomise_->settle(all_);
}

}  // namespace motus::sim
