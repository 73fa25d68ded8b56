#pragma once
// The page of amp-report: runs as curves with bands over seeds, what the judge says of their
// policies, and their motion. One file, no request.
#include <optional>
#include <string>
#include <vector>

#include "cli/court.h"
#include "learn/curves.h"

namespace motus::cli {

/// A run on the page; either member may be missing.
struct ReportRun {
  std::string name;
  learn::Curves curves;
  std::optional<Judged> judged;
  std::vector<Endurance> endurance;  ///< empty = not tried
  std::vector<std::string> words;    ///< what its log says
  std::string config;                ///< YAML, "" = unknown
  std::string data;                  ///< which clips it learned from, ""= unknown
  Robot robot;                       ///< of judged
  Clip reference;                    ///< as long as the first rollout, beside it
  Gait reference_gait;
};

/// Runs drawn in one colour, a line of their mean and a band from the least to the most.
struct ReportGroup {
  std::string name;
  std::vector<ReportRun> runs;
};

/// `warnings` gets a line for what could not be drawn.
std::string report_page(const std::string& title, const std::vector<ReportGroup>& groups,
                        std::vector<std::string>& warnings);

/// Mean, least and most of several curves at the points of all of them, between the largest first
/// and the smallest last point.
struct BandedCurve {
  std::vector<double> x, mean, low, high;
};
/// Of at least one curve; none is empty.
BandedCurve band_of(const std::vector<const learn::Curve*>& curves);

}  // namespace motus::cli
