// hrsnn: batches of replicas of one heterogeneous recurrent network, as it is built and after pruning.
#pragma once

#include "host/app/bench/recipes.hpp"

namespace sprig::app {

// The network of configs/demo.toml, of any size.
NetworkSpec hrsnn_spec(std::uint32_t neurons);

void fill_hrsnn(BenchSection& bench);
// Cases: dense and pruned, for each batch. Errors: ConfigError.
Benchmark make_hrsnn(const Config& config);

}  // namespace sprig::app
