// Rules by distance: every pair of neurons has the probability of its distance, and no other pair matters.
#include <gtest/gtest.h>

#include <numbers>

#include "host/network/positions.hpp"
#include "sprig/core/random.hpp"
#include "tests/network/description_support.hpp"

namespace sprig::test {
namespace {

// Distances without edges, written anew.
double between(const Place& a, const Place& b) {
  double least = 2;
  for (const int x : {-1, 0, 1})
    for (const int y : {-1, 0, 1}) least = std::min(least, std::hypot(a.x - b.x + x, a.y - b.y + y));
  return least;
}

struct Case {
  const char* rule;
  Positions from, to;
  std::uint32_t sources, targets;
};

void expect_probabilities(const Case& c) {
  SCOPED_TRACE(std::string(c.rule) + " " + std::string(name_of(c.from)) + " " + std::string(name_of(c.to)));
  const NetworkDescription description = described(
      {population("A", c.sources, c.from), population("B", c.targets, c.to)}, {projection_spec({"A"}, {"B"}, c.rule)});
  const Network network = realised(description);
  const Csr& csr = network.recurrent;
  const std::vector<Place> from = positions_of(description.populations[0], 0, 1),
                           to = positions_of(description.populations[1], c.sources, 1);
  const ConnectionRule rule = *read_rule(c.rule);
  // Pairs by distance: expected numbers of synapses, their variances, and those there are.
  constexpr std::size_t kBins = 30;
  const double widest = std::min(0.75, 6 * rule.b);
  std::vector<double> expected(kBins + 1, 0), variance(kBins + 1, 0), observed(kBins + 1, 0);
  double degree_variance = 0, all = 0;
  for (std::uint32_t s = 0; s < c.sources; ++s) {
    std::vector<double> row(c.targets, 0);
    for (std::uint64_t k = csr.offsets[s]; k < csr.offsets[s + 1]; ++k) {
      const std::uint32_t t = csr.targets[k] - c.sources;
      ASSERT_EQ(row[t], 0) << "a pair has two";
      row[t] = 1;
    }
    double mean = 0;
    for (std::uint32_t t = 0; t < c.targets; ++t) {
      const double d = between(from[s], to[t]);
      const double p = rule.a * (rule.kind == ConnectionRule::Kind::gaussian ? std::exp(-d * d / (2 * rule.b * rule.b))
                                                                             : std::exp(-d / rule.b));
      const std::size_t bin = std::min<std::size_t>(kBins, static_cast<std::size_t>(d / widest * kBins));
      expected[bin] += p;
      variance[bin] += p * (1 - p);
      observed[bin] += row[t];
      mean += p;
    }
    all += mean;
    const double degree = static_cast<double>(csr.offsets[s + 1] - csr.offsets[s]);
    degree_variance += (degree - mean) * (degree - mean);
  }
  double statistic = 0, bins = 0, sum = 0;
  for (std::size_t b = 0; b <= kBins; ++b) {
    sum += variance[b];
    if (variance[b] < 5) {  // too few, or certain
      EXPECT_NEAR(observed[b], expected[b], 10 + 1e-6 * expected[b]);
      continue;
    }
    statistic += (observed[b] - expected[b]) * (observed[b] - expected[b]) / variance[b];
    ++bins;
  }
  if (bins > 0) {
    EXPECT_GT(boost::math::cdf(complement(boost::math::chi_squared(bins), statistic)), 1e-3);
  }
  if (sum > 100) {
    EXPECT_NEAR(degree_variance / sum, 1, 6 * std::sqrt(2.0 / c.sources));  // independent pairs
  }
  EXPECT_NEAR(forecast(description).synapses / all, 1, 0.05);
}

TEST(DistanceRules, GiveEveryPairTheProbabilityOfItsDistance) {
  const auto ring = Positions::ring, grid = Positions::grid, plane = Positions::plane;
  for (const Case& c : {Case{"gaussian(0.8, 0.05)", ring, ring, 2000, 1000},
                        {"exponential(1, 0.02)", ring, ring, 900, 900},
                        {"gaussian(0.5, 0.1)", plane, plane, 900, 1100},
                        {"exponential(0.9, 0.05)", plane, grid, 900, 1024},
                        {"gaussian(1, 0.03)", grid, grid, 1024, 1024},
                        {"exponential(0.3, 0.3)", grid, plane, 400, 700},
                        {"gaussian(0.4, 3)", plane, plane, 500, 400},
                        {"exponential(0.4, 50)", ring, ring, 500, 401}})
    expect_probabilities(c);
}

TEST(DistanceRules, ReachNobodyFartherThanTheyDo) {
  const Csr csr = realised(onto_itself(5000, "gaussian(1, 1e-6)", Positions::ring)).recurrent;
  EXPECT_EQ(csr.synapses(), 5000u);  // each neuron onto itself, for certain
  NetworkDescription description = onto_itself(5000, "gaussian(1, 1e-6)", Positions::ring);
  description.projections[0].autapses = false;
  EXPECT_EQ(realised(description).recurrent.synapses(), 0u);
  EXPECT_EQ(realised(onto_itself(100, "gaussian(0, 0.1)", Positions::plane)).recurrent.synapses(), 0u);
  EXPECT_EQ(realised(onto_itself(100, "gaussian(1, 1e300)", Positions::plane)).recurrent.synapses(), 10000u);
  EXPECT_EQ(realised(onto_itself(1, "exponential(1, 1)", Positions::grid)).recurrent.synapses(), 1u);
}

TEST(Cells, AreInBandsOnceEach) {
  for (const bool ring : {true, false})
    for (std::uint32_t side = 1; side <= 12; ++side) {
      std::vector<Place> places;
      for (std::uint32_t y = 0; y < (ring ? 1 : side); ++y)
        for (std::uint32_t x = 0; x < side; ++x) places.push_back({(x + 0.5) / side, ring ? 0 : (y + 0.5) / side});
      const Cells cells(places, ring, side);
      for (const Place& here : places) {
        std::vector<int> seen(places.size(), 0);
        for (std::int64_t nearest = 0; nearest <= side / 2; nearest += 2)
          cells.each_stretch(here, nearest, nearest + 2, [&](std::uint32_t begin, std::uint32_t end) {
            for (std::uint32_t i = begin; i < end; ++i) {
              const Place& there = places[cells.order()[i]];
              ++seen[cells.order()[i]];
              const auto along = [](double u, double v) { return std::min(std::abs(u - v), 1 - std::abs(u - v)); };
              const auto away = std::llround(std::max(along(here.x, there.x), along(here.y, there.y)) * side);
              EXPECT_GE(away, nearest);
              EXPECT_LT(away, nearest + 2);
            }
          });
        EXPECT_EQ(seen, std::vector<int>(places.size(), 1));
      }
    }
}

TEST(Positions, OfAPlaneAreUniformAndTheNeurons) {
  const PopulationSpec spec = population("P", 5000, Positions::plane);
  const std::vector<Place> places = positions_of(spec, 10, 3), again = positions_of(spec, 11, 3);
  EXPECT_EQ(places[1].x, again[0].x);  // keyed by the neuron, not by its place in the population
  std::vector<double> x, y;
  for (const Place& place : places) {
    x.push_back(place.x);
    y.push_back(place.y);
  }
  const auto uniform = [](double v) { return v; };
  EXPECT_LT(ks_distance(x, uniform), ks_critical(5000));
  EXPECT_LT(ks_distance(y, uniform), ks_critical(5000));
}

TEST(Positions, OfARingAndAGridAreEven) {
  const std::vector<Place> ring = positions_of(population("R", 4, Positions::ring), 0, 1);
  EXPECT_EQ(ring[3].x, 0.75);
  const std::vector<Place> grid = positions_of(population("G", 8, Positions::grid), 0, 1);  // 3 a row
  EXPECT_EQ(grid[7].x, 1.0 / 3);
  EXPECT_EQ(grid[7].y, 2.0 / 3);
}

// The mean over places against a midpoint sum.
TEST(DistanceRules, HaveTheMeanOfTheirLaw) {
  for (const char* text : {"gaussian(0.7, 0.03)", "gaussian(0.7, 0.4)", "exponential(0.7, 0.03)",
                           "exponential(0.7, 0.5)", "exponential(0.7, 1e5)", "gaussian(0.7, 1e5)"}) {
    const ConnectionRule rule = *read_rule(text);
    constexpr int kSteps = 1000;
    double ring = 0, square = 0;
    for (int i = 0; i < kSteps; ++i) {
      const double x = (i + 0.5) / kSteps / 2;
      ring += fall_off(rule, x) / kSteps;
      for (int j = 0; j < kSteps; ++j)
        square += fall_off(rule, std::hypot(x, (j + 0.5) / kSteps / 2)) / kSteps / kSteps;
    }
    EXPECT_NEAR(mean_fall_off(rule, true) / ring, 1, 1e-3) << text;
    EXPECT_NEAR(mean_fall_off(rule, false) / square, 1, 1e-3) << text;
  }
}

}  // namespace
}  // namespace sprig::test
