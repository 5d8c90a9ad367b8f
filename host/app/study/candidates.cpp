#include "host/app/study/candidates.hpp"

#include <algorithm>
#include <set>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/session/network.hpp"

namespace sprig::app {

namespace {

// Indices into the product, ascending: all, or `budget` drawn without replacement.
std::set<std::size_t> chosen_indices(std::size_t product, std::size_t budget, std::uint32_t seed) {
  std::set<std::size_t> chosen;
  if (budget == 0 || budget >= product) {
    for (std::size_t i = 0; i < product; ++i) chosen.insert(chosen.end(), i);
  } else {
    for (std::uint64_t draw = 0; chosen.size() < budget; ++draw) {
      const double u = uniform_open(seed, Stream::search_candidate, 0, draw);
      chosen.insert(static_cast<std::size_t>(u * static_cast<double>(product)));
    }
  }
  return chosen;
}

}  // namespace

TaskOptions candidate_task(const Config& config) {
  TaskOptions task = config.task;
  task.vpt_starts = 0;
  return task;
}

std::vector<Candidate> candidates_of(const Config& config) {
  std::vector<std::vector<std::string>> axes;
  std::size_t product = 1;
  for (const std::string& axis : config.operating_point.axes) {
    axes.push_back(axis_assignments(axis));
    if (product > 100000000 / axes.back().size())
      throw ConfigError("operating_point.axes", "give more than 1e8 candidates; allowed: fewer values");
    product *= axes.back().size();
  }
  // A file's own step, which it shares with every candidate; only an axis over network.file changes it.
  const auto step_of = [](const Config& c) {
    const double of_file = c.network_file.empty() ? 0 : import_sizes(import_request(c)).step_ms;
    return of_file > 0 ? of_file : c.network.step_ms;
  };
  const double file_step_ms = config.network_file.empty() ? 0 : step_of(config);
  std::vector<Candidate> candidates;
  for (std::size_t index : chosen_indices(product, config.operating_point.budget, config.simulation.seed)) {
    Candidate c{{}, config, {}};
    for (const auto& axis : axes) {
      c.assignments.push_back(axis[index % axis.size()]);
      index /= axis.size();
      set_config(c.config, c.assignments.back());
    }
    finish_config(c.config);
    const bool same_file = !c.config.network_file.empty() && c.config.network_file == config.network_file;
    check_task(candidate_task(c.config), same_file ? file_step_ms : step_of(c.config));
    candidates.push_back(std::move(c));
  }
  return candidates;
}

int fit_candidates(std::vector<Candidate>& candidates, const MemoryLimit& limit, int workers) {
  double largest = 0;
  for (Candidate& candidate : candidates) {
    const MemoryPlan plan = plan_memory(candidate.config, Work::operating_point).on_host();
    try {
      require_fits(plan, limit);
      largest = std::max(largest, plan.total());
    } catch (const MemoryError& error) {
      candidate.too_large = error.what();
    }
  }
  if (largest == 0) require_fits(plan_memory(candidates.front().config, Work::operating_point).on_host(), limit);
  const double at_once = limit.bytes / largest;
  return at_once < workers ? static_cast<int>(at_once) : workers;
}

}  // namespace sprig::app
