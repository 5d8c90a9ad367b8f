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

}  // namespace

std::optional<Delocalisation> delocalise(WorkingNetwork& work, const PruneOptions& options, std::uint64_t budget,
                                         double bound, int threads, const LargestExponent& largest_exponent,
                                         const std::function<bool()>& go_on) {
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
  const std::optional<double> lambda = largest_exponent(work);
  if (!lambda) return {};
  report.lambda_before = report.lambda_after = *lambda;
  report.ipr_before = report.ipr_after = mean_participation_ratio(start);
  report.reason = "no synapse lowers the mean participation ratio";

  for (int attempt = 0; attempt < kDelocaliseTries && budget > 0; ++attempt, budget /= 2) {
    WorkingNetwork trial = work;
    Eigenpairs pairs = start;
    double ratio = report.ipr_before;
    std::uint64_t added = 0;
    std::uint64_t portion = (budget + kPasses - 1) / kPasses;
    while (portion > 0 && added < budget) {
      portion = std::min(portion, budget - added);
      bool improved = false;
      for (const Eigen::Index c : by_localisation(pairs)) {
        if (!go_on()) return {};
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
    const std::optional<double> after = largest_exponent(trial);
    if (!after) return {};
    if (*after <= bound || *after <= report.lambda_before) {
      work = std::move(trial);
      report.accepted = true;
      report.added = added;
      report.ipr_after = ratio;
      report.lambda_after = *after;
      report.reason.clear();
      return report;
    }
    ++report.rejected;
    report.reason = "lambda_max rose past its bound";
  }
  return report;
}

}  // namespace sprig
