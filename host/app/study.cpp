// sprig study: tasks x pruning methods x densities x seeds, every method on the same networks and series.
#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>

#include "host/pruning/options.hpp"
#include "host/tasks/forecast_options.hpp"
#include "sprig/app/command.hpp"
#include "sprig/app/memory_plan.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/tasks/forecast.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::app {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNeedsRecurrence = 0.8;  // a task counts where dense has at most this share of none's error

// One line of the table before averaging over seeds. dense and none have one density: 1 and 0.
struct Variant {
  std::string task;
  PruneMethod method = PruneMethod::dense;
  double density = 1;
};

struct Row {
  ForecastScore score;
  std::uint32_t seed = 0, neurons = 0;
  std::uint64_t synapses = 0;
  double lambda_max = kNaN;
};

using Rows = std::vector<std::optional<Row>>;  // [variant * seeds + seed]

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

ForecastOptions task_options(const Config& config, const std::string& task) {
  ForecastOptions options = config.task;
  if (task == "lorenz63_x") options.observed = {0};
  if (task == "lorenz63_full") options.observed = {0, 1, 2};
  return options;
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
  if (!pruned.after.exponents.empty()) row.lambda_max = pruned.after.exponents.front();
  return row;
}

Json row_json(const Variant& v, const Row& r) {
  return {{"task", v.task},
          {"method", name_of(v.method)},
          {"density", v.density},
          {"seed", r.seed},
          {"nrmse", r.score.nrmse},
          {"validation_nrmse", r.score.validation_nrmse},
          {"vpt", r.score.vpt},
          {"sops", r.score.sops},
          {"sops_readout", r.score.sops_readout},
          {"neurons", r.neurons},
          {"synapses", r.synapses},
          {"rate", r.score.rate_hz},
          {"lambda_max", r.lambda_max}};
}

// What the rows of a study say, once they are there.
class Summary {
 public:
  Summary(const std::vector<Variant>& variants, const Rows& rows, std::size_t seeds)
      : variants_(variants), rows_(rows), seeds_(seeds) {}

  Json json() const {
    Json list = Json::array();
    for (std::size_t v = 0; v < variants_.size(); ++v) {
      const Interval error = mean(v, nrmse), vpt = mean(v, valid_time);
      Json entry{{"task", variants_[v].task},
                 {"method", name_of(variants_[v].method)},
                 {"density", variants_[v].density},
                 {"seeds", values(v, nrmse).size()},
                 {"nrmse", {{"mean", error.mean}, {"half_width", error.half_width}}},
                 {"vpt", {{"mean", vpt.mean}, {"half_width", vpt.half_width}}}};
      for (const auto& [other, name] :
           {std::pair{dense_of(v), "nrmse_minus_dense"}, {random_of(v), "nrmse_minus_random"}}) {
        if (!other || *other == v) continue;
        const Interval d = difference(v, *other);
        entry[name] = {{"mean", d.mean}, {"half_width", d.half_width}, {"tie", is_tie(d)}};
      }
      list.push_back(entry);
    }
    return list;
  }

  TextTable table() const {
    TextTable table({"task", "method", "kept", "neurons", "synapses", "NRMSE", "VPT", "SOPs", "rate Hz", "lambda_max",
                     "- dense", "- random"});
    for (std::size_t v = 0; v < variants_.size(); ++v) {
      const Interval error = mean(v, nrmse), vpt = mean(v, valid_time);
      const auto average = [&](auto field, int digits) { return number_text(mean(v, field).mean, digits); };
      table.add({variants_[v].task, std::string(name_of(variants_[v].method)), number_text(variants_[v].density),
                 average([](const Row& r) { return static_cast<double>(r.neurons); }, 6),
                 average([](const Row& r) { return static_cast<double>(r.synapses); }, 7),
                 interval_text(error.mean, error.half_width), interval_text(vpt.mean, vpt.half_width, 2),
                 average([](const Row& r) { return r.score.sops; }, 4),
                 average([](const Row& r) { return r.score.rate_hz; }, 3),
                 average([](const Row& r) { return r.lambda_max; }, 3), against(v, dense_of(v)),
                 against(v, random_of(v))});
    }
    return table;
  }

