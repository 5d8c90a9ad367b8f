// Networks whose synapses are still rules: large standard networks are drawn straight into the engine's layout, by
// whoever owns the targets, without ever standing in memory as a matrix.
//
// Every synapse belongs to its target: synapse k of target j in projection p draws from one Philox block,
//
//   projection_block(seed, p, j, k)      word 0: source, word 1: weight, word 2: delay
//
// (network/projection_draw.hpp), so an owner of some neurons draws exactly the synapses onto them, in any order and on
// any device. Nothing is ever drawn twice: a law that is redrawn outside its range is tabulated as the truncated law
// that redrawing amounts to, and a source that may not be the target is drawn among the others.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/network/builders.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

inline constexpr std::uint64_t kMostOntoTarget = std::uint64_t{1} << 31;  // on average: no in-degree comes near 2^32

enum class ProjectionRule {
  fixed_total,      // `synapses` of them, each with its own uniform source and target (multapses)
  fixed_in_degree,  // `in_degree` onto each target, each with its own uniform source (multapses)
  bernoulli,        // each pair with `probability`, at most one synapse
};

// Synapses from neurons [source_first, source_first + source_count) onto [target_first, target_first + target_count).
struct Projection {
  std::uint32_t source_first = 0, source_count = 0, target_first = 0, target_count = 0;
  ProjectionRule rule = ProjectionRule::bernoulli;
  std::uint64_t synapses = 0;   // fixed_total; fewer than kMostOntoTarget onto a target on average
  std::uint32_t in_degree = 0;  // fixed_in_degree
  double probability = 0;       // bernoulli
  bool autapses = true;         // false: from all sources but the target itself
  Distribution weight;          // of one sign; a normal one is redrawn at the other sign than its mean's
  Distribution delay_ms;        // rounded to the grid; a normal one is redrawn below half a step, and lognormal and
                                // gamma delays below one step are raised to it
};

// `network` has everything but recurrent synapses (an N x N matrix without any), and original ids that are the neurons'
// indices. seed keys the draws.
struct ProceduralNetwork {
  Network network;
  std::vector<Projection> projections;
  std::uint32_t seed = 1;
};

// Draws all synapses into `network.recurrent`: rows ascend by target, multapses stand in the order of (projection, k).
// Errors: MemoryError; ConfigError as check_projections().
Network realise(const ProceduralNetwork& procedural);

// Errors: ConfigError naming "projections[k].field" and what is allowed, and those of validate(network).
void check_projections(const ProceduralNetwork& procedural);

}  // namespace sprig
