// MuJoCo Warp's captured step, replayed on the CPU. What needs Warp's Python package says so where it
// is missing.
#include <cstdlib>
#include <fstream>

#include "sim/model.h"
#include "sim/terms.h"
#include "sim/warp_batch.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"
#include "tests/source_dir.h"

using namespace motus;
using namespace motus::sim;
namespace fs = std::filesystem;

namespace {

constexpr WarpSizes kSizes{.worlds = 3, .substeps = 2, .contacts = 24, .rows = 96};
constexpr int kSteps = 25;

/// A ball of a body with two legs of two hinges, on a plane.
constexpr const char* kWalker = R"(
<mujoco model="walker">
  <compiler angle="radian"/>
  <worldbody>
    <body name="trunk" pos="0 0 0.45">
      <freejoint/>
      <geom type="sphere" size="0.1" mass="2"/>
      <body name="left" pos="0 0.1 -0.05">
        <joint name="left_hip" axis="0 1 0" range="-1 1" stiffness="40" damping="2" armature="0.01"/>
        <geom type="capsule" size="0.03" fromto="0 0 0 0 0 -0.15" mass="0.3"/>
        <body name="left_foot" pos="0 0 -0.15">
          <joint name="left_knee" axis="0 1 0" range="-1 1" stiffness="40" damping="2" armature="0.01"/>
          <geom type="capsule" size="0.03" fromto="0 0 0 0 0 -0.15" mass="0.3"/>
        </body>
      </body>
      <body name="right" pos="0 -0.1 -0.05">
        <joint name="right_hip" axis="0 1 0" range="-1 1" stiffness="40" damping="2" armature="0.01"/>
        <geom type="capsule" size="0.03" fromto="0 0 0 0 0 -0.15" mass="0.3"/>
        <body name="right_foot" pos="0 0 -0.15">
          <joint name="right_knee" axis="0 1 0" range="-1 1" stiffness="40" damping="2" armature="0.01"/>
          <geom type="capsule" size="0.03" fromto="0 0 0 0 0 -0.15" mass="0.3"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="left_hip" gear="40"/><motor joint="left_knee" gear="40"/>
    <motor joint="right_hip" gear="40"/><motor joint="right_knee" gear="40"/>
  </actuator>
</mujoco>)";

/// Beside the test program: compiled captures are kept from run to run.
fs::path work_folder() {
  const char* bin = std::getenv("MOTUS_BIN");
  const fs::path folder =
      (bin ? fs::path(bin).parent_path() : fs::temp_directory_path()) / "warp_test";
  fs::create_directories(folder);
  return folder;
}

void write_text(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

SimModel walker(double mass_of_trunk = 2) {
  std::string text = kWalker;
  const std::string mass = "mass=\"2\"";
  text.replace(text.find(mass), mass.size(), fmt::format("mass=\"{}\"", mass_of_trunk));
  const fs::path file = work_folder() / "walker.xml";
  write_text(file, text);
  const Robot robot = formats::load_robot(file.string());
  // a friction pyramid slides by its tangents, which Warp lays otherwise than MuJoCo; a cone has none
  return build_model(file, *robot.skeleton, {.sim_freq = 200, .cone = "elliptic"});
}

std::vector<float> read_floats(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<float> out(fs::file_size(file) / sizeof(float));
  in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(fs::file_size(file)));
  return out;
}

