// The cells of a search, and what they say once they are there: the ranked candidates, and those that failed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/app/study/candidates.hpp"
#include "sprig/core/error.hpp"
#include "sprig/session/output.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::app {

// A candidate on one seed: validation NRMSE of the dense network and without its recurrence; dense activity.
struct Outcome {
  double dense = 0, none = 0, rate_hz = 0, silent = 0;
};

// Errors: NumericalError when one error or their ratio is not finite: nothing could be ranked by it.
void require_finite(const Outcome& outcome);

// Evaluated, failed, or (after a stop) neither.
struct Cell {
  std::optional<Outcome> outcome;
  std::optional<Error> failure;
};

// All cells, [candidate * seeds + seed].
struct Cells {
  std::vector<Cell> list;
  std::size_t seeds = 1;

  // The first failed one of a candidate; null when there is none.
  const Cell* failed(std::size_t candidate) const;
  std::size_t done() const;
};

struct Score {
  std::size_t candidate = 0, seeds = 0;
  Interval dense, none, gain;  // gain: 1 - dense / none, seed by seed
  double rate_hz = 0, silent = 0;
  bool qualifies = false;
};

// Those that qualify first, then by the dense network's error. A candidate that failed on any seed is not among them.
std::vector<Score> rank(const Cells& cells, std::size_t candidates);

Json cell_json(const Cell& cell, const Candidate& candidate, std::uint32_t seed);
// The same for the log of a search, with the code of the failure. And back; errors: Json::exception.
Json cell_line(const Cell& cell, const Candidate& candidate, std::uint32_t seed);
Cell cell_of(const Json& line);
// The candidates that failed, each with its first failure. first_seed: of the first cell of each.
Json failures_json(const Cells& cells, const std::vector<Candidate>& candidates, std::uint32_t first_seed);

// The table of candidates, as text (the best of them) and as JSON.
std::string ranked_table(const std::vector<Score>& scores, const std::vector<Candidate>& candidates);
Json ranked_json(const std::vector<Score>& scores, const std::vector<Candidate>& candidates);
// What stands below it: what its figures are over, and how many candidates failed.
std::string operating_point_footer(const Cells& cells, const Json& failures, std::size_t candidates, bool one_network);

}  // namespace sprig::app
