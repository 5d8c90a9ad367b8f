// sprig bench: the standard networks; how fast they are built and run, and whether they are right.
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "host/app/bench/check.hpp"
#include "host/app/bench/compare.hpp"
#include "host/app/bench/hardware.hpp"
#include "host/app/bench/measure.hpp"
#include "host/app/bench/recipes.hpp"
#include "host/app/bench/report.hpp"
#include "host/app/checks.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

struct TimedNetwork {
  std::shared_ptr<const BuiltNetwork> network;
  double build_s = 0;
};

// Errors: Interrupted.
TimedNetwork build(const BenchCase& one, const Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  TimedNetwork timed{one.build(one.simulation.seed, progress), 0};
  timed.build_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  timed.build_s -= timed.network->prune_s;
  if (!progress(1)) throw Interrupted("bench", "stopped while the network was built");
  return timed;
}

void require_room(const Benchmark& benchmark, const Config& config) {
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  constexpr const char* kHint = "bench.neurons, bench.synapses or bench.batch";
  require_fits(plan, available_memory(), kHint);
  if (config.simulation.device != Device::cuda) return;
  require_fits(plan.on_device(), memory_of(cuda::devices().at(0)), kHint);
}

// What making the simulation would refuse, before there is a run folder.
void check_network(const BuiltNetwork& network, const SimulationOptions& options) {
  check_drive(network.network(), network.drive);
  begins_by_events(network.network(), network.drive, options.update);
}

// All cases, one after the other, until one is stopped; the first one's network is built. Each is handed to `use`.
std::vector<Measurement> measure_all(const Benchmark& benchmark, TimedNetwork timed, const Config& config,
                                     const BenchProgress& progress,
                                     const std::function<void(const BenchCase&, const Measurement&)>& use) {
  std::vector<Measurement> measured;
  const auto cases = static_cast<double>(benchmark.cases.size());
  const bool full = config.bench.check == BenchCheck::full;
  for (const BenchCase& one : benchmark.cases) {
    const auto done = static_cast<double>(measured.size());
    const auto within = [&](double fraction, const std::string& detail) {
      std::string text = one.label();
      if (!text.empty()) text += ": ";
      return progress((done + fraction) / cases, text += detail);
    };
    if (!measured.empty() && !one.same_network) {
      timed = {};  // before the next one is built
      try {
        timed = build(one, [&](double) { return within(0, "building"); });
      } catch (const Interrupted&) {
        break;
      }
    }
    if (!measured.empty() && !within(0, "beginning")) break;
    measured.push_back(measure(one, *timed.network, timed.build_s, steps_of_case(one, config.bench), full, within));
    use(one, measured.back());
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
  const auto within = [&](double fraction, const std::string& detail) {
    return progress(fraction, "other seed: " + detail);
  };
  complete = false;
  TimedNetwork timed;
  try {
    timed = build(other, [&](double) { return within(0, "building"); });
  } catch (const Interrupted&) {
    return verdict;
  }
  const Measurement second =
      measure(other, *timed.network, timed.build_s, steps_of_other(other, config.bench), true, within);
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
  const std::uint64_t before = peak_memory();
  std::optional<ProgressLine> line(std::in_place, "bench " + name, command.quiet);
  TimedNetwork first = build(benchmark.cases.front(), [&](double) { return line->update(0, "building"); });
  check_network(*first.network, benchmark.cases.front().simulation);

  Session session(command);
  const double share = share_of_cases(benchmark, config.bench);
  const std::vector<Measurement> measured = measure_all(
      benchmark, std::move(first), config,
      [&](double fraction, const std::string& detail) { return line->update(share * fraction, detail); },
      [&](const BenchCase& one, const Measurement& m) {
        // At once, for whoever reads along, and in case the work is killed.
        session.folder().metric(json_text(case_json(one, m, {0, ""})));
      });
  bool complete = measured.size() == benchmark.cases.size() && measured.back().complete;
  const BenchVerdict verdict = judge(
      benchmark, measured.front(), config,
      [&](double fraction, const std::string& detail) { return line->update(share + (1 - share) * fraction, detail); },
      complete);
  line.reset();
  const std::uint64_t peak = peak_memory();  // before the bandwidth is measured, which takes some too
  const Bandwidth memory = complete ? bandwidth(config) : Bandwidth{0, "not measured"};
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  const bool on_device = config.simulation.device == Device::cuda;
  const BenchMemory used{peak, peak - before, plan.total(), on_device ? plan.on_device().total() : 0};

  const std::size_t shown = headline(measured);
  Json result{{"benchmark", name}, {"device", measured[shown].device}};
  result.update(case_json(benchmark.cases[shown], measured[shown], memory));
  Json cases = Json::array();
  Hash hash;
  std::vector<SweepRow> rows;
  for (std::size_t k = 0; k < measured.size(); ++k) {
    cases.push_back(case_json(benchmark.cases[k], measured[k], memory));
    hash.bytes(measured[k].hash.data(), measured[k].hash.size());
    if (config.bench.network == BenchNetwork::sweep && !measured[k].wall_s.empty())
      rows.push_back(sweep_row(benchmark.cases[k], measured[k]));
  }
  const bool several = benchmark.cases.size() > 1;
  if (several) result["hash"] = complete ? Json(hash.hex()) : Json();
  result["parameters"] = benchmark.parameters;
  result["duration_ms"] = config.bench.duration_ms;
  result["warmup_ms"] = config.bench.warmup_ms;
  result["repeats"] = config.bench.repeats;
  result["seed"] = config.simulation.seed;
  result["weight_bits"] = config.simulation.weight_bits;
  result["revision"] = version().git_revision;
  result["hardware"] = hardware_json(config);
  result["bandwidth"] = {{"bytes_per_s", memory.bytes_per_s}, {"source", memory.source}};
  result["memory"] = memory_json(used);
  result["check"] = verdict_json(verdict);
  if (several) result["cases"] = cases;
  if (!rows.empty()) result["sweep"] = sweep_json(rows);

  std::string text = name + " on " + hardware_text(config);
  text +=
      several ? cases_text(benchmark.cases, measured) : case_text(benchmark.cases.front(), measured.front(), memory);
  if (!rows.empty()) text += sweep_text(rows);
  text += memory_text(used) + verdict_text(verdict);
  if (earlier) {
    result["compare"] = ratios_json(command.compare, *earlier, result);
    text += ratios_text(result["compare"]);
  }
  session.print(text);
  const std::string whole = result["hash"].is_string() ? result["hash"].get<std::string>() : "";
  return session.finish(result, whole, measured[shown].device, complete);
}

}  // namespace sprig::app
