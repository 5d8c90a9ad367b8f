// The noise-prune score |l| (C_ii + C_jj - 2 sgn(l) C_ij) of each synapse by prune.covariance, and what its errors do
// to the set that is kept.
#pragma once

#include <vector>

#include "host/pruning/methods.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"
#include "sprig/dynamics/sparse_system.hpp"

namespace sprig {

struct EdgeScores {
  std::vector<double> scores;
  CovarianceUse use;
};

// `a` is made of the strengths l. Errors: NumericalError where `expansion` is asked for and its bound is too large, and
// those of the covariances; Interrupted. States of samples are kept as the part "covariance".
EdgeScores covariance_scores(const ScoreInput& input, const SparseSystem& a, const std::vector<double>& l,
                             const Progress& progress);

// From the sampler's blocks, until the expected overlap is prune.covariance_overlap or prune.covariance_samples are
// drawn; at least four blocks. Synapse k scores |l_k| times its distance, with the sign of l_k.
EdgeScores sampled_scores(const ScoreInput& input, CovarianceSampler& sampler, const std::vector<double>& l,
                          const Progress& progress);

// Original ids of the round's neurons, by which samples are keyed.
std::vector<std::uint32_t> original_neurons(const ScoreInput& input);

// Of the synapses kept with p_k = min(1, rho s_k), rho such that sum p = target, the fraction that stays with the same
// draws when the scores have normal errors of these standard deviations, to first order in them and in expectation: two
// sets drawn with p and p' differ in sum |p - p'| synapses, half of them lost. Also the mean of p's standard errors.
struct Overlap {
  double overlap = 1, p_error = 0;
};
Overlap expected_overlap(const std::vector<double>& scores, const std::vector<double>& errors, double target,
                         const Progress& progress = {});

}  // namespace sprig
