// LNP step I: which synapses to keep, from per-neuron Lyapunov exponents (docs/lnp.md).
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Dense>

#include "sprig/dynamics/sparse_system.hpp"
#include "sprig/network/network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// L on the edges: the harmonic mean of |lambda| + epsilon over the union of both ends' neighbourhoods (in or out, the
// ends themselves included). Length = synapses, 1/ms. Symmetric: L_ij = L_ji. Guards count harmonic means, i.e.
// synapses, not exponents. Never depends on `threads` (0: all that OpenMP offers). Errors: NumericalError at an
// exponent that is not finite; Interrupted.
std::vector<double> lyapunov_matrix(const Csr& graph, const std::vector<double>& per_neuron, double epsilon,
                                    PruneGuards& guards, int threads = 0, const Progress& progress = {});

// The signed strength of each synapse that enters A and the scores, from its coupling c_ij (its weight, or what
// measured_couplings() says). l: L_ij (no sign); w: c_ij as it is; wl: sgn(c_ij) L_ij |c_ij| / mean |c| over the
// synapses, so that a synapse of mean coupling has strength L_ij, in 1/ms. `l` is not read for ScoreVariant::w.
std::vector<double> synapse_strengths(std::vector<double> couplings, ScoreVariant variant,
                                      const std::vector<double>& l);

// A = -D + L on the edge set (A(target, source); multapses add up, an autapse joins the diagonal). D: the neurons'
// decay rates, 1/tau_m [ours]. If A is not Hurwitz, or nobody can tell (stability()), it is made row-dominant: D_ii is
// raised to sum_j |L_ij| (1 + margin). A row that is dominant already keeps its decay rate [ours].
// guards.diagonal_moved says how far that went.
SparseSystem noise_system(const Csr& graph, const std::vector<double>& l, const std::vector<double>& decay,
                          double margin, PruneGuards& guards, int threads = 0, const Progress& progress = {});

// Scores |l| (C_ii + C_jj - 2 sgn(l) C_ij), rounded to multiples of 2^-20 of the largest (contract 1) before any
// decision: a last-bit difference between linear algebra libraries moves a score only if it lies at the edge of a cell.
// A positive autapse scores 0 and is never kept: x_i always agrees with itself.
std::vector<double> noise_scores(const Csr& graph, const std::vector<double>& l, const Eigen::MatrixXd& covariance);
// The same from C_ii of each neuron and C_ij of each synapse.
std::vector<double> noise_scores(const Csr& graph, const std::vector<double>& l, const std::vector<double>& variances,
                                 const std::vector<double>& covariances);
// The same from C_ii + C_jj - 2 sgn(l) C_ij of each synapse.
std::vector<double> noise_scores(const std::vector<double>& l, const std::vector<double>& distances);

// rho such that sum_k min(1, rho score_k) = target, by bisection; probabilities = min(1, rho score). A target at or
// beyond the number of positive scores gives the rho that makes all of those certain; no positive score gives 0.
double keep_scale(const std::vector<double>& scores, double target, const Progress& progress = {});

}  // namespace sprig
