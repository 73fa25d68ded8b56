#include "learn/event_tags.h"

#include <map>
#include <utility>

namespace motus::learn {

namespace {

/// MimicKit's collections; what is not named here is Misc.
std::string mimickit_tag(const std::string& column) {
  for (const char* k : {"Test_Return", "Test_Episode_Length", "Train_Return",
                        "Train_Episode_Length", "Test_Forward_Speed", "Disc_Reward_Mean"})
    if (column == k) return "0_Main/" + column;
  for (const char* k : {"Iteration", "Wall_Time", "Samples", "Test_Episodes", "Train_Episodes"})
    if (column == k) return "1_Info/" + column;
  return "Misc/" + column;
}

/// rsl_rl's name of a column, "" if it has none.
std::string rsl_rl_tag(const std::string& column) {
  static const std::map<std::string, std::string> names{
      {"Critic_Loss", "Loss/value_function"},
      {"Actor_Loss", "Loss/surrogate"},
      {"Disc_Loss", "Loss/AMP"},
      {"Disc_Grad_Penalty", "Loss/AMP_grad"},
      {"Actor_LR", "Loss/learning_rate"},
      {"Action_Std", "Policy/mean_noise_std"},
      {"Samples_Per_Second", "Perf/total_fps"},
      {"Train_Return", "Train/mean_reward"},
      {"Train_Episode_Length", "Train/mean_episode_length"}};
  const auto it = names.find(column);
  return it == names.end() ? std::string() : it->second;
}

}  // namespace

std::vector<std::string> event_tags(const std::string& column) {
  std::vector<std::string> tags{mimickit_tag(column)};
  if (std::string other = rsl_rl_tag(column); !other.empty()) tags.push_back(std::move(other));
  return tags;
}

}  // namespace motus::learn
