// The covariance of a noise-driven linear system on its synapses, from samples: unbiased, with standard errors.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "sprig/core/progress.hpp"
#include "sprig/dynamics/sparse_system.hpp"
#include "sprig/engine/device_choice.hpp"

namespace sprig {

// Which random numbers samples are made of: the same ones whatever the threads and whichever neurons are left.
struct SampleKeys {
  std::uint32_t seed = 1, round = 0;
  const std::vector<std::uint32_t>& neurons;  // original ids
};

// Moments of the two ends of each synapse from i onto j: E (x_j - s x_i)^2 = C_ii + C_jj - 2 s C_ij with s the sign of
// `signs`, and C_ii. Samples come in blocks that are independent of each other, so the spread of their means gives the
// standard errors. 32 bytes a synapse.
//
// A sample x may have a control y beside it, of which these moments are known: then x's are those of y plus the mean
// difference, which varies the less the more alike the two are (control variates).
class PairMoments {
 public:
  // signs: -1, 0 or 1 of each synapse, positive and negative numbers alike; 0 asks for nothing and gives 0.
  PairMoments(const Csr& graph, const std::vector<double>& signs);

  // What is known of the controls. Call before the first block; without, there are no controls.
  void set_control(std::vector<double> variances, const std::vector<double>& covariances);
  void end_block(std::uint64_t samples);

  std::uint64_t blocks() const { return blocks_; }
  std::uint64_t samples() const { return samples_; }
  double distance(std::uint64_t k) const { return distances_[k].mean + known_distances_[k]; }
  double variance(std::uint32_t i) const { return variances_[i].mean + known_variances_[i]; }
  double distance_error(std::uint64_t k) const { return error(distances_[k]); }  // two blocks or more
  double variance_error(std::uint32_t i) const { return error(variances_[i]); }

  const Csr& graph() const { return graph_; }
  double sign(std::uint64_t k) const { return signs_[k] > 0 ? 1 : (signs_[k] < 0 ? -1 : 0); }

  static void persist(auto& self, auto& archive) {
    archive(self.blocks_, self.samples_, self.distances_, self.variances_);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) self.set_shrinks();
  }

  // Of one synapse or neuron: the sum within the block, mean and squared deviations (Welford) over blocks.
  struct Moment {
    double sum = 0, mean = 0, squares = 0;
    static void persist(auto& self, auto& archive) { archive(self.mean, self.squares); }
  };
  // Within a block, for whoever draws samples.
  Moment& of_synapse(std::uint64_t k) { return distances_[k]; }
  Moment& of_neuron(std::uint32_t i) { return variances_[i]; }

 private:
  double error(const Moment& moment) const {
    const auto b = static_cast<double>(blocks_);
    return std::sqrt(moment.squares / ((b - 1) * b)) / shrinks_;
  }
  void set_shrinks();
  const Csr& graph_;
  const std::vector<double>& signs_;
  std::vector<double> known_variances_, known_distances_;
  std::vector<Moment> distances_, variances_;
  std::uint64_t blocks_ = 0, samples_ = 0;
  double shrinks_ = 1;  // the root of a mean of squares over so many blocks, on average, of a normal deviation of 1
};

// Draws blocks of samples x with covariance C in expectation.
class CovarianceSampler {
 public:
  virtual ~CovarianceSampler() = default;
  // Sets the controls that its samples have.
  virtual void set_control(PairMoments& moments) const = 0;
  // Block `moments.blocks()`. Never depends on threads. Errors: Interrupted; NumericalError where a solve fails.
  virtual void draw_block(PairMoments& moments, const Progress& progress) = 0;
};

// For any Hurwitz A: sixteen chains at a time of
//   x' = (I - h A/2)^-1 ((I + h A/2) x + sqrt(h) sigma xi),  xi of mean 0 and covariance I.
// With F = I - h A/2 and G = I + h A/2 its stationary covariance solves F C F^T = G C G^T + h sigma^2 I, which is
// -h (A C + C A^T) = h sigma^2 I: exactly the continuous system's, for any h (the trapezoidal rule is the Cayley
// transform of A, which carries the Lyapunov equation over to the Stein equation; Smith 1968). xi is +1 or -1. A step
// solves F u = x + sqrt(h) sigma xi / 2 for the midpoint u, x' = 2 u - x: by Jacobi iteration, where h is small enough
// that F is dominated by its diagonal, to 1e-8 of the largest value. Each block starts in the stationary law of the
// diagonal alone and is left to run until another start's trace has shrunk to 1e-3, so its bias is below 1e-6; that
// this happens shows that A is Hurwitz. The control is the same chain of A's diagonal alone.
// Errors of the constructor: NumericalError where the trace of a start does not shrink in kMostBurnIn steps;
// Interrupted; DeviceError, MemoryError of a device, where the chains run in the same bits and what comes to the host
// of a block is its sum for each synapse. 640 bytes a neuron; on a device 32 a synapse beside.
std::unique_ptr<CovarianceSampler> cayley_sampler(const SparseSystem& a, double sigma_squared, const SampleKeys& keys,
                                                  int threads = 0, const Progress& progress = {},
                                                  const Device& device = Device::cpu);
inline constexpr int kMostBurnIn = 5000;

// For a symmetric A with d_i >= sum_{j != i} |A_ij|, d_i = -A_ii: -A = B B^T with a column of B for each pair,
// sqrt(|A_ij|) (e_i - sgn(A_ij) e_j), and one for what is over, sqrt(d_i - sum_j |A_ij|) e_i. So the solution of
// -A x = B z, z of +1 and -1, has covariance (-A)^-1 (on the range of A where that is singular: differences within a
// component of a Laplacian are as they should be); Spielman & Srivastava 2011 do so for effective resistances. Times
// sigma^2/2 that is C. Solves are by conjugate gradients with the diagonal as preconditioner, to 1e-8 of the right-hand
// side. The control is D^-1 B z.
std::unique_ptr<CovarianceSampler> projection_sampler(const SparseSystem& a, double sigma_squared,
                                                      const SampleKeys& keys, int threads = 0);
// Whether it is one of these: dominated by its diagonal but for rounding.
bool has_projections(const SparseSystem& a);

}  // namespace sprig
