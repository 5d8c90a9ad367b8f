// The synapses of a procedural network, counted, and drawn target by target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/network/projection.hpp"
#include "sprig/network/projection_draw.hpp"

namespace sprig {

// What draws read, made once in milliseconds; nothing is counted yet. A device copies the arrays.
struct ProjectionTables {
  std::uint32_t seed = 0;
  std::vector<DrawnProjection> projections;
  std::vector<real> quantiles;
  std::vector<std::uint32_t> delay_guide, delay_thresholds;

  // Errors: ConfigError as check_projections().
  explicit ProjectionTables(const ProceduralNetwork& procedural);

  ProjectionView view() const;  // into this object: valid as long as it stays where it is
};

// Steps: the bounds of what the delays of projections that have synapses (totals > 0) may be, each possible with a
// probability of at least 2^-32 a synapse (so in a large network they occur; in a small one they may not). 1 and 1 when
// there is no synapse.
struct DelayBounds {
  std::uint16_t least = 1, largest = 1;
};
DelayBounds delay_bounds(const ProjectionTables& tables, const std::vector<std::uint64_t>& totals);

// All synapses onto one neuron: projections ascending, k ascending. The arrays are at least `count` long (what stands
// behind it is left over) and are there to be reused.
struct IncomingSynapses {
  std::size_t count = 0;
  std::vector<std::uint32_t> sources;
  std::vector<float> weights;
  std::vector<std::uint16_t> delays;  // steps
};

// Which arrays of IncomingSynapses are filled; the others are not touched.
enum class Incoming { sources, sources_and_weights, all };

// Neurons [first, end), as far as there are so many.
struct TargetRange {
  std::uint32_t first = 0, end = 0xFFFFFFFFu;
};

class ProjectionDraws {
 public:
  // Makes the tables and counts the synapses onto every target of `onto`, in parallel (fixed_total: a draw for each
  // synapse of the whole projection, and four to a block; bernoulli: one block for each). What is asked for of others
  // is as if there were none. Errors: ConfigError as check_projections(); MemoryError.
  explicit ProjectionDraws(const ProceduralNetwork& procedural, const TargetRange& onto = {});

  const ProjectionTables& tables() const { return tables_; }
  std::uint32_t neurons() const { return neurons_; }

  std::uint64_t synapses() const;                                       // exact, whatever the rules
  std::uint64_t synapses(std::size_t p) const;                          // of projection p
  const std::vector<std::uint64_t>& totals() const { return totals_; }  // of each
  // Synapses of projection p onto `target`; 0 for a neuron that is not among its targets.
  std::uint32_t in_degree(std::size_t p, std::uint32_t target) const;
  std::uint64_t in_degree(std::uint32_t target) const;

  std::uint16_t min_delay() const { return delay_bounds(tables_, totals_).least; }
  std::uint16_t max_delay() const { return delay_bounds(tables_, totals_).largest; }
  // The largest magnitude that a weight may have; 0 when there is no synapse.
  float largest_weight() const;

  // Draws the synapses onto `target`: the same bits as draw_synapse() and draw_bernoulli(). Many threads may, each with
  // its own `out`.
  void onto(std::uint32_t target, IncomingSynapses& out, Incoming parts = Incoming::all) const;

 private:
  ProjectionTables tables_;
  std::uint32_t neurons_ = 0;
  std::vector<std::uint64_t> count_first_;  // where a projection's counts begin; fixed_in_degree has none
  std::vector<TargetRange> onto_;           // its targets that are asked for
  std::vector<std::uint32_t> counts_;       // of each of these
  std::vector<std::uint64_t> totals_;       // of each projection
};

// Number of synapses from each neuron onto those of `onto`, all of them drawn for it. Exact.
std::vector<std::uint32_t> out_degrees(const ProceduralNetwork& procedural, int threads, const TargetRange& onto = {});

}  // namespace sprig
