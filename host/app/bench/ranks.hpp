// A benchmark on several ranks: rank 0 measures, the others build what it measures and do their part of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/app/bench/recipes.hpp"
#include "sprig/engine/exchange.hpp"

namespace sprig::app {

// The case whose network a case is measured on: the first of those that share it.
std::size_t builder_of(const Benchmark& benchmark, std::size_t k);

// On rank 0, which makes the simulation of case k with this seed next; and when there is no other. Alone (null):
// nothing.
void announce_case(Exchange* ranks, std::size_t k, std::uint32_t seed);
void announce_end(Exchange* ranks);

// On the others, until the end.
void serve_cases(Exchange& ranks, const Benchmark& benchmark);

}  // namespace sprig::app
