#pragma once
// Plots as SVG text for reports: they need nothing else and stay sharp in print. Colours come from a
// fixed list by number, so that a run has one colour on a whole page.
#include <string>
#include <utility>
#include <vector>

namespace motus::view {

/// A curve with a band around it; x increases.
struct Line {
  int colour = 0;
  std::vector<double> x = {}, y = {};
  std::vector<double> low = {}, high = {};  ///< of the band; empty = none
  bool dashed = false;
};

/// Which of the list a run has: dark on white, told apart by most colour-blind people.
std::string colour(int number);

/// Curves in one frame with round ticks. Values that are not finite leave a gap.
std::string line_plot(const std::string& title, const std::string& x_label,
                      const std::vector<Line>& lines);

/// Shares of values in even bins, one outline a set; all sets share the bins.
struct Values {
  int colour = 0;
  bool dashed = false;
  std::vector<double> values = {};
};
std::string histogram_plot(const std::string& title, const std::vector<Values>& sets,
                           int bins = 40);

/// When feet stand: a bar for each run of frames (Hildebrand's gait diagram).
struct Bars {
  std::string label;
  int colour = 0;
  std::vector<char> on = {};  ///< a frame each
};
std::string bar_plot(const std::string& title, const std::vector<Bars>& rows, double fps);

}  // namespace motus::view
