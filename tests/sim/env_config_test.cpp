#include "sim/env_config.h"

#include "motion/data_path.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::sim;

namespace {

const std::string kEngine = R"(
engine_name: "isaac_gym"
control_mode: "pos"
control_freq: 30
sim_freq: 120
env_spacing: 5
ground_contact_height: 0.3
)";

const std::string kEnv = R"(
env_name: "amp"
char_file: "data/assets/humanoid/humanoid.xml"
motion_file: "data/motions/humanoid/humanoid_spinkick.pkl"
camera_mode: "track"
episode_length: 10.0
global_obs: True
root_height_obs: True
pose_termination: False
pose_termination_dist: 1.0
enable_phase_obs: False
enable_tar_obs: False
num_disc_obs_steps: 10
rand_reset: True
ref_char_offset: [2.0, 0.0, 0.0]
log_tracking_error: False
visualize_ref_char: True
enable_early_termination: True
key_bodies: ["head", "right_hand"]
contact_bodies: ["right_foot", "left_foot"]
init_pose: [0, 0, 0.88]
joint_err_w: [1.0, 0.6]
reward_pose_w: 0.5
reward_key_pos_scale: 10.0
)";

EnvConfig read(const std::string& env, const std::string& engine = kEngine) {
  return read_env_config(Config::parse(engine, "engine.yaml"), Config::parse(env, "env.yaml"));
}

std::string with(const std::string& text, const std::string& from, const std::string& to) {
  std::string out = text;
  const size_t at = out.find(from);
  REQUIRE(at != std::string::npos);
  return out.replace(at, from.size(), to);
}

Kind kind_of(const std::string& env, const std::string& engine = kEngine) {
  try {
    read(env, engine);
  } catch (const Error& e) {
    return e.kind();
  }
  return static_cast<Kind>(0);
}

}  // namespace

TEST_CASE("settings that cannot be are refused by name") {
  CHECK_THROWS_WITH(read(kEnv + "self_colision: false\n"),
                    Catch::Contains("unknown key 'self_colision'"));
  CHECK_THROWS_WITH(read(kEnv, kEngine + "sim_frequency: 3\n"),
                    Catch::Contains("unknown key 'sim_frequency'"));
  CHECK_THROWS_WITH(read(kEnv + "engine: {control_frek: 3}\n"),
                    Catch::Contains("unknown key 'control_frek'"));
  CHECK_THROWS_WITH(read(with(kEnv, "\"amp\"", "smp")),
                    Catch::Contains("env.yaml:2: environment smp is not in this build"));
  CHECK_THROWS_WITH(read(with(kEnv, "\"amp\"", "task_dodgeball")),
                    Catch::Contains("'proj_target_body' is missing"));
  // a task needs its numbers, and no other environment knows them
  CHECK_THROWS_WITH(read(with(kEnv, "\"amp\"", "task_location")), Catch::Contains("tar_change"));
  CHECK(kind_of(kEnv + "tar_speed: 1\n") == Kind::usage);
  CHECK(kind_of(with(kEnv, "\"amp\"", "amp2")) == Kind::usage);
  CHECK(read(with(kEnv, "enable_tar_obs: False", "enable_tar_obs: True")).enable_tar_obs);
  CHECK_THROWS_WITH(read(kEnv + "tar_obs_steps: [1, a]\n"),
                    Catch::Contains("env.yaml:25: 'tar_obs"));
  CHECK_THROWS_WITH(read(with(kEnv, "[0, 0, 0.88]", "[0, x, 0.88]")), Catch::Contains("init_pose"));
  CHECK_THROWS_WITH(read(kEnv + "obs_terms: [root_hight]\n"),
                    Catch::Contains("env.yaml:25: obs_terms: there is no term 'root_hight'"));
  CHECK_THROWS_WITH(read(kEnv + "obs_terms: [{term: joints, frame: hading}]\n"),
                    Catch::Contains("frame cannot be 'hading'"));
  CHECK_THROWS_WITH(read(kEnv + "obs_terms: [{term: joints, scal: 2}]\n"),
                    Catch::Contains("unknown key 'scal'"));
  CHECK_THROWS_WITH(read(kEnv + "disc_obs_terms: [phase]\n"), Catch::Contains("no term 'phase'"));
  CHECK_THROWS_WITH(read(kEnv + "termination: fall\n"), Catch::Contains("termination cannot be"));
  CHECK_THROWS_WITH(read(kEnv + "gains: {hip: [1]}\n"), Catch::Contains("must be [kp, kd]"));
  CHECK(kind_of(kEnv, with(kEngine, "\"pos\"", "position")) == Kind::usage);
  CHECK(kind_of(kEnv, with(kEngine, "isaac_gym", "bullet")) == Kind::usage);
  CHECK_THROWS_WITH(read(kEnv, with(kEngine, "120", "100")), Catch::Contains("whole multiple"));
  CHECK_THROWS_WITH(read(with(kEnv, "global_obs: True\n", "")), Catch::Contains("'global_obs'"));
  CHECK(kind_of(with(kEnv, "episode_length: 10.0", "episode_length: -1")) == Kind::usage);
  CHECK(kind_of(with(kEnv, "num_disc_obs_steps: 10", "num_disc_obs_steps: 0")) == Kind::usage);
  CHECK(kind_of(kEnv + "joint_obs: angles\n") == Kind::usage);
  CHECK(kind_of(kEnv + "action_half_range: -1\n") == Kind::usage);
  CHECK(kind_of(kEnv + "gain_scale: .nan\n") == Kind::usage);
}