int run(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Where Warp's Python packages should be.
fs::path packages() {
  const char* variable = std::getenv("MOTUS_WARP");
  return variable ? fs::path(variable) : fs::path(source_dir()) / ".deps" / "warp";
}

int capture(const fs::path& folder) {
  return run(fmt::format("MOTUS_WARP='{}' '{}/scripts/warp_capture' '{}' >&2", packages().string(),
                         source_dir(), folder.string()));
}

/// The capture of `request` in a folder of the test's; empty, after saying why, without Warp.
fs::path captured(const mjModel* m, const std::string& request) {
  const fs::path folder = work_folder() / "captured";
  if (!fs::exists(packages() / "mujoco_warp")) {
    CHECK(capture(folder) == 4);
    std::puts(
        "skipped: MuJoCo Warp's replay (no Python package of it; scripts/setup --test brings it)");
    return {};
  }
  if (fs::exists(folder / "capture.yaml")) {
    try {
      require_capture(m, request, folder);
      return folder;
    } catch (const Error&) {
      fs::remove_all(folder);  // of an older test
    }
  }
  CHECK_THROWS_AS(require_capture(m, request, folder), Error);
  REQUIRE(capture(folder) == 0);
  return folder;
}

struct Start {
  std::vector<double> qpos, qvel;
};

/// Worlds differ in height, tilt and speed.
Start start_of(const mjModel* m, int world) {
  Start s{{m->qpos0, m->qpos0 + m->nq}, std::vector<double>(static_cast<size_t>(m->nv), 0.0)};
  s.qpos[2] = 0.45 + 0.05 * world;
  s.qpos[3] = std::cos(0.05 * world), s.qpos[4] = std::sin(0.05 * world);
  s.qvel[0] = 0.25 * world;
  for (double& q : s.qpos) q = static_cast<float>(q);  // what the device holds
  return s;
}

std::vector<float> controls(const mjModel* m, int step) {
  std::vector<float> out(static_cast<size_t>(kSizes.worlds * m->nu));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = 0.4f * std::sin(0.9f * static_cast<float>(i) + 0.3f * static_cast<float>(step));
  return out;
}

/// Positions, velocities and places of bodies of all worlds after each of kSteps steps.
std::vector<float> roll_out(WarpBatch& batch, const mjModel* m) {
  for (int w = 0; w < kSizes.worlds; ++w) {
    const Start s = start_of(m, w);
    batch.set(w, s.qpos, s.qvel);
  }
  const auto worlds = static_cast<size_t>(kSizes.worlds);
  const size_t np = worlds * static_cast<size_t>(m->nq), nv = worlds * static_cast<size_t>(m->nv),
               nx = worlds * static_cast<size_t>(3 * m->nbody);
  std::vector<float> all(kSteps * (np + nv + nx));
  std::span<float> rest = all;
  for (int step = 0; step < kSteps; ++step) {
    batch.step(controls(m, step));
    batch.qpos(rest.first(np));
    batch.qvel(rest.subspan(np, nv));
    batch.xpos(rest.subspan(np + nv, nx));
    rest = rest.subspan(np + nv + nx);
  }
  batch.require_room();
  return all;
}

void write_start(const mjModel* m, const fs::path& file) {
  std::ofstream out(file, std::ios::binary);
  const auto put = [&](const std::vector<float>& v) {
    out.write(reinterpret_cast<const char*>(v.data()),
              static_cast<std::streamsize>(v.size() * sizeof(float)));
  };
  for (const bool velocity : {false, true}) {
    for (int w = 0; w < kSizes.worlds; ++w) {
      const Start s = start_of(m, w);
      const std::vector<double>& v = velocity ? s.qvel : s.qpos;
      put({v.begin(), v.end()});
    }
  }
  for (int step = 0; step < kSteps; ++step) put(controls(m, step));
}

std::string what(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return std::string(e.what()) + " | " + e.hint();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a request is the model, the sizes, the device and the versions") {
  const SimModel a = walker(), again = walker(), heavy = walker(3);
  const std::string request = warp_request(a.model.get(), kSizes, WarpDevice::cpu);
  CHECK(request == warp_request(again.model.get(), kSizes, WarpDevice::cpu));
  CHECK(request != warp_request(heavy.model.get(), kSizes, WarpDevice::cpu));
  CHECK(request != warp_request(a.model.get(), kSizes, WarpDevice::cuda));
  WarpSizes more = kSizes;
  more.worlds = 4;
  CHECK(warp_folder(request) != warp_folder(warp_request(a.model.get(), more, WarpDevice::cpu)));
  more.worlds = 0;
  CHECK_THROWS_AS(warp_request(a.model.get(), more, WarpDevice::cpu), Error);
}

TEST_CASE("a step that is not captured leaves the request and tells the command") {
  const SimModel s = walker();
  const fs::path folder = work_folder() / "missing";
  fs::remove_all(folder);
  const std::string text = what([&] { WarpBatch(s.model.get(), kSizes, WarpDevice::cpu, folder); });
  CHECK(text.find("not captured") != std::string::npos);
  CHECK(text.find("scripts/warp_capture " + folder.string()) != std::string::npos);
  CHECK(fs::file_size(folder / "model.mjb") == static_cast<size_t>(mj_sizeModel(s.model.get())));
  CHECK(fs::exists(folder / "request.yaml"));
}

TEST_CASE("a capture of another robot, size or release is refused by name") {
  const SimModel s = walker();
  const fs::path folder = work_folder() / "other";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const auto refusal = [&](WarpSizes sizes, const SimModel& model, const std::string& library,
                           const std::string& from = "", const std::string& to = "") {
    std::string text = warp_request(model.model.get(), sizes, WarpDevice::cpu);
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    write_text(folder / "capture.yaml", text + "processor: x\nlibrary: " + library + "\n");
    return what([&] { WarpBatch(s.model.get(), kSizes, WarpDevice::cpu, folder); });
  };
  WarpSizes sizes = kSizes;
  sizes.worlds = 8;
  CHECK(refusal(sizes, s, "/none").find("captured for worlds 8, expected 3") != std::string::npos);
  CHECK(refusal(kSizes, walker(3), "/none").find("captured for model ") != std::string::npos);
  CHECK(refusal(kSizes, s, "/none", "warp: 1.19.0", "warp: 1.13.0")
            .find("captured for warp 1.13.0, expected 1.19.0") != std::string::npos);
  CHECK(refusal(kSizes, s, "/none").find("/none/bin/warp.so: Warp's library is not here") !=
        std::string::npos);
  // MOTUS_FAKE_WARP: a folder with a bin/warp.so that says that it is 1.13.0
  const char* fake = std::getenv("MOTUS_FAKE_WARP");
  REQUIRE(fake != nullptr);
  CHECK(refusal(kSizes, s, fake).find("is Warp 1.13.0, expected 1.19.0") != std::string::npos);
}

TEST_CASE("the replay equals Python's run bit for bit") {
  const SimModel s = walker();
  const mjModel* m = s.model.get();
  const std::string request = warp_request(m, kSizes, WarpDevice::cpu);
  const fs::path folder = captured(m, request);
  if (folder.empty()) return;
  WarpBatch batch(m, kSizes, WarpDevice::cpu, folder);
  const std::vector<float> here = roll_out(batch, m);
  CHECK(here == roll_out(batch, m));  // nothing of an episode is left after set()
  {
    WarpBatch second(m, kSizes, WarpDevice::cpu, folder);  // beside the first one
    CHECK(here == roll_out(second, m));
  }
  CHECK(here == roll_out(batch, m));

  write_start(m, folder / "start.bin");
  const fs::path source = source_dir();
  REQUIRE(run(fmt::format("PYTHONPATH='{}' python3 '{}' '{}' >&2", packages().string(),
                          (source / "tests/sim/warp_run.py").string(), folder.string())) == 0);
  CHECK(here == read_floats(folder / "graph.bin"));
  CHECK(here == read_floats(folder / "live.bin"));
}

TEST_CASE("Warp's physics is MuJoCo's within what float32 can tell") {
  const SimModel s = walker();
  const mjModel* m = s.model.get();
  const fs::path folder = captured(m, warp_request(m, kSizes, WarpDevice::cpu));
  if (folder.empty()) return;
  WarpBatch batch(m, kSizes, WarpDevice::cpu, folder);
  const std::vector<float> all = roll_out(batch, m);
  const auto worlds = static_cast<size_t>(kSizes.worlds), nq = static_cast<size_t>(m->nq);
  const size_t row = worlds * static_cast<size_t>(m->nq + m->nv + 3 * m->nbody);
  for (size_t w = 0; w < worlds; ++w) {
    const DataPtr d(mj_makeData(m));
    const Start start = start_of(m, static_cast<int>(w));
    std::copy(start.qpos.begin(), start.qpos.end(), d->qpos);
    std::copy(start.qvel.begin(), start.qvel.end(), d->qvel);
    for (int step = 0; step < kSteps; ++step) {
      const std::vector<float> ctrl = controls(m, step);
      for (mjtSize u = 0; u < m->nu; ++u)
        d->ctrl[u] = ctrl[w * static_cast<size_t>(m->nu) + static_cast<size_t>(u)];
      for (int k = 0; k < kSizes.substeps; ++k) mj_step(m, d.get());
      const float* qpos = &all[static_cast<size_t>(step) * row + w * nq];
      for (size_t q = 0; q < nq; ++q) {
        INFO("world " << w << " step " << step << " qpos " << q);
        CHECK(qpos[q] == Approx(d->qpos[q]).margin(1e-5));
      }
    }
  }
}

TEST_CASE("damaged captures and wrong arguments are refused") {
  const SimModel s = walker();
  const mjModel* m = s.model.get();
  const std::string request = warp_request(m, kSizes, WarpDevice::cpu);
  const fs::path folder = captured(m, request);
  if (folder.empty()) return;
  const fs::path copy = work_folder() / "damaged";
  const auto refusal = [&](const std::function<void()>& damage) {
    fs::remove_all(copy);
    fs::copy(folder, copy, fs::copy_options::recursive);
    damage();
    return what([&] { WarpBatch(m, kSizes, WarpDevice::cpu, copy); });
  };
  CHECK(refusal([&] { fs::remove(copy / "step.wrp"); }).find("step.wrp: no such file") !=
        std::string::npos);
  CHECK(refusal([&] { fs::resize_file(copy / "step.wrp", 1000); }).find("Warp does not load it") !=
        std::string::npos);
  CHECK(refusal([&] { fs::remove_all(copy / "step_modules"); }).find(".o: no such file") !=
        std::string::npos);
  CHECK(refusal([&] {
          for (const auto& o : fs::directory_iterator(copy / "step_modules"))
            write_text(o.path(), "none");
        }).find("not compiled kernels") != std::string::npos);
  std::string other;
  CHECK(refusal([&] {
          std::ifstream in(copy / "capture.yaml");
          for (std::string line; std::getline(in, line);)
            other += (line.starts_with("processor") ? "processor: another" : line) + "\n";
          write_text(copy / "capture.yaml", other);
        }).find("processor of another kind") != std::string::npos);

  WarpBatch batch(m, kSizes, WarpDevice::cpu, folder);
  const Start start = start_of(m, 0);
  CHECK_THROWS_AS(batch.set(3, start.qpos, start.qvel), Error);
  CHECK_THROWS_AS(batch.set(0, start.qvel, start.qvel), Error);
  CHECK_THROWS_AS(batch.step(std::vector<float>(5)), Error);
  CHECK(what([&] { batch.graph().size("qfrc"); }).find("holds no array 'qfrc'") !=
        std::string::npos);
}
