#include "host/pruning/edge_scores.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include "host/pruning/noise_prune.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "sprig/dynamics/covariance_expansion.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

constexpr std::uint64_t kLeastBlocks = 4;  // whose spread tells a standard error

// The most synapses between one neuron and another in one direction.
std::uint64_t longest_multapse(const Csr& graph) {
  std::uint64_t longest = 1, run = 1;
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i] + 1; k < graph.offsets[i + 1]; ++k) {
      run = graph.targets[k] == graph.targets[k - 1] ? run + 1 : 1;
      longest = std::max(longest, run);
    }
  return longest;
}

// At least so much of the kept set is that of the exact scores: with p' of the exact ones, half of sum |p - p'| is
// lost, and to bring sum p' to the target takes no more than that again. |p - p'| <= rho |l| (|R_ii| + |R_jj| + 2
// |R_ij|) where p < 1, and sums of these with the bounds of |R| are by Cauchy & Schwarz.
double certain_overlap(const Csr& graph, const SparseSystem& a, const CovarianceExpansion& c, double sigma_squared,
                       const std::vector<double>& l, const std::vector<double>& scores, double target,
                       const Progress& progress) {
  const double rho = keep_scale(scores, target, progress);
  std::vector<double> of_neuron(a.size(), 0.0);
  double of_synapses = 0;
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      if (rho * scores[k] >= 1) continue;
      const std::uint32_t j = graph.targets[k];
      const double magnitude = std::abs(l[k]), twice = i == j ? 2 : 1;
      of_neuron[i] += twice * magnitude / -a.diagonal[i];
      of_neuron[j] += twice * magnitude / -a.diagonal[j];
      if (i != j) of_synapses += magnitude * magnitude / (a.diagonal[i] * a.diagonal[j]);
    }
  double of_neurons = 0;
  for (const double x : of_neuron) of_neurons += x * x;
  // A pair has up to twice as many synapses, in both directions, and its R is counted twice.
  const double multapses = static_cast<double>(longest_multapse(graph));
  const double lost =
      std::sqrt(of_neurons) * c.variance_bound + 2 * std::sqrt(multapses * of_synapses) * c.synapse_bound;
  return std::max(0.0, 1 - rho * 0.5 * sigma_squared * lost / std::max(1.0, target));
}

// Nothing where the bound does not prove prune.covariance_overlap, unless `expansion` is what was asked for.
std::optional<EdgeScores> expanded_scores(const ScoreInput& input, const SparseSystem& a, const std::vector<double>& l,
                                          const Progress& progress) {
  const Csr& graph = input.work.recurrent();
  const double sigma_squared = input.options.sigma * input.options.sigma, asked = input.options.covariance_overlap;
  const CovarianceExpansion c = covariance_expansion(a, graph, sigma_squared, input.simulation.threads, progress);
  EdgeScores result;
  result.use = {.used = true, .method = CovarianceMethod::expansion, .overlap = 0};
  if (c.converges) {
    result.scores = noise_scores(graph, l, c.variances, c.covariances);
    result.use.overlap =
        certain_overlap(graph, a, c, sigma_squared, l, result.scores, input.target, progress.part(1, 1));
  }
  if (result.use.overlap >= asked) return result;
  if (input.options.covariance == CovarianceMethod::automatic) return std::nullopt;
  throw NumericalError("prune.covariance",
                       "expansion: " +
                           (c.converges ? "only " + shown(result.use.overlap) +
                                              " of the kept synapses are certain to be those of the "
                                              "exact covariance; prune.covariance_overlap = " +
                                              shown(asked)
                                        : "the couplings are too strong for it to converge (row dominance " +
                                              shown(c.ratio) + ", norm " + shown(c.kappa) + ", both must be below 1)") +
                           "; use \"sampled\" or \"auto\"");
}

}  // namespace

std::vector<std::uint32_t> original_neurons(const ScoreInput& input) {
  std::vector<std::uint32_t> ids(input.work.network().size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) ids[i] = input.work.neuron_id(i);
  return ids;
}

Overlap expected_overlap(const std::vector<double>& scores, const std::vector<double>& errors, double target,
                         const Progress& progress) {
  const double rho = keep_scale(scores, target, progress);
  double kept = 0, error = 0;
  for (std::uint64_t k = 0; k < scores.size(); ++k) {
    kept += std::min(1.0, rho * scores[k]);
    if (rho * scores[k] < 1) error += rho * errors[k];
  }
  if (kept == 0) return {};
  const double mean_deviation = std::sqrt(2 / std::numbers::pi);  // of a normal error, in standard deviations
  return {std::max(0.0, 1 - 0.5 * mean_deviation * error / kept), error / static_cast<double>(scores.size())};
}

