// Ground that is not flat: its heights, MuJoCo's height field of them, starts on it, and who goes on
// which tile.
#include "sim/terrain.h"

#include <algorithm>
#include <cmath>

#include "motion/data_path.h"
#include "motion/sha256.h"
#include "sim/character_env.h"
#include "sim/curriculum.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

/// One column of each kind, hardest level only unless told.
TerrainOptions all_kinds(int levels = 1) {
  TerrainOptions o;
  o.columns = {Tile::flat,      Tile::slope_up,    Tile::slope_down,
               Tile::stairs_up, Tile::stairs_down, Tile::rough};
  o.levels = levels;
  o.tile = 6;
  o.border = 1;
  o.seed = 5;
  return o;
}

EnvConfig on(const Robot& robot, const TerrainOptions& terrain) {
  EnvConfig c = settings(robot);
  c.global_obs = false;
  c.num_disc_obs_steps = 3;
  c.terrain = terrain;
  return c;
}

std::unique_ptr<CharacterEnv> make(const Robot& robot, const EnvConfig& c, int envs, int workers,
                                   const Clip& clip, uint64_t seed = 4) {
  return std::make_unique<CharacterEnv>(c, Dataset::from({clip}), robot.model, envs, seed, workers);
}

/// The state of one environment, ready to be looked at.
DataPtr state_of(CharacterEnv& env, int e) {
  const mjModel* m = env.sim_model().model.get();
  DataPtr d(mj_makeData(m));
  int size = 0;
  const int row = mjb_nstate(env.batch());
  const mjtNum* qpos = mjb_stateComponent(env.batch(), mjSTATE_QPOS, &size);
  std::copy_n(qpos + static_cast<std::ptrdiff_t>(e) * row, m->nq, d->qpos);
  mj_forward(m, d.get());
  return d;
}

double deepest_contact(const mjData* d) {
  double depth = 0;
  for (int i = 0; i < d->ncon; ++i) depth = std::max(depth, -d->contact[i].dist);
  return depth;
}

std::string trace(VecEnv& env, int first, int steps) {
  Sha256 hash;
  for (int i = first; i < first + steps; ++i) {
    env.step(wobble(env, i, 1));
    for (const auto span : {env.obs(), env.next_obs(), env.disc_obs(), env.rewards()}) {
      REQUIRE(std::all_of(span.begin(), span.end(), [](float x) { return std::isfinite(x); }));
      hash.add(std::as_bytes(span));
    }
    hash.add(std::as_bytes(env.done()));
  }
  return hash.hex();
}

}  // namespace

TEST_CASE("heights of the tiles are what their options say") {
  TerrainOptions o = all_kinds(2);
  o.slope = 0.5, o.step_height = 0.2, o.step_width = 0.5, o.platform = 2;
  const Ground g(o);
  const auto at = [&](int level, int column, double x, double y) {
    return g.height(g.centre_x(level) + x, g.centre_y(column) + y);
  };
  CHECK(g.centre_x(0) == -3);
  // the middle of a tile counts for all of it, the border is even
  CHECK(g.start_height(g.centre_x(1) + 2.9, g.centre_y(4) - 2.9) ==
        g.height(g.centre_x(1), g.centre_y(4)));
  CHECK(g.start_height(100, 0) == 0);
  CHECK(g.centre_x(1) == 3);
  CHECK(g.centre_y(0) == -15);
  // the last level, at full height: 2 m of slope around the platform rise 1 m
  CHECK(at(1, 0, 1.3, 0.2) == 0);
  CHECK(at(1, 1, 0, 0) == Approx(-1));
  CHECK(at(1, 1, 0.95, -1) == Approx(-1));
  CHECK(at(1, 1, 0, 2) == Approx(-0.5));
  CHECK(at(1, 2, -2.5, 1) == Approx(0.25));
  // four steps of half a metre on the way to the platform
  CHECK(at(1, 3, 0, 0) == Approx(-0.8));
  CHECK(at(1, 3, 0.9, 0.3) == Approx(-0.8));
  CHECK(at(1, 3, 1.25, 0) == Approx(-0.6));
  CHECK(at(1, 4, -1.75, 0.2) == Approx(0.4));
  CHECK(at(1, 4, 2.7, -2.9) == 0);
  // the first of two levels is half as high; tiles meet at 0
  CHECK(at(0, 2, 0, 0) == Approx(0.5));
  CHECK(at(0, 4, 0, 0) == Approx(0.4));
  for (int column = 0; column < 6; ++column) {
    for (double s = -3; s < 3; s += 0.17) {
      CHECK(std::abs(at(0, column, 3, s)) < 1e-9);
      CHECK(std::abs(at(0, column, s, -3)) < 1e-9);
    }
  }
  // rough ground: drawn, within its bounds, the same for the same seed
  double low = 0, high = 0;
  for (double x = -2.9; x < 2.9; x += 0.1) {
    low = std::min(low, at(1, 5, x, 0.3)), high = std::max(high, at(1, 5, x, 0.3));
  }
  CHECK(low < -0.02);
  CHECK(high > 0.02);
  CHECK(std::max(-low, high) <= o.roughness);
  CHECK(Ground(o).map().heights == g.map().heights);
  TerrainOptions other = o;
  other.seed = 6;
  CHECK(Ground(other).map().heights != g.map().heights);
  CHECK(g.holds(6.9, 18.9));
  CHECK_FALSE(g.holds(7.1, 0));
  CHECK(g.highest(g.centre_x(1) + 1.4, g.centre_y(4), 0.45) == Approx(0.8));
}

