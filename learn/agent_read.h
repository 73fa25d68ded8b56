#pragma once
// Pieces of an agent YAML: networks, optimisers, the two dialects, words that choose. Internal to
// learn/agent_config.cpp.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "learn/agent_config.h"
#include "motion/nearest.h"

namespace motus::learn {

/// The choice that the word at `key` names; the first one where the key is missing.
template <typename E>
E choose(const Config& c, const std::string& key,
         const std::vector<std::pair<std::string, E>>& choices) {
  const auto word = c.get<std::string>(key, choices.front().first);
  std::vector<std::string> known;
  for (const auto& [name, value] : choices) {
    if (word == name) return value;
    known.push_back(name);
  }
  throw Error(Kind::usage, fmt::format("{}: {} '{}' is unknown", c.place(), key, word),
              did_you_mean(word, known));
}

void read_model(const Config& model, AgentConfig& a);
void read_optimizers(const Config& yaml, AgentConfig& a);
void read_discriminator(const Config& yaml, AgentConfig& a);

}  // namespace motus::learn
