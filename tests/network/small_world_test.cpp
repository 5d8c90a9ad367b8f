// Directed Watts-Strogatz.
#include <gtest/gtest.h>

#include <set>

#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

NetworkSpec ring(std::uint32_t neurons, std::uint32_t degree, double rewiring) {
  NetworkSpec spec = spec_of(Topology::small_world, neurons, degree / (neurons - 1.0));
  spec.rewiring = rewiring;
  return spec;
}

// The ring as the header describes it, by counting: neuron at each position.
std::vector<std::uint32_t> positions(std::uint32_t neurons, std::uint32_t inhibitory) {
  std::vector<std::uint32_t> order;
  std::uint32_t exc = 0, inh = 0;
  for (std::uint64_t r = 0; r < neurons; ++r)
    order.push_back((r + 1) * inhibitory / neurons > r * inhibitory / neurons ? neurons - inhibitory + inh++ : exc++);
  return order;
}

std::set<std::uint32_t> row_of(const Csr& csr, std::uint32_t i) {
  return {csr.targets.begin() + csr.offsets[i], csr.targets.begin() + csr.offsets[i + 1]};
}

// Mean over sources of the fraction of ordered pairs (a, b) of its targets with a synapse a -> b.
double clustering(const Csr& csr) {
  std::vector<std::set<std::uint32_t>> rows;
  for (std::uint32_t i = 0; i < csr.rows; ++i) rows.push_back(row_of(csr, i));
  double sum = 0;
  for (const auto& row : rows) {
    double closed = 0;
    for (const std::uint32_t a : row)
      for (const std::uint32_t b : row) closed += a != b && rows[a].count(b) > 0 ? 1 : 0;
    sum += closed / (static_cast<double>(row.size()) * (static_cast<double>(row.size()) - 1));
  }
  return sum / csr.rows;
}

TEST(SmallWorld, WithoutRewiringEveryNeuronHasItsNearestOnTheRing) {
  for (const std::uint32_t degree : {1u, 2u, 7u, 12u, 99u}) {
    const Csr csr = build_network(ring(100, degree, 0), 1).recurrent;
    const std::vector<std::uint32_t> order = positions(100, 20);
    for (std::uint32_t r = 0; r < 100; ++r) {
      std::set<std::uint32_t> nearest;
      for (std::uint32_t d = 1; nearest.size() < degree; ++d) {
        nearest.insert(order[(r + d) % 100]);
        if (nearest.size() < degree) nearest.insert(order[(r + 100 - d) % 100]);
      }
      ASSERT_EQ(row_of(csr, order[r]), nearest) << "position " << r << ", degree " << degree;
    }
    EXPECT_EQ(in_degrees(csr), std::vector<std::uint32_t>(100, degree));
  }
}

TEST(SmallWorld, InhibitionIsSpreadEvenly) {
  const Csr csr = build_network(ring(400, 40, 0), 1).recurrent;

  for (std::uint32_t i = 0; i < 400; ++i) {
    const std::set<std::uint32_t> row = row_of(csr, i);
    EXPECT_NEAR(std::count_if(row.begin(), row.end(), [](std::uint32_t j) { return j >= 320; }), 8, 1);
  }
}

TEST(SmallWorld, OutDegreesStayAndNoSynapseIsDoubleOrOntoItself) {
  for (const std::uint32_t degree : {10u, 99u, 101u, 180u, 198u, 199u})
    for (const double rewiring : {0.3, 1.0}) {
      const Csr csr = build_network(ring(200, degree, rewiring), 2).recurrent;
      ASSERT_EQ(out_degrees(csr), std::vector<std::uint32_t>(200, degree));
      for (std::uint32_t i = 0; i < 200; ++i) {
        const std::set<std::uint32_t> row = row_of(csr, i);
        ASSERT_EQ(row.size(), degree);
        ASSERT_EQ(row.count(i), 0u);
      }
    }
}

TEST(SmallWorld, TheRewiredFractionIsTheProbability) {
  const Csr lattice = build_network(ring(2000, 20, 0), 3).recurrent;
  const Csr rewired = build_network(ring(2000, 20, 0.3), 3).recurrent;
  double moved = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const std::set<std::uint32_t> before = row_of(lattice, i);
    for (const std::uint32_t j : row_of(rewired, i)) moved += before.count(j) == 0 ? 1 : 0;
  }

  // A moved synapse may come to lie on a place that another one left: about 1 % of 30 %.
  EXPECT_NEAR(moved / 40000, 0.3 * (1 - 3.0 / 2000), 4 * std::sqrt(0.3 * 0.7 / 40000));
}

TEST(SmallWorld, RewiredTargetsAreUniform) {
  for (const std::uint32_t degree : {20u, 700u}) {  // by rejection, and from the list of free targets
    const Csr lattice = build_network(ring(1000, degree, 0), 4).recurrent;
    const Csr rewired = build_network(ring(1000, degree, 0.5), 4).recurrent;
    std::vector<double> arrivals(10, 0);
    double total = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
      const std::set<std::uint32_t> before = row_of(lattice, i);
      for (const std::uint32_t j : row_of(rewired, i))
        if (before.count(j) == 0) ++arrivals[j % 10], ++total;
    }
    EXPECT_GT(chi_squared_p(arrivals, std::vector<double>(10, total / 10)), 1e-3) << degree;
  }
}

TEST(SmallWorld, ClusteringIsTheRingsAndFallsWithRewiring) {
  const double lattice = 3.0 * 18 / (4 * 19);  // 3 (k - 2) / (4 (k - 1)), k = 20
  EXPECT_NEAR(clustering(build_network(ring(1000, 20, 0), 5).recurrent), lattice, 1e-12);

  double last = lattice;
  for (const double rewiring : {0.05, 0.1, 0.3, 0.6, 1.0}) {
    const double found = clustering(build_network(ring(1000, 20, rewiring), 5).recurrent);
    // A triangle survives when none of its three synapses moved; else its end closes with the density's probability.
    const double kept = std::pow(1 - rewiring, 3);
    EXPECT_NEAR(found, lattice * kept + 0.02 * (1 - kept), 0.012) << rewiring;
    EXPECT_LT(found, last);
    last = found;
  }
}

}  // namespace
}  // namespace sprig::test
