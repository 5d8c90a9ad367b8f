#include "host/app/bench/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

// The ends of the bands that the microcircuit's repository accepts, after 15 min.
constexpr double kRateBand = 0.03, kCvBand = 0.03, kCorrelationBand = 0.06;
constexpr double kSampling = 0.01;  // probability of a larger distance by sampling alone
constexpr const char* kBands =
    "; limit: the band accepted for 15 min (rate and cv 0.03, correlation 0.06), or what sampling alone exceeds in one "
    "of 100 cases if that is more; reference spike trains are not part of sprig";

constexpr const char* kVerdicts[] = {"PASS", "FAIL", "not judged"};

// How many neurons have so many pairs.
std::size_t neurons_of(std::size_t pairs) {
  return static_cast<std::size_t>(std::lround((1 + std::sqrt(1 + 8 * static_cast<double>(pairs))) / 2));
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return kNotMeasured;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string percent(double share) { return number_text(100 * share, 3) + " %"; }

PopulationRate measured_rate(const Measurement& measured, const std::string& population, double reference_hz) {
  if (population == "all") return {population, measured.mean_rate_hz(), reference_hz, measured.mean_rate_error_hz()};
  for (std::size_t p = 0; p < measured.populations.size(); ++p)
    if (measured.populations[p].name == population)
      return {population, measured.rate_hz(p), reference_hz, measured.rate_error_hz(p)};
  throw ConfigError("bench.network", "has a reference for the population " + population + ", which it lacks");
}

std::string why_not(const Measurement& measured, const BenchReference& reference, double warmup_ms) {
  const double counted_ms = static_cast<double>(measured.counted_steps) * measured.step_ms;
  const auto seconds = [](double ms) { return number_text(ms / 1000, 3) + " s"; };
  if (reference.rates_hz.empty()) return reference.source;
  if (counted_ms < reference.duration_ms * (1 - 1e-9))
    return "rates not judged: run >= " + seconds(reference.duration_ms) + " (this was " + seconds(counted_ms) + ")";
  if (warmup_ms < reference.warmup_ms * (1 - 1e-9))
    return "rates not judged: bench.warmup_ms must be >= " + number_text(reference.warmup_ms);
  return "";
}

}  // namespace

BenchVerdict check_rates(const Measurement& measured, const BenchReference& reference, double warmup_ms) {
  BenchVerdict verdict;
  if (measured.counted_steps == 0) {
    verdict.reason = "stopped before anything was counted";
    return verdict;
  }
  double worst = 0;
  std::string worst_name;
  for (const auto& [population, hz] : reference.rates_hz) {
    verdict.rates.push_back(measured_rate(measured, population, hz));
    const double deviation = std::abs(verdict.rates.back().deviation());
    if (!(deviation <= worst)) worst = deviation, worst_name = population;
  }
  verdict.reason = why_not(measured, reference, warmup_ms);
  if (!verdict.reason.empty()) return verdict;
  const bool pass = worst <= reference.tolerance;
  verdict.verdict = pass ? Verdict::pass : Verdict::fail;
  verdict.reason = "rates within " + percent(worst) + " of the reference (" + worst_name + "), " +
                   (pass ? "allowed: " : "more than the allowed ") + percent(reference.tolerance) + "; " +
                   reference.source;
  return verdict;
}

void check_distributions(BenchVerdict& verdict, const Measurement& measured, const Measurement& other,
                         std::uint32_t other_seed, const BenchReference& reference) {
  verdict.distributions_against = "the same network on seed " + std::to_string(other_seed) +
                                  (reference.bands ? kBands : "; not judged, no band is accepted for this network");
  std::string beyond;
  for (std::size_t p = 0; p < measured.populations.size(); ++p) {
    // Samples that are independent of each other: neurons. Pairs of them are not, since each neuron is in many.
    const auto compare = [&](const char* name, const std::vector<double>& a, const std::vector<double>& b, double band,
                             std::size_t samples_a, std::size_t samples_b) {
      DistributionCheck check{
          measured.populations[p].name, name, mean_of(a), mean_of(b), ks_distance(a, b), kNotMeasured};
      if (reference.bands && !a.empty() && !b.empty())
        check.limit = std::max(band, ks_limit(samples_a, samples_b, kSampling));
      if (check.distance > check.limit) beyond += (beyond.empty() ? "" : ", ") + check.population + " " + name;
      verdict.distributions.push_back(check);
    };
    const auto of_neurons = [&](const char* name, const std::vector<double>& a, const std::vector<double>& b,
                                double band) { compare(name, a, b, band, a.size(), b.size()); };
    const auto of_pairs = [&](const char* name, const std::vector<double>& a, const std::vector<double>& b,
                              double band) { compare(name, a, b, band, neurons_of(a.size()), neurons_of(b.size())); };
    const SpikeStatistics &one = *measured.statistics, &two = *other.statistics;
    of_neurons("rate", one.rates(p), two.rates(p), kRateBand);
    of_neurons("cv", one.interval_cvs(p), two.interval_cvs(p), kCvBand);
    of_pairs("correlation", one.correlations(p), two.correlations(p), kCorrelationBand);
  }
  if (verdict.verdict == Verdict::not_judged || !reference.bands) return;  // too short for rates, so for distributions
  if (!beyond.empty()) verdict.verdict = Verdict::fail;
  verdict.reason +=
      beyond.empty() ? "; distributions as on another seed" : "; distributions differ from another seed's: " + beyond;
}

std::string verdict_text(const BenchVerdict& verdict) {
  std::string text;
  if (!verdict.rates.empty()) {
    TextTable table({"population", "rate (Hz)", "std. error", "reference", "deviation"});
    for (const PopulationRate& r : verdict.rates)
      table.add({r.population, number_text(r.rate_hz), number_text(r.error_hz, 2), number_text(r.reference_hz),
                 percent(r.deviation())});
    text += table.text();
  }
  if (!verdict.distributions.empty()) {
    TextTable table({"population", "statistic", "mean", "other seed", "KS distance", "limit"});
    for (const DistributionCheck& d : verdict.distributions)
      table.add({d.population, d.statistic, number_text(d.mean), number_text(d.other_mean), number_text(d.distance, 3),
                 number_text(d.limit, 3)});
    text += table.text() + "against " + verdict.distributions_against + "\n";
  }
  return text + "check: " + kVerdicts[static_cast<std::size_t>(verdict.verdict)] + ": " + verdict.reason + "\n";
}

Json verdict_json(const BenchVerdict& verdict) {
  Json json{{"verdict", kVerdicts[static_cast<std::size_t>(verdict.verdict)]},
            {"reason", verdict.reason},
            {"rates", Json::array()}};
  for (const PopulationRate& r : verdict.rates)
    json["rates"].push_back({{"population", r.population},
                             {"rate_hz", r.rate_hz},
                             {"error_hz", r.error_hz},
                             {"reference_hz", r.reference_hz},
                             {"deviation", r.deviation()}});
  if (verdict.distributions.empty()) return json;
  json["against"] = verdict.distributions_against;
  json["distributions"] = Json::array();
  for (const DistributionCheck& d : verdict.distributions)
    json["distributions"].push_back({{"population", d.population},
                                     {"statistic", d.statistic},
                                     {"mean", d.mean},
                                     {"other_mean", d.other_mean},
                                     {"ks_distance", d.distance},
                                     {"limit", d.limit}});
  return json;
}

}  // namespace sprig::app
