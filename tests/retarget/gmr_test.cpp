// The baseline: its derivatives, its tables against offsets found from rest poses, its marks.
#include "retarget/gmr.h"

#include "motion/error.h"
#include "motion/kinematics.h"
#include "retarget/retarget.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

Transform moved(const Transform& t, const Twist& x) {
  // exp to first order in a tiny step, exactly enough for a central difference
  return t * Transform{x.head<3>(), exp_map(x.tail<3>())};
}

/// The axes of LAFAN1's joints on a T-pose (x left, y up, z forward become house axes: x forward, y
/// left, z up): x along the bone.
Quat lafan_frame(const std::string& name) {
  const Vec3 f = Vec3::UnitX(), l = Vec3::UnitY(), u = Vec3::UnitZ();
  const auto frame = [](const Vec3& x, const Vec3& y) {
    Eigen::Matrix3d m;
    m << x, y, x.cross(y);
    return Quat(m);
  };
  const auto holds = [&](const char* word) { return name.find(word) != std::string::npos; };
  const bool left = holds("Left");
  if (holds("Toe")) return frame(f, u);
  if (holds("Foot")) return frame((f - 0.5 * u).normalized(), (u + 0.5 * f).normalized());
  if (holds("Leg")) return frame(-u, f);
  if (holds("Arm") || holds("Hand")) return frame(left ? l : Vec3(-l), -f);
  if (holds("Shoulder")) return frame(left ? l : Vec3(-l), -f);
  return frame(u, f);  // hips and spine
}

/// The same motion on a skeleton whose joints have LAFAN1's axes. `w` has parallel axes at rest.
Clip with_lafan_axes(const Clip& w) {
  const Skeleton& s = *w.skeleton;
  Skeleton::Spec spec = s.spec();
  std::vector<Quat> k;
  for (const Body& b : s.bodies()) k.push_back(lafan_frame(b.name));
  const auto at = [&](int b) { return k[static_cast<size_t>(b)]; };
  for (size_t b = 0; b < k.size(); ++b) {
    const int parent = s.bodies()[b].parent;
    if (parent < 0) continue;
    spec.bodies[b].rest_pos = at(parent).conjugate() * s.bodies()[b].rest_pos;
  }
  for (EndSite& e : spec.end_sites) e.pos = at(e.body).conjugate() * e.pos;
  // bones exactly along x, as LAFAN1 has them
  for (const char* name :
       {"LeftLeg", "RightLeg", "LeftFoot", "RightFoot", "LeftForeArm", "RightForeArm"}) {
    Vec3& p = spec.bodies[static_cast<size_t>(s.find_body(name))].rest_pos;
    p = Vec3(p.norm(), 0, 0);
  }
  Clip out = w;
  out.skeleton = Skeleton::build(std::move(spec));
  for (int f = 0; f < w.frames(); ++f) {
    Clip::set_quat(out.root_rot, f, 0, w.root_rot_at(f) * at(0));
    for (int b = 1; b < s.body_count(); ++b) {
      const int parent = s.bodies()[static_cast<size_t>(b)].parent;
      Clip::set_quat(out.local_rot, f, b, at(parent).conjugate() * w.local_rot_at(f, b) * at(b));
    }
  }
  return out;
}

Result gmr(const Clip& source, const RobotBody& robot) {
  Options options;
  options.scheme = Scheme::gmr;
  return run(source, robot, options);
}

}  // namespace

TEST_CASE("log6: golden values, and its derivative against differences") {
  CHECK(log6({}).norm() == 0);
  // a quarter turn about z carries a screw: V^-1 of (1, 0, 0) is (pi/4, -pi/4, 0)
  const Transform screw{Vec3::UnitX(), yaw_rotation(M_PI / 2)};
  Twist golden;
  golden << M_PI / 4, -M_PI / 4, 0, 0, 0, M_PI / 2;
  CHECK(log6(screw).isApprox(golden, 1e-12));
  std::srand(3);
  for (int i = 0; i < 50; ++i) {
    const double size = i < 10 ? 1e-4 : 2.5;
    const Transform t{Vec3::Random(), exp_map(size * Vec3::Random() / std::sqrt(3.0))};
    const TwistMatrix j = log6_jacobian(log6(t));
    for (int k = 0; k < 6; ++k) {
      const double h = 1e-4;  // exp_map() takes 1e-5 rad for nothing
      const Twist x = h * Twist::Unit(k);
      const Twist slope = (log6(moved(t, x)) - log6(moved(t, -x))) / (2 * h);
      CHECK((slope - j.col(k)).norm() < 1e-5);
    }
  }
}