TEST_CASE("MuJoCo's height field is the field, node by node and in between") {
  const Robot robot = formats::load_robot("go2");
  for (const bool even : {false, true}) {
    TerrainOptions o = all_kinds(2);
    if (even) o.columns = {Tile::flat};
    const auto env = make(robot, on(robot, o), 1, 1, swinging(robot));
    const mjModel* m = env->sim_model().model.get();
    const Ground g(o);
    REQUIRE(m->nhfield == 1);
    REQUIRE(m->hfield_nrow[0] == g.map().heights.cols());
    REQUIRE(m->hfield_ncol[0] == g.map().heights.rows());
    const DataPtr d(mj_makeData(m));
    mj_kinematics(m, d.get());
    const int floor = env->sim_model().floor_geom;
    const int far = static_cast<int>(g.map().heights.rows()) * 7;
    double worst = 0;
    for (int i = 0; i < 4000; ++i) {
      // nodes and cells all over the field, by steps that are no multiple of the spacing
      const double x = -6.9 + std::fmod(0.3371 * i, 13.8);
      const double y =
          g.map().origin_y + 0.1 + std::fmod(0.1777 * i + far, -2 * g.map().origin_y - 0.2);
      const mjtNum from[3] = {x, y, 10}, down[3] = {0, 0, -1};
      const double distance = mj_rayHfield(m, d.get(), floor, from, down, nullptr);
      REQUIRE(distance > 0);
      worst = std::max(worst, std::abs(10 - distance - g.height(x, y)));
    }
    CHECK(worst < 1e-5);
  }
}

TEST_CASE("whoever starts on a tile stands on it, and sees what it sees on the plane") {
  for (const char* name : {"go2", "humanoid"}) {
    const Robot robot = formats::load_robot(name);
    const Clip clip = swinging(robot);
    const TerrainOptions o = all_kinds();
    const auto env = make(robot, on(robot, o), 6, 1, clip);
    const auto plane = make(robot, on(robot, {}), 6, 1, clip);
    const Ground g(o);
    for (int e = 0; e < 6; ++e) {
      INFO(name << " on tile " << e);
      const DataPtr here = state_of(*env, e), there = state_of(*plane, e);
      CHECK(here->qpos[0] == Approx(g.centre_x(0)).margin(1e-9));
      CHECK(here->qpos[1] == Approx(g.centre_y(e)));
      // no deeper in the ground than the clip is in its floor
      CHECK(deepest_contact(here.get()) < deepest_contact(there.get()) + 2e-3);
      const double up = here->qpos[2] - there->qpos[2];
      const double ground = g.height(here->qpos[0], here->qpos[1]);
      CHECK(up > ground - o.roughness);
      CHECK(up < ground + 2 * o.roughness);
      const size_t width = static_cast<size_t>(env->spec().obs);
      const bool even = e < 5;
      if (even) CHECK(up == Approx(ground).margin(1e-9));
      for (size_t i = 0; i < width; ++i) {
        const size_t k = static_cast<size_t>(e) * width + i;
        CHECK(env->obs()[k] == Approx(plane->obs()[k]).margin(even || i > 0 ? 1e-5 : 0.15));
      }
    }
    // the past came along: what the discriminator sees after a step differs by the contacts alone
    const std::vector<float> still(6 * static_cast<size_t>(env->spec().actions), 0);
    env->step(still);
    plane->step(still);
    const size_t width = static_cast<size_t>(env->spec().disc_obs);
    for (size_t i = 0; i < width; ++i) {
      INFO("flat, number " << i);
      if (i >= width * 2 / 3) break;  // the newest step moved
      CHECK(env->disc_obs()[i] == Approx(plane->disc_obs()[i]).margin(2e-2));
    }
  }
}

