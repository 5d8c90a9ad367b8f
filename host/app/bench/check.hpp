// Whether a measured network is the right one: its rates against a reference, and its distributions against another
// seed's.
#pragma once

#include <string>
#include <vector>

#include "host/app/bench/measure.hpp"

namespace sprig::app {

enum class Verdict { pass, fail, not_judged };

struct PopulationRate {
  std::string population;
  double rate_hz = 0, reference_hz = 0;
  double error_hz = 0;  // standard error of the rate over the time of this run
  double deviation() const { return rate_hz / reference_hz - 1; }
};

// A distribution over a population's neurons (rate, cv) or pairs (correlation), on two seeds.
struct DistributionCheck {
  std::string population, statistic;
  double mean = 0, other_mean = 0;  // NaN: nobody has the statistic
  double distance = 0;              // Kolmogorov-Smirnov
  double limit = 0;  // the larger of the accepted band's end and of what sampling alone gives (1 %); NaN: not judged
};

struct BenchVerdict {
  Verdict verdict = Verdict::not_judged;
  std::string reason;
  std::vector<PopulationRate> rates;
  std::vector<DistributionCheck> distributions;
  std::string distributions_against;
};

// Rates, by the reference. A run that is too short for it, or was stopped, is not judged; without rates when nothing
// was counted.
BenchVerdict check_rates(const Measurement& measured, const BenchReference& reference, double warmup_ms);

// Adds the comparison of distributions with those of `other`, the same network on another seed: independent networks
// of one law differ as two runs of the reference do. Judged where bands are accepted, else shown. Both must have
// statistics.
void check_distributions(BenchVerdict& verdict, const Measurement& measured, const Measurement& other,
                         std::uint32_t other_seed, const BenchReference& reference);

std::string verdict_text(const BenchVerdict& verdict);  // lines for the terminal
Json verdict_json(const BenchVerdict& verdict);

}  // namespace sprig::app