  // Whether recurrence matters for each task, as a sentence and as JSON.
  void judge(std::string& text, Json& json) const {
    for (std::size_t v = 0; v < variants_.size(); ++v) {
      const auto dense = dense_of(v);
      if (variants_[v].method != PruneMethod::none || !dense) continue;
      const double with = mean(*dense, nrmse).mean, without = mean(v, nrmse).mean, gain = 1 - with / without;
      if (std::isnan(gain)) continue;  // stopped before both had a row
      const bool counts = with <= kNeedsRecurrence * without;
      text += variants_[v].task + ": dense has " + number_text(100 * std::abs(gain), 3) + " % " +
              (gain >= 0 ? "less" : "more") + " error than none, so the task " +
              (counts ? "counts" : "does not count (20 % less is needed): it does not measure recurrence") + "\n";
      json.push_back(
          {{"task", variants_[v].task}, {"dense", with}, {"none", without}, {"gain", gain}, {"counts", counts}});
    }
  }

 private:
  using Field = double (*)(const Row&);
  static double nrmse(const Row& r) { return r.score.nrmse; }
  static double valid_time(const Row& r) { return r.score.vpt; }
  static bool is_tie(const Interval& d) { return !(std::abs(d.mean) > d.half_width); }

  const std::optional<Row>& row(std::size_t v, std::size_t seed) const { return rows_[v * seeds_ + seed]; }

  std::vector<double> values(std::size_t v, Field field) const {
    std::vector<double> list;
    for (std::size_t s = 0; s < seeds_; ++s)
      if (row(v, s) && !std::isnan(field(*row(v, s)))) list.push_back(field(*row(v, s)));
    return list;
  }
  Interval mean(std::size_t v, Field field) const {
    const auto list = values(v, field);
    return list.empty() ? Interval{kNaN, kNaN} : mean_interval(list);
  }
  // Paired by seed, over the seeds that both have.
  Interval difference(std::size_t v, std::size_t other) const {
    std::vector<double> a, b;
    for (std::size_t s = 0; s < seeds_; ++s)
      if (row(v, s) && row(other, s)) a.push_back(nrmse(*row(v, s))), b.push_back(nrmse(*row(other, s)));
    return a.empty() ? Interval{kNaN, kNaN} : paired_difference(a, b);
  }
  std::string against(std::size_t v, std::optional<std::size_t> other) const {
    if (!other || *other == v) return "";
    const Interval d = difference(v, *other);
    if (std::isnan(d.half_width)) return number_text(d.mean, 3);
    return interval_text(d.mean, d.half_width) + (is_tie(d) ? " tie" : d.mean < 0 ? " better" : " worse");
  }
  std::optional<std::size_t> find(std::size_t v, PruneMethod method, bool same_density) const {
    for (std::size_t o = 0; o < variants_.size(); ++o)
      if (variants_[o].task == variants_[v].task && variants_[o].method == method &&
          (!same_density || variants_[o].density == variants_[v].density))
        return o;
    return std::nullopt;
  }
  std::optional<std::size_t> dense_of(std::size_t v) const { return find(v, PruneMethod::dense, false); }
  std::optional<std::size_t> random_of(std::size_t v) const { return find(v, PruneMethod::random, true); }

  const std::vector<Variant>& variants_;
  const Rows& rows_;
  std::size_t seeds_;
};

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
    validate_forecast(config.task, network);
    check_prune_options(config.prune, network);
  }
  Session session(command);
  Rows rows(cells);
  bool complete = false;
  std::exception_ptr error;
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
        session.folder().metric(row_json(variants[v], row).dump());
        rows[v * seeds + s] = std::move(row);
      });
    } catch (...) {
      error = std::current_exception();  // the rows that are done are written first
    }
  }
  if (error && std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.has_value(); }))
    std::rethrow_exception(error);
  Json list = Json::array();
  for (std::size_t i = 0; i < cells; ++i)
    if (rows[i]) list.push_back(row_json(variants[i / seeds], *rows[i]));
  const std::string dumped = list.dump();
  const std::string hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const Summary summary(variants, rows, seeds);
  std::string verdict;
  Json tasks = Json::array();
  summary.judge(verdict, tasks);
  const TextTable table = summary.table();
  const auto done = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.has_value(); });
  const std::string scope =
      complete ? "over " + std::to_string(seeds) + " seeds"
               : "of what was done: stopped early, " + std::to_string(done) + " of " + std::to_string(cells) + " cells";
  const std::string text = table.text() + "mean +- 95 % interval " + scope +
                           "; differences of NRMSE are paired by seed; VPT in Lyapunov times, SOPs per sample\n" +
                           verdict;
  session.folder().write("table.txt", text);
  session.folder().write("table.csv", table.csv());
  session.print(text);
  const Json result{{"rows", list}, {"summary", summary.json()}, {"tasks", tasks}, {"hash", hash}};
  const int code = session.finish(result, hash, device_used(config), complete);
  if (error) std::rethrow_exception(error);
  return code;
}

}  // namespace sprig::app
