// What the networks of cells did under their tasks, judged by run.activity: of grids and of searches.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/instruments/activity.hpp"

namespace sprig::app {

// silent: the share of neurons that never fired in training; rate_hz: the mean over the test part.
ActivityShares shares_under_task(double silent, double rate_hz, const Config& config);

// Errors: NumericalError, under run.activity = "refuse".
void judge_shares(const ActivityShares& shares, const Config& config);

// Cells whose network was silent, or saturated.
class ActivityTally {
 public:
  // A cell that is done and did not fail. The configuration must outlive this.
  void add(const ActivityShares& shares, const Config& config);
  // A sentence for each kind, about the first of them; none under run.activity = "ignore".
  std::vector<std::string> warnings(ActivityPolicy policy) const;

 private:
  struct Found {
    std::size_t cells = 0;
    ActivityShares shares;
    const Config* first = nullptr;
  };
  std::size_t done_ = 0;
  Found silent_, saturated_;
};

}  // namespace sprig::app
