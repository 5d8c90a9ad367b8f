// sprig study: tasks x pruning methods x densities x seeds, every method on the same networks and series.
#include <algorithm>
#include <mutex>

#include "host/app/study_table.hpp"
#include "sprig/app/checks.hpp"
#include "sprig/app/command.hpp"
#include "sprig/app/memory_plan.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"

namespace sprig::app {

namespace {

std::vector<Variant> variants_of(const StudySection& study) {
  std::vector<Variant> variants;
  for (const std::string& task : study.tasks) {
    for (const PruneMethod method : study.methods) {
      if (method == PruneMethod::dense)
        variants.push_back({task, method, 1.0});
      else if (method == PruneMethod::none)
        variants.push_back({task, method, 0.0});
      else
        for (const double density : study.densities) variants.push_back({task, method, density});
    }
  }
  return variants;
}

Row evaluate(const Config& config, const Variant& variant, std::uint32_t seed, int threads, const Progress& progress) {
  SimulationOptions simulation = config.simulation;
  simulation.seed = seed;
  simulation.replicas = 1;
  simulation.threads = threads;
  const Network network = make_network(config, seed);
  const Drive drive = make_drive(config.drive, network.size());
  PruneOptions options = config.prune;
  options.method = variant.method;
  if (variant.density > 0) options.density = variant.density;
  options.seed = seed;
  // Pruning is given the first half of the cell's progress: a guess that only the display depends on.
  double reached = 0;
  options.lyapunov.progress = [&](double) { return progress(reached / 2); };
  const PruneResult pruned = prune(network, drive, simulation, options, [&](std::uint32_t round, std::uint32_t rounds) {
    reached = static_cast<double>(round) / std::max(rounds, 1u);
    return progress(reached / 2);
  });
  if (pruned.stopped_early || !progress(0.5)) throw Interrupted("study", "stopped");
  ForecastOptions task = task_options(config, variant.task);
  task.progress = [&](double fraction) { return progress(0.5 + fraction / 2); };
  Row row;
  row.score = evaluate_forecast(pruned.network, drive.subset(pruned.kept), simulation, task, seed);
  row.seed = seed;
  row.neurons = pruned.neurons_after;
  row.synapses = pruned.synapses_after;
  row.after_failure = pruned.after_failure;
  if (!pruned.after.exponents.empty()) row.lambda_max = pruned.after.exponents.front();
  return row;
}

}  // namespace

int study_verb(const Command& command) {
  const Config& config = command.config;
  if (config.study.mode == StudyMode::operating_point) return search_operating_point(command);
  const std::vector<Variant> variants = variants_of(config.study);
  const std::size_t seeds = config.study.seeds, cells = variants.size() * seeds;
  const int workers = cell_workers(config, cells);
  require_memory(config, Work::study, workers);
  {  // what is wrong with the options is said before a run folder is touched
    const Network network = make_network(config, config.simulation.seed);
    check_study(config, network);
  }
  Session session(command);
  Rows rows(cells);
  bool complete = false;
  std::exception_ptr error;
  std::string why;
  {
    ProgressLine line("study", command.quiet);
    std::mutex mutex;
    try {
      complete = for_each_cell(cells, workers, line, [&](std::size_t i, const Progress& progress) {
        // Seed by seed, so that what is done when someone stops is balanced over methods.
        const std::size_t v = i % variants.size(), s = i / variants.size();
        const auto seed = static_cast<std::uint32_t>(config.simulation.seed + s);
        Row row = evaluate(config, variants[v], seed, workers > 1 ? 1 : config.simulation.threads, progress);
        const std::lock_guard lock(mutex);
        session.folder().metric(json_text(row_json(variants[v], row)));
        rows[v * seeds + s] = std::move(row);
      });
    } catch (const std::exception& failure) {
      error = std::current_exception();  // the rows that are done are written first
      why = failure.what();
    }
  }
  if (error && std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.has_value(); }))
    std::rethrow_exception(error);
  Json list = Json::array();
  for (std::size_t i = 0; i < cells; ++i)
    if (rows[i]) list.push_back(row_json(variants[i / seeds], *rows[i]));
  const std::string dumped = json_text(list);
  const std::string hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Summary summary(variants, rows, seeds);
  std::string verdict;
  Json tasks = Json::array();
  summary.judge(verdict, tasks);
  const TextTable table = summary.table();
  const std::string text = table.text() + summary.footer(!config.network_file.empty()) +
                           (error ? "stopped by a cell that failed: " + why + "\n" : "") + verdict;
  session.folder().write("table.txt", text);
  session.folder().write("table.csv", table.csv());
  session.print(text);
  Json result{{"rows", list}, {"summary", summary.json()}, {"tasks", tasks}, {"hash", hash}};
  if (error) result["failed"] = why;
  const int code = session.finish(result, hash, device_used(config), complete);
  if (error) std::rethrow_exception(error);
  return code;
}

}  // namespace sprig::app
