// The figures of a page as files of their own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/report/page.hpp"

namespace sprig::report {

// Each plot as FOLDER/<number>-<heading>.svg, which needs nothing else (its colours are the light ones of the page),
// and its values as .csv beside it: a line a point, "what" being the kind of mark and "series" what the legend calls
// it. The folder is made if needed. How many plots there are. Errors: InputError.
std::size_t write_figure_files(const std::vector<Figure>& figures, const std::string& folder);

}  // namespace sprig::report
