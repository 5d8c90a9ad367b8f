// What each step of a pruning takes: time, working memory, and what the time is bounded by.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "sprig/core/words.hpp"

namespace sprig {

// spectra: before, after, and those that steps III and IV decide by. scores: step I, or those of a control. choice: the
// draws and what is left. betweenness: step II by it.
enum class PruneStep : std::uint8_t { spectra, scores, choice, betweenness, delocalisation, timescales };
constexpr auto words_of(PruneStep) {
  return words<PruneStep>("spectra", "scores", "choice", "betweenness", "delocalisation", "time constants");
}
inline constexpr std::size_t kPruneSteps = 6;

// Arithmetic units are busy (dense products), or wait for data (visits of synapses, gathers).
enum class StepBound : std::uint8_t { arithmetic, memory };
constexpr auto words_of(StepBound) { return words<StepBound>("arithmetic", "memory"); }

struct StepCost {
  double seconds = 0;  // of wall time, over all rounds; the only number of a result that differs from run to run
  double bytes = 0;  // working memory of one thread beside the network, where it was largest; 0: the step was not done
  StepBound bound = StepBound::memory;

  static void persist(auto& self, auto& archive) { archive(self.seconds, self.bytes, self.bound); }
};

struct StepCosts {
  std::array<StepCost, kPruneSteps> of;

  StepCost& operator[](PruneStep step) { return of[static_cast<std::size_t>(step)]; }
  void add(const StepCosts& other) {
    for (std::size_t s = 0; s < kPruneSteps; ++s) {
      of[s].seconds += other.of[s].seconds;
      if (other.of[s].bytes > of[s].bytes) of[s].bytes = other.of[s].bytes, of[s].bound = other.of[s].bound;
    }
  }

  static void persist(auto& self, auto& archive) {
    for (auto& cost : self.of) archive(cost);
  }
};

// Adds the time until its end to a step.
class StepClock {
 public:
  StepClock(StepCosts& costs, PruneStep step, double bytes, StepBound bound) : cost_(costs[step]) {
    if (bytes > cost_.bytes) cost_.bytes = bytes, cost_.bound = bound;
  }
  ~StepClock() { cost_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  StepClock(const StepClock&) = delete;
  StepClock& operator=(const StepClock&) = delete;

 private:
  StepCost& cost_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace sprig
