// The shipped robots against the published models: structure, kinematics, dynamics, drives.
#include "motion/robot.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "motion/error.h"
#include "motion/roles.h"
#include "tests/catch.h"
#include "tests/sim/golden_robot.h"

using namespace motus;
using golden::Pose;

namespace {

struct Loaded {
  golden::Robot gold;
  golden::Model model;
  golden::Data data;

  explicit Loaded(const std::string& name)
      : gold(golden::read(name)),
        model(golden::compile(golden::parse(name).get())),
        data(golden::make_data(model.get())) {}

  const mjModel* m() const { return model.get(); }
  mjData* d() const { return data.get(); }
  int body(const std::string& name) const { return mj_name2id(m(), mjOBJ_BODY, name.c_str()); }
  void pose(Pose p) const { golden::set_pose(gold, m(), d(), p); }
  const std::vector<double>& value(const std::string& key) const { return gold.values.at(key); }
};

void check_close(const mjtNum* found, const std::vector<double>& expected, double tolerance) {
  for (size_t i = 0; i < expected.size(); ++i) {
    CHECK(std::abs(found[i] - expected[i]) <= tolerance);
  }
}

bool draws_only(const mjModel* m, int g) {
  return m->geom_group[g] == 2;
}

}  // namespace

TEST_CASE("a robot brings no surprises: one free tree, no floor, default options") {
  for (const char* name : golden::kRobots) {
    INFO(name);
    const Loaded r(name);
    const mjModel* m = r.m();
    CHECK(m->njnt > 0);
    CHECK(m->jnt_type[0] == mjJNT_FREE);
    CHECK(std::count(m->jnt_type, m->jnt_type + m->njnt, int{mjJNT_HINGE}) == m->njnt - 1);
    for (int b = 2; b < m->nbody; ++b) CHECK(m->body_rootid[b] == 1);
    for (int g = 0; g < m->ngeom; ++g) CHECK(m->geom_bodyid[g] > 0);
    mjOption plain;
    mj_defaultOption(&plain);
    CHECK(m->opt.timestep == plain.timestep);
    CHECK(m->opt.integrator == plain.integrator);
    CHECK(m->opt.solver == plain.solver);
    CHECK(m->opt.cone == plain.cone);
    CHECK(m->nlight == 0);
    CHECK(m->nmesh == 0);
    CHECK(m->nexclude == 0);
  }
}

TEST_CASE("what is drawn neither weighs nor touches, what touches is not drawn") {
  for (const char* name : golden::kRobots) {
    INFO(name);
    const Loaded r(name);
    const mjModel* m = r.m();
    int drawn = 0;
    for (int g = 0; g < m->ngeom; ++g) {
      const bool collides = m->geom_contype[g] != 0 || m->geom_conaffinity[g] != 0;
      CHECK(m->geom_group[g] == (collides ? 3 : 2));
      drawn += draws_only(m, g);
    }
    CHECK(drawn >= m->nbody - 2);
    const golden::Spec bare = golden::parse(name);
    for (mjsElement* e = mjs_firstElement(bare.get(), mjOBJ_GEOM); e;) {
      mjsElement* next = mjs_nextElement(bare.get(), e);
      if (mjs_asGeom(e)->group == 2) mjs_delete(bare.get(), e);
      e = next;
    }
    const golden::Model without = golden::compile(bare.get());
    REQUIRE(without->ngeom == m->ngeom - drawn);
    for (int b = 0; b < m->nbody; ++b) CHECK(without->body_mass[b] == m->body_mass[b]);
    for (int i = 0; i < 3 * m->nbody; ++i) {
      CHECK(without->body_inertia[i] == m->body_inertia[i]);
      CHECK(without->body_ipos[i] == m->body_ipos[i]);
    }
  }
}

TEST_CASE("sizes and total mass are the published ones") {
  for (const char* name : golden::kRobots) {
    INFO(name);
    const Loaded r(name);
    const std::vector<double> sizes{double(r.m()->nq), double(r.m()->nv), double(r.m()->nbody),
                                    double(r.m()->nu)};
    CHECK(sizes == r.value("sizes"));
    CHECK(std::abs(r.m()->body_subtreemass[0] - r.value("mass").at(0)) <= 2e-6);
  }
}

