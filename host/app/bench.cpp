// sprig bench: the standard networks; how fast they are built and run, and whether they are right.
#include <chrono>
#include <optional>

#include "host/app/bench_check.hpp"
#include "host/app/bench_measure.hpp"
#include "host/app/bench_recipes.hpp"
#include "host/app/bench_report.hpp"
#include "host/app/hardware.hpp"
#include "host/engine/packing.hpp"
#include "sprig/app/checks.hpp"
#include "sprig/app/command.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::app {

namespace {

struct TimedNetwork {
  std::shared_ptr<const BuiltNetwork> network;
  double build_s = 0;
};

TimedNetwork build(const BenchCase& one) {
  const auto start = std::chrono::steady_clock::now();
  TimedNetwork timed{one.build(one.simulation.seed), 0};
  timed.build_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return timed;
}

BenchSteps steps_of_case(const BenchCase& one, const BenchSection& bench) {
  return {steps_of(bench.warmup_ms, one.step_ms, "bench.warmup_ms"),
          whole_steps_of(bench.duration_ms, one.step_ms, "bench.duration_ms"), bench.repeats};
}

void require_room(const Benchmark& benchmark, const Config& config) {
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  constexpr const char* kHint = "bench.neurons, bench.synapses or bench.batch";
  require_fits(plan, available_memory(), kHint);
  if (config.simulation.device != Device::cuda) return;
  const cuda::DeviceInfo device = cuda::devices().at(0);
  require_fits(plan.on_device(), {"device 0 (" + device.name + ")", static_cast<double>(device.free_bytes)}, kHint);
}

// What making the simulation would refuse, before there is a run folder.
void check_network(const BuiltNetwork& network, const SimulationOptions& options) {
  check_drive(network.network(), network.drive);
  const std::string why_not =
      options.update == UpdateMode::event ? why_not_event(network.network(), network.drive) : "";
  if (!why_not.empty()) throw ConfigError("run.update", "event needs a network driven by spikes alone: " + why_not);
}

// All cases, one after the other, until one is stopped.
std::vector<Measurement> measure_all(const Benchmark& benchmark, TimedNetwork timed, const Config& config,
                                     const BenchProgress& progress) {
  std::vector<Measurement> measured;
  const auto cases = static_cast<double>(benchmark.cases.size());
  const bool full = config.bench.check == BenchCheck::full;
  for (const BenchCase& one : benchmark.cases) {
    if (!measured.empty()) {
      timed = {};  // before the next one is built
      timed = build(one);
    }
    const auto done = static_cast<double>(measured.size());
    measured.push_back(measure(one, *timed.network, timed.build_s, steps_of_case(one, config.bench), full,
                               [&](double fraction, const std::string& detail) {
                                 std::string text = one.label();
                                 if (!text.empty()) text += ": ";
                                 return progress((done + fraction) / cases, text += detail);
                               }));
    if (!measured.back().complete) break;
  }
  return measured;
}

// The verdict; with check = full, against the same network on the next seed, which is simulated for it.
BenchVerdict judge(const Benchmark& benchmark, const Measurement& measured, const Config& config,
                   const BenchProgress& progress, bool& complete) {
  if (config.bench.check == BenchCheck::none) return {Verdict::not_judged, "bench.check is none", {}, {}, {}};
  BenchVerdict verdict = check_rates(measured, benchmark.reference, config.bench.warmup_ms);
  if (config.bench.check == BenchCheck::rates || !complete) return verdict;
  BenchCase other = benchmark.cases.front();
  ++other.simulation.seed;
  BenchSteps steps = steps_of_case(other, config.bench);
  steps.repeats = 0;
  const TimedNetwork timed = build(other);
  const Measurement second =
      measure(other, *timed.network, timed.build_s, steps, true,
              [&](double fraction, const std::string& detail) { return progress(fraction, "other seed: " + detail); });
  complete = second.complete;
  if (complete) check_distributions(verdict, measured, second, other.simulation.seed, benchmark.reference);
  return verdict;
}

}  // namespace

int bench_verb(const Command& given) {
  Command command = given;
  Config& config = command.config;
  resolve_bench(config);
  const std::string name(name_of(config.bench.network));
  const Benchmark benchmark = make_benchmark(config);
  for (const BenchCase& one : benchmark.cases) steps_of_case(one, config.bench);
  std::optional<Json> earlier;
  if (!command.compare.empty()) earlier = read_earlier(command.compare, name, benchmark.parameters);
  require_room(benchmark, config);
  TimedNetwork first = build(benchmark.cases.front());
  check_network(*first.network, benchmark.cases.front().simulation);

  Session session(command);
  std::vector<Measurement> measured;
  BenchVerdict verdict;
  bool complete = true;
  {
    ProgressLine line("bench " + name, command.quiet);
    const BenchProgress progress = [&](double fraction, const std::string& detail) {
      return line.update(fraction, detail);
    };
    measured = measure_all(benchmark, std::move(first), config, progress);
    complete = measured.size() == benchmark.cases.size() && measured.back().complete;
    verdict = judge(benchmark, measured.front(), config, progress, complete);
  }
  const std::uint64_t peak = peak_memory();  // before the bandwidth is measured, which takes some too
  const Bandwidth memory = complete ? bandwidth(config) : Bandwidth{0, "not measured"};
  const double planned = plan_benchmark(benchmark, config).total();

  const std::size_t shown = headline(measured);
  Json result{{"benchmark", name}, {"device", measured[shown].device}};
  result.update(case_json(benchmark.cases[shown], measured[shown], memory));
  Json cases = Json::array();
  Hash hash;
  std::vector<SweepRow> rows;
  for (std::size_t k = 0; k < measured.size(); ++k) {
    cases.push_back(case_json(benchmark.cases[k], measured[k], memory));
    session.folder().metric(json_text(cases.back()));
    hash.bytes(measured[k].hash.data(), measured[k].hash.size());
    if (config.bench.network == BenchNetwork::sweep && !measured[k].wall_s.empty())
      rows.push_back(sweep_row(benchmark.cases[k], measured[k]));
  }
  const bool several = benchmark.cases.size() > 1;
  if (several) result["hash"] = hash.hex();
  result["parameters"] = benchmark.parameters;
  result["duration_ms"] = config.bench.duration_ms;
  result["warmup_ms"] = config.bench.warmup_ms;
  result["repeats"] = config.bench.repeats;
  result["seed"] = config.simulation.seed;
  result["weight_bits"] = config.simulation.weight_bits;
  result["threads"] = thread_count(config);
  result["revision"] = version().git_revision;
  result["hardware"] = hardware_json(config);
  result["bandwidth"] = {{"bytes_per_s", memory.bytes_per_s}, {"source", memory.source}};
  result["memory"] = {{"peak_rss_bytes", peak}, {"plan_bytes", planned}};
  result["check"] = verdict_json(verdict);
  if (several) result["cases"] = cases;
  if (!rows.empty()) result["sweep"] = sweep_json(rows);

  std::string text = name + " on " + hardware_text(config);
  text +=
      several ? cases_text(benchmark.cases, measured) : case_text(benchmark.cases.front(), measured.front(), memory);
  if (!rows.empty()) text += sweep_text(rows);
  text += "memory: " + bytes_text(static_cast<double>(peak)) + " at most, planned " + bytes_text(planned) + "\n" +
          verdict_text(verdict);
  if (earlier) {
    result["compare"] = ratios_json(command.compare, *earlier, result);
    text += ratios_text(result["compare"]);
  }
  session.print(text);
  return session.finish(result, result["hash"].get<std::string>(), measured[shown].device, complete);
}

}  // namespace sprig::app
