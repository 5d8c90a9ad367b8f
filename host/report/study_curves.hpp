// The parts of a study's page that its gains and its claims make.
#pragma once

#include <string>
#include <vector>

#include "host/report/data.hpp"
#include "host/report/methods.hpp"
#include "host/report/page.hpp"

namespace sprig::report {

// The axis of synaptic operations a sample: logarithmic where all of them are above zero, which those of a silent
// network are not. Values that are not finite do not count.
svg::Axis operations_axis(const std::vector<double>& operations);

// Error over the gains against operations and against the largest conditional exponent, a figure a density; nothing
// where a study has one gain. `axis`: of the score.
void draw_curves(Page& page, const Node& curves, const std::string& task, const std::string& training,
                 const std::string& axis, const MethodStyles& styles);

// The comparisons of lnp with its controls, corrected together; nothing where there are none.
void draw_claims(Page& page, const Node& claims);

// What the kept networks of a task forecast, beside the truth.
void draw_forecasts(Page& page, const Node& kept, const std::string& task, const std::string& training,
                    const MethodStyles& styles);

}  // namespace sprig::report