TEST_CASE("published rotation offsets are what the rest poses give") {
  const RobotBody g1 = robot_body("g1");
  const Clip lafan = with_lafan_axes(walk());
  const RoleMap roles = map_roles(*lafan.skeleton), plain_roles = map_roles(*walk().skeleton);
  const GmrPlan a = gmr_plan(lafan, roles, g1), b = gmr_plan(walk(), plain_roles, g1);
  CHECK(a.note.find("published") != std::string::npos);
  CHECK(b.note.find("rest poses") != std::string::npos);
  REQUIRE(a.targets.size() == b.targets.size());
  for (size_t i = 0; i < a.tasks.size(); ++i) {
    INFO(g1.robot.skeleton->bodies()[static_cast<size_t>(a.tasks[i].body)].name);
    double worst = 0;
    for (size_t f = 0; f < a.targets.size(); f += 20) {
      worst = std::max(worst, a.targets[f][i].rot.angularDistance(b.targets[f][i].rot));
      CHECK((a.targets[f][i].pos - b.targets[f][i].pos).norm() < 1e-2);
    }
    CHECK(worst < 0.9);  // feet roll over their toes, which only the published scheme follows
  }
}

TEST_CASE("a robot's own bodies as targets are reached") {
  const RobotBody g1 = robot_body("g1");
  const Clip clip = shipped_clip("g1_walk.h5");
  GmrPlan plan;
  for (const GmrRow& row : gmr_lafan("g1")->rows) {
    plan.tasks.push_back({clip.skeleton->find_body(row.body),
                          Vec3::Zero(),
                          {row.first[0], row.second[0]},
                          {row.first[1], row.second[1]}});
  }
  for (int f = 0; f < 60; ++f) {
    const BodyPoses p = forward(clip, f);
    plan.targets.emplace_back();
    for (const GmrTask& t : plan.tasks)
      plan.targets.back().push_back(
          {p.pos[static_cast<size_t>(t.body)], p.rot[static_cast<size_t>(t.body)]});
  }
  Track track(60, clip.skeleton->dof_count());
  const GmrStats stats = gmr_solve(plan, g1, track);
  CHECK(stats.iterations >= 2);  // each stage takes one step at least
  CHECK(stats.iterations <= 22);
  CHECK((track.root_pos.row(59) - clip.root_pos.row(59)).norm() < 0.01);
  CHECK((track.dofs.row(59) - clip.dof_pos.row(59)).cwiseAbs().maxCoeff() < 0.05);
}

TEST_CASE("the baseline walks, slides and floats as it is known to") {
  const RobotBody g1 = robot_body("g1");
  const Result r = gmr(walk(), g1), ours = run(walk(), g1);
  const Metrics& m = r.report.metrics;
  CHECK(r.report.scheme.rfind("gmr", 0) == 0);
  CHECK(m.limit_outside == 0);
  CHECK(m.bone_angle < 0.2);
  CHECK(m.slide > ours.report.metrics.slide);
  CHECK(m.float_mean > 0.005);  // it has no ground
  CHECK(m.path_error < 0.05);
  CHECK(r.clip.root_pos.allFinite());
}

TEST_CASE("robots without published tables are refused in one line, pi_plus has its vendor's") {
  CHECK_THROWS_WITH(gmr(walk(), robot_body("humanoid")),
                    Catch::Contains("no published tables for 'humanoid'"));
  const Result r = gmr(walk(), robot_body("pi_plus"));
  CHECK(r.report.scheme.find("vendor") != std::string::npos);
  CHECK(r.report.metrics.limit_outside == 0);
}
