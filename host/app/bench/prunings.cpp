// Measuring whole prunings, one after the other.
#include "host/app/bench/prunings.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "host/app/bench/batches.hpp"
#include "host/app/bench/case_log.hpp"
#include "host/app/bench/hardware.hpp"
#include "host/app/bench/report.hpp"
#include "host/app/check_lyapunov.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/version.hpp"
#include "sprig/pruning/options.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/result_json.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

// What pruning one case reads. Of a network of few neurons all exponents are taken where there are fewer.
Config configured(const Config& config, std::uint32_t neurons, std::uint32_t synapses_a_neuron,
                  std::uint32_t exponents) {
  Config one;
  one.simulation = config.simulation;
  one.simulation.update = UpdateMode::clock;
  one.network = hrsnn_spec(neurons);
  one.network.density = synapses_a_neuron / (neurons - 1.0);
  one.prune = config.prune;
  one.prune.seed = config.simulation.seed;
  one.lyapunov = config.lyapunov;
  one.lyapunov.exponents = exponents;
  one.prune.lyapunov = one.lyapunov;
  return one;
}
Config configured(const Config& config, const Json& settings) {
  return configured(config, settings["neurons"].get<std::uint32_t>(),
                    settings["synapses_a_neuron"].get<std::uint32_t>(), settings["exponents"].get<std::uint32_t>());
}

Json to_json(const BenchCase& one, const PruningMeasurement& m) {
  Json steps = Json::array();
  for (const PruningMeasurement::Step& step : m.steps)
    steps.push_back({{"name", name_of(step.step)}, {"seconds_of_repeats", step.seconds}, {"bytes", step.bytes}});
  return {{"settings", one.settings},
          {"neurons", m.neurons},
          {"synapses", m.synapses},
          {"exponents", m.exponents},
          {"neurons_after", m.neurons_after},
          {"synapses_after", m.synapses_after},
          {"hash", m.hash},
          {"wall_s_of_repeats", m.wall_s},
          {"steps", steps}};
}

// Errors: Json::exception.
PruningMeasurement from_json(const Json& json) {
  PruningMeasurement m;
  m.neurons = json.at("neurons").get<std::uint32_t>();
  m.synapses = json.at("synapses").get<std::uint64_t>();
  m.exponents = json.at("exponents").get<std::uint32_t>();
  m.neurons_after = json.at("neurons_after").get<std::uint32_t>();
  m.synapses_after = json.at("synapses_after").get<std::uint64_t>();
  m.hash = json.at("hash").get<std::string>();
  m.wall_s = json.at("wall_s_of_repeats").get<std::vector<double>>();
  for (const Json& step : json.at("steps"))
    for (std::size_t s = 0; s < kPruneSteps; ++s)
      if (step.at("name") == name_of(static_cast<PruneStep>(s)))
        m.steps.push_back({static_cast<PruneStep>(s), step.at("seconds_of_repeats").get<std::vector<double>>(),
                           step.at("bytes").get<double>()});
  return m;
}

// Nothing where the line is not as this revision writes them: measured again.
std::optional<PruningMeasurement> earlier_in(const Json* line) {
  if (line == nullptr) return {};
  try {
    return from_json(*line);
  } catch (const Json::exception&) {
    return {};
  }
}

// Errors: Interrupted; those of prune(); NumericalError when two repeats end in different networks.
PruningMeasurement measure(const BenchCase& one, const Config& config, const Network& network,
                           const Progress& progress) {
  const Config of_case = configured(config, one.settings);
  const std::uint32_t repeats = config.bench.repeats;
  const double share = 1.0 / repeats;
  PruningMeasurement m;
  m.exponents = of_case.lyapunov.exponents;
  for (std::uint32_t r = 0; r < repeats; ++r) {
    const auto start = std::chrono::steady_clock::now();
    const PruneResult pruned =
        prune(network, {}, of_case.simulation, of_case.prune, progress.part(r * share, (r + 1) * share));
    m.wall_s.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    const std::string hash = result_hash(pruned.network);
    if (r == 0) {
      m.neurons = pruned.neurons_before, m.neurons_after = pruned.neurons_after;
      m.synapses = pruned.synapses_before, m.synapses_after = pruned.synapses_after;
      m.hash = hash;
    } else if (hash != m.hash) {
      throw NumericalError("two prunings of one network (" + one.label() + ") left different networks",
                           m.hash + " and " + hash);
    }
    for (std::size_t s = 0; s < kPruneSteps; ++s) {
      const StepCost& cost = pruned.steps.of[s];
      if (cost.bytes == 0) continue;
      const auto step = static_cast<PruneStep>(s);
      if (r == 0) m.steps.push_back({step, {}, cost.bytes});
      for (PruningMeasurement::Step& of : m.steps)
        if (of.step == step) of.seconds.push_back(cost.seconds);
    }
  }
  return m;
}

