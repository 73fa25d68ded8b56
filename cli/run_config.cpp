#include "cli/run_config.h"

#include <cmath>
#include <map>

#include "cli/app.h"
#include "cli/io.h"
#include "formats/format.h"
#include "formats/mjcf.h"
#include "learn/presets.h"
#include "motion/data_path.h"
#include "motion/dataset.h"
#include "motion/kinematics.h"
#include "motion/metrics.h"
#include "motion/nearest.h"
#include "sim/env.h"

namespace motus::cli {

namespace {

namespace fs = std::filesystem;

/// The characters of MimicKit's data pack that Motus has as its own.
const std::map<std::string, std::string>& assets() {
  static const std::map<std::string, std::string> table{
      {"humanoid/humanoid.xml", "humanoid"},
      {"sword_shield/humanoid_sword_shield.xml", "humanoid_sword_shield"},
      {"g1/g1.xml", "g1"},
      {"go2/go2.xml", "go2"},
      {"smpl/smpl.xml", "smpl"},
      {"hightorque_pi_plus/pi_22dof.xml", "pi_plus"}};
  return table;
}

fs::path find_character(const std::string& char_file) {
  if (const fs::path found = find_data(char_file); !found.empty()) return found;
  for (const auto& [asset, robot] : assets()) {
    if (!char_file.ends_with("assets/" + asset)) continue;
    const fs::path found = require_data("robots/" + robot + "/robot.xml", "character");
    say(fmt::format("{} is not here: {} takes its place", char_file, found.string()));
    return found;
  }
  return require_data(char_file, "character");
}

std::vector<Clip> read_one(const std::string& name, const std::string& skeleton) {
  const fs::path file = require_data(name, "motion file");
  formats::ReadOptions options;
  options.name = file.filename().string();
  options.skeleton.suggest(skeleton);
  try {
    return formats::read(read_input(file.string()), "", options);
  } catch (const Error& e) {
    throw e.at(file.string());
  }
}

/// A character whose bodies are the robot's (MimicKit's and Isaac Gym's humanoids in poselib files)
/// becomes that robot: balls take a joint's rotation, hinges its twist. Other clips stay as they are.
void take_as_robot(Clip& clip, const SkeletonPtr& skeleton) {
  const Skeleton& robot = *skeleton;
  const size_t bodies = robot.bodies().size();
  if (clip.dof_pos.size() > 0 || clip.skeleton->bodies().size() != bodies) return;
  std::vector<int> from;
  for (const Body& b : robot.bodies()) {
    const int found = clip.skeleton->find_body(b.name);
    if (found < 0) return;
    from.push_back(found);
  }
  Frames dofs(clip.frames(), robot.dof_count());
  std::vector<Quat> rotations(bodies);
  for (int f = 0; f < clip.frames(); ++f) {
    for (size_t b = 0; b < bodies; ++b) rotations[b] = clip.local_rot_at(f, from[b]);
    dofs_from_rotations(robot, rotations, &dofs(f, 0));
  }
  clip.skeleton = skeleton;
  clip.dof_pos = std::move(dofs);
  clip.local_rot.resize(0, 0);
  clip.channels.clear();  // columns of the character's bodies
}

std::vector<Clip> read_dataset(const fs::path& file, const std::string& skeleton) {
  std::vector<Clip> out;
  for (const DatasetEntry& entry : read_dataset_list(file)) {
    for (Clip& c : read_one(entry.file, skeleton)) {
      c.weight = entry.weight;
      out.push_back(std::move(c));
    }
  }
  return out;
}

/// MimicKit's engine files, where they are not at hand, have one stand-in.
std::string find_engine(const std::string& name) {
  static const std::string own = "engines/mujoco_engine.yaml";
  if (name.empty()) return own;
  const std::string file = fs::path(name).filename().string();
  for (const char* engine :
       {"isaac_gym_engine.yaml", "isaac_lab_engine.yaml", "newton_engine.yaml"}) {
    if (file != engine || !find_data(name).empty()) continue;
    say(fmt::format("{} is not here: MuJoCo simulates, with {}", name, own));
    return own;
  }
  return name;
}

void apply_set(const std::string& set, RunConfig& c) {
  const size_t sign = set.find('='), dot = set.find('.');
  require(sign != std::string::npos && dot != std::string::npos && dot < sign, Kind::usage,
          "--set {}: expected agent.key=value, env.key=value or engine.key=value", set);
  const std::string which = set.substr(0, dot), path = set.substr(dot + 1, sign - dot - 1);
  const std::vector<std::string> known{"agent", "env", "engine"};
  Config* to = which == "agent"    ? &c.agent
               : which == "env"    ? &c.env
               : which == "engine" ? &c.engine
                                   : nullptr;
  if (!to) {
    throw Error(Kind::usage, fmt::format("--set {}: there is no '{}'", set, which),
                did_you_mean(which, known));
  }
  if (which == "agent" && path == "preset") {
    // the file's values make room for the preset's; what is set after this changes those
    c.agent = learn::preset(set.substr(sign + 1));
    return;
  }
  to->set(path, set.substr(sign + 1));
}

}  // namespace

RunConfig::RunConfig()
    : engine(Config::parse("{}", "engine")),
      env(Config::parse("{}", "env")),
      agent(Config::parse("{}", "agent")) {}

RunConfig RunConfig::from_files(const std::string& engine, const std::string& env,
                                const std::string& agent, const std::string& motion,
                                const std::vector<std::string>& sets) {
  const auto load = [](const std::string& name, const char* flag, const char* what) {
    require(!name.empty(), Kind::usage, "{} is missing: name a YAML file", flag);
    return Config::load(require_data(name, what));
  };
  RunConfig c;
  c.env = load(env, "--env_config", "environment configuration");
  if (!agent.empty())
    c.agent = learn::with_preset(load(agent, "--agent_config", "agent configuration"));
  c.engine = load(find_engine(engine), "--engine_config", "engine configuration");
  if (!motion.empty()) c.env.set("motion_file", "\"" + motion + "\"");
  c.set(sets);
  c.motion_file = c.env.get<std::string>("motion_file");
  return c;
}

void RunConfig::set(const std::vector<std::string>& sets) {
  for (const std::string& s : sets) apply_set(s, *this);
}

std::string RunConfig::yaml() const {
  YAML::Node root;
  root["num_envs"] = num_envs;
  root["rand_seed"] = seed;
  root["motion_file"] = motion_file;
  root["reference_speed"] = reference_speed;
  root["engine"] = YAML::Load(engine.dump());
  root["env"] = YAML::Load(env.dump());
  root["agent"] = YAML::Load(agent.dump());
  YAML::Emitter out;
  out << root;
  return std::string(out.c_str()) + "\n";
}

RunConfig RunConfig::from_yaml(const std::string& text, const std::string& place) {
  const Config root = Config::parse(text, place);
  RunConfig c;
  c.num_envs = root.get<int>("num_envs");
  c.seed = root.get<uint64_t>("rand_seed");
  c.motion_file = root.get<std::string>("motion_file");
  c.reference_speed = root.get<double>("reference_speed", 0.0);
  c.engine = root.child("engine");
  c.env = root.child("env");
  c.agent = root.child("agent");
  return c;
}

RunConfig RunConfig::from_run(const fs::path& folder) {
  const fs::path file = folder / "config.yaml";
  if (!fs::exists(file)) {
    throw Error(Kind::bad_input, fmt::format("{}: is not a run (no config.yaml)", folder.string()),
                "amp-train --out_dir makes one");
  }
  const std::vector<std::byte> bytes = read_input(file.string());
  return from_yaml({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

sim::EnvConfig RunConfig::env_config() const {
  return sim::read_env_config(engine, env);
}

learn::AgentConfig RunConfig::agent_config() const {
  return learn::AgentConfig::read(agent);
}

std::vector<Clip> read_motions(const std::string& motion_file, const std::string& skeleton) {
  if (motion_file.ends_with(".yaml") || motion_file.ends_with(".yml")) {
    return read_dataset(require_data(motion_file, "motion dataset"), skeleton);
  }
  return read_one(motion_file, skeleton);
}

World load_world(const RunConfig& c) {
  World w;
  w.model = find_character(c.env_config().char_file);
  const SkeletonPtr robot = formats::load_skeleton(w.model);
  std::vector<Clip> clips = read_motions(c.motion_file, w.model.string());
  for (Clip& clip : clips) take_as_robot(clip, robot);
  w.dataset = Dataset::from(std::move(clips));
  double speed = 0, weight = 0;
  for (const Clip& clip : w.dataset.clips) {
    speed += clip.weight * mean_forward_speed(clip);
    weight += clip.weight;
  }
  w.reference_speed = weight > 0 ? speed / weight : 0;
  return w;
}

std::unique_ptr<sim::VecEnv> make_env(const RunConfig& config, const World& world, int num_envs,
                                      uint64_t seed, int workers) {
  const sim::EnvConfig env = config.env_config();
  for (const std::string& note : env.notes) say(note);
  return sim::make_env(env, world.dataset, world.model, num_envs, seed, workers);
}

}  // namespace motus::cli
