// Checks of projections, and the tables that their draws read.
#include <bit>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "host/network/bernoulli_row.hpp"
#include "host/network/projection_laws.hpp"
#include "host/network/text.hpp"
#include "sprig/core/error.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

namespace {

template <class... Part>
[[noreturn]] void refuse(const std::string& where, const Part&... parts) {
  throw ConfigError(where, text(parts...));
}

// Numbers; distributions are checked where they are tabulated.
void check_numbers(const std::string& key, const Projection& p, std::uint32_t neurons) {
  const auto check_range = [&](const char* name, std::uint32_t first, std::uint32_t count) {
    if (std::uint64_t{first} + count > neurons)
      refuse(key + name, "are ", count, " neurons from ", first, "; there are ", neurons);
  };
  check_range("source_first", p.source_first, p.source_count);
  check_range("target_first", p.target_first, p.target_count);
  const auto check_sources = [&](const char* name) {
    if (p.source_count == 0) refuse(key + "source_count", "is 0; synapses need a source");
    const bool only_itself = p.source_count == 1 && p.source_first - p.target_first < p.target_count;
    if (!p.autapses && only_itself)
      refuse(key + name, "needs another source than the target, neuron ", p.source_first, ", without autapses");
  };
  switch (p.rule) {
    case ProjectionRule::fixed_total:
      if (p.synapses == 0) return;
      if (p.target_count == 0) refuse(key + "target_count", "is 0; ", p.synapses, " synapses need a target");
      if (p.synapses / p.target_count >= kMostOntoTarget)
        refuse(key + "synapses", "is ", p.synapses, "; fewer than 2^31 a target are allowed");
      return check_sources("synapses");
    case ProjectionRule::fixed_in_degree:
      if (p.in_degree > 0 && p.target_count > 0) check_sources("in_degree");
      return;
    case ProjectionRule::bernoulli:
      if (!(p.probability >= 0 && p.probability <= 1))
        refuse(key + "probability", "is ", p.probability, "; a number in [0, 1] is allowed");
      return;
  }
  refuse(key + "rule", "is unknown");
}

void check_network(const Network& network) {
  validate(network);
  if (network.recurrent.synapses() > 0)
    refuse("network.recurrent", "has ", network.recurrent.synapses(), " synapses; projections are to draw them");
  for (std::uint32_t i = 0; i < network.size(); ++i)
    if (network.original_id[i] != i)
      refuse(text("network.original_id[", i, "]"), "is ", network.original_id[i],
             "; neurons of projections have their index");
}

// Each law is tabulated once, however many projections have it. By its bits: comparisons of NaN find anything.
using LawKey = std::tuple<Distribution::Kind, std::uint64_t, std::uint64_t>;
LawKey key_of(const Distribution& d) {
  return {d.kind, std::bit_cast<std::uint64_t>(d.a), std::bit_cast<std::uint64_t>(d.b)};
}

template <class T>
std::uint32_t append(std::vector<T>& to, const std::vector<T>& values) {
  const auto first = static_cast<std::uint32_t>(to.size());
  to.insert(to.end(), values.begin(), values.end());
  return first;
}

struct PlacedWeights {
  float largest;
  std::uint32_t table;
};
struct PlacedDelays {
  std::uint16_t least, largest;
  std::uint32_t guide, threshold;
};

}  // namespace

ProjectionTables::ProjectionTables(const ProceduralNetwork& procedural) : seed(procedural.seed) {
  check_network(procedural.network);
  std::map<LawKey, PlacedWeights> weights;
  std::map<LawKey, PlacedDelays> delays;
  std::uint32_t exponential = kNoTable;
  double exponential_mean = 1;
  for (std::size_t k = 0; k < procedural.projections.size(); ++k) {
    const Projection& p = procedural.projections[k];
    const std::string key = text("projections[", k, "].");
    check_numbers(key, p, procedural.network.size());

    auto weight = weights.find(key_of(p.weight));
    if (weight == weights.end()) {
      const WeightLaw law = weight_law(key + "weight", p.weight);
      const std::uint32_t table = law.table.empty() ? kNoTable : append(quantiles, law.table);
      weight = weights.emplace(key_of(p.weight), PlacedWeights{law.largest, table}).first;
    }
    auto delay = delays.find(key_of(p.delay_ms));
    if (delay == delays.end()) {
      const DelayLaw law = delay_law(key + "delay_ms", p.delay_ms, procedural.network.step_ms);
      PlacedDelays placed{law.least, law.largest(), kNoTable, 0};
      if (law.thresholds.size() > 1) {
        placed.guide = append(delay_guide, sprig::delay_guide(law.thresholds));
        placed.threshold = append(delay_thresholds, law.thresholds);
      }
      delay = delays.emplace(key_of(p.delay_ms), placed).first;
    }
    double gap_scale = 0;
    std::uint32_t gap_table = kNoTable;  // no synapses
    if (p.rule == ProjectionRule::bernoulli && p.probability > 0) {
      if (exponential == kNoTable) {
        const std::vector<real> table = exponential_quantiles();
        exponential = append(quantiles, table);
        exponential_mean = table_mean(table);
      }
      // Interpolation lengthens the mean variate by 2e-5; certain synapses have a scale of 0, so no gaps.
      gap_scale = -1.0 / (std::log1p(-p.probability) * exponential_mean);
      gap_table = exponential;
    }
    projections.push_back({p.source_first, p.source_count, p.target_first, p.target_count,
                           p.rule == ProjectionRule::fixed_total ? p.synapses : 0,
                           p.rule == ProjectionRule::fixed_in_degree ? p.in_degree : 0, p.rule, p.autapses, gap_scale,
                           gap_table, weight->second.table, delay->second.guide, delay->second.threshold,
                           weight->second.largest, delay->second.least, delay->second.largest});
  }
}

ProjectionView ProjectionTables::view() const {
  return {projections.data(),
          static_cast<std::uint32_t>(projections.size()),
          seed,
          quantiles.data(),
          delay_guide.data(),
          delay_thresholds.data()};
}

void check_projections(const ProceduralNetwork& procedural) { ProjectionTables{procedural}; }

}  // namespace sprig