std::string cases_text(const std::vector<PruningMeasurement>& measured) {
  std::vector<std::string> header{"neurons", "synapses", "exponents", "all (s)"};
  for (std::size_t s = 0; s < kPruneSteps; ++s) header.emplace_back(name_of(static_cast<PruneStep>(s)));
  TextTable table(header);
  for (const PruningMeasurement& m : measured) {
    std::vector<std::string> row{std::to_string(m.neurons), std::to_string(m.synapses), std::to_string(m.exponents),
                                 number_text(median(m.wall_s), 3)};
    row.resize(header.size(), "-");
    for (const PruningMeasurement::Step& step : m.steps)
      row[4 + static_cast<std::size_t>(step.step)] = number_text(median(step.seconds), 3);
    table.add(row);
  }
  return table.text() + "seconds: medians over the repeats; of a step, over all rounds\n";
}

void require_room(const Benchmark& benchmark, const Config& config) {
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  constexpr const char* kHint = "bench.neurons, bench.synapses_a_neuron or bench.exponents";
  require_fits(plan.on_host(), available_memory(), kHint);
  if (config.simulation.device.names_gpu())
    require_fits(plan.on_device(), memory_of(cuda::use_device(config.simulation.device)), kHint);
}

}  // namespace

void fill_prunings(BenchSection& bench) {
  if (bench.neurons.empty()) bench.neurons = {500, 1000, 2000};
  if (bench.synapses_a_neuron.empty()) bench.synapses_a_neuron = {20, 80};
  if (bench.exponents.empty()) bench.exponents = {8, 32};
  for (const std::uint32_t neurons : bench.neurons) {
    if (neurons < 2) refuse("bench.neurons", shown(neurons), "at least 2 with prune");
    for (const std::uint32_t synapses : bench.synapses_a_neuron)
      if (synapses >= neurons)
        refuse("bench.synapses_a_neuron", shown(synapses), "fewer than bench.neurons with prune");
    for (const std::uint32_t exponents : bench.exponents)
      if (exponents > 2 * std::uint64_t{neurons}) refuse("bench.exponents", shown(exponents), "at most two a neuron");
  }
  constexpr std::size_t kMostCases = 10000;
  const std::size_t cases = bench.neurons.size() * bench.synapses_a_neuron.size() * bench.exponents.size();
  if (cases > kMostCases) refuse("bench.neurons", shown(cases) + " cases of the lists", "at most " + shown(kMostCases));
}

void fill_pruning(Config& config) {
  if (!config.given.contains("prune.density")) config.prune.density = 0.1;
  if (!config.given.contains("prune.neuron_fraction")) config.prune.neuron_fraction = 0.2;
}

Benchmark make_prunings(const Config& config) {
  const BenchSection& bench = config.bench;
  Benchmark benchmark;
  benchmark.parameters = {{"neurons", bench.neurons},        {"synapses_a_neuron", bench.synapses_a_neuron},
                          {"exponents", bench.exponents},    {"method", name_of(config.prune.method)},
                          {"density", config.prune.density}, {"neuron_fraction", config.prune.neuron_fraction},
                          {"rounds", config.prune.rounds}};
  for (const std::uint32_t neurons : bench.neurons)
    for (const std::uint32_t synapses : bench.synapses_a_neuron)
      for (const std::uint32_t exponents : bench.exponents) {
        const Config of_case = configured(config, neurons, synapses, exponents);
        BenchCase one;
        one.settings = {{"neurons", neurons}, {"synapses_a_neuron", synapses}, {"exponents", exponents}};
        one.simulation = of_case.simulation;
        one.step_ms = of_case.network.step_ms;
        const double n = neurons;
        one.planned = {n, n * synapses, 2, true, true, of_case.network.kind};
        one.building = plan_memory(of_case, Work::prune);
        one.same_network = exponents != bench.exponents.front();
        one.build = [spec = of_case.network](std::uint32_t seed, const Progress&) {
          auto built = std::make_shared<MeasuredNetwork>();
          built->procedural.network = build_network(spec, seed);
          built->stored = true;
          return built;
        };
        benchmark.cases.push_back(std::move(one));
      }
  return benchmark;
}

