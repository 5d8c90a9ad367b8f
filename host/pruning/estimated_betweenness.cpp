#include "host/pruning/estimated_betweenness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/betweenness_sums.hpp"
#include "host/pruning/hop_searches.hpp"
#include "host/pruning/two_hops.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kTogether =
    kSearches / (kSearchLanes * kEstimateBlocks);  // searches of kSearchLanes sources in a block
static_assert(kTogether * kSearchLanes * kEstimateBlocks == kSearches);

// [node * kSearchLanes + lane]: the dependencies of every kSearchLanes-th of the sampled sources, summed. The lanes are
// samples of their own, whose scatter tells the noise of their mean.
std::vector<double> sampled_dependencies(const SimpleGraph& graph, const SimpleGraph& backward, int threads,
                                         const Progress& progress, const Device& device) {
  std::vector<std::uint32_t> sampled(kSearches);
  for (std::uint64_t k = 0; k < kSearches; ++k)
    sampled[k] = static_cast<std::uint32_t>((2 * k + 1) * graph.nodes / (2 * std::uint64_t{kSearches}));
  if (uses_device(device))
    return sums_on_gpu(device, graph, backward, sampled, {kEstimateBlocks, kSearchLanes}, progress);
  std::vector<std::vector<double>> partial(kEstimateBlocks);
  ExceptionTrap trap;
  LoopPoll poll("betweenness", progress, kSearches, 1);
  const std::function<void()> again = [&] { poll.again(); };
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::uint32_t block = 0; block < kEstimateBlocks; ++block)
    trap.run([&] {
      std::vector<double>& sum = partial[block];
      sum.assign(std::size_t{graph.nodes} * kSearchLanes, 0);
      HopSearches searches(graph, backward);
      for (std::uint32_t n = block * kTogether; n < (block + 1) * kTogether; ++n) {
        for (std::uint32_t l = 0; l < kSearchLanes; ++l) poll(n * kSearchLanes + l);
        searches.search({&sampled[std::size_t{n} * kSearchLanes], kSearchLanes}, again);
        for (const std::uint32_t v : searches.reached())
          for (std::uint32_t l = 0; l < kSearchLanes; ++l)
            sum[std::size_t{v} * kSearchLanes + l] += searches.dependency(v)[l];
      }
    });
  trap.rethrow();
  return sum_of_parts(partial, std::size_t{graph.nodes} * kSearchLanes, progress.part(1, 1));
}

// What is known of a node without a search.
struct Local {
  SimpleGraph backward;
  std::vector<std::uint32_t> inner;  // nodes with edges in and out: all others have betweenness 0
  Eigen::MatrixXd features;          // a row an inner node, standardised; the first column is 1
};

// Of every node: walks of two hops from it.
std::vector<double> walks_of_two(const SimpleGraph& graph, const Progress& progress) {
  constexpr std::uint64_t kRowsBetween = 64;  // two looks at the progress
  std::vector<double> walks(graph.nodes, 0);
  LoopPoll poll("betweenness", progress, graph.nodes, kRowsBetween);
  for (std::uint32_t v = 0; v < graph.nodes; ++v) {
    poll(v);
    for (std::uint64_t k = graph.offsets[v]; k < graph.offsets[v + 1]; ++k)
      walks[v] += static_cast<double>(graph.out_degree(graph.targets[k]));
  }
  return walks;
}

Local local_features(const SimpleGraph& graph, int threads, const Progress& progress) {
  Local local;
  local.backward = reversed(graph, progress.part(0, 0));
  const std::vector<double> two_hops = two_hop_betweenness(graph, threads, progress);
  const Progress at_end = progress.part(1, 1);
  const std::vector<double> from = walks_of_two(graph, at_end), into = walks_of_two(local.backward, at_end);
  for (std::uint32_t v = 0; v < graph.nodes; ++v)
    if (graph.out_degree(v) > 0 && local.backward.out_degree(v) > 0) local.inner.push_back(v);
  const auto rows = static_cast<Eigen::Index>(local.inner.size());
  local.features.resize(rows, 7);
  const auto logarithm = [](double x) { return std::log(x + 0.5); };  // of counts that may be 0
  for (Eigen::Index r = 0; r < rows; ++r) {
    const std::uint32_t v = local.inner[static_cast<std::size_t>(r)];
    const double near = logarithm(two_hops[v]);
    local.features.row(r) << 1, logarithm(static_cast<double>(local.backward.out_degree(v))),
        logarithm(static_cast<double>(graph.out_degree(v))), logarithm(into[v]), logarithm(from[v]), near, near * near;
  }
  for (Eigen::Index c = 1; c < local.features.cols() && rows > 0; ++c) {
    local.features.col(c).array() -= local.features.col(c).mean();
    const double scale = std::sqrt(local.features.col(c).squaredNorm() / static_cast<double>(rows));
    if (scale > 0) local.features.col(c) /= scale;
  }
  return local;
}

