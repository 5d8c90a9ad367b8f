// Step III: trials of added synapses.
#include "host/pruning/delocalise_step.hpp"

#include <algorithm>
#include <numeric>
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
                          int threads, const LargestExponent& largest_exponent, const Progress& progress) {
  ProgressParts parts(progress, kStartWork + kAttemptWork[0] + kAttemptWork[1] + kAttemptWork[2]);
  Delocalisation report;
  report.tried = true;
  report.budget = budget;
  report.lambda_bound = bound;
  if (budget == 0 || work.recurrent().synapses() == 0) {
    report.reason = "the budget is less than one synapse";
    return report;
  }
  const auto eigenpairs = [&](const WorkingNetwork& network) {
    return leading_eigenpairs(network.network(), options.delocalise.vectors, options.seed, threads);
  };
  const Eigenpairs start = eigenpairs(work);
  if (start.vectors.cols() == 0) {
    report.reason = "no eigenvector was found";
    return report;
  }
  report.lambda_before = report.lambda_after = largest_exponent(work, parts.next(kStartWork));
  report.ipr_before = report.ipr_after = mean_participation_ratio(start);
  report.reason = "no synapse lowers the mean participation ratio";

  for (int attempt = 0; attempt < kDelocaliseTries && budget > 0; ++attempt, budget /= 2) {
    WorkingNetwork trial = work;
    Eigenpairs pairs = start;
    double ratio = report.ipr_before;
    std::uint64_t added = 0, passes = 0;
    const Progress of_attempt = parts.next(kAttemptWork[attempt]), of_passes = of_attempt.part(0, kPassesShare);
    std::uint64_t portion = (budget + kPasses - 1) / kPasses;
    while (portion > 0 && added < budget) {
      portion = std::min(portion, budget - added);
      bool improved = false;
      for (const Eigen::Index c : by_localisation(pairs)) {
        of_passes.report("prune", passes_done(passes++, added, budget));
        WorkingNetwork pass = trial;
        const auto synapses = delocalising_synapses(pass.network(), pairs.vectors.col(c), portion);
        if (synapses.empty()) continue;
        pass.add_synapses(synapses);
        Eigenpairs spread = eigenpairs(pass);
        // As many as before: fewer would be another mean.
        if (spread.vectors.cols() != pairs.vectors.cols() || !(mean_participation_ratio(spread) < ratio)) continue;
        trial = std::move(pass);
        pairs = std::move(spread);
        ratio = mean_participation_ratio(pairs);
        added += synapses.size();
        improved = true;
        break;
      }
      if (!improved) portion /= 2;
    }
    if (added == 0) return report;
    const double after = largest_exponent(trial, of_attempt.part(kPassesShare, 1));
    if (after <= bound || after <= report.lambda_before) {
      work = std::move(trial);
      report.accepted = true;
      report.added = added;
      report.ipr_after = ratio;
      report.lambda_after = after;
      report.reason.clear();
      return report;
    }
    ++report.rejected;
    report.reason = "lambda_max rose past its bound";
  }
  return report;
}

}  // namespace sprig