int bench_prunings(const Command& command, const Benchmark& benchmark) {
  const Config& config = command.config;
  if (!command.compare.empty())
    throw UsageError("--compare", "has no effect on bench prune; allowed: with the other networks");
  require_room(benchmark, config);
  const std::uint64_t before = peak_memory();
  std::shared_ptr<const MeasuredNetwork> network;
  {
    const Config first = configured(config, benchmark.cases.front().settings);
    network = benchmark.cases.front().build(config.simulation.seed, {});
    check_prune_options(first.prune, network->network(), {});
    check_lyapunov(first.lyapunov, network->network(), {});
  }
  Session session(command, {"cases.jsonl"});
  CaseLog log(session.log(), config);
  const BenchSteps repeats{0, 0, config.bench.repeats};
  std::vector<PruningMeasurement> measured;
  Json cases = Json::array();
  {
    ProgressLine line("bench prune", command.quiet);
    double work = 0;
    for (const BenchCase& one : benchmark.cases) work += one.planned.synapses;
    ProgressParts parts(line.progress(), work);
    std::size_t built = 0;  // the case that the network was built for
    try {
      for (std::size_t k = 0; k < benchmark.cases.size(); ++k) {
        const BenchCase& one = benchmark.cases[k];
        const Progress of_case = parts.next(one.planned.synapses, one.label());
        if (auto earlier = earlier_in(log.find_line(one, repeats))) {
          measured.push_back(std::move(*earlier));
        } else {
          of_case.report("bench", 0);
          std::size_t builder = k;
          while (benchmark.cases[builder].same_network) --builder;
          if (builder != built) network = benchmark.cases[builder].build(config.simulation.seed, of_case.part(0, 0));
          built = builder;
          measured.push_back(measure(one, config, network->network(), of_case));
          log.add_line(one, repeats, to_json(one, measured.back()));
        }
        cases.push_back(to_json(one, measured.back()));
        session.folder().metric(json_text(cases.back()));
      }
    } catch (const Interrupted&) {  // the cases that are done stand
    }
  }
  const bool complete = measured.size() == benchmark.cases.size();
  Hash hash;
  for (const PruningMeasurement& m : measured) hash.bytes(m.hash.data(), m.hash.size());
  const std::string whole = complete ? hash.hex() : "";
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  const std::uint64_t peak = peak_memory();
  const bool on_device = config.simulation.device.names_gpu();
  const BenchMemory used{peak, peak - before, plan.on_host().total(), on_device ? plan.on_device().total() : 0};
  const std::string device = device_used(config).text();
  Json result{{"benchmark", "prune"},
              {"device", device},
              {"hash", complete ? Json(whole) : Json()},
              {"parameters", benchmark.parameters},
              {"repeats", config.bench.repeats},
              {"seed", config.simulation.seed},
              {"revision", version().git_revision},
              {"hardware", hardware_json(config)},
              {"memory", memory_json(used)},
              {"cases", cases},
              {"fits", prunings_fit_json(measured)}};
  if (log.found() > 0) result["earlier_processes"] = log.found();
  std::string text =
      "prune on " + hardware_text(config) + cases_text(measured) + prunings_fit_text(measured) + memory_text(used);
  if (log.found() > 0)
    text += std::to_string(log.found()) + (log.found() == 1 ? " case was" : " cases were") +
            " measured by an earlier process of this command; memory is that of this one\n";
  session.print(text);
  return session.finish(result, whole, device, complete);
}

}  // namespace sprig::app
