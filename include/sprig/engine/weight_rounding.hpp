// How finely the engine holds weights (docs/engine.md): those onto a population's receptor are integers of one unit,
// which follows from the largest sum of weights into one of its neurons. So a weight that is far larger than the
// others, even one that is never used, makes all the others coarse.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig {

struct ProceduralNetwork;
struct ProjectionTables;

// Of the synapses onto one receptor of one population, those of input channels among them. Weights of Poisson spikes
// from the drive are floating-point numbers and not among them. Units of weights are those of Csr::weights.
struct WeightRounding {
  std::uint32_t population = 0;
  int receptor = 0;
  double unit = 0;      // value of 1
  double typical = 0;   // the median of the magnitudes that are not 0; of two, the smaller
  double largest = 0;   // magnitude
  double error = 0;     // the largest difference between a weight and what is held of it, in typical weights
  double weights = 0;   // how many are not 0
  double vanished = 0;  // how many of those are held as 0
};

// How many synapses the rules of projections make. The numbers above are then those of the laws of weights, and so the
// same wherever synapses are drawn; numbers of weights are expected values.
struct DrawnWeights {
  const ProjectionTables& tables;
  std::vector<std::uint64_t> totals;  // of each projection
};

// By population and receptor, where there is a weight. exponents: 2^exponent units are 1, [population * 2 + receptor].
// Exact for stored synapses, whatever the number of threads; reads them once, and three or four times where weights
// differ.
std::vector<WeightRounding> weight_rounding(const Network& network, const std::vector<int>& exponents,
                                            const DrawnWeights* drawn = nullptr);

// What weight_rounding() is expected to say of a network of rules, from these alone, in milliseconds. Units may come
// out half as large, or a few times as large: the largest weight that a law allows need not be drawn.
std::vector<WeightRounding> expected_rounding(const ProceduralNetwork& procedural, int weight_bits);

// SimulationOptions::weight_error as it is meant: 0 says that the bits decide. Who asks for 16 of them asks for coarse
// weights, and gets them as long as a typical one has 25 units or more.
double weight_error_limit(double asked, int weight_bits);

// A sentence for each population and receptor where weights are held as nothing.
std::vector<std::string> rounding_warnings(const Network& network, const std::vector<WeightRounding>& rounding);

// Errors: ConfigError (run.weight_error) naming population, receptor and weights of the coarsest above the limit.
void require_precision(const Network& network, const std::vector<WeightRounding>& rounding, double limit,
                       int weight_bits);

}  // namespace sprig
