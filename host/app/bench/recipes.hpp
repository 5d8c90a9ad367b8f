// The networks of `sprig bench`, as data: what each reads of [bench], how large it is, how it is built, and what it
// must show.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/network/projection.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

// What a correct simulation has.
struct BenchReference {
  std::vector<std::pair<std::string, double>>
      rates_hz;                           // by population; "all": of the whole network. Empty: none known
  double tolerance = 0;                   // relative
  double duration_ms = 0, warmup_ms = 0;  // a shorter run does not show them
  std::string source;                     // whose they are; or, when there are none, why
  bool bands = false;  // distributions are judged by the bands that are accepted for the microcircuit
};

struct MeasuredNetwork {
  ProceduralNetwork procedural;
  Drive drive;
  bool stored = false;  // all synapses are in network().recurrent, none in projections
  std::string note;     // what the result must say about it
  double prune_s = 0;   // pruning it took so long, which is not construction

  const Network& network() const { return procedural.network; }
};

// One simulation to measure. Some benchmarks have several.
struct BenchCase {
  Json settings = Json::object();  // in which it differs from the other cases
  SimulationOptions simulation;
  PlannedNetwork planned;
  double step_ms = 0.1;
  MemoryPlan building;        // what making the network holds, where that is more than the network
  bool same_network = false;  // as the case before it
  // progress: as far as building tells how far it is. Errors: Interrupted.
  std::function<std::shared_ptr<const MeasuredNetwork>(std::uint32_t seed, const Progress& progress)> build;

  std::string label() const;  // "neurons 2000, batch 4"; "" without settings
};

struct Benchmark {
  Json parameters;  // what a result must share to be compared
  std::vector<BenchCase> cases;
  BenchReference reference;
};

struct BenchRecipe {
  BenchNetwork network;
  std::string_view does;
  double duration_ms;                  // when bench.duration_ms is 0
  int weight_bits;                     // when run.weight_bits is not given
  std::vector<std::string_view> keys;  // of [bench] that it reads besides those that all do
  void (*fill)(BenchSection&);         // gives the keys that were left open their values
  Benchmark (*make)(const Config&);
};

const std::vector<BenchRecipe>& bench_recipes();
const BenchRecipe& recipe_of(BenchNetwork network);

// Fills in what was left open, checks what no single key can show, and settles run.device. Errors: ConfigError.
void resolve_bench(Config& config);

// Reads a configuration that was resolved, and builds nothing.
Benchmark make_benchmark(const Config& config);

// The memory that building or measuring one case takes, whichever is more. gpu: as for plan_simulation().
MemoryPlan plan_case(const BenchCase& one, const Config& config, const cuda::DeviceInfo* gpu = nullptr);
// The plan of the case that takes most.
MemoryPlan plan_benchmark(const Benchmark& benchmark, const Config& config, const cuda::DeviceInfo* gpu = nullptr);

}  // namespace sprig::app