TEST_CASE("MimicKit's files mean what they mean there") {
  const EnvConfig c = read(kEnv);
  CHECK(c.control_freq == 30);
  CHECK(c.substeps() == 4);
  CHECK(c.global_obs);
  CHECK(c.key_bodies == std::vector<std::string>{"head", "right_hand"});
  CHECK(c.num_disc_obs_steps == 10);
  CHECK(c.clip_actions);
  CHECK(c.joint_obs == JointObs::tangent_normal);
  CHECK(c.action_centre == ActionCentre::middle);
  CHECK(c.action_half_range == HalfRange::joint_limits);
  CHECK(c.velocity_envelope == 0);
  CHECK(c.self_collision);
  REQUIRE(c.notes.size() == 1);
  CHECK_THAT(c.notes[0], Catch::Contains("isaac_gym") && Catch::Contains("MuJoCo"));
  // phases are seen unless a file says otherwise
  CHECK(read(with(kEnv, "enable_phase_obs: False\n", "")).enable_phase_obs);
  // the environment's own engine block stands first
  CHECK(read(kEnv + "engine: {sim_freq: 240, ground_contact_height: 0.15}\n").substeps() == 8);
}

TEST_CASE("tasks are read with their published defaults") {
  const EnvConfig go = read(with(kEnv, "\"amp\"", "task_location") +
                            "tar_speed: 1.0\ntar_change_time_min: 5\ntar_change_time_max: 10\n"
                            "tar_dist_max: 10\n");
  CHECK(go.task.task == TaskKind::location);
  CHECK(go.task.dist_threshold == 0.5f);
  CHECK(go.task.vel_err_scale == 4);
  const std::string steer = with(kEnv, "\"amp\"", "task_steering") + R"(
rand_face_dir: false
tar_speed_min: 0.5
tar_speed_max: 5.0
tar_change_time_min: 4.0
tar_change_time_max: 7.0
reward_steering_tar_w: 0.7
reward_steering_face_w: 0.3
reward_steering_vel_scale: 0.5
)";
  const EnvConfig s = read(steer);
  CHECK(s.task.rand_dir);
  CHECK(!s.task.rand_face);
  CHECK(s.task.speed_max == 5);
  CHECK(kind_of(with(steer, "tar_speed_max: 5.0", "tar_speed_max: 0.1")) == Kind::usage);
}

TEST_CASE("the keys of Motus") {
  const EnvConfig c = read(kEnv + R"(
joint_obs: angle
gain_scale: 3
action_centre: clip_mean
action_half_range: 1.5
clip_actions: false
clip_lift: median
self_collision: false
velocity_envelope: 0.3
train_episode_length: 5
reference_table: 2048
)");
  CHECK(c.joint_obs == JointObs::angle);
  CHECK(c.gain_scale == 3);
  CHECK(c.action_half_range == HalfRange::number);
  CHECK(c.action_half_range_value == 1.5);
  CHECK(c.clip_lift == ClipLift::median);
  CHECK(c.velocity_envelope == 0.3);
  CHECK(c.velocity_envelope_tau == 0.25);
  CHECK(c.reference_table == 2048);
  CHECK(read(kEnv + "action_half_range: clip\n").action_half_range == HalfRange::clip);
}

TEST_CASE("the shipped environments are read") {
  for (const char* name :
       {"g1", "go2", "humanoid", "pi_plus", "smpl", "location_humanoid", "steering_humanoid",
        "location_humanoid_sword_shield", "steering_humanoid_sword_shield"}) {
    INFO(name);
    const EnvConfig c =
        read_env_config("engines/mujoco_engine.yaml", fmt::format("envs/amp_{}_env.yaml", name));
    CHECK(c.control_freq == 30);
    CHECK(c.notes.empty());
    CHECK(!find_data(c.char_file).empty());
  }
}
