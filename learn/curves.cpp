#include "learn/curves.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

#include "learn/event_reader.h"
#include "motion/error.h"

namespace motus::learn {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> words_of(const std::string& row) {
  std::istringstream in(row);
  return {std::istream_iterator<std::string>(in), {}};
}

bool number_of(const std::string& word, double& out) {
  char* end = nullptr;
  out = std::strtod(word.c_str(), &end);
  return end && *end == '\0' && end != word.c_str();
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  require(in.good(), Kind::bad_input, "{}: cannot be read", file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Mean of the last fifth of a curve, NaN without one.
double at_end(const Curve* c) {
  if (!c || c->empty()) return std::nan("");
  const size_t count = std::max<size_t>(1, c->size() / 5);
  double sum = 0;
  for (size_t i = c->size() - count; i < c->size(); ++i) sum += (*c)[i].second;
  return sum / static_cast<double>(count);
}

}  // namespace

const Curve* Curves::find(const std::vector<const char*>& names) const {
  for (const char* wanted : names) {
    const auto at = data.find(wanted);
    if (at != data.end()) return &at->second;
  }
  return nullptr;
}

Curves read_log(const std::string& text, const std::string& place) {
  Curves out;
  std::vector<std::string> columns;
  size_t samples = std::string::npos, row_number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::vector<std::string> words = words_of(text.substr(begin, end - begin));
    begin = end + 1;
    if (words.empty()) continue;
    if (columns.empty()) {
      columns = words;
      double number = 0;
      require(!number_of(words[0], number), Kind::bad_input,
              "{}: begins with a number, expected the names of columns", place);
      const auto at = std::find(columns.begin(), columns.end(), "Samples");
      if (at != columns.end()) samples = static_cast<size_t>(at - columns.begin());
      continue;
    }
    ++row_number;
    std::vector<double> values(columns.size());
    bool whole = words.size() == columns.size();
    for (size_t i = 0; whole && i < words.size(); ++i) whole = number_of(words[i], values[i]);
    // the last row is whole only if it was ended
    if (!whole || (end == text.size() && text.back() != '\r' && text.back() != '\n')) {
      out.warnings.push_back(
          fmt::format("{}: row {} is cut short or no numbers: left out", place, row_number));
      continue;
    }
    const double x =
        samples == std::string::npos ? static_cast<double>(row_number) : values[samples];
    for (size_t i = 0; i < columns.size(); ++i) out.data[columns[i]].emplace_back(x, values[i]);
  }
  require(!out.data.empty(), Kind::bad_input, "{}: holds no rows of numbers", place);
  return out;
}

Curves read_run(const fs::path& given) {
  require(fs::exists(given), Kind::bad_input, "{}: does not exist", given.string());
  const auto named = [&](Curves c) {
    const fs::path folder = fs::is_directory(given) ? given : given.parent_path();
    c.name = fs::weakly_canonical(folder).filename().string();
    return c;
  };
  if (!fs::is_directory(given)) {
    const std::string text = text_of(given);
    const auto bytes = std::as_bytes(std::span(text));
    const bool says_so = given.filename().string().find("tfevents") != std::string::npos;
    return named(says_so || looks_like_events(bytes) ? read_events(bytes, given.string())
                                                     : read_log(text, given.string()));
  }
  if (fs::exists(given / "log.txt")) {
    return named(read_log(text_of(given / "log.txt"), (given / "log.txt").string()));
  }
  std::vector<fs::path> events;
  for (const auto& entry : fs::directory_iterator(given)) {
    const std::string name = entry.path().filename().string();
    if (name.find("tfevents") != std::string::npos) events.push_back(entry.path());
  }
  std::sort(events.begin(), events.end());
  require(!events.empty(), Kind::bad_input, "{}: holds neither log.txt nor TensorBoard event files",
          given.string());
  Curves all;
  for (const fs::path& file : events) {
    const std::string text = text_of(file);
    Curves c = read_events(std::as_bytes(std::span(text)), file.string());
    for (auto& [tag, curve] : c.data) {
      Curve& whole = all.data[tag];
      whole.insert(whole.end(), curve.begin(), curve.end());
    }
    all.warnings.insert(all.warnings.end(), c.warnings.begin(), c.warnings.end());
  }
  for (auto& [tag, curve] : all.data) std::stable_sort(curve.begin(), curve.end());
  return named(std::move(all));
}

std::vector<std::string> diagnose_training(const Curves& c) {
  std::vector<std::string> out;
  const double agent = at_end(c.find({"Disc_Agent_Logit", "Misc/Disc_Agent_Logit"}));
  const double style = at_end(c.find({"Disc_Reward_Mean", "Misc/Disc_Reward_Mean"}));
  const double seen = at_end(c.find({"Disc_Agent_Acc", "Misc/Disc_Agent_Acc"}));
  const double known = at_end(c.find({"Disc_Demo_Acc", "Misc/Disc_Demo_Acc"}));
  const double clipped = at_end(c.find({"Clip_Frac", "Misc/Clip_Frac"}));
  // high accuracies are normal; what saturates is the reward, 2 softplus(logit) at MimicKit's scale
  if (agent < -4 && !(style > 0.1)) {
    out.push_back(fmt::format(
        "the discriminator wins: the policy's logit is {:.1f}, its style reward {:.3f}, there is "
        "nothing left to learn from: lower the discriminator's rate or steps, raise its penalty",
        agent, style));
  }
  if (seen < 0.6 && known < 0.6) {
    out.push_back(
        fmt::format("the discriminator sees no difference (accuracies {:.2f} and {:.2f}): give it "
                    "more steps or a higher rate",
                    seen, known));
  }
  if (clipped > 0.5) {
    out.push_back(
        fmt::format("{:.0f} % of the policy's steps are clipped: lower its rate or its KL target",
                    100 * clipped));
  }
  return out;
}

}  // namespace motus::learn
