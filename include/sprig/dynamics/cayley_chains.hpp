// Sixteen chains of a linear system under noise (sampled_covariance.hpp has their equation), the seam between host and
// device: what is done with all values of all chains at once. Both give the same bits.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/core/hd.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/core/random.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"
#include "sprig/dynamics/sparse_system.hpp"

namespace sprig {

inline constexpr int kChains = 16;

// What a step of h = 2 `half` does to one neuron, with d = -A_ii.
struct CayleyNeuron {
  double divisor, inverse;  // 1 + half d, and its inverse
  double deviation;         // of the control, which is where chains start; 0 where A_ii >= 0 and there is none
  double keeps, takes;      // the control's step: y' = keeps y + takes xi
};
struct CayleySteps {
  double half = 0, noise = 0;  // noise: sqrt(h) sigma / 2
  std::vector<CayleyNeuron> neurons;
};
CayleySteps cayley_steps(const SparseSystem& a, double half, double sigma_squared);

// The formulas of a step, for one value. xi: +1 or -1, one of sixteen bits.
SPRIG_HD inline double sign_of_bit(std::uint32_t bits, int chain) {
  return static_cast<double>(static_cast<int>((bits >> chain) & 1u) * 2 - 1);
}
SPRIG_HD inline double cayley_control(const CayleyNeuron& n, double y, double xi) { return n.keeps * y + n.takes * xi; }
SPRIG_HD inline double cayley_right(double x, double noise, double xi) { return x + noise * xi; }
SPRIG_HD inline double cayley_first_midpoint(const CayleyNeuron& n, double right) { return right / n.divisor; }
// others: sum_{j != i} A_ij u_j, in the order of the row.
SPRIG_HD inline double cayley_midpoint(const CayleyNeuron& n, double half, double right, double others) {
  return (right + half * others) * n.inverse;
}
SPRIG_HD inline double cayley_end(double midpoint, double x) { return 2 * midpoint - x; }
// (x_j - s x_i)^2 - (y_j - s y_i)^2, as a product of sum and difference: less is lost where x and y are nearly alike.
SPRIG_HD inline double pair_difference(double s, double x_i, double x_j, double y_i, double y_j) {
  const double x = x_j - s * x_i, y = y_j - s * y_i;
  return (x - y) * (x + y);
}

// The largest of all values: of what a sweep changed, and of what there is now.
struct SweepChange {
  double change = 0, largest = 0;
};

class CayleyChains {
 public:
  virtual ~CayleyChains() = default;
  // Whose moments add_samples() adds up. Must outlive this, or be replaced by another.
  virtual void set_moments(PairMoments& moments) = 0;
  // xi is draw `index` from now on.
  virtual void draw(std::uint64_t index) = 0;
  // x = y = deviation xi; or x = xi, where chains are only to be forgotten.
  virtual void start() = 0;
  virtual void start_from_draw() = 0;
  // A step's right-hand side, x + noise xi, or x alone without noise; the control's step; the first midpoint.
  virtual void begin_step(bool noise) = 0;
  // One Jacobi sweep over the midpoint. Errors: Interrupted.
  virtual SweepChange sweep(const Progress& progress) = 0;
  virtual void end_step() = 0;
  virtual double largest() const = 0;  // of |x|
  // The present values are samples. Errors: Interrupted.
  virtual void add_samples(const Progress& progress) = 0;
  // What was added up since the last call is in the moments.
  virtual void end_block() = 0;
};

// `a`, `steps` and keys.neurons must outlive what is made. threads = 0: all that OpenMP offers.
namespace cpu {
std::unique_ptr<CayleyChains> make_cayley_chains(const SparseSystem& a, const CayleySteps& steps,
                                                 const SampleKeys& keys, int threads);
}  // namespace cpu
// On the calling thread's current GPU. Errors: MemoryError.
namespace cuda {
std::unique_ptr<CayleyChains> make_cayley_chains(const SparseSystem& a, const CayleySteps& steps,
                                                 const SampleKeys& keys);
}  // namespace cuda

}  // namespace sprig
