// Every shared formula of sim/*_terms.h and sim/features.h on recorded states, as text: scripts/cuda_check
// compiles this file with g++ and with nvcc and compares what both say.
//      terms_dump STATES.csv OUT.txt
// A row of STATES is a step of a robot: root position 3, rotation x y z w, angles of hinges.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/task_terms.h"
#include "sim/tracking_terms.h"

using namespace motus::sim;

namespace {

constexpr float kDt = 1.0f / 30;
constexpr int kSteps = 3;
constexpr int kSeries = 3;  ///< hinges of the last joint, the others have one each

std::vector<std::vector<float>> read_rows(const char* file) {
  std::ifstream in(file);
  std::vector<std::vector<float>> rows;
  for (std::string line; std::getline(in, line);) {
    for (char& c : line)
      if (c == ',') c = ' ';
    std::istringstream words(line);
    std::vector<float> row;
    for (float v; words >> v;) row.push_back(v);
    if (row.size() > 7 && (rows.empty() || row.size() == rows[0].size())) rows.push_back(row);
  }
  return rows;
}

/// A ball that turns as the root does, hinges, and at the end a series of them.
std::vector<JointTerm> joints_of(int dofs) {
  std::vector<JointTerm> out{{.kind = JointTerm::ball, .qpos = 3, .count = 1}};
  for (int d = 0; d < dofs - kSeries; ++d)
    out.push_back({.kind = JointTerm::hinge, .qpos = 7 + d, .count = 1, .axis = {{0, 1, 0}}});
  out.push_back({.kind = JointTerm::series,
                 .qpos = 7 + dofs - kSeries,
                 .count = kSeries,
                 .axis = {{0, 1, 0}, {1, 0, 0}, {0, 0.6f, 0.8f}}});
  return out;
}

class Dump {
 public:
  Dump(const std::vector<std::vector<float>>& rows, std::FILE* out) : rows_(rows), out_(out) {
    const int hinges = static_cast<int>(rows[0].size()) - 7;
    joints_ = joints_of(hinges);
    layout_ = {.dofs = 3 + hinges, .keys = 2, .positions = true, .bodies = 3};
    for (const JointTerm& j : joints_) layout_.joint_features += feature_count(j, false);
    for (int f = 0; f <= static_cast<int>(Feature::body_pos); ++f) {
      for (int frame = 0; frame <= static_cast<int>(Frame::base); ++frame)
        terms_.push_back(
            {static_cast<Feature>(f), static_cast<Frame>(frame), frame == 1 ? 0.5f : 1});
    }
    rest_.assign(static_cast<size_t>(layout_.dofs), 0.1f);
  }

  void state(size_t i) {
    const std::vector<float> now = snapshot(i), before = snapshot(i - 1);
    ring_.insert(ring_.end(), now.begin(), now.end());
    if (ring_.size() > kSteps * now.size())
      ring_.erase(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(now.size()));
    if (ring_.size() == kSteps * now.size()) window();
    put(now);
    rewards(now, before, i);
  }

 private:
  /// Velocities are differences of rows; places of bodies stand in for kinematics.
  std::vector<float> snapshot(size_t i) const {
    const std::vector<float>&a = rows_[i > 0 ? i - 1 : 0], &b = rows_[i];
    std::vector<float> qpos = b, qvel(6, 0.0f), bodies;
    qpos[3] = b[6], qpos[4] = b[3], qpos[5] = b[4], qpos[6] = b[5];
    for (size_t k = 0; k < 3; ++k)
      qvel[k] = (b[k] - a[k]) / kDt, qvel[3 + k] = 2 * (b[3 + k] - a[3 + k]) / kDt;
    for (size_t k = 0; k < 3; ++k) qvel.push_back(qvel[3 + k]);
    for (size_t k = 7; k < b.size(); ++k) qvel.push_back((b[k] - a[k]) / kDt);
    for (size_t k = 0; k < 12; ++k) bodies.push_back(b[k % 3] + b[7 + k % (b.size() - 7)]);
    const int keys[2] = {1, 3};
    std::vector<float> out(static_cast<size_t>(layout_.size()));
    take_snapshot(layout_, joints_.data(), static_cast<int>(joints_.size()), false, keys,
                  qpos.data(), qvel.data(), bodies.data(), out.data());
    return out;
  }

  void window() {
    const FeatureView view{terms_.data(), static_cast<int>(terms_.size()), rest_.data()};
    std::vector<float> out(static_cast<size_t>(kSteps * features_width(layout_, view)));
    write_window(layout_, view, ring_.data(), kSteps, kSteps - 1, false, out.data());
    put(out);
  }

  void rewards(const std::vector<float>& now, const std::vector<float>& before, size_t i) {
    const float u[4] = {0.31f, 0.77f, 0.013f * static_cast<float>(i % 70), 0.5f};
    for (const TaskKind task : {TaskKind::location, TaskKind::steering}) {
      TaskOptions o;
      o.task = task, o.speed_min = 0.5f;
      Target t;
      draw_target(o, now.data(), 0.1f, u, t);
      std::vector<float> seen(static_cast<size_t>(task_obs_size(task)));
      task_obs(o, now.data(), t, seen.data());
      put(seen);
      put({task_reward(o, now.data(), before.data(), kDt, t)});
    }
    Target t;
    const float command[3] = {u[0], -u[2], u[1]};
    command_target(command, now.data(), kDt, t);
    put({t.face[0], t.face[1], t.dir[0], t.dir[1], t.speed});
    put({velocity_reward({}, now.data(), draw_command({}, u), kDt),
         dodgeball_reward(u[2], now[7], now[8])});
    for (const bool root : {false, true}) {
      TrackingOptions o;
      o.track_root = root;
      put({tracking_reward(layout_, o, now.data(), before.data(), {u[0], u[1]})});
    }
    std::vector<float> phase(1 + 2 * 4);
    phase_obs(u[2], 4, phase.data());
    put(phase);
    float filtered[2] = {0.2f, 0};
    follow_velocity(now.data(), 0.1f, filtered);
    put({filtered[0], filtered[1]});
  }

  void put(const std::vector<float>& values) {
    for (const float v : values) std::fprintf(out_, "%.9g\n", static_cast<double>(v));
  }

  const std::vector<std::vector<float>>& rows_;
  std::FILE* out_;
  SnapshotLayout layout_;
  std::vector<JointTerm> joints_;
  std::vector<FeatureTerm> terms_;
  std::vector<float> rest_, ring_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::vector<std::vector<float>> rows = read_rows(argv[1]);
  std::FILE* out = std::fopen(argv[2], "w");
  if (rows.size() < 2 || !out) return 1;
  Dump dump(rows, out);
  for (size_t i = 1; i < rows.size(); ++i) dump.state(i);
  std::printf("%zu states\n", rows.size() - 1);
  return std::fclose(out) == 0 ? 0 : 1;
}
