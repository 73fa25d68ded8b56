#include "motion/config.h"

#include "motion/nearest.h"
#include "tests/catch.h"

using namespace motus;

TEST_CASE("a key that nobody knows is refused with the nearest one and its line") {
  const Config c = Config::parse("fps: 30\nlop: wrap\nmodel: {actr: 1}\n", "a.yaml");
  CHECK(c.get<double>("fps") == 30);
  CHECK(c.get<std::string>("loop", "clamp") == "clamp");
  c.child("model").get<int>("actor", 0);
  try {
    c.refuse_unknown();
    FAIL("accepted a misspelt key");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::usage);
    CHECK(std::string(e.what()) == "a.yaml:2: unknown key 'lop'");
    CHECK(e.hint() == "did you mean 'loop'?");
  }
}

TEST_CASE("a missing key, a wrong type and broken YAML have a place") {
  CHECK_THROWS_WITH(Config::parse("a: 1", "f").get<int>("b"),
                    Catch::Contains("f: key 'b' is missing"));
  CHECK_THROWS_WITH(Config::parse("x: 1\na: [1]", "f").get<int>("a"),
                    Catch::Contains("f:2: 'a' cannot be"));
  CHECK_THROWS_WITH(Config::parse("a: [1", "f"), Catch::Contains("f:"));
  CHECK_THROWS_AS(Config::load("/nowhere.yaml"), Error);
}

TEST_CASE("whole numbers may be written as people write them") {
  CHECK(Config::parse("n: 1e8", "f").get<int64_t>("n") == 100000000);
}

TEST_CASE("--set reaches into mappings") {
  Config c = Config::parse("model: {width: 1}", "f");
  c.set("model.width", "64");
  c.set("disc.rate", "1e-4");
  CHECK(c.child("model").get<int>("width") == 64);
  CHECK(c.child("disc").get<double>("rate") == 1e-4);
}

TEST_CASE("nearest words") {
  const std::vector<std::string> robots{"g1", "go2", "smpl"};
  CHECK(nearest("g0", robots) != "");
  CHECK(nearest("smlp", robots) == "smpl");
  CHECK(nearest("elephant", robots) == "");
  CHECK(did_you_mean("elephant", robots) == "known: g1, go2, smpl");
}
