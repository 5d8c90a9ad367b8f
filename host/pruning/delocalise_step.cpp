// Step III: trials of added synapses.
#include "host/pruning/delocalise_step.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace sprig {
namespace {

// Columns of the pairs, the most localised first.
std::vector<Eigen::Index> by_localisation(const Eigenpairs& pairs) {
  std::vector<double> ratio;
  for (Eigen::Index c = 0; c < pairs.vectors.cols(); ++c)
    ratio.push_back(inverse_participation_ratio(pairs.vectors.col(c)));
  std::vector<Eigen::Index> order(ratio.size());
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return ratio[static_cast<std::size_t>(a)] > ratio[static_cast<std::size_t>(b)];
  });
  return order;
}

// Work of the parts, for the progress alone. The second and third attempt are rare; a budget is half that before it.
constexpr double kStartWork = 1, kAttemptWork[kDelocaliseTries] = {4, 2, 1};
constexpr double kPassesShare = 0.7;  // of an attempt; the rest is its exponent

// How far the passes of an attempt are: as far as the budget is used up, or by their number where few of them succeed.
double passes_done(std::uint64_t passes, std::uint64_t added, std::uint64_t budget) {
  const auto n = static_cast<double>(passes);
  return std::max(static_cast<double>(added) / static_cast<double>(budget), n / (n + static_cast<double>(kPasses)));
}

}  // namespace

Delocalisation delocalise(WorkingNetwork& work, const PruneOptions& options, std::uint64_t budget, double bound,
                          int threads, const LargestExponent& largest_exponent, const Progress& progress,
                          DelocaliseTrial& trial, const std::function<void()>& whole) {
  ProgressParts parts(progress, kStartWork + kAttemptWork[0] + kAttemptWork[1] + kAttemptWork[2]);
  Delocalisation& report = trial.report;
  const Progress of_start = parts.next(kStartWork);
  const auto eigenpairs = [&](const WorkingNetwork& network, const Progress& at) {
    return leading_eigenpairs(network.network(), options.delocalise.vectors, options.seed, threads, at);
  };
  const auto begin_attempt = [&] {
    trial.work = work;
    trial.added = trial.refused = 0;
    trial.portion = (trial.budget + kPasses - 1) / kPasses;
  };
  std::optional<Eigenpairs> start;  // of the network as it was
  if (!trial.begun) {
    report.tried = true;
    report.budget = trial.budget = budget;
    report.lambda_bound = bound;
    if (budget == 0 || work.recurrent().synapses() == 0) {
      report.reason = "the budget is less than one synapse";
      return report;
    }
    start = eigenpairs(work, of_start.part(0, 0));
    if (start->vectors.cols() == 0) {
      report.reason = "no eigenvector was found";
      return report;
    }
    report.lambda_before = report.lambda_after = largest_exponent(work, of_start);
    report.ipr_before = report.ipr_after = mean_participation_ratio(*start);
    report.reason = "no synapse lowers the mean participation ratio";
    begin_attempt();
    trial.begun = true;
    whole();
  }

  for (std::uint32_t a = 0; a < trial.attempt; ++a) parts.next(kAttemptWork[a]);
  while (trial.attempt < kDelocaliseTries && trial.budget > 0) {
    const Progress of_attempt = parts.next(kAttemptWork[trial.attempt]), of_passes = of_attempt.part(0, kPassesShare);
    const bool as_it_was = trial.added == 0;
    const Progress at_start = of_passes.part(0, 0);
    if (as_it_was && !start) start = eigenpairs(work, at_start);
    Eigenpairs pairs = as_it_was ? *start : eigenpairs(trial.work, at_start);
    double ratio = mean_participation_ratio(pairs);
    std::optional<Neighbours> neighbours;          // of trial.work
    std::vector<std::vector<NewSynapse>> refused;  // that did not help trial.work: they need no second look
    while (trial.portion > 0 && trial.added < trial.budget) {
      trial.portion = std::min(trial.portion, trial.budget - trial.added);
      const std::vector<Eigen::Index> order = by_localisation(pairs);
      bool improved = false;
      while (!improved && trial.refused < order.size()) {
        const double done = passes_done(trial.passes, trial.added, trial.budget);
        of_passes.report("prune", done);
        const Progress of_pass = of_passes.part(done, done);
        const Network& network = trial.work.network();
        if (!neighbours) neighbours.emplace(network.recurrent, of_pass);
        const auto synapses = delocalising_synapses(network, *neighbours, pairs.vectors.col(order[trial.refused]),
                                                    trial.portion, of_pass);
        if (!synapses.empty() && std::find(refused.begin(), refused.end(), synapses) == refused.end()) {
          WorkingNetwork pass = trial.work;
          pass.add_synapses(synapses);
          Eigenpairs spread = eigenpairs(pass, of_pass);
          // As many as before: fewer would be another mean.
          improved = spread.vectors.cols() == pairs.vectors.cols() && mean_participation_ratio(spread) < ratio;
          if (improved) {
            pairs = std::move(spread);
            ratio = mean_participation_ratio(pairs);
            trial.work = std::move(pass);
            trial.added += synapses.size();
            neighbours.reset();
            refused.clear();
          } else {
            refused.push_back(synapses);
          }
        }
        ++trial.passes;
        trial.refused = improved ? 0 : trial.refused + 1;
        whole();
      }
      if (!improved) {
        trial.portion /= 2;
        trial.refused = 0;
      }
    }
    if (trial.added == 0) return report;
    const double after = largest_exponent(trial.work, of_attempt.part(kPassesShare, 1));
    if (after <= bound || after <= report.lambda_before) {
      work = std::move(trial.work);
      report.accepted = true;
      report.added = trial.added;
      report.ipr_after = ratio;
      report.lambda_after = after;
      report.reason.clear();
      return report;
    }
    ++report.rejected;
    report.reason = "lambda_max rose past its bound";
    ++trial.attempt;
    trial.budget /= 2;
    trial.passes = 0;
    begin_attempt();
    whole();
  }
  return report;
}

}  // namespace sprig
