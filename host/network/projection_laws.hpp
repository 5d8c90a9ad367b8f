// Distributions of weights and delays as the tables that a projection's draws read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/hd.hpp"
#include "sprig/network/builders.hpp"

namespace sprig {

// Weights of one sign. `table` is empty when all are `largest`.
struct WeightLaw {
  float largest = 0;  // in magnitude, with its sign
  std::vector<real> table;
};

// Delays on the grid. thresholds[i] = 2^32 - 1 - floor(2^32 P(delay > least + i)): a draw exceeds it with that
// probability. The last is 2^32 - 1; a single one means that all delays are `least`.
struct DelayLaw {
  std::uint16_t least = 1;  // steps
  std::vector<std::uint32_t> thresholds;

  std::uint16_t largest() const { return static_cast<std::uint16_t>(least + thresholds.size() - 1); }
};

// A normal law is cut off at 0, on the other side than its mean. Errors: ConfigError (where = key) for parameters that
// make no distribution, weights of both signs or beyond the largest float.
WeightLaw weight_law(const std::string& key, const Distribution& weight);

// A normal law is cut off at half a step; what is rounded below one step is one step. Errors: ConfigError for
// parameters that make no distribution, constants, means and intervals below one step, delays beyond kMaxDelaySteps.
DelayLaw delay_law(const std::string& key, const Distribution& delay_ms, double step_ms);

// The delay that must be a step at least: below it, most draws would be raised to one step and the law lost.
double telling_delay_ms(const Distribution& d);

// 2^kDelayGuideBits entries: the index of the first threshold that is not below the least draw with those leading bits.
std::vector<std::uint32_t> delay_guide(const std::vector<std::uint32_t>& thresholds);

// The mean of what quantile_lookup() gives over all draws.
double table_mean(const std::vector<real>& table);

}  // namespace sprig
