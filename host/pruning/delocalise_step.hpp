// Step III of the working network: trials, and what is accepted of them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// Neurons in and out, of each neuron; an autapse is no neighbour, parallel synapses count as many. Errors: Interrupted.
class Neighbours {
 public:
  Neighbours(const Csr& csr, const Progress& progress);
  std::span<const std::uint32_t> of(std::uint32_t i) const {
    return {list_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
  }
  double degree(std::uint32_t i) const { return static_cast<double>(offsets_[i + 1] - offsets_[i]); }

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> list_;
};

// leading_eigenpairs() and delocalising_synapses() that can be stopped. Errors: Interrupted.
Eigenpairs leading_eigenpairs(const Network& network, std::uint32_t count, std::uint32_t seed, int threads,
                              const Progress& progress);
std::vector<NewSynapse> delocalising_synapses(const Network& network, const Neighbours& neighbours,
                                              const Eigen::VectorXcd& psi, std::size_t count, const Progress& progress);

// What a trial may ask of its network.
using LargestExponent = std::function<double(const WorkingNetwork&, const Progress&)>;

// Step III under way: how far an attempt has come. Only whole passes change it.
struct DelocaliseTrial {
  explicit DelocaliseTrial(const Network& given) : work(given) {}
  bool begun = false;  // the network as it was has been looked at
  Delocalisation report;
  std::uint32_t attempt = 0;              // from 0
  std::uint64_t budget = 0;               // of this attempt
  std::uint64_t portion = 0, added = 0;   // synapses of a pass, and of those that stand
  std::uint64_t passes = 0, refused = 0;  // in all; vectors, the most localised first, that a pass did not help
  WorkingNetwork work;                    // with what was added

  static void persist(auto& self, auto& archive) {
    archive(self.begun, self.report, self.attempt, self.budget, self.portion, self.added, self.passes, self.refused,
            self.work);
  }
};

// Adds up to `budget` synapses in passes of 1/kPasses of it. A pass spreads the most localised of the leading
// eigenvectors and stands if their mean IPR falls; else the next most localised is tried, and when none is left passes
// become half as large, down to one synapse. If lambda_max of the outcome exceeds `bound`, it is rolled back and half
// the budget is tried, at most kDelocaliseTries times. `work` is as it was when nothing was accepted. Goes on from
// `trial`, and calls whole() after each pass. Errors: Interrupted, asked before each pass and within its eigenvectors,
// with `work` as it was; those of largest_exponent.
Delocalisation delocalise(WorkingNetwork& work, const PruneOptions& options, std::uint64_t budget, double bound,
                          int threads, const LargestExponent& largest_exponent, const Progress& progress,
                          DelocaliseTrial& trial, const std::function<void()>& whole);

inline Delocalisation delocalise(WorkingNetwork& work, const PruneOptions& options, std::uint64_t budget, double bound,
                                 int threads, const LargestExponent& largest_exponent, const Progress& progress = {}) {
  DelocaliseTrial trial(work.given());
  return delocalise(work, options, budget, bound, threads, largest_exponent, progress, trial, [] {});
}

inline constexpr std::uint64_t kPasses = 8;
inline constexpr std::uint32_t kDelocaliseTries = 3;

}  // namespace sprig
