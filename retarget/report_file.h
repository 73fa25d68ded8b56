#pragma once
// Reports of one or many results as files: JSON for programs, one HTML page for people.
#include <span>
#include <string>

#include "retarget/retarget.h"

namespace motus::retarget {

/// A JSON array with one object a result: json(Report) and the mapping and stages.
std::string report_json(std::span<const Result> results, const Robot& robot);

/// One page that needs no other file and no network: grade and reasons, metrics beside the source's
/// own, contacts over time, curves, the worst frames drawn, mapping, scales, offsets, stages. Of
/// many clips the worst twenty are shown whole.
std::string report_html(std::span<const Result> results, const RobotBody& body);

}  // namespace motus::retarget
