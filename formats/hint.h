#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace motus::formats {

/// A word of the user about a file, "" where there is none. It remembers whether a reader looked at
/// it: one that nobody looked at had no effect, and the user should know. Looking is not
/// synchronised: each reading has hints of its own, which read() sees to.
class Hint {
 public:
  Hint() = default;
  Hint(std::string word) : word_(std::move(word)) {}
  Hint(const char* word) : word_(word) {}

  /// The word, which thereby is heeded.
  const std::string& word() const {
    heeded_ = true;
    return word_;
  }
  operator const std::string&() const { return word(); }
  bool empty() const { return word().empty(); }
  friend bool operator==(const Hint& h, std::string_view word) { return h.word() == word; }

  /// The word for those who only hand it on.
  const std::string& unheeded() const { return word_; }
  std::string& unheeded() { return word_; }
  /// Given, but of no use to the reader.
  bool ignored() const { return !word_.empty() && !heeded_; }
  bool heeded() const { return heeded_; }
  /// As if it had been looked at.
  void heed() const { heeded_ = true; }
  /// What to take where the user said nothing: nobody minds if it is ignored.
  void suggest(const std::string& word) {
    if (!word_.empty()) return;
    word_ = word;
    heeded_ = true;
  }

 private:
  std::string word_;
  mutable bool heeded_ = false;
};

}  // namespace motus::formats