TEST_CASE("bodies and centre of mass lie where the published model puts them") {
  for (const char* name : golden::kRobots) {
    const Loaded r(name);
    const std::array<std::string, 3> words{"zero", "default", "test"};
    for (size_t p = 0; p < 3; ++p) {
      INFO(name << ", pose " << words[p]);
      r.pose(static_cast<Pose>(p));
      REQUIRE(r.gold.bodies.size() >= 6);
      for (const golden::Body& b : r.gold.bodies) {
        INFO(b.name);
        REQUIRE(r.body(b.name) > 0);
        check_close(r.d()->xpos + 3 * r.body(b.name),
                    {b.pos.begin() + 3 * p, b.pos.begin() + 3 * p + 3}, 4e-6);
      }
      check_close(r.d()->subtree_com + 3, r.value("com_" + words[p]), 2e-6);
    }
    for (const golden::Body& b : r.gold.bodies) {
      INFO(name << ", " << b.name);
      const mjtNum* q = r.d()->xquat + 4 * r.body(b.name);
      double dot = 0;
      for (size_t i = 0; i < 4; ++i) dot += q[i] * b.rot[i];
      const double sign = dot < 0 ? -1 : 1;
      check_close(q, {sign * b.rot[0], sign * b.rot[1], sign * b.rot[2], sign * b.rot[3]}, 1e-6);
    }
  }
}

TEST_CASE("the lowest collision point is the published one") {
  for (const char* name : golden::kRobots) {
    INFO(name);
    const Loaded r(name);
    r.pose(Pose::zero);
    CHECK(std::abs(golden::lowest(r.m(), r.d()) - r.value("lowest_zero").at(0)) <= 5e-6);
    r.pose(Pose::rest);
    CHECK(std::abs(golden::lowest(r.m(), r.d()) - r.value("lowest_default").at(0)) <= 3e-6);
  }
}

TEST_CASE("the mass matrix has the published diagonal") {
  for (const char* name : golden::kRobots) {
    const Loaded r(name);
    const int nv = r.m()->nv;
    std::vector<mjtNum> full(static_cast<size_t>(nv * nv));
    for (const auto& [pose, key] :
         {std::pair(Pose::zero, "mass_matrix_zero"), std::pair(Pose::test, "mass_matrix_test")}) {
      r.pose(pose);
      mj_fullM(r.m(), r.d(), full.data());
      REQUIRE(r.value(key).size() == static_cast<size_t>(nv));
      for (int i = 0; i < nv; ++i) {
        INFO(name << ", " << key << " " << i);
        const double expected = r.value(key).at(static_cast<size_t>(i));
        CHECK(std::abs(full[static_cast<size_t>(i * nv + i)] / expected - 1) <= 5e-5);
      }
    }
  }
}

TEST_CASE("at the default pose only the published pairs touch") {
  for (const char* name : golden::kRobots) {
    INFO(name);
    const Loaded r(name);
    r.pose(Pose::rest);
    std::set<std::pair<std::string, std::string>> found;
    for (int c = 0; c < r.d()->ncon; ++c) {
      if (r.d()->contact[c].dist >= 0) continue;
      const auto body = [&](int geom) {
        return std::string(mj_id2name(r.m(), mjOBJ_BODY, r.m()->geom_bodyid[geom]));
      };
      found.emplace(body(r.d()->contact[c].geom[0]), body(r.d()->contact[c].geom[1]));
    }
    CHECK(found == std::set(r.gold.touches.begin(), r.gold.touches.end()));
  }
}

