// The keys of the tasks and of tracking: MimicKit's names where it has the task.
#include <algorithm>

#include "motion/data_path.h"
#include "motion/math.h"
#include "sim/config_read.h"

namespace motus::sim {

namespace {

void range_of(const Config& c, const std::string& low, const std::string& high, float& a,
              float& b) {
  require(a <= b, Kind::usage, "{}: {} {} and {} {} are no range", line_of(c, high), low, a, high,
          b);
}

void read_steering(const Config& c, TaskOptions& t) {
  t.rand_dir = c.get("rand_tar_dir", true);
  t.rand_face = c.get("rand_face_dir", true);
  t.speed_min = c.get<float>("tar_speed_min"), t.speed_max = c.get<float>("tar_speed_max");
  not_negative(c, "tar_speed_min", t.speed_min);
  range_of(c, "tar_speed_min", "tar_speed_max", t.speed_min, t.speed_max);
  t.steer_w = c.get<float>("reward_steering_tar_w");
  t.steer_face_w = c.get<float>("reward_steering_face_w");
  t.steer_vel_scale = c.get<float>("reward_steering_vel_scale");
}

void read_location(const Config& c, TaskOptions& t) {
  t.speed = c.get<float>("tar_speed");
  t.dist_max = c.get<float>("tar_dist_max");
  t.dist_min = c.get("tar_dist_min", 0.0f);
  not_negative(c, "tar_dist_min", t.dist_min);
  range_of(c, "tar_dist_min", "tar_dist_max", t.dist_min, t.dist_max);
  t.dist_threshold = c.get("dist_threshold", t.dist_threshold);
  t.pos_err_scale = c.get("pos_err_scale", t.pos_err_scale);
  t.vel_err_scale = c.get("vel_err_scale", t.vel_err_scale);
  t.pos_w = c.get("pos_reward_w", t.pos_w);
  t.vel_w = c.get("vel_reward_w", t.vel_w);
  t.face_w = c.get("face_reward_w", t.face_w);
}

void read_velocity(const Config& c, VelocityOptions& o) {
  const auto pair = [&](const std::string& key, float& low, float& high) {
    const std::vector<float> v = c.get(key, std::vector<float>{low, high});
    require(v.size() == 2 && v[0] <= v[1], Kind::usage, "{}: {} must be [lowest, highest]",
            line_of(c, key), key);
    low = v[0], high = v[1];
  };
  pair("command_vx", o.vx_min, o.vx_max);
  pair("command_vy", o.vy_min, o.vy_max);
  pair("command_wz", o.wz_min, o.wz_max);
  o.still = c.get("command_still", o.still);
  o.resample_steps = c.get("command_steps", o.resample_steps);
  positive(c, "command_steps", o.resample_steps);
  o.lin_w = c.get("reward_lin_vel_w", o.lin_w);
  o.ang_w = c.get("reward_ang_vel_w", o.ang_w);
  o.sigma = c.get("reward_sigma", o.sigma);
  positive(c, "reward_sigma", o.sigma);
}

void read_dodgeball(const Config& c, DodgeballOptions& o) {
  o.balls = c.get("num_projectiles", o.balls);
  positive(c, "num_projectiles", o.balls);
  require(o.balls <= 16, Kind::usage, "{}: num_projectiles {} is more than 16",
          line_of(c, "num_projectiles"), o.balls);
  o.hit_dist = c.get("hit_dist", o.hit_dist);
  o.hit_force = c.get("hit_force_threshold", o.hit_force);
  o.hit_delta_v = c.get("hit_delta_v_threshold", o.hit_delta_v);
  const auto range = [&](const std::string& name, float& low, float& high) {
    low = c.get(name + "_min", low), high = c.get(name + "_max", high);
    not_negative(c, name + "_min", low);
    range_of(c, name + "_min", name + "_max", low, high);
  };
  range("proj_dist", o.dist_min, o.dist_max);
  range("proj_h", o.h_min, o.h_max);
  range("proj_speed", o.speed_min, o.speed_max);
  range("proj_trigger_time", o.time_min, o.time_max);
  positive(c, "proj_speed_min", o.speed_min);
  o.aim_noise = c.get("proj_aim_noise_scale", o.aim_noise);
  o.target_body = c.get<std::string>("proj_target_body");
}

/// objects: [{file, pos, rot: x y z w}]
void read_objects(const Config& c, EnvConfig& out) {
  const YAML::Node list = c.node("objects");
  require(list && list.IsSequence() && list.size() > 0, Kind::usage,
          "{}: objects must list {{file, pos, rot}}", line_of(c, "objects"));
  for (const auto& item : list) {
    const std::string place = fmt::format("{}:{}: objects", c.place(), item.Mark().line + 1);
    const Config one = Config::parse(YAML::Dump(item), place);
    StaticObject o;
    o.file = require_data(one.get<std::string>("file"), "object").string();
    const auto pos = one.get<std::vector<double>>("pos");
    const auto rot = one.get("rot", std::vector<double>{0, 0, 0, 1});
    require(pos.size() == 3 && rot.size() == 4, Kind::usage,
            "{}: pos takes 3 numbers, rot 4 (x y z w); found {} and {}", place, pos.size(),
            rot.size());
    std::copy(pos.begin(), pos.end(), o.pos);
    const Quat q = Quat(rot[3], rot[0], rot[1], rot[2]).normalized();
    require(std::isfinite(q.w()), Kind::usage, "{}: rot is no rotation", place);
    o.rot[0] = q.w(), o.rot[1] = q.x(), o.rot[2] = q.y(), o.rot[3] = q.z();
    one.refuse_unknown();
    out.objects.push_back(o);
  }
}

}  // namespace

void read_task(const Config& c, EnvConfig& out) {
  TaskOptions& t = out.task;
  if (t.task == TaskKind::location || t.task == TaskKind::steering) {
    t.change_min = c.get<float>("tar_change_time_min");
    t.change_max = c.get<float>("tar_change_time_max");
    not_negative(c, "tar_change_time_min", t.change_min);
    range_of(c, "tar_change_time_min", "tar_change_time_max", t.change_min, t.change_max);
  }
  if (t.task == TaskKind::location) read_location(c, t);
  if (t.task == TaskKind::steering) read_steering(c, t);
  if (t.task == TaskKind::velocity) read_velocity(c, t.velocity);
  if (t.task == TaskKind::dodgeball) read_dodgeball(c, t.dodgeball);
  if (out.env_name == "static_objects") read_objects(c, out);
  if (t.task == TaskKind::none && c.has("constant_reward")) {
    t.task = TaskKind::constant;
    t.constant = c.get<float>("constant_reward");
  }
}

void read_tracking(const Config& c, EnvConfig& out) {
  TrackingOptions& o = out.tracking;
  o.track_root = out.enable_tar_obs && out.global_obs;
  o.height = out.root_height_obs;
  const std::pair<const char*, float*> numbers[] = {{"reward_pose_w", &o.pose_w},
                                                    {"reward_vel_w", &o.vel_w},
                                                    {"reward_root_pose_w", &o.root_pose_w},
                                                    {"reward_root_vel_w", &o.root_vel_w},
                                                    {"reward_key_pos_w", &o.key_w},
                                                    {"reward_pose_scale", &o.pose_scale},
                                                    {"reward_vel_scale", &o.vel_scale},
                                                    {"reward_root_pose_scale", &o.root_pose_scale},
                                                    {"reward_root_vel_scale", &o.root_vel_scale},
                                                    {"reward_key_pos_scale", &o.key_scale}};
  for (const auto& [key, number] : numbers) *number = c.get(key, *number);
  out.joint_err_w = c.get("joint_err_w", out.joint_err_w);
}

}  // namespace motus::sim
