// Every environment that is shipped: sizes, and that a rollout of it is sound, repeatable on any
// number of threads and goes on exactly after saving.
#include <algorithm>
#include <filesystem>

#include "motion/error.h"
#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"
#include "tests/sim/trace.h"

using namespace motus;
using namespace motus::sim;

namespace {

struct Case {
  const char* name;
  int obs, critic, disc, actions;  // critic: 0 where it sees what the policy sees
};

// facts/mimickit.md 4.7, facts/amp_variants.md 2.1, 2.4, 2.7; the rest by their formulas
constexpr Case kCases[] = {
    {"amp_humanoid", 140, 0, 1420, 28},
    {"amp_smpl", 235, 0, 2370, 69},
    {"amp_g1", 237, 0, 2390, 29},
    {"amp_go2", 133, 0, 1350, 12},
    {"amp_pi_plus", 185, 0, 1870, 22},
    {"amp_location_humanoid", 142, 0, 1420, 28},
    {"amp_steering_humanoid", 145, 0, 1420, 28},
    {"amp_location_humanoid_sword_shield", 160, 0, 1600, 31},
    {"amp_steering_humanoid_sword_shield", 163, 0, 1600, 31},
    {"isaac_gym_amp_humanoid", 105, 0, 210, 28},
    {"isaac_lab_amp_humanoid", 81, 0, 162, 28},
    {"amp_hardware_a1", 42, 48, 86, 12},
    {"amp_hardware_go2", 42, 48, 86, 12},
    // 140 and three moments of 3 + 6 + 14 x 6 + 5 x 3
    {"deepmimic_humanoid", 140 + 3 * 108, 0, 142, 28},
    {"static_objects_humanoid", 140 + 3 * 108, 0, 142, 28},
    {"view_motion_humanoid", 140, 0, 142, 28},
    {"char_dof_test_humanoid", 140, 0, 142, 28},
    {"char_humanoid", 140, 0, 142, 28},
    // place 3, rotation 6, 14 joints, 14 bodies, velocities 6, dofs
    {"add_humanoid", 140 + 3 * 108, 0, 3 + 6 + 84 + 42 + 6 + 28, 28},
    {"dodgeball_humanoid", 146, 0, 1420, 28},
    // five moments of 3 + 3 + 3 D; the critic: the whole state and the last action
    {"quick_g1_deployable", 5 * 93, 86 + 29, 176, 29},
    {"quick_go2_deployable", 5 * 42, 49 + 12, 102, 12},
    {"quick_go2_terrain", 5 * 42, 49 + 12, 102, 12},
};

EnvConfig config_of(const std::string& name) {
  return read_env_config("engines/mujoco_engine.yaml", "envs/" + name + "_env.yaml");
}

Robot robot_of(const EnvConfig& c) {
  return formats::load_robot(std::filesystem::path(c.char_file).parent_path().filename().string());
}

std::unique_ptr<CharacterEnv> make(const std::string& name, int envs, int workers,
                                   uint64_t seed = 4) {
  const EnvConfig c = config_of(name);
  const Robot robot = robot_of(c);
  return std::make_unique<CharacterEnv>(c, Dataset::from({swinging(robot)}), robot.model, envs,
                                        seed, workers);
}

}  // namespace

TEST_CASE("sizes of all environments are the published ones") {
  for (const Case& c : kCases) {
    INFO(c.name);
    const EnvSpec& spec = make(c.name, 1, 1)->spec();
    CHECK(spec.obs == c.obs);
    CHECK(spec.critic_obs == c.critic);
    CHECK(spec.disc_obs == c.disc);
    CHECK(spec.actions == c.actions);
  }
}

TEST_CASE("all environments give the same bits on one thread and on two, and after loading") {
  for (const Case& c : kCases) {
    INFO(c.name);
    const auto one = make(c.name, 5, 1), two = make(c.name, 5, 2);
    CHECK(trace(*one, 0, 30) == trace(*two, 0, 30));
    const auto other = make(c.name, 5, 1, 99);
    other->load(one->save());
    CHECK(trace(*one, 30, 20) == trace(*other, 30, 20));
  }
}