TEST_CASE("joints and motors carry the published axes, ranges, gains and limits") {
  for (const char* name : golden::kRobots) {
    const Loaded r(name);
    const mjModel* m = r.m();
    REQUIRE(static_cast<int>(r.gold.joints.size()) == m->njnt - 1);
    for (size_t i = 0; i < r.gold.joints.size(); ++i) {
      const golden::Joint& j = r.gold.joints[i];
      INFO(name << ", " << j.name);
      const int id = static_cast<int>(i) + 1;  // after the root's
      REQUIRE(std::string(mj_id2name(m, mjOBJ_JOINT, id)) == j.name);
      CHECK(m->jnt_bodyid[id] == r.body(j.body));
      check_close(m->jnt_axis + 3 * id, {j.axis.begin(), j.axis.end()}, 1e-12);
      check_close(m->jnt_pos + 3 * id, {0, 0, 0}, 0);
      CHECK(m->jnt_limited[id]);
      check_close(m->jnt_range + 2 * id, {j.low, j.high}, 6e-6);
      CHECK(m->jnt_stiffness[id] == Approx(j.kp).epsilon(1e-9));
      CHECK(m->qpos_spring[m->jnt_qposadr[id]] == 0);
      const int dof = m->jnt_dofadr[id];
      CHECK(m->dof_damping[dof] == Approx(j.kd).epsilon(1e-9));
      CHECK(m->dof_armature[dof] == Approx(j.armature).epsilon(1e-9));
      CHECK(m->dof_frictionloss[dof] == Approx(j.frictionloss).margin(1e-12));
      CHECK(m->jnt_actfrclimited[id]);
      check_close(m->jnt_actfrcrange + 2 * id, {-j.force, j.force}, 1e-9);
      CHECK(m->actuator_trnid[2 * j.actuator] == id);
      CHECK(m->actuator_gear[6 * j.actuator] == Approx(j.gear).epsilon(1e-9));
      CHECK(m->actuator_ctrllimited[j.actuator]);
      check_close(m->actuator_ctrlrange + 2 * j.actuator, {j.ctrl_low, j.ctrl_high}, 1e-9);
    }
  }
}

TEST_CASE("robot.yaml names what the model has") {
  for (const char* name : golden::kRobots) {
    INFO(name);
    const Loaded r(name);
    const RobotYaml y = read_robot_yaml(find_robot(name) / "robot.yaml");
    CHECK(y.name == name);
    CHECK(y.model == "robot.xml");
    CHECK(y.kind == (y.name == "go2" || y.name == "a1" ? "quadruped" : "biped"));
    const bool own = r.gold.values.count("yaml_dofs") > 0;
    CHECK(y.root_height == r.value(own ? "yaml_root" : "default_root").at(2));
    std::map<std::string, double> pose(y.default_pose.begin(), y.default_pose.end());
    CHECK(pose.size() == y.default_pose.size());
    for (size_t i = 0; i < r.gold.joints.size(); ++i) {
      INFO(r.gold.joints[i].name);
      const auto found = pose.find(r.gold.joints[i].name);
      CHECK((found == pose.end() ? 0 : found->second) ==
            r.value(own ? "yaml_dofs" : "default_dofs").at(i));
      if (found != pose.end()) pose.erase(found);
    }
    CHECK(pose.empty());
    for (const auto& list : {y.key_bodies, y.contact_bodies, y.foot_bodies}) {
      CHECK_FALSE(list.empty());
      for (const std::string& b : list) CHECK(r.body(b) > 0);
    }
    const bool biped = y.kind == "biped";
    std::set<std::string> known;
    if (biped) known.insert(roles::kBiped.begin(), roles::kBiped.end());
    if (!biped) known.insert(roles::kQuadruped.begin(), roles::kQuadruped.end());
    std::set<std::string> bodies;
    for (const auto& [role, body] : y.roles) {
      INFO(role << ": " << body);
      CHECK(known.count(role) == 1);
      CHECK(r.body(body) > 0);
      CHECK(bodies.insert(body).second);
    }
    CHECK(y.roles.front().first == (biped ? "pelvis" : "trunk"));
    CHECK(r.body(y.roles.front().second) == 1);
  }
}

TEST_CASE("every shipped robot is found by its name, others are not") {
  const std::vector<std::string> names = robot_names();
  for (const char* name : golden::kRobots) {
    CHECK(std::count(names.begin(), names.end(), name) == 1);
  }
  CHECK_THROWS_AS(find_robot("go22"), Error);
}
