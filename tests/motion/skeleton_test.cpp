#include "motion/skeleton.h"

#include "motion/error.h"
#include "tests/catch.h"
#include "tests/motion/arm.h"

using namespace motus;

TEST_CASE("a skeleton that cannot be is refused") {
  Skeleton::Spec spec;
  CHECK_THROWS_AS(Skeleton::build(spec), Error);
  spec = arm_spec();
  spec.bodies[1].parent = 2;
  CHECK_THROWS_WITH(Skeleton::build(spec), Catch::Contains("parents come first"));
  spec = arm_spec();
  spec.bodies[2].name = "base";
  CHECK_THROWS_WITH(Skeleton::build(spec), Catch::Contains("two bodies are named 'base'"));
  spec = arm_spec();
  spec.joints[1].axis = Vec3(0, 2, 0);
  CHECK_THROWS_AS(Skeleton::build(spec), Error);
  spec = arm_spec();
  std::swap(spec.joints[0], spec.joints[1]);
  CHECK_THROWS_WITH(Skeleton::build(spec), Catch::Contains("out of body order"));
}

TEST_CASE("dofs are numbered and named") {
  const SkeletonPtr s = arm();
  REQUIRE(s->dof_count() == 4);
  CHECK(s->dofs()[0].name == "shoulder_x");
  CHECK(s->dofs()[3].name == "elbow");
  CHECK(s->joints()[1].dof == 3);
  CHECK(s->find_body("lower") == 2);
  CHECK(s->find_body("nothing") == -1);
  CHECK(s->joints_of(0) == std::pair<int, int>{0, 0});
  CHECK(s->joints_of(2) == std::pair<int, int>{1, 2});
  CHECK(s->same_structure(*arm()));
}
