#include "host/app/bench/recipes.hpp"

#include <algorithm>

#include "host/app/bench/prunings.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/session/place.hpp"

namespace sprig::app {

namespace {

bool reads(const BenchRecipe& recipe, std::string_view key) {
  return std::find(recipe.keys.begin(), recipe.keys.end(), key) != recipe.keys.end();
}

std::string readers_of(std::string_view key) {
  std::string text;
  for (const BenchRecipe& recipe : bench_recipes())
    if (reads(recipe, key)) text += (text.empty() ? "" : ", ") + std::string(name_of(recipe.network));
  return text;
}

// A key that the network does not read must not seem to have had an effect; one that has its default has none.
void refuse_other_keys(const Config& config, const BenchRecipe& recipe) {
  const BenchSection &bench = config.bench, defaults;
  const std::pair<std::string_view, bool> changed[] = {
      {"synapses", bench.synapses != defaults.synapses},
      {"neurons", bench.neurons != defaults.neurons},
      {"synapses_a_neuron", bench.synapses_a_neuron != defaults.synapses_a_neuron},
      {"exponents", bench.exponents != defaults.exponents},
      {"rates_hz", bench.rates_hz != defaults.rates_hz},
      {"update", bench.update != defaults.update},
      {"background", bench.background != defaults.background},
      {"size", bench.size != defaults.size},
      {"regime", bench.regime != defaults.regime},
      {"density", bench.density != defaults.density},
      {"prune", bench.prune != defaults.prune}};
  for (const auto& [key, given] : changed) {
    if (!given || reads(recipe, key)) continue;
    throw ConfigError("bench." + std::string(key), "has no effect on " + std::string(name_of(recipe.network)) +
                                                       "; allowed: with " + readers_of(key));
  }
}

// What other verbs read, where bench has keys of its own or none. A resolved configuration has the defaults.
void refuse_other_verbs_keys(const Config& config) {
  const auto idle = [](bool changed, const char* key, const char* instead) {
    if (changed) throw ConfigError(key, std::string("has no effect on bench; allowed: ") + instead);
  };
  idle(config.run.duration_ms != RunSection{}.duration_ms, "run.duration_ms", "bench.duration_ms");
  idle(config.run.transient_ms != RunSection{}.transient_ms, "run.transient_ms", "bench.warmup_ms");
  idle(config.simulation.replicas != 1, "run.replicas", "bench.batch");
  const bool sweep = config.bench.network == BenchNetwork::sweep;
  idle(sweep && config.simulation.update != SimulationOptions{}.update, "run.update", "bench.update with sweep");
  constexpr const char* kDefault = "its default; what bench records is fixed";
  idle(config.run.record_spikes != RunSection{}.record_spikes, "run.record_spikes", kDefault);
  idle(config.run.count_window_ms != RunSection{}.count_window_ms, "run.count_window_ms", kDefault);
  idle(config.run.probe != RunSection{}.probe, "run.probe", kDefault);
  for (const char* table : {"population", "projection", "stimulus", "record"})
    idle(config.given.contains(table), table, "sprig run; bench.network and the keys of [bench] make the network");
  const bool prunes = config.bench.network == BenchNetwork::prune;
  for (const char* section : {"network", "neuron", "drive", "prune"}) {
    if (prunes && std::string_view(section) == "prune") continue;
    for (const std::string& key : changed_keys(config, section))
      idle(key != "neuron.i_dc" || config.given.contains(key),  // else it follows from other keys
           key.c_str(), "its default; bench.network and the keys of [bench] make the network");
  }
  if (!prunes) return;
  idle(config.lyapunov.exponents != LyapunovOptions{}.exponents, "lyapunov.exponents", "bench.exponents");
  const auto of_others = [](bool changed, const char* key) {
    if (changed) throw ConfigError(key, "has no effect on prune; allowed: with the other networks");
  };
  of_others(config.bench.duration_ms != 0, "bench.duration_ms");
  of_others(config.bench.warmup_ms != BenchSection{}.warmup_ms, "bench.warmup_ms");
  of_others(!config.bench.batch.empty(), "bench.batch");
  of_others(config.bench.check != BenchSection{}.check, "bench.check");
}

void refuse_several(std::size_t values, const char* key, BenchNetwork network) {
  if (values > 1)
    refuse(key, shown(values) + " values", "one with " + std::string(name_of(network)) + ", several with sweep");
}

}  // namespace

std::string BenchCase::label() const {
  std::string text;
  for (const auto& [key, value] : settings.items())
    text += (text.empty() ? "" : ", ") + key + " " + (value.is_string() ? value.get<std::string>() : value.dump());
  return text;
}

const BenchRecipe& recipe_of(BenchNetwork network) {
  return *std::find_if(bench_recipes().begin(), bench_recipes().end(),
                       [&](const BenchRecipe& recipe) { return recipe.network == network; });
}

void resolve_bench(Config& config) {
  const BenchRecipe& recipe = recipe_of(config.bench.network);
  const bool prunes = recipe.network == BenchNetwork::prune;
  const bool several = recipe.network == BenchNetwork::sweep || recipe.network == BenchNetwork::hrsnn;
  refuse_other_keys(config, recipe);
  refuse_other_verbs_keys(config);
  if (!several) refuse_several(config.bench.batch.size(), "bench.batch", recipe.network);
  if (recipe.network != BenchNetwork::sweep && !prunes)
    refuse_several(config.bench.neurons.size(), "bench.neurons", recipe.network);
  config.simulation.device = device_used(config);
  if (!config.given.contains("run.weight_bits")) config.simulation.weight_bits = recipe.weight_bits;
  if (config.bench.duration_ms == 0) config.bench.duration_ms = recipe.duration_ms;
  if (several && config.bench.check == BenchCheck::full)
    refuse("bench.check", shown(config.bench.check),
           "\"none\" or \"rates\" with " + std::string(name_of(recipe.network)) + ", which has no reference");
  recipe.fill(config.bench);
  if (prunes) fill_pruning(config);
  config.given.insert("bench.network");
}

Benchmark make_benchmark(const Config& config) {
  Benchmark benchmark = recipe_of(config.bench.network).make(config);
  for (const BenchCase& one : benchmark.cases)
    check_built_limits("bench.network", one.planned.neurons, one.planned.synapses, config.limits);
  return benchmark;
}

MemoryPlan plan_case(const BenchCase& one, const Config& config, const cuda::DeviceInfo* gpu) {
  MemoryPlan plan = plan_simulation(one.planned, one.simulation, team_size(config.simulation.threads), gpu);
  double state = 0;
  for (const MemoryItem& item : plan.items)
    if (item.name == "state" || item.name == "delay ring") state += item.bytes;
  const double n = one.planned.neurons, replicas = one.simulation.replicas;
  plan.items.push_back({"recording", "states to start from and to compare", 2 * state});
  if (one.planned.plastic_synapses > 0)
    plan.items.push_back({"recording", "weights to start from and to compare", 2 * 4 * one.planned.plastic_synapses});
  plan.items.push_back({"recording", "spike counts and out-degrees", (4 * replicas + 8 + 4) * n});
  if (!one.planned.stored) plan.items.push_back({"network", "numbers of synapses", 2 * 4 * n});
  return one.building.total() > plan.total() ? one.building : plan;
}

MemoryPlan plan_benchmark(const Benchmark& benchmark, const Config& config, const cuda::DeviceInfo* gpu) {
  MemoryPlan largest;
  for (const BenchCase& one : benchmark.cases)
    if (MemoryPlan plan = plan_case(one, config, gpu); plan.total() > largest.total()) largest = std::move(plan);
  return largest;
}

std::string bench_listing() {
  std::string text = "Networks:\n";
  for (const BenchRecipe& recipe : bench_recipes()) {
    std::string name(name_of(recipe.network));
    name.resize(14, ' ');
    text.append("  ").append(name).append(recipe.does).append("\n                keys: ");
    for (std::size_t k = 0; k < recipe.keys.size(); ++k) text.append(k > 0 ? ", " : "").append(recipe.keys[k]);
    text += "\n";
  }
  return text +
         "All read bench.repeats, and all but prune duration_ms, warmup_ms, batch and check (--set bench.KEY=VALUE).\n"
         "hrsnn and sweep go through several values of batch, have no reference, and no check = full.\n";
}

}  // namespace sprig::app
