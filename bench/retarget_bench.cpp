// Frames a second of retargeting on one core, whole and stage by stage, for the shipped walk.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/data_path.h"
#include "retarget/ik.h"
#include "retarget/retarget.h"

using namespace motus;

namespace {

/// Best seconds of a few runs: the machine's noise only ever adds.
template <typename Work>
double best(int runs, const Work& work) {
  double least = 1e30;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    least = std::min(least, took.count());
  }
  return least;
}

Clip load_walk() {
  std::ifstream in(require_data("clips/walk.bvh", "clip"), std::ios::binary);
  const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
  return formats::read(std::as_bytes(std::span(text)), "bvh", {})[0];
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 9;
  const Clip walk = load_walk();
  const double frames = walk.frames();
  fmt::print("{:<10} {:>12} {:>10} {:>10} {:>10} {:>10}\n", "robot", "frames/s", "observe us",
             "plan us", "solve us", "report us");
  for (const char* name : {"g1", "humanoid", "smpl", "pi_plus"}) {
    const retarget::RobotBody robot(formats::load_robot(name));
    const retarget::RoleMap roles = retarget::map_roles(*walk.skeleton);
    const retarget::Observation seen = retarget::observe(walk, roles);
    const retarget::Plan plan = retarget::make_plan(seen, robot);
    const retarget::Result result = retarget::run(walk, robot);
    const double whole = best(runs, [&] { retarget::run(walk, robot); });
    const double observe = best(runs, [&] { retarget::observe(walk, roles); });
    const double planning = best(runs, [&] { retarget::make_plan(seen, robot); });
    retarget::Solver solver(robot);
    const retarget::State start = solver.start(plan.targets[0]);
    const double solve = best(runs, [&] {
      retarget::State state = start;
      for (const retarget::Target& t : plan.targets) solver.solve(t, 3, 1.0 / walk.fps, state);
    });
    const double report = best(runs, [&] { retarget::measure(result.clip, robot, plan.targets); });
    fmt::print("{:<10} {:>12.0f} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f}\n", name, frames / whole,
               1e6 * observe / frames, 1e6 * planning / frames, 1e6 * solve / frames,
               1e6 * report / frames);
  }
  return 0;
}
