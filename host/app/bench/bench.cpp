// sprig bench: the standard networks; how fast they are built and run, and whether they are right.
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "host/app/bench/case_log.hpp"
#include "host/app/bench/check.hpp"
#include "host/app/bench/compare.hpp"
#include "host/app/bench/hardware.hpp"
#include "host/app/bench/measure.hpp"
#include "host/app/bench/prunings.hpp"
#include "host/app/bench/ranks.hpp"
#include "host/app/bench/recipes.hpp"
#include "host/app/bench/report.hpp"
#include "host/app/check_lyapunov.hpp"
#include "host/app/ranks.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

struct TimedNetwork {
  std::shared_ptr<const MeasuredNetwork> network;
  double build_s = 0;
};

// Building, which is not counted as work.
Progress building(const Progress& progress) { return progress.part(0, 0, "building"); }

// Errors: Interrupted.
TimedNetwork build(const BenchCase& one, const Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  TimedNetwork timed{one.build(one.simulation.seed, progress), 0};
  timed.build_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  timed.build_s -= timed.network->prune_s;
  progress.report("bench", 0);
  return timed;
}

void require_room(const Benchmark& benchmark, const Config& config) {
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  constexpr const char* kHint = "bench.neurons, bench.synapses or bench.batch";
  require_fits(plan.on_host(), available_memory(), kHint);
  if (!config.simulation.device.names_gpu()) return;
  require_fits(plan.on_device(), memory_of(cuda::use_device(config.simulation.device)), kHint);
}

// What making the simulation would refuse, before there is a run folder.
void check_network(const MeasuredNetwork& network, const SimulationOptions& options) {
  check_drive(network.network(), network.drive);
  begins_by_events(network.network(), network.drive, options.update);
}

// The network that cases are measured on, one at a time: several cases that follow one another may share it.
class NetworkOfCases {
 public:
  // first: that of the first case, which is built.
  NetworkOfCases(const Benchmark& benchmark, TimedNetwork first) : benchmark_(benchmark), now_(std::move(first)) {}

  // Errors: Interrupted.
  const TimedNetwork& of(std::size_t k, const Progress& progress) {
    const std::size_t builder = builder_of(benchmark_, k);
    if (builder != builder_) {
      now_ = {};  // before the next one is built
      now_ = build(benchmark_.cases[builder], progress);
      builder_ = builder;
    }
    return now_;
  }

 private:
  const Benchmark& benchmark_;
  TimedNetwork now_;
  std::size_t builder_ = 0;
};

// All cases, one after the other, until one is stopped; those that an earlier process measured are taken from its log.
// Each is handed to `use`.
std::vector<Measurement> measure_all(const Benchmark& benchmark, TimedNetwork first, const Config& config, CaseLog& log,
                                     const Progress& progress,
                                     const std::function<void(const BenchCase&, const Measurement&)>& use) {
  std::vector<Measurement> measured;
  ProgressParts parts(progress, static_cast<double>(benchmark.cases.size()));
  NetworkOfCases networks(benchmark, std::move(first));
  const bool full = config.bench.check == BenchCheck::full;
  try {
    for (std::size_t k = 0; k < benchmark.cases.size(); ++k) {
      const BenchCase& one = benchmark.cases[k];
      const BenchSteps steps = steps_of_case(one, config.bench);
      const Progress of_case = parts.next(1, one.label());
      if (std::optional<Measurement> earlier = log.find(one, steps, full)) {
        measured.push_back(std::move(*earlier));
      } else {
        const TimedNetwork& timed = networks.of(k, building(of_case));
        if (!measured.empty()) of_case.report("bench", 0, "beginning");
        announce_case(one.simulation.ranks.exchange, k, one.simulation.seed);
        measured.push_back(measure(one, *timed.network, timed.build_s, steps, full, of_case));
        if (measured.back().complete) log.add(one, steps, measured.back());
      }
      use(one, measured.back());
      if (!measured.back().complete) break;
    }
  } catch (const Interrupted&) {  // the cases that are done stand
  }
  return measured;
}

