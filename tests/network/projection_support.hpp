// Networks of projections for tests, and their synapses drawn one by one.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sprig/network/projection_draws.hpp"
#include "tests/network/network_support.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {

using Rule = ProjectionRule;

inline ProceduralNetwork procedural(std::uint32_t neurons, std::vector<Projection> projections,
                                    std::uint32_t seed = 1) {
  return {test::unconnected(neurons, {}, 0.1, {}), std::move(projections), seed};
}

// From all onto all of `neurons`, constant weight 1 and delay 1 ms; `amount`: synapses, in-degree or probability.
inline Projection projection(Rule rule, std::uint32_t neurons, double amount) {
  Projection p;
  p.source_count = p.target_count = neurons;
  p.rule = rule;
  if (rule == Rule::fixed_total) p.synapses = static_cast<std::uint64_t>(amount);
  if (rule == Rule::fixed_in_degree) p.in_degree = static_cast<std::uint32_t>(amount);
  if (rule == Rule::bernoulli) p.probability = amount;
  return p;
}

// The draws of one target and projection, as a device draws them: bernoulli until there are no more, else `count`.
inline std::vector<DrawnSynapse> drawn_one_by_one(const ProjectionView& view, std::uint32_t p, std::uint32_t target,
                                                  std::uint32_t count) {
  const Candidates from = candidates(view.projections[p], target);
  std::vector<DrawnSynapse> synapses;
  if (view.projections[p].rule == Rule::bernoulli) {
    DrawnSynapse synapse;
    std::uint32_t next = 0;
    if (view.projections[p].gap_table == kNoTable) return synapses;
    for (std::uint32_t k = 0; draw_bernoulli(view, p, target, k, from, next, synapse); ++k) synapses.push_back(synapse);
  } else {
    for (std::uint32_t k = 0; k < count; ++k) synapses.push_back(draw_synapse(view, p, target, k, from));
  }
  return synapses;
}

// Projections of every rule and law among `neurons`, each a different one.
inline std::vector<Projection> varied_projections(std::uint32_t neurons, std::uint32_t salt) {
  const auto uniform = [&](std::uint32_t i, std::uint32_t j) { return test::test_uniform(salt, i, j); };
  const Distribution weights[] = {{Kind::constant, -2, 0}, {Kind::normal, 1, 0.7},   {Kind::normal, -3, 2},
                                  {Kind::uniform, -2, -1}, {Kind::lognormal, 0, .5}, {Kind::gamma, 2, 0.5}};
  const Distribution delays[] = {{Kind::constant, 1.5, 0}, {Kind::normal, 0.2, 0.4},   {Kind::normal, 1.5, 0.75},
                                 {Kind::uniform, 0.3, 2},  {Kind::lognormal, -1, 0.8}, {Kind::gamma, 1, 0.3}};
  std::vector<Projection> result;
  for (std::uint32_t i = 0; i < 12; ++i) {
    Projection p;
    p.rule = static_cast<Rule>(i % 3);
    p.source_first = static_cast<std::uint32_t>(uniform(i, 0) * neurons / 2);
    p.source_count = 2 + static_cast<std::uint32_t>(uniform(i, 1) * (neurons - p.source_first - 2));
    p.target_first = static_cast<std::uint32_t>(uniform(i, 2) * neurons / 2);
    p.target_count = 1 + static_cast<std::uint32_t>(uniform(i, 3) * (neurons - p.target_first - 1));
    p.synapses = static_cast<std::uint64_t>(uniform(i, 4) * 40 * p.target_count);
    p.in_degree = static_cast<std::uint32_t>(uniform(i, 4) * 70);
    p.probability = i == 5 ? 1 : i == 8 ? 0 : uniform(i, 4);
    p.autapses = uniform(i, 5) < 0.5;
    p.weight = weights[i % 6];
    p.delay_ms = delays[(i + i / 6) % 6];
    result.push_back(p);
  }
  return result;
}

}  // namespace sprig::test