TEST_CASE("a robot that is held stands on every tile, and its feet are felt there") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = on(robot, all_kinds());
  c.reset_mode = "default";
  c.action_centre = ActionCentre::init_pose;
  c.gain_scale = 3;
  c.init_pose = {0, 0, robot.root_height, 0, 0, 0};
  c.init_pose.insert(c.init_pose.end(), robot.default_dofs.begin(), robot.default_dofs.end());
  const auto env = make(robot, c, 6, 1, swinging(robot));
  EnvConfig forbidden = c;
  forbidden.contact_bodies = {"FL_hip"};  // feet may not touch the ground
  const auto falls = make(robot, forbidden, 6, 1, swinging(robot));
  const std::vector<float> still(6 * 12, 0);
  std::vector<bool> fell(6, false);
  for (int i = 0; i < 60; ++i) {
    env->step(still);
    falls->step(still);
    for (size_t e = 0; e < 6; ++e) {
      INFO("tile " << e << " at step " << i);
      REQUIRE(env->done()[e] == Done::no);
      if (falls->done()[e] == Done::fail) fell[e] = true;
    }
  }
  for (size_t e = 0; e < 6; ++e) CHECK(fell[e]);
  const size_t width = static_cast<size_t>(env->spec().obs);
  for (size_t e = 0; e < 6; ++e) {
    INFO("tile " << e);
    // obs[0] is the height above the ground
    CHECK(env->obs()[e * width] == Approx(robot.root_height).margin(0.06));
  }
}

TEST_CASE("levels follow from what was walked") {
  // tile of 8 m, asked for 1 m/s over 10 s
  const auto level = [](int now, double distance, double u = 0, double asked = 1) {
    return next_level(now, 6, 8, {distance, asked, 10}, u);
  };
  CHECK(level(2, 4.01) == 3);         // left the tile
  CHECK(level(2, 4.0) == 1);          // did not, and walked less than the half of 10 m
  CHECK(level(2, 3.9, 0, 0.5) == 2);  // asked for 5 m, walked more than half of it
  CHECK(level(2, 2.4, 0, 0.5) == 1);
  CHECK(level(0, 0) == 0);
  CHECK(level(2, 0, 0, 0) == 2);  // asked to stand, stood
  CHECK(level(5, 5, 0.0) == 0);   // beyond the last: anywhere
  CHECK(level(5, 5, 0.5) == 3);
  CHECK(level(5, 5, 0.9999999999999999) == 5);
}

TEST_CASE("environments climb and descend, tests leave them where they are") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = on(robot, all_kinds(4));
  c.terrain.columns = {Tile::flat};
  c.terrain.tile = 2;
  c.terrain.platform = 1;
  c.terrain.border = 4;
  c.terrain.start_levels = 2;
  c.episode_length = 0.5;
  c.enable_early_termination = false;
  const std::vector<float> still(8 * 12, 0);
  const auto levels = [&](double speed, bool test) {
    Clip clip = swinging(robot, speed);
    clip.root_pos.col(2).array() += 2;  // through the air
    const auto env = make(robot, c, 8, 1, clip);
    env->set_test(test);
    const double before = env->diagnostics().at("terrain_level");
    for (int i = 0; i < 15; ++i) env->step(still);
    return std::pair{before, env->diagnostics().at("terrain_level")};
  };
  const auto [first, thrown] = levels(4, false);  // thrown ahead at 4 m/s: farther than 1 m
  CHECK(first > 0);
  CHECK(first < 1);
  CHECK(thrown == first + 1);
  CHECK(levels(1, true).second == first);
  c.terrain.curriculum = false;
  CHECK(levels(1, false).second != first);
}

