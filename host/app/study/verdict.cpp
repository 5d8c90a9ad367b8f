// The sentences below a study's tables: whether a task counts, which variant validation prefers, what the figures
// cover.
#include <algorithm>
#include <cmath>
#include <map>

#include "host/app/study/table.hpp"
#include "sprig/tasks/score.hpp"

namespace sprig::app {

void Summary::judge(std::string& text, Json& json) const {
  for (std::size_t v = 0; v < grid_.lines.size(); ++v) {
    const Line& line = grid_.lines[v];
    const auto dense = dense_of(v);
    if (line.method != PruneMethod::none || !line.variant.empty() || !dense || !chosen(v)) continue;
    const auto score = [](const Row& r) { return r.score; };
    const double with = mean(*dense, score).mean, without = mean(v, score).mean, gain = 1 - with / without;
    if (std::isnan(gain)) continue;  // stopped before both had a row
    const bool counts = gain >= kNeedsRecurrence;
    text += line.task + ", " + std::string(name_of(line.training)) + ": dense has " +
            number_text(100 * std::abs(gain), 3) + " % " + (gain >= 0 ? "less" : "more") +
            " error than none, so the task " +
            (counts ? "counts" : "does not count (20 % less is needed): it does not measure recurrence") + "\n";
    json.push_back({{"task", line.task},
                    {"training", name_of(line.training)},
                    {"dense", with},
                    {"none", without},
                    {"gain", gain},
                    {"counts", counts}});
  }
}

std::string Summary::variant_order() const {
  const std::vector<std::size_t> starts = section_starts();
  std::string text;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    std::map<std::string, std::pair<double, std::size_t>> errors;  // sum over its lines, their number
    std::size_t most = 0;
    for (std::size_t v = starts[s]; v < starts[s + 1]; ++v) {
      if (grid_.lines[v].method != PruneMethod::lnp || !chosen(v)) continue;
      auto& [sum, lines] = errors[grid_.lines[v].variant];
      sum += mean(v, [](const Row& r) { return r.validation_score; }).mean;
      most = std::max(most, ++lines);
    }
    std::vector<std::pair<double, std::string>> order;
    for (const auto& [variant, error] : errors)  // NaN: not all of its cells are done
      if (error.second == most && !std::isnan(error.first))
        order.emplace_back(error.first / static_cast<double>(most), variant.empty() ? "plain" : variant);
    if (errors.size() < 2 || order.empty()) continue;
    std::sort(order.begin(), order.end());
    const Line& line = grid_.lines[starts[s]];
    text += line.task + ", " + std::string(name_of(line.training)) + ": lnp by its mean error on validation data:";
    for (const auto& [error, name] : order)
      text += " " + name + " " + number_text(error, 3) + (name == order.back().second ? "\n" : ",");
  }
  return text;
}

std::string Summary::footer(bool one_network) const {
  std::size_t done = 0, without = 0, failed = 0;
  std::string first, first_failure;
  for (const std::optional<Row>& r : rows_) {
    if (!r) continue;
    ++done;
    if (!r->failure.empty() && failed++ == 0) first_failure = r->failure;
    if (!r->after_failure.empty() && without++ == 0) first = r->after_failure;
  }
  std::string text = "mean +- 95 % interval " + interval_scope({grid_.seeds, done, rows_.size(), one_network}) +
                     "; differences are paired by seed; VPT in Lyapunov times where nothing else is said; ranks among "
                     "the methods of one density; SOPs a sample or "
                     "image, recurrent synapses alone; lambda task: largest conditional exponent under the task, 1/ms; "
                     "inhibitory: share of negative weights\n";
  if (std::find(chosen_.begin(), chosen_.end(), false) != chosen_.end())
    text +=
        "gain: of the weights after pruning, chosen by mean validation error for each task, method and density; "
        "! the smallest or largest of study.gains, so that one beyond might be better\n";
  if (failed > 0)
    text += std::to_string(failed) + " of " + std::to_string(done) +
            " cells failed and are left out of all means, the first: " + first_failure + "\n";
  if (without > 0)
    text += std::to_string(without) + " of " + std::to_string(done) +
            " rows lack an exponent after pruning (after_failure), the first: " + first + "\n";
  return text;
}

}  // namespace sprig::app
