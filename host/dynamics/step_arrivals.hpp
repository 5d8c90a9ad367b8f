// What arrives in some steps of a saltation chunk, by the neuron it arrives at.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::cpu {

// A neuron's arrivals of a step lie together, in the order in which the chunk lists them. So a row of the frame is
// fetched once a step, and what is added to it is added in the same order as delivery by delivery. Payloads are few and
// stay near.
class StepArrivals {
 public:
  struct Arrival {
    double weight;
    std::uint32_t slot;
    bool second;  // receptor 1
  };

  // Those of the chunk's steps from `first` on, as many steps as fit into some megabytes, one at least. Takes a time
  // that grows with synapses that deliver and with steps times neurons.
  void sort(const TangentView& network, const SaltationChunk& chunk, std::uint32_t first, int threads);

  std::uint32_t first() const { return first_; }
  std::uint32_t steps() const { return steps_; }
  // Of step first() + step: the arrivals at neuron i begin at arrivals()[offsets(step)[i]] and end where those of the
  // next do.
  const std::uint64_t* offsets(std::uint32_t step) const {
    return offsets_.data() + std::size_t{step} * (neurons_ + 1);
  }
  const Arrival* arrivals() const { return arrivals_.data(); }

 private:
  std::uint32_t first_ = 0, steps_ = 0, neurons_ = 0;
  std::vector<std::uint64_t> offsets_;  // [step][neuron], and the end
  std::vector<Arrival> arrivals_;
};

}  // namespace sprig::cpu
