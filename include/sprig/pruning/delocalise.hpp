// LNP step III: eigenvectors of a sparse network that sit on a few neurons, and synapses that spread them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "sprig/core/fields.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// Step III, after the last round of lnp, where density < 1.
struct DelocaliseOptions {
  bool enabled = true;
  double budget = 0.01;        // synapses added at most, of the schedule's last target; (0, 0.5]. The last round leaves
                               // room for them, so that the total never exceeds that target
  std::uint32_t vectors = 10;  // leading eigenvectors whose mean IPR must fall
  double lambda_bound = 0;     // 1/ms: lambda_max is held to this, or to that of the network that was given
};
void fields(IsOptions<DelocaliseOptions> auto& o, auto&& visit) {
  visit("enabled", o.enabled, kAnything, "lnp: step III, after the rounds");
  visit("budget", o.budget, above(0).up_to(0.5), "synapses that step III may add, of those kept");
  visit("vectors", o.vectors, between(1, 1000), "leading eigenvectors it looks at");
  visit("lambda_bound", o.lambda_bound, kAnything,
        "1/ms: step III may raise lambda_max to this or to that before pruning");
}

// IPR(psi) = sum |psi_i|^4 / (sum |psi_i|^2)^2: 1 on one neuron, 1/N when spread evenly.
double inverse_participation_ratio(const Eigen::VectorXcd& psi);

// Columns of `vectors` are right eigenvectors of the recurrent matrix W (target, source), those of largest real part
// first: the modes that x' = -x + W x damps least, which decide about stability and about what is remembered longest.
// Both members of a complex pair count, and both have one IPR.
struct Eigenpairs {
  Eigen::VectorXcd values;
  Eigen::MatrixXcd vectors;
};

// `count` of them; all N when there are fewer; those that converged when not all did (in a spectrum without gaps the
// Arnoldi iteration may leave some out), possibly none. Up to kDenseEigenNeurons neurons the whole spectrum is computed
// and nothing is left out. The start vector is drawn by original neuron ids; never depends on `threads`.
Eigenpairs leading_eigenpairs(const Network& network, std::uint32_t count, std::uint32_t seed, int threads = 0);
inline constexpr std::uint32_t kDenseEigenNeurons = 200;

double mean_participation_ratio(const Eigenpairs& pairs);

struct NewSynapse {
  std::uint32_t source, target;  // indices in the network
  float weight;
  bool operator==(const NewSynapse&) const = default;
};

// Up to `count` synapses that raise the heterogeneity of degrees around the support of `psi`: its round(1/IPR)
// strongest neurons, at most kMaxSupport [ours]. Candidates join a neuron s of the support with one of the
// neighbourhood B_s of up to two hops around it (directions aside), either way, where there is no synapse yet; the gain
// is that of the variance over B_s of the numbers of synapses in and out. The highest gains are taken (ties: lowest
// original ids first), each gain with the degrees before any was added. In networks of more than kWholeNeighbourhoods
// neurons the second hop goes through the kMostThrough neighbours of s of highest degree alone. Weight: mean |w| over
// the synapses of the same sign [ours]; the sign is that of most synapses of the source, or of its population when
// there are none.
std::vector<NewSynapse> delocalising_synapses(const Network& network, const Eigen::VectorXcd& psi, std::size_t count);
inline constexpr std::uint32_t kMaxSupport = 64, kWholeNeighbourhoods = 100000, kMostThrough = 64;

// What step III did. Ratios and exponents (1/ms) are of the network before and after it.
struct Delocalisation {
  bool tried = false, accepted = false;
  std::uint64_t budget = 0, added = 0;  // synapses
  std::uint32_t rejected = 0;           // trials that were rolled back because lambda_max rose past its bound
  double ipr_before = 0, ipr_after = 0;
  double lambda_before = 0, lambda_after = 0, lambda_bound = 0;
  std::string reason;  // why nothing was added; empty when something was

  static void persist(auto& self, auto& archive) {
    archive(self.tried, self.accepted, self.budget, self.added, self.rejected, self.ipr_before, self.ipr_after,
            self.lambda_before, self.lambda_after, self.lambda_bound, self.reason);
  }
};

// Original id of a synapse that step III added: apart from all indices, and the same whenever the two are joined.
constexpr std::uint64_t added_synapse_id(std::uint32_t source_id, std::uint32_t target_id) {
  return std::uint64_t{1} << 62 | std::uint64_t{source_id} << 31 | target_id;  // neuron ids are below 2^31
}

}  // namespace sprig
