// The rows of a study, and what they say once they are there: the table, its summary, whether a task counts.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sprig/app/output.hpp"
#include "sprig/app/table.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/tasks/forecast.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::app {

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
  double lambda_max = std::numeric_limits<double>::quiet_NaN();
  std::string after_failure;  // why lambda_max is not known (PruneResult::after_failure); empty when it is
};

using Rows = std::vector<std::optional<Row>>;  // [variant * seeds + seed]

Json row_json(const Variant& variant, const Row& row);

class Summary {
 public:
  Summary(const std::vector<Variant>& variants, const Rows& rows, std::size_t seeds)
      : variants_(variants), rows_(rows), seeds_(seeds) {}

  Json json() const;
  TextTable table() const;

  // Whether recurrence matters for each task, as a sentence and as JSON.
  void judge(std::string& text, Json& json) const;

  // What stands below the table: what its figures are over, and which rows lack some.
  std::string footer(bool one_network) const;

 private:
  using Field = double (*)(const Row&);

  const std::optional<Row>& row(std::size_t v, std::size_t seed) const { return rows_[v * seeds_ + seed]; }
  std::vector<double> values(std::size_t v, Field field) const;
  Interval mean(std::size_t v, Field field) const;
  Interval difference(std::size_t v, std::size_t other) const;  // paired by seed, over the seeds that both have
  std::string against(std::size_t v, std::optional<std::size_t> other) const;
  std::optional<std::size_t> find(std::size_t v, PruneMethod method, bool same_density) const;
  std::optional<std::size_t> dense_of(std::size_t v) const { return find(v, PruneMethod::dense, false); }
  std::optional<std::size_t> random_of(std::size_t v) const { return find(v, PruneMethod::random, true); }

  const std::vector<Variant>& variants_;
  const Rows& rows_;
  std::size_t seeds_;
};

}  // namespace sprig::app