EdgeScores sampled_scores(const ScoreInput& input, CovarianceSampler& sampler, const std::vector<double>& l,
                          const Progress& progress) {
  const PruneOptions& options = input.options;
  const Csr& graph = input.work.recurrent();
  const Checkpoints checkpoints = input.checkpoints.part("covariance");
  PairMoments moments(graph, l);
  sampler.set_control(moments);
  EdgeScores result;
  result.use = {.used = true, .method = CovarianceMethod::sampled};
  std::uint64_t until = kLeastBlocks;  // blocks, when the overlap is looked at next: a part of the state
  const bool going_on = checkpoints.restore([&](Reader& reader) { reader(moments, until); });
  const auto keep = [&] {
    if (checkpoints.due()) checkpoints.keep([&](Writer& writer) { writer(moments, until); });
  };
  if (going_on) checkpoints.goes_on(std::to_string(moments.samples()) + " samples of a covariance");
  const auto judge = [&] {
    std::vector<double> distances(graph.synapses()), errors(graph.synapses());
    for (std::uint64_t k = 0; k < distances.size(); ++k) {
      distances[k] = moments.distance(k);
      errors[k] = std::abs(l[k]) * moments.distance_error(k);
    }
    result.scores = noise_scores(l, distances);
    const Overlap found = expected_overlap(result.scores, errors, input.target, progress.part(1, 1));
    result.use.overlap = found.overlap;
    result.use.p_error = found.p_error;
    result.use.samples = moments.samples();
  };
  for (;;) {
    try {
      while (moments.blocks() < until) {
        const auto done = static_cast<double>(moments.blocks());
        sampler.draw_block(moments,
                           progress.part(done / (done + kLeastBlocks), (done + 1) / (done + 1 + kLeastBlocks)));
        keep();
      }
    } catch (const Interrupted&) {
      keep();  // whole blocks
      throw;
    }
    judge();
    if (result.use.overlap >= options.covariance_overlap) return result;
    const std::uint64_t blocks = moments.blocks(), of_block = moments.samples() / blocks;
    const std::uint64_t most = std::max(kLeastBlocks, options.covariance_samples / of_block);
    result.use.capped = blocks >= most;
    if (result.use.capped) return result;
    // The loss falls as the root of the samples.
    constexpr double kMostGrowth = 4;
    const double growth =
        std::min(kMostGrowth, std::pow((1 - result.use.overlap) / (1 - options.covariance_overlap), 2));
    until = std::clamp(static_cast<std::uint64_t>(std::ceil(growth * static_cast<double>(blocks))), blocks + 1, most);
  }
}

EdgeScores covariance_scores(const ScoreInput& input, const SparseSystem& a, const std::vector<double>& l,
                             const Progress& progress) {
  const PruneOptions& options = input.options;
  const double sigma_squared = options.sigma * options.sigma;
  const int threads = input.simulation.threads;
  if (is_dense(options.covariance, a.size())) {
    EdgeScores result;
    result.use = {.used = true, .method = CovarianceMethod::dense};
    result.scores =
        noise_scores(input.work.recurrent(), l, lyapunov_covariance(dense_matrix(a), sigma_squared, threads, progress));
    return result;
  }
  constexpr double kExpansionShare = 0.2;
  if (options.covariance != CovarianceMethod::sampled)
    if (std::optional<EdgeScores> expanded = expanded_scores(input, a, l, progress.part(0, kExpansionShare)))
      return std::move(*expanded);
  const std::vector<std::uint32_t> ids = original_neurons(input);
  const SampleKeys keys{options.seed, input.round, ids};
  const Progress of_samples = progress.part(kExpansionShare, 1);
  const std::unique_ptr<CovarianceSampler> sampler =
      has_projections(a)
          ? projection_sampler(a, sigma_squared, keys, threads)
          : cayley_sampler(a, sigma_squared, keys, threads, of_samples.part(0, 0), input.simulation.device);
  return sampled_scores(input, *sampler, l, of_samples);
}

std::vector<NamedBytes> covariance_arrays(PruneMethod method, CovarianceMethod covariance, double n, double e) {
  constexpr double kSystem = 12, kMoments = 32, kOfSynapse = 16;  // an entry, a synapse, a synapse's score and error
  constexpr double kSampled = 5 * 128 + 32, kEntries = 12 + 16;   // a neuron; an entry of A^T and two mirrors
  constexpr double kMatrices = 9;  // that lyapunov_covariance() holds at once, products and transposes among them
  const bool dense = is_dense(covariance, n);
  if (method == PruneMethod::resistance) {
    if (dense) return {{"Laplacian and its inverse", 4 * 8 * n * n}};
    return {{"conductances", 4 * kSystem * e},
            {"samples of resistances", (kSampled + 128) * n + (kMoments + kOfSynapse + 16) * e}};
  }
  const NamedBytes scores{"edge scores", 4 * 8 * e}, system{"linear system", kSystem * e + 12 * n};
  if (dense) return {{"covariance", kMatrices * 8 * n * n}, scores};
  const double samples = kSampled * n + (kMoments + kOfSynapse + 8) * e, expansion = kEntries * e + 32 * n;
  if (covariance == CovarianceMethod::sampled) return {system, {"samples of covariances", samples}, scores};
  if (covariance == CovarianceMethod::expansion) return {system, {"expansion of covariances", expansion}, scores};
  // These two are not held at once.
  return {system, {"expansion or samples of covariances", std::max(expansion, samples)}, scores};
}

}  // namespace sprig