// The verdict; with check = full, against the same network on the next seed, which is simulated for it.
BenchVerdict judge(const Benchmark& benchmark, const Measurement& measured, const Config& config, CaseLog& log,
                   const Progress& progress, bool& complete) {
  if (config.bench.check == BenchCheck::none) return {Verdict::not_judged, "bench.check is none", {}, {}, {}};
  BenchVerdict verdict = check_rates(measured, benchmark.reference, config.bench.warmup_ms);
  if (config.bench.check == BenchCheck::rates || !complete) return verdict;
  BenchCase other = benchmark.cases.front();
  ++other.simulation.seed;
  const BenchSteps steps = steps_of_other(other, config.bench);
  complete = false;
  Measurement second;
  try {
    if (std::optional<Measurement> earlier = log.find(other, steps, true)) {
      second = std::move(*earlier);
    } else {
      const TimedNetwork timed = build(other, building(progress));
      announce_case(other.simulation.ranks.exchange, 0, other.simulation.seed);
      second = measure(other, *timed.network, timed.build_s, steps, true, progress);
      if (second.complete) log.add(other, steps, second);
    }
  } catch (const Interrupted&) {  // judged by the rates alone
  }
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
  Exchange* const ranks = ranks_of(command);
  if (config.bench.network == BenchNetwork::prune) {
    if (ranks != nullptr) refuse("bench.network", shown(config.bench.network) + " on several ranks", "one process");
    return bench_prunings(command, benchmark);
  }
  for (const BenchCase& one : benchmark.cases) steps_of_case(one, config.bench);
  std::optional<Json> earlier;
  if (!command.compare.empty()) earlier = read_earlier(command.compare, name, benchmark.parameters);
  if (serves(command)) {
    serve_cases(*ranks, benchmark);
    return 0;
  }
  if (ranks == nullptr) require_room(benchmark, config);
  const std::uint64_t before = peak_memory();
  std::optional<ProgressLine> line(std::in_place, "bench " + name, command.quiet);
  TimedNetwork first = build(benchmark.cases.front(), building(line->progress()));
  check_network(*first.network, benchmark.cases.front().simulation);

  Session session(command, {"cases.jsonl"});
  const double share = share_of_cases(benchmark, config.bench);
  CaseLog log(session.log(), config);
  const std::vector<Measurement> measured =
      measure_all(benchmark, std::move(first), config, log, line->progress().part(0, share),
                  [&](const BenchCase& one, const Measurement& m) {
                    // At once, for whoever reads along, and in case the work is killed.
                    session.folder().metric(json_text(case_json(one, m, {0, ""})));
                  });
  bool complete = measured.size() == benchmark.cases.size() && measured.back().complete;
  const BenchVerdict verdict =
      judge(benchmark, measured.front(), config, log, line->progress().part(share, 1, "other seed"), complete);
  line.reset();
  announce_end(ranks);
  const std::uint64_t peak = peak_memory();  // before the bandwidth is measured, which takes some too
  const Bandwidth memory = complete ? bandwidth(config) : Bandwidth{0, "not measured"};
  const MemoryPlan plan = plan_benchmark(benchmark, config);
  const bool on_device = config.simulation.device.names_gpu();
  const BenchMemory used{peak, peak - before, plan.on_host().total(), on_device ? plan.on_device().total() : 0};

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
  if (log.found() > 0) result["earlier_processes"] = log.found();
  result["check"] = verdict_json(verdict);
  if (several) result["cases"] = cases;
  if (!rows.empty()) result["sweep"] = sweep_json(rows);

  std::string text = name + " on " + hardware_text(config);
  text +=
      several ? cases_text(benchmark.cases, measured) : case_text(benchmark.cases.front(), measured.front(), memory);
  if (!rows.empty()) text += sweep_text(rows);
  text += memory_text(used) + verdict_text(verdict);
  if (log.found() > 0)
    text += std::to_string(log.found()) + (log.found() == 1 ? " simulation was" : " simulations were") +
            " measured by an earlier process of this command; memory is that of this one\n";
  if (earlier) {
    result["compare"] = ratios_json(command.compare, *earlier, result);
    text += ratios_text(result["compare"]);
  }
  session.print(text);
  const std::string whole = result["hash"].is_string() ? result["hash"].get<std::string>() : "";
  return session.finish(result, whole, measured[shown].device, complete);
}

}  // namespace sprig::app