TEST_CASE("demonstrations equal what the simulation shows of the same state") {
  for (const char* name : {"amp_humanoid", "amp_hardware_a1", "isaac_gym_amp_humanoid",
                           "isaac_lab_amp_humanoid", "amp_steering_humanoid_sword_shield"}) {
    INFO(name);
    EnvConfig c = config_of(name);
    const Robot robot = robot_of(c);
    c.num_disc_obs_steps = 1;
    CharacterEnv env(c, Dataset::from({swinging(robot)}), robot.model, 1, 4, 1);
    const Anatomy& a = env.reference().anatomy();
    Reference::Scratch s;
    std::vector<float> clip(static_cast<size_t>(a.layout.size())), simulated(clip);
    const DataPtr d(mj_makeData(env.sim_model().model.get()));
    for (const double time : {0.0, 0.31, 0.77, 1.9}) {
      env.reference().snapshot(0, time, s, clip.data());
      std::copy(s.qpos.begin(), s.qpos.end(), d->qpos);
      std::copy(s.qvel.begin(), s.qvel.end(), d->qvel);
      mj_kinematics(env.sim_model().model.get(), d.get());
      a.take(d->qpos, d->qvel, d->xpos + 3, d->xquat + 4, simulated.data());
      float worst = 0;
      for (size_t i = 0; i < clip.size(); ++i)
        worst = std::max(worst, std::abs(clip[i] - simulated[i]));
      CHECK(worst < 1e-5f);
    }
  }
}

TEST_CASE("velocities of a body that stands for the root are MuJoCo's own") {
  const auto env = make("isaac_lab_amp_humanoid", 1, 1);
  const mjModel* m = env->sim_model().model.get();
  const DataPtr d(mj_makeData(m));
  for (int i = 0; i < m->nv; ++i) d->qvel[i] = std::sin(1.0 + i);
  for (int i = 0; i < m->nq; ++i) d->qpos[i] = std::cos(2.0 + i);
  mj_normalizeQuat(m, d->qpos);
  mj_forward(m, d.get());
  const Anatomy& a = env->reference().anatomy();
  std::vector<float> s(static_cast<size_t>(a.layout.size()));
  a.take(d->qpos, d->qvel, d->xpos + 3, d->xquat + 4, s.data());
  mjtNum v[6];
  mj_objectVelocity(m, d.get(), mjOBJ_XBODY, mj_name2id(m, mjOBJ_BODY, "torso"), v, 0);
  for (size_t k = 0; k < 3; ++k) {
    CHECK(s[SnapshotLayout::kRootAngVel + k] == Approx(v[k]).margin(1e-5));
    CHECK(s[SnapshotLayout::kRootVel + k] == Approx(v[3 + k]).margin(1e-5));
  }
}

TEST_CASE("actions mean what each environment says") {
  const auto gym = make("isaac_gym_amp_humanoid", 1, 1);
  const EnvSpec& g = gym->spec();
  CHECK(g.action_scale[0] == Approx(M_PI));
  CHECK(g.action_centre[0] == 0);
  const auto dof = [](const EnvSpec& s, const std::string& name) {
    const auto at = std::find(s.dof_names.begin(), s.dof_names.end(), name);
    REQUIRE(at != s.dof_names.end());
    return static_cast<size_t>(at - s.dof_names.begin());
  };
  CHECK(g.action_centre[dof(g, "right_elbow")] == Approx(1.3963).margin(1e-3));
  CHECK(g.action_centre[dof(g, "right_knee")] == Approx(1.3963).margin(1e-3));
  CHECK(g.action_scale[dof(g, "right_knee")] == Approx(1.9548).margin(1e-3));
  CHECK(gym->sim_model().kp[dof(g, "right_knee")] == 300);
  CHECK(gym->sim_model().kd[dof(g, "neck_x")] == 5);
  const auto lab = make("isaac_lab_amp_humanoid", 1, 1);
  const EnvSpec& l = lab->spec();
  const size_t knee = dof(l, "right_knee");
  CHECK(l.action_scale[knee] == Approx(2 * 1.3963).margin(1e-3));
  const auto a1 = make("amp_hardware_a1", 1, 1);
  CHECK(a1->spec().action_scale[4] == 0.25f);
  CHECK(a1->spec().action_centre[1] == 0.9f);
  CHECK(a1->spec().action_centre[2] == -1.8f);
  CHECK(a1->sim_model().kp[0] == 80);
  CHECK(a1->spec().control_dt == Approx(0.03));
  CHECK(a1->sim_model().model->opt.timestep == Approx(0.005));
}
