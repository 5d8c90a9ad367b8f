// Small networks and goodness-of-fit statistics for the network tests.
#pragma once

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <vector>

#include "sprig/network/builders.hpp"

namespace sprig::test {

using Kind = Distribution::Kind;

inline NetworkSpec spec_of(Topology topology, std::uint32_t neurons, double density) {
  NetworkSpec spec;
  spec.topology = topology;
  spec.neurons = neurons;
  spec.density = density;
  return spec;
}

inline std::vector<std::uint32_t> out_degrees(const Csr& csr) {
  std::vector<std::uint32_t> degrees(csr.rows);
  for (std::uint32_t i = 0; i < csr.rows; ++i) degrees[i] = csr.offsets[i + 1] - csr.offsets[i];
  return degrees;
}

inline std::vector<std::uint32_t> in_degrees(const Csr& csr) {
  std::vector<std::uint32_t> degrees(csr.cols, 0);
  for (const std::uint32_t target : csr.targets) ++degrees[target];
  return degrees;
}

// P(chi^2 at least as large) of observed counts against expected ones; `lost` degrees of freedom besides the usual one.
inline double chi_squared_p(const std::vector<double>& observed, const std::vector<double>& expected) {
  double statistic = 0;
  for (std::size_t i = 0; i < observed.size(); ++i)
    statistic += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  const boost::math::chi_squared law(static_cast<double>(observed.size() - 1));
  return boost::math::cdf(boost::math::complement(law, statistic));
}

// The chi-square of degrees against Binomial(trials, p), in bins that expect at least 10.
inline double binomial_p(const std::vector<std::uint32_t>& degrees, double trials, double p) {
  const boost::math::binomial law(trials, p);
  const double n = static_cast<double>(degrees.size());
  std::vector<double> expected, observed;
  double below = 0, bin = 0;
  std::int64_t first = 0;
  const auto close = [&](std::int64_t last) {
    expected.push_back(bin);
    observed.push_back(static_cast<double>(std::count_if(degrees.begin(), degrees.end(), [&](std::uint32_t d) {
      return d >= first && static_cast<std::int64_t>(d) <= last;
    })));
    first = last + 1;
    below += bin;
    bin = 0;
  };
  for (std::int64_t k = 0; k <= static_cast<std::int64_t>(trials); ++k) {
    bin += n * boost::math::pdf(law, static_cast<double>(k));
    if (bin >= 10 && n - below - bin >= 10) close(k);
  }
  close(static_cast<std::int64_t>(trials));
  return chi_squared_p(observed, expected);
}

// Kolmogorov's distance of samples from a continuous law.
template <class Cdf>
double ks_distance(std::vector<double> samples, Cdf cdf) {
  std::sort(samples.begin(), samples.end());
  const double n = static_cast<double>(samples.size());
  double distance = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double f = cdf(samples[i]);
    distance = std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return distance;
}

// The distance that samples of the law itself exceed once in a thousand times.
inline double ks_critical(std::size_t n) { return 1.95 / std::sqrt(static_cast<double>(n)); }

}  // namespace sprig::test
