// report.html: a run folder as one page that needs nothing else, no script and no network.
#pragma once

#include <string>

namespace sprig {

// Draws FOLDER/report.html from config.resolved.toml, manifest.json and result.json, and from observation.json where
// there is one (host/app/observe.hpp writes it). Parts whose data is absent are left out, and a line says so. Errors:
// InputError (exit 4) with the file, and the key in it, that is missing, unreadable, larger than kMaxReportInput, no
// JSON, or of another kind than it should be.
void write_report(const std::string& folder);

// The figures of that page as files in the folder `to`: each plot as an SVG that needs nothing else, and its values as
// CSV beside it. How many there are. Errors: as write_report().
std::size_t write_figures(const std::string& folder, const std::string& to);

inline constexpr std::size_t kMaxReportInput = 256u << 20;

}  // namespace sprig
