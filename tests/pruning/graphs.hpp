// Random directed graphs and draws for the tests of pruning.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/core/random.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {

struct GraphSpec {
  std::uint32_t nodes = 50;
  double density = 0.1;
  double multapses = 0;  // probability that a synapse is doubled
  double zeros = 0;      // probability that a weight is zero
  bool autapses = false;
  bool integer_lengths = false;  // weights 1/1, 1/2 or 1/4, so that many weighted paths tie exactly
  std::uint32_t seed = 1;
};

inline Csr random_graph(const GraphSpec& s) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < s.nodes; ++i)
    for (std::uint32_t j = 0; j < s.nodes; ++j) {
      const auto draw = [&](std::uint64_t index) { return test_uniform(s.seed, i, std::uint64_t{j} * 8 + index); };
      if ((i == j && !s.autapses) || draw(0) >= s.density) continue;
      const auto weight = [&](std::uint64_t index) {
        const double u = draw(index);
        if (u < s.zeros) return 0.0f;
        const double magnitude = s.integer_lengths ? std::exp2(-std::floor(3 * u)) : 0.1 + u;
        return static_cast<float>(draw(index + 1) < 0.3 ? -magnitude : magnitude);
      };
      edges.push_back({i, j, weight(1), 1});
      if (draw(3) < s.multapses) edges.push_back({i, j, weight(4), 1});
    }
  return csr_from(s.nodes, s.nodes, edges);
}

// A standard normal variate of the test stream (Box & Muller).
inline double test_normal(std::uint32_t seed, std::uint64_t id, std::uint64_t index) {
  return std::sqrt(-2 * std::log(test_uniform(seed, id, 2 * index))) *
         std::cos(2 * M_PI * test_uniform(seed, id, 2 * index + 1));
}

}  // namespace sprig::test
