// Real clips of others: whatever comes in, no joint limit is ever violated.
#include "tests/corpus.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

TEST_CASE("every BVH of the corpus on two robots: limits hold, numbers are finite") {
  const std::filesystem::path folder = corpus();
  if (folder.empty()) return;
  const RobotBody g1 = robot_body("g1"), humanoid = robot_body("humanoid");
  int done = 0, refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "bvh")) {
    if (entry.path().extension() != ".bvh") continue;
    INFO(entry.path().filename().string());
    Clip clip = read_file(entry.path())[0];
    // a third of the frames of the longest clips is enough here
    if (clip.frames() > 400)
      for (Frames* m : {&clip.root_pos, &clip.root_rot, &clip.local_rot})
        *m = Frames(m->topRows(400));
    clip.channels.clear();
    for (const RobotBody* robot : {&g1, &humanoid}) {
      try {
        const Result r = run(clip, *robot);
        CHECK_NOTHROW(r.clip.validate());
        CHECK(dofs_within_limits(r.clip));
        CHECK(r.report.metrics.speed_max < 20.1);
        ++done;
      } catch (const Error& e) {
        CHECK(e.kind() == Kind::bad_input);
        ++refused;
      }
    }
  }
  CHECK(done >= 38);
  CHECK(refused == 2);  // a figure of four bones
}