TEST_CASE("who walks off the field has run out of time") {
  const Robot robot = formats::load_robot("go2");
  TerrainOptions o = all_kinds();
  o.columns = {Tile::flat};
  o.tile = 1, o.platform = 0.5, o.border = 0.2;
  EnvConfig c = on(robot, o);
  c.enable_early_termination = false;
  const auto env = make(robot, c, 1, 1, swinging(robot, 5));
  const std::vector<float> still(12, 0);
  int steps = 0;
  for (Done done = Done::no; done == Done::no && steps < 30; ++steps) {
    env->step(still);
    done = env->done()[0];
    if (done != Done::no) CHECK(done == Done::time);
  }
  CHECK(steps < 12);
}

TEST_CASE("terrain gives the same bits on 1, 2 and 4 threads and after loading") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = on(robot, all_kinds(3));
  c.episode_length = 1;
  const Clip clip = swinging(robot, 3);
  const auto one = make(robot, c, 9, 1, clip), two = make(robot, c, 9, 2, clip),
             four = make(robot, c, 9, 4, clip);
  const std::string a = trace(*one, 0, 80);
  CHECK(a == trace(*two, 0, 80));
  CHECK(a == trace(*four, 0, 80));
  const auto later = make(robot, c, 9, 2, clip, 77);
  later->load(one->save());
  CHECK((later->save() == one->save()));
  CHECK(trace(*one, 80, 60) == trace(*later, 80, 60));
  CHECK(one->diagnostics().at("terrain_level") == later->diagnostics().at("terrain_level"));
  c.terrain.step_height += 0.01;
  CHECK_THROWS_WITH(make(robot, c, 9, 1, clip)->load(one->save()), Catch::Contains("other"));
}

TEST_CASE("what is wrong with a terrain is said in one line") {
  const auto read = [](const std::string& terrain, const std::string& name = "amp",
                       const std::string& more = "") {
    return read_env_config(Config::load(require_data("engines/mujoco_engine.yaml", "engine")),
                           Config::parse("env_name: " + name + R"(
char_file: data/robots/go2/robot.xml
episode_length: 5
global_obs: False
num_disc_obs_steps: 2
enable_early_termination: False
)" + more + "terrain: " + terrain + "\n",
                                         "env.yaml"));
  };
  const EnvConfig c = read("{types: [stairs_up, rough], levels: 3, curriculum: False}");
  CHECK(c.terrain.columns == std::vector<Tile>{Tile::stairs_up, Tile::rough});
  CHECK_FALSE(c.terrain.curriculum);
  CHECK(read("{}").terrain.columns.size() == tile_names().size());
  const auto refuses = [&](const std::string& terrain, const std::string& words) {
    INFO(terrain);
    CHECK_THROWS_WITH(read(terrain), Catch::Contains(words));
  };
  refuses("{types: [stair_up]}", "env.yaml: terrain:7: there is no terrain 'stair_up'");
  refuses("{types: []}", "at least one of flat");
  refuses("{levels: 0}", "levels must be positive");
  refuses("{tile: 0}", "tile must be positive");
  refuses("{tile: 3.05}", "tile 3.05 m is not a whole multiple of 0.2 m");
  refuses("{border: -1}", "border must not be negative");
  refuses("{platform: 8}", "must be smaller than tile");
  refuses("{spacing: 0.001}", "nodes, more than");
  refuses("{levels: 101}", "at most 100");
  refuses("{step_height: .nan}", "must not be negative");
  refuses("{slop: 1}", "unknown key 'slop'");
  CHECK_THROWS_WITH(read("{}", "deepmimic"), Catch::Contains("places of a flat world"));
  CHECK_THROWS_WITH(read("{}", "amp", "enable_tar_obs: True\n"),
                    Catch::Contains("cannot be with terrain"));
}
