// How step I of LNP, noise-prune and effective resistance come by the covariances (resistances) of synapses' ends, and
// what a round says of it.
#pragma once

#include <cstdint>

#include "sprig/core/words.hpp"

namespace sprig {

// dense: of all pairs, exact, N x N matrices. Of synapses alone, memory in proportion to their number:
//   expansion  in powers of the couplings, for systems that are dominated by their diagonal; refused where the next
//              order does not prove prune.covariance_overlap. Not for `resistance`.
//   sampled    unbiased samples, as many as prune.covariance_overlap needs: chains of a linear system, or random
//              projections for a symmetric one and for resistances
//   auto       dense up to kDenseNeurons neurons; beyond, expansion where it is not refused, else sampled
enum class CovarianceMethod { dense, expansion, sampled, automatic };
constexpr auto words_of(CovarianceMethod) { return words<CovarianceMethod>("dense", "expansion", "sampled", "auto"); }

inline constexpr std::uint32_t kDenseNeurons = 512;       // measured: docs/lnp.md, Covariance
inline constexpr std::uint32_t kMaxDenseNeurons = 15000;  // of "dense": 1.8 GB a matrix
inline constexpr double kMostCovarianceSamples = 16777216;

// Are they matrices of all pairs in a network of so many neurons?
constexpr bool is_dense(CovarianceMethod method, double neurons) {
  return method == CovarianceMethod::dense || (method == CovarianceMethod::automatic && neurons <= kDenseNeurons);
}

// What a round took.
struct CovarianceUse {
  bool used = false;
  bool capped = false;  // sampled: prune.covariance_samples ended it before prune.covariance_overlap was reached
  CovarianceMethod method = CovarianceMethod::dense;  // never auto
  std::uint64_t samples = 0;                          // sampled
  // Of the synapses that the round is to keep, the fraction that exact scores would keep with the same draws. sampled:
  // its expectation, from the standard errors; expansion: at least that; dense: 1.
  double overlap = 1;
  double p_error = 0;  // sampled: standard error of a keep probability, its mean over synapses

  static void persist(auto& self, auto& archive) {
    archive(self.used, self.capped, self.method, self.samples, self.overlap, self.p_error);
  }
};

}  // namespace sprig
