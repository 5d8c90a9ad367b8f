// The parts of a page, each drawn from what the run folder has for it; none is drawn from nothing.
#pragma once

#include <string>
#include <vector>

#include "host/report/data.hpp"
#include "host/report/page.hpp"

namespace sprig::report {

void draw_summary(Page& page, const RunData& run);         // the figures at the top
void draw_study(Page& page, const RunData& run);           // scores against density and cost, the table
void draw_activity(Page& page, const RunData& run);        // rasters, rates, receptive use
void draw_spectra(Page& page, const RunData& run);         // Lyapunov exponents, and how they went over the rounds
void draw_structure(Page& page, const RunData& run);       // weights, time constants, eigenvalues
void draw_search(Page& page, const RunData& run);          // delocalisation, search of time constants
void draw_learn(Page& page, const RunData& run);           // accuracies over stages, receptive fields
void draw_model_search(Page& page, const RunData& run);    // memory and energy of candidates
void draw_learner_search(Page& page, const Node& result);  // accuracy against memory, energy and latency of candidates
void draw_run(Page& page, const RunData& run);             // the configuration, how it was run, all plain results

// How a state of the network is drawn on every figure: what it was before, and everything else.
svg::Style state_style(const std::string& state);
std::vector<LegendEntry> state_legend(const std::vector<std::string>& states, double opacity);

// 0, 1, 2, ... as values of an axis.
std::vector<double> counting(std::size_t count, double from);

}  // namespace sprig::report
