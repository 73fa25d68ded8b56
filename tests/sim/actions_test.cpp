#include "sim/actions.h"

#include "motion/error.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

struct Case {
  Robot robot;
  Reference reference;
  std::vector<double> kp, kd, limit;
  explicit Case(const std::string& name, double swing = 0.2)
      : robot(formats::load_robot(name)),
        reference(Dataset::from({swinging(robot, 1, swing)}),
                  Anatomy::of(*robot.skeleton, {}, false)),
        kp(static_cast<size_t>(robot.skeleton->dof_count()), 100.0),
        kd(kp.size(), 10.0),
        limit(kp.size(), 50.0) {}
  ActionRange range(const EnvConfig& c) const { return action_range(c, reference, kp, kd, limit); }
  size_t dof(const char* name) const {
    const int d = robot.skeleton->find_dof(name);
    REQUIRE(d >= 0);
    return static_cast<size_t>(d);
  }
};

}  // namespace

TEST_CASE("a range cannot be taken from limits that are not there") {
  const Case go2("go2");
  Skeleton::Spec spec = go2.robot.skeleton->spec();
  spec.dofs[1].lower = -Dof::kUnlimited;
  Robot robot = go2.robot;
  robot.skeleton = Skeleton::build(spec);
  const Reference reference(Dataset::from({swinging(robot)}),
                            Anatomy::of(*robot.skeleton, {}, false));
  EnvConfig config;
  CHECK_THROWS_WITH(action_range(config, reference, go2.kp, go2.kd, go2.limit),
                    Catch::Contains("FL_thigh_joint") && Catch::Contains("no range"));
  config.action_centre = ActionCentre::clip_mean;
  config.action_half_range = HalfRange::clip;
  CHECK_NOTHROW(action_range(config, reference, go2.kp, go2.kd, go2.limit));
  std::vector<double> none(go2.kp.size(), 0.0);
  CHECK_THROWS_WITH(action_range(config, reference, none, go2.kd, go2.limit),
                    Catch::Contains("no gain"));
}

TEST_CASE("ranges from joint limits are the published ones") {
  const Case humanoid("humanoid");
  const ActionRange r = humanoid.range({});
  for (const auto& [dof, half] : {std::pair{"abdomen_x", 1.885},
                                  {"abdomen_z", 1.885},
                                  {"neck_y", 1.2566},
                                  {"right_shoulder_x", 3.351},
                                  {"left_hip_z", 2.9322},
                                  {"right_ankle_y", 1.1519}}) {
    INFO(dof);
    CHECK(r.scale[humanoid.dof(dof)] == Approx(half).margin(1e-4));
    CHECK(r.centre[humanoid.dof(dof)] == 0);
  }
  for (const char* dof : {"right_elbow", "right_knee", "left_knee"}) {
    const size_t d = humanoid.dof(dof);
    CHECK(r.centre[d] - r.scale[d] == Approx(-0.5585).margin(1e-4));
    CHECK(r.centre[d] + r.scale[d] == Approx(3.351).margin(1e-4));
  }
  CHECK(r.centre[humanoid.dof("left_elbow")] == Approx(-1.39626).margin(1e-4));

  EnvConfig zero;
  zero.zero_center_action = true;
  const ActionRange z = humanoid.range(zero);
  CHECK(z.centre[humanoid.dof("left_knee")] == 0);
  CHECK(z.scale[humanoid.dof("left_knee")] == Approx(1.4 * 2.79253).margin(1e-4));
}

TEST_CASE("ranges from the clip hold what position control needs to follow it") {
  // q = 0.2 sin(2 pi t + d) and a lead of kd/kp qd = 0.1 * 0.2 * 2 pi cos(...)
  const Case go2("go2");
  EnvConfig config;
  config.action_centre = ActionCentre::clip_mean;
  config.action_half_range = HalfRange::clip;
  config.action_range_margin = 0;
  const double amplitude = 0.2 * std::hypot(1, 0.2 * M_PI);
  const ActionRange bare = go2.range(config);
  for (size_t d = 0; d < bare.scale.size(); ++d) {
    CHECK(bare.scale[d] == Approx(amplitude).epsilon(0.04));
    CHECK(bare.centre[d] == Approx(go2.robot.default_dofs[d]).margin(1e-3));
  }
  config.action_range_margin = 0.5;
  CHECK(go2.range(config).scale[0] == Approx(bare.scale[0] + 0.5 * 50 / 100));
  config.action_range_cap = 0.3;
  CHECK(go2.range(config).scale[0] == Approx(0.3));
  config.action_half_range = HalfRange::number;
  config.action_half_range_value = 1.5;
  CHECK(go2.range(config).scale[7] == 1.5f);
}
