// The candidates of a search: the product of its axes, or some of it drawn at random.
#pragma once

#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/session/memory_plan.hpp"

namespace sprig::app {

struct Candidate {
  std::vector<std::string> assignments;  // "section.key=value", one an axis
  Config config;                         // finished
  std::string too_large;                 // why it does not fit in memory, even alone; empty when it does
};

// What a search runs of a task: all but the closed loop.
TaskOptions candidate_task(const Config& config);

// Errors: ConfigError (an axis' value; more than 1e8 candidates; task options, for every candidate).
std::vector<Candidate> candidates_of(const Config& config);

// Marks the candidates that do not fit and returns how many of the others can be worked on at once, whichever they are:
// at most `workers`. Errors: MemoryError when none fits.
int fit_candidates(std::vector<Candidate>& candidates, const MemoryLimit& limit, int workers);

}  // namespace sprig::app
