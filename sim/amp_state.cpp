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

std::optional<Pose> AmpEnv::reference_pose(int env) const {
  const Clock& c = clocks_.at(static_cast<size_t>(env));
  Reference::Scratch s;
  reference_->sample(c.motion, c.start + c.step * spec_.control_dt, s);
  Pose out{};
  const Quat& q = s.state.root_rot;
  std::copy_n(s.state.root_pos.data(), 3, out.root_pos);
  out.root_rot[0] = q.w(), out.root_rot[1] = q.x(), out.root_rot[2] = q.y(),
  out.root_rot[3] = q.z();
  out.dof_pos.assign(s.dofs.begin(), s.dofs.end());
  out.dof_vel.assign(out.dof_pos.size(), 0);
  return out;
}

/// As MimicKit's viewer draws them: the speed becomes the distance of the red arrow.
std::vector<Marker> AmpEnv::markers(int env) const {
  const Target& t = targets_.at(static_cast<size_t>(env));
  if (config_.task.task == Task::location) {
    return {{.name = "target", .pos = Vec3(t.pos[0], t.pos[1], 0), .size = 1}};
  }
  if (config_.task.task != Task::steering) return {};
  const Pose p = pose(env);
  const Vec3 root(p.root_pos[0], p.root_pos[1], p.root_pos[2]);
  const double range = config_.task.speed_max - config_.task.speed_min;
  const double share = range > 0 ? (t.speed - config_.task.speed_min) / range : 1;
  const auto arrow = [&](const char* name, const float dir[2], double distance) {
    return Marker{.name = name,
                  .shape = Marker::Shape::arrow,
                  .pos = root + distance * Vec3(dir[0], dir[1], 0),
                  .angle = std::atan2(dir[1], dir[0]),
                  .size = 0.5};
  };
  std::vector<Marker> out{arrow("travel", t.dir, 1 + 0.5 * std::clamp(share, 0.0, 1.0)),
                          arrow("face", t.face, 1)};
  const float green[4] = {0.1F, 0.7F, 0.2F, 1};
  std::copy_n(green, 4, out[1].rgba);
  return out;
}

bool AmpEnv::set_command(const Command& command) {
  if (config_.task.task != Task::steering) return false;
  command_ = command;
  return true;
}

bool AmpEnv::pull(const Pull& pull) {
  if (pull.env >= spec_.envs || pull.body >= static_cast<int>(spec_.body_names.size()))
    return false;
  pull_ = pull;
  return true;
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
