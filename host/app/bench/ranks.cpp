#include "host/app/bench/ranks.hpp"

#include <utility>

#include "host/app/bench/measure.hpp"

namespace sprig::app {

namespace {

constexpr std::uint64_t kNoCase = ~std::uint64_t{0};
using CaseAndSeed = std::pair<std::uint64_t, std::uint32_t>;

}  // namespace

std::size_t builder_of(const Benchmark& benchmark, std::size_t k) {
  while (benchmark.cases[k].same_network) --k;
  return k;
}

void announce_case(Exchange* ranks, std::size_t k, std::uint32_t seed) {
  if (ranks != nullptr) share_value(*ranks, CaseAndSeed{k, seed});
}

void announce_end(Exchange* ranks) {
  if (ranks != nullptr) share_value(*ranks, CaseAndSeed{kNoCase, 0});
}

void serve_cases(Exchange& ranks, const Benchmark& benchmark) {
  for (;;) {
    const auto [k, seed] = share_value(ranks, CaseAndSeed{kNoCase, 0}).front();
    if (k == kNoCase) return;
    SimulationOptions simulation = benchmark.cases[k].simulation;
    simulation.seed = seed;
    auto network = benchmark.cases[builder_of(benchmark, k)].build(seed, {});
    const auto part = make_simulation_of(*network, simulation);
    network.reset();
    part->serve();
  }
}

}  // namespace sprig::app
