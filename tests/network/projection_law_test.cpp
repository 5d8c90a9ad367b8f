// What projections draw, against the laws they name: in-degrees, sources, weights, delays, gaps.
#include <gtest/gtest.h>

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <functional>
#include <numeric>

#include "host/network/bernoulli_row.hpp"
#include "host/network/projection_laws.hpp"
#include "tests/network/projection_support.hpp"

namespace sprig::test {
namespace {

using Cdf = std::function<double(double)>;

// All synapses onto all targets, one after the other.
IncomingSynapses all_of(const ProjectionDraws& draws) {
  IncomingSynapses all, in;
  for (std::uint32_t target = 0; target < draws.neurons(); ++target) {
    draws.onto(target, in);
    const auto n = static_cast<std::ptrdiff_t>(in.count);
    all.sources.insert(all.sources.end(), in.sources.begin(), in.sources.begin() + n);
    all.weights.insert(all.weights.end(), in.weights.begin(), in.weights.begin() + n);
    all.delays.insert(all.delays.end(), in.delays.begin(), in.delays.begin() + n);
  }
  all.count = all.sources.size();
  return all;
}

std::vector<std::uint32_t> drawn_in_degrees(const ProjectionDraws& draws) {
  std::vector<std::uint32_t> degrees;
  for (std::uint32_t target = 0; target < draws.neurons(); ++target)
    degrees.push_back(static_cast<std::uint32_t>(draws.in_degree(target)));
  return degrees;
}

double uniform_p(const std::vector<std::uint32_t>& sources, std::uint32_t neurons) {
  std::vector<double> hits(neurons, 0);
  for (const std::uint32_t source : sources) ++hits[source];
  return chi_squared_p(hits, std::vector<double>(neurons, static_cast<double>(sources.size()) / neurons));
}

// 500 x 200 synapses with this weight, or this delay.
IncomingSynapses with_weight(const Distribution& weight) {
  Projection p = projection(Rule::fixed_in_degree, 500, 200);
  p.weight = weight;
  return all_of(ProjectionDraws(procedural(500, {p}, 21)));
}
std::vector<std::uint16_t> with_delay(const Distribution& delay_ms) {
  Projection p = projection(Rule::fixed_in_degree, 500, 200);
  p.delay_ms = delay_ms;
  return all_of(ProjectionDraws(procedural(500, {p}, 22))).delays;
}

// Delays against cdf of the law in ms, with everything below 1.5 steps at one step and everything above `last` there.
double delay_p(const std::vector<std::uint16_t>& delays, std::uint16_t first, std::uint16_t last, const Cdf& cdf) {
  std::vector<double> observed(last - first + 1, 0), expected(last - first + 1, 0);
  for (const std::uint16_t delay : delays) {
    EXPECT_GE(delay, first);
    ++observed[std::min(delay, last) - first];
  }
  for (int d = first; d <= last; ++d) {
    const double lower = d == first ? 0 : cdf(0.1 * d - 0.05), upper = d == last ? 1 : cdf(0.1 * d + 0.05);
    expected[static_cast<std::size_t>(d - first)] = static_cast<double>(delays.size()) * (upper - lower);
  }
  return chi_squared_p(observed, expected);
}

Cdf truncated_normal(double mean, double sd, double least) {
  return [=](double x) {
    const boost::math::normal law(mean, sd);
    const double cut = cdf(law, least);
    return x <= least ? 0.0 : (cdf(law, x) - cut) / (1 - cut);
  };
}

TEST(FixedTotal, InDegreesAreMultinomial) {
  const ProjectionDraws draws(procedural(5000, {projection(Rule::fixed_total, 5000, 500000)}));
  const std::vector<std::uint32_t> degrees = drawn_in_degrees(draws);
  double squares = 0;
  for (const double degree : degrees) squares += (degree - 100) * (degree - 100) / 5000;

  EXPECT_EQ(draws.synapses(), 500000u);
  EXPECT_EQ(std::accumulate(degrees.begin(), degrees.end(), 0u), 500000u);
  EXPECT_NEAR(squares, 100, 4 * 100 * std::sqrt(2.0 / 5000));  // variance of Binomial(500000, 1/5000): 99.98
  EXPECT_GT(binomial_p(degrees, 500000, 1.0 / 5000), 1e-3);
}

TEST(FixedTotal, SourcesAreUniform) {
  const ProjectionDraws draws(procedural(700, {projection(Rule::fixed_total, 700, 300000)}));

  EXPECT_GT(uniform_p(all_of(draws).sources, 700), 1e-3);
}

TEST(FixedInDegree, GivesEveryTargetItsSynapsesFromUniformSources) {
  Projection p = projection(Rule::fixed_in_degree, 700, 300);
  p.autapses = false;
  const ProjectionDraws draws(procedural(700, {p}));

  EXPECT_EQ(draws.synapses(), 210000u);
  EXPECT_EQ(drawn_in_degrees(draws), std::vector<std::uint32_t>(700, 300));
  EXPECT_GT(uniform_p(all_of(draws).sources, 700), 1e-3);
}

TEST(Autapses, ThatAreNotAllowedDoNotOccurAndTheOthersShareTheirPlace) {
  for (const Rule rule : {Rule::fixed_total, Rule::fixed_in_degree, Rule::bernoulli}) {
    Projection p = projection(rule, 40, rule == Rule::bernoulli ? 0.5 : rule == Rule::fixed_total ? 40000 : 1000);
    p.target_first = 20;  // 20 .. 39 could have some
    p.target_count = 30;
    const auto autapses_and_others = [&](bool allowed) {
      p.autapses = allowed;
      const ProjectionDraws draws(procedural(60, {p}, 3));
      std::uint32_t autapses = 0;
      IncomingSynapses in;
      for (std::uint32_t target = 20; target < 50; ++target) {
        draws.onto(target, in);
        std::vector<double> hits(40, 0);
        for (std::size_t k = 0; k < in.count; ++k) ++hits[in.sources[k]];
        if (target < 40) autapses += static_cast<std::uint32_t>(hits[target]);
        if (rule == Rule::bernoulli) continue;
        if (!allowed && target < 40) hits.erase(hits.begin() + target);
        const double each = static_cast<double>(in.count) / static_cast<double>(hits.size());
        EXPECT_GT(chi_squared_p(hits, std::vector<double>(hits.size(), each)), 1e-4) << target;
      }
      return autapses;
    };
    EXPECT_GT(autapses_and_others(true), 0u);
    EXPECT_EQ(autapses_and_others(false), 0u);
  }
}

TEST(Bernoulli, InDegreesAndOutDegreesAreBinomial) {
  Projection p = projection(Rule::bernoulli, 4000, 0.05);
  p.autapses = false;
  const ProjectionDraws draws(procedural(4000, {p}));
  std::vector<std::uint32_t> out(4000, 0);
  for (const std::uint32_t source : all_of(draws).sources) ++out[source];

  EXPECT_GT(binomial_p(drawn_in_degrees(draws), 3999, 0.05), 1e-3);
  EXPECT_GT(binomial_p(out, 3999, 0.05), 1e-3);
  EXPECT_NEAR(static_cast<double>(draws.synapses()), 4000 * 3999 * 0.05, 4 * std::sqrt(4000 * 3999 * 0.05 * 0.95));
}

TEST(Bernoulli, PairsHaveAtMostOneSynapseAndSourcesAscend) {
  const ProjectionDraws draws(procedural(300, {projection(Rule::bernoulli, 300, 0.4)}));
  IncomingSynapses in;
  for (std::uint32_t target = 0; target < 300; ++target) {
    draws.onto(target, in);
    for (std::size_t k = 1; k < in.count; ++k) ASSERT_LT(in.sources[k - 1], in.sources[k]);
  }
}

TEST(Bernoulli, CertainSynapsesAreAllAndImpossibleOnesNone) {
  Projection all = projection(Rule::bernoulli, 50, 1);
  all.autapses = false;
  const Projection none = projection(Rule::bernoulli, 50, 0);
  const ProjectionDraws draws(procedural(50, {none, all, none}));

  EXPECT_EQ(draws.synapses(0), 0u);
  EXPECT_EQ(draws.synapses(1), 50u * 49u);
  EXPECT_EQ(draws.synapses(2), 0u);
}

TEST(Bernoulli, SmallProbabilitiesKeepTheirDensity) {
  const double p = 1e-4, pairs = 20000.0 * 20000;
  const ProjectionDraws draws(procedural(20000, {projection(Rule::bernoulli, 20000, p)}));

  EXPECT_NEAR(static_cast<double>(draws.synapses()), p * pairs, 4 * std::sqrt(p * pairs));
}

TEST(TableMean, IsThatOfAllDraws) {
  const std::vector<real> table = exponential_quantiles();
  double sum = 0;
  for (std::uint32_t r = 0; r < (1u << 24); ++r) sum += quantile_lookup(table.data(), r << 8);

  EXPECT_NEAR(table_mean(table), sum / (1 << 24), 1e-8);
  EXPECT_NEAR(table_mean(table), 1, 5e-5);
  EXPECT_GT(table_mean(table), 1 + 1e-5);  // so it is worth correcting
}

TEST(ProjectionWeights, FollowTheirLawAndKeepOneSign) {
  const auto check = [](const Distribution& law, const Cdf& cdf) {
    const IncomingSynapses drawn = with_weight(law);
    const std::vector<double> weights(drawn.weights.begin(), drawn.weights.end());
    EXPECT_LT(ks_distance(weights, cdf), ks_critical(weights.size()))
        << static_cast<int>(law.kind) << " " << law.a << " " << law.b;
    return weights;
  };
  check({Kind::normal, 1, 0.1}, truncated_normal(1, 0.1, 0));
  check({Kind::normal, 1, 3}, truncated_normal(1, 3, 0));
  check({Kind::normal, -1, 3}, [](double x) { return 1 - truncated_normal(1, 3, 0)(-x); });
  check({Kind::uniform, -3, -1}, [](double x) { return (x + 3) / 2; });
  check({Kind::lognormal, -1, 0.8}, [](double x) { return cdf(boost::math::lognormal(-1, 0.8), x); });
  check({Kind::gamma, 2, 0.5}, [](double x) { return cdf(boost::math::gamma_distribution(2.0, 0.5), x); });
}

TEST(ProjectionWeights, HaveTheMomentsOfATruncatedNormalLaw) {
  // Redrawn below 0: mean m + s r and variance s^2 (1 - a r - r^2), with a = m / s and r = phi(a) / Phi(a).
  for (const double sign : {1.0, -1.0}) {
    const double m = 1, s = 1.5, a = m / s;
    const double r = std::exp(-a * a / 2) / std::sqrt(2 * M_PI) / (0.5 * std::erfc(-a / std::sqrt(2)));
    const double mean = m + s * r, variance = s * s * (1 - a * r - r * r);
    const IncomingSynapses drawn = with_weight({Kind::normal, sign * m, s});
    double sum = 0, squares = 0;
    for (const double w : drawn.weights) {
      ASSERT_GE(sign * w, 0);
      sum += w / 1e5;
      squares += (sign * w - mean) * (sign * w - mean) / 1e5;
    }
    EXPECT_NEAR(sign * sum, mean, 4 * std::sqrt(variance / 1e5));
    EXPECT_NEAR(squares, variance, 4 * variance * std::sqrt(2 / 1e5));
  }
}

TEST(ProjectionDelays, FollowTheirLawOnTheGrid) {
  EXPECT_GT(delay_p(with_delay({Kind::normal, 1.5, 0.75}), 1, 35, truncated_normal(1.5, 0.75, 0.05)), 1e-3);
  EXPECT_GT(delay_p(with_delay({Kind::normal, 0.2, 0.4}), 1, 12, truncated_normal(0.2, 0.4, 0.05)), 1e-3);
  EXPECT_GT(delay_p(with_delay({Kind::uniform, 1, 2}), 10, 20, [](double x) { return x - 1; }), 1e-3);
  EXPECT_GT(delay_p(with_delay({Kind::gamma, 1, 0.3}), 1, 20, [](double x) { return 1 - std::exp(-x / 0.3); }), 1e-3);
  const auto lognormal = [](double x) { return cdf(boost::math::lognormal(-1, 0.8), x); };
  EXPECT_GT(delay_p(with_delay({Kind::lognormal, -1, 0.8}), 1, 20, lognormal), 1e-3);
}

TEST(ProjectionDelays, ThatAreConstantAreTheNearestStep) {
  for (const std::uint16_t delay : with_delay({Kind::constant, 0.3, 0})) ASSERT_EQ(delay, 3);  // 0.3 / 0.1 < 3
}

TEST(DelayLaw, ThresholdsAreTheProbabilitiesOfTheSteps) {
  const DelayLaw law = delay_law("delay", {Kind::uniform, 1, 2}, 0.1);

  ASSERT_EQ(law.thresholds.size(), 11u);
  EXPECT_EQ(law.least, 10);
  EXPECT_EQ(law.largest(), 20);
  for (int i = 0; i < 10; ++i)
    EXPECT_NEAR(law.thresholds[static_cast<std::size_t>(i)], (0.05 + 0.1 * i) * 4294967296.0, 4);
  EXPECT_EQ(law.thresholds.back(), 0xFFFFFFFFu);
}

TEST(DelayLaw, TheGuideNeverPointsPastTheDelay) {
  for (const Distribution& d :
       {Distribution{Kind::normal, 1.5, 0.75}, {Kind::uniform, 0.1, 3000}, {Kind::gamma, 1, 1}}) {
    const DelayLaw law = delay_law("delay", d, 0.1);
    const std::vector<std::uint32_t> guide = delay_guide(law.thresholds);
    for (std::uint32_t i = 0; i < 1024; ++i)
      for (const std::uint32_t word : {i << 22, (i << 22) | 12345u, (i << 22) | 0x3FFFFFu}) {
        std::uint32_t at = guide[i];
        while (word > law.thresholds[at]) ++at;
        const auto expected = std::lower_bound(law.thresholds.begin(), law.thresholds.end(), word);
        ASSERT_EQ(at, expected - law.thresholds.begin());
      }
  }
}

}  // namespace
}  // namespace sprig::test