// exp(features b), b by Newton's method on the quasi-likelihood of counts (variance in proportion to the mean), which
// makes the fitted values sum to those given. values: >= 0, of positive sum.
Eigen::VectorXd fitted(const Eigen::MatrixXd& features, const Eigen::VectorXd& values, const Progress& progress) {
  constexpr int kSteps = 30;
  constexpr double kRidge = 1e-9, kFarthest = 5;  // of the logarithm, from the largest value: against a step too far
  const double most = std::log(values.maxCoeff()) + kFarthest;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(features.cols()), fit;
  b[0] = std::log(values.mean());
  for (int step = 0;; ++step) {
    progress.part(1, 1).report("betweenness", 0);
    fit = (features * b).array().min(most).exp();
    if (step == kSteps) return fit;
    Eigen::MatrixXd curvature = features.transpose() * fit.asDiagonal() * features;
    curvature.diagonal().array() += kRidge * fit.sum();
    b += curvature.ldlt().solve(features.transpose() * (values - fit));
  }
}

double normal_below(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace

EstimatedBetweenness estimated_betweenness(const Csr& graph, int threads, const Progress& progress,
                                           const Device& device) {
  if (graph.rows <= kSearches) return {betweenness(graph, false, threads, progress, device), 0};
  constexpr double kLocalShare = 0.3;  // of the work, for the progress alone
  const SimpleGraph simple = simplify(graph, false, false, progress.part(0, 0));
  const Local local = local_features(simple, threads, progress.part(0, kLocalShare));
  const std::vector<double> lanes =
      sampled_dependencies(simple, local.backward, threads, progress.part(kLocalShare, 1), device);
  EstimatedBetweenness estimate{std::vector<double>(graph.rows, 0), 0};
  const auto inner = static_cast<Eigen::Index>(local.inner.size());
  Eigen::VectorXd values(inner), noise(inner);  // of the searches: the estimate, and its variance
  const double nodes = graph.rows, unsampled = 1 - kSearches / nodes;
  for (Eigen::Index r = 0; r < inner; ++r) {
    const double* of_lane = &lanes[std::size_t{local.inner[static_cast<std::size_t>(r)]} * kSearchLanes];
    double sum = 0, squares = 0;
    for (std::uint32_t l = 0; l < kSearchLanes; ++l) sum += of_lane[l];
    for (std::uint32_t l = 0; l < kSearchLanes; ++l) squares += std::pow(of_lane[l] - sum / kSearchLanes, 2);
    const double scale = nodes / kSearches;
    values[r] = sum * scale;
    noise[r] = squares * kSearchLanes / (kSearchLanes - 1) * scale * scale * unsampled;
  }
  if (inner == 0 || values.sum() == 0) return estimate;
  const Eigen::ArrayXd fit = fitted(local.features, values, progress).array();
  const Eigen::ArrayXd miss = (values.array() - fit) / fit;
  const double of_noise = (noise.array() / fit.square()).mean(), all = miss.square().mean();
  // What noise does not explain is the model's; less than the standard error of that difference cannot be told.
  const double of_model = std::max(all - of_noise, of_noise * std::sqrt(2.0 / static_cast<double>(inner)));
  const double weight = of_model + of_noise > 0 ? of_model / (of_model + of_noise) : 0;
  for (Eigen::Index r = 0; r < inner; ++r)
    estimate.value[local.inner[static_cast<std::size_t>(r)]] = fit[r] * (1 + weight * miss[r]);
  estimate.error = std::sqrt(of_model * (1 - weight));
  return estimate;
}

double expected_overlap(const EstimatedBetweenness& estimate, std::uint64_t number) {
  if (number == 0 || estimate.error == 0) return 1;
  std::vector<double> values = estimate.value;
  std::sort(values.begin(), values.end());
  number = std::min<std::uint64_t>(number, values.size());
  // How many of the first `count` are expected below `threshold`.
  const auto below = [&](double threshold, std::uint64_t count) {
    double sum = 0;
    for (std::uint64_t k = 0; k < count; ++k)
      sum += values[k] == 0 ? 1 : normal_below((threshold - values[k]) / (estimate.error * values[k]));
    return sum;
  };
  constexpr int kHalvings = 60;
  constexpr double kFarthest = 8;  // standard deviations
  double high = (1 + kFarthest * estimate.error) * values.back(), low = -high;
  for (int n = 0; n < kHalvings; ++n) {
    const double middle = 0.5 * (low + high);
    (below(middle, values.size()) < static_cast<double>(number) ? low : high) = middle;
  }
  return std::min(1.0, below(high, number) / static_cast<double>(number));
}

}  // namespace sprig
