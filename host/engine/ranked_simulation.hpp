// A simulation over ranks, as rank 0 sees it, and what the other ranks do (engine/exchange.hpp).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/engine/cpu_simulation.hpp"
#include "host/engine/network_part.hpp"
#include "host/engine/packing.hpp"
#include "sprig/engine/exchange.hpp"
#include "sprig/engine/record_writer.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cpu {

// On rank 0 a simulation like any other: each of its calls is announced to the ranks, which do their part of it, and
// what they send comes together here in logical order. On the others it can serve() alone.
class RankedSimulation final : public Simulation {
 public:
  // parts: first neuron of each rank, the number of neurons last. whole: for what is recorded and checked; not kept.
  RankedSimulation(const Network& whole, std::vector<std::uint32_t> parts, std::unique_ptr<CpuSimulation> own,
                   std::uint32_t delay_slots, std::vector<int> exponents, const SimulationOptions& options,
                   std::uint32_t signal_channels);
  // Ends the other ranks' serve(); where a call was broken off they wait for something else, and are told of the error.
  ~RankedSimulation() override;

  void advance(std::uint64_t steps, const Input& input, const RecordOptions& what, Recording* recording) override;
  void set_drive(const Drive& drive) override;
  std::uint64_t step() const override { return own_->step(); }
  SimulationState state() const override;
  void set_state(const SimulationState& state) override;
  std::string device_name() const override;
  const std::vector<WeightRounding>& weight_rounding() const override { return own_->weight_rounding(); }
  int threads() const override { return own_->threads(); }
  void serve() override;

 private:
  NeuronPart part(int rank) const {
    const auto r = static_cast<std::size_t>(rank);
    return {first_[r], first_[r + 1] - first_[r], first_.back()};
  }

  Exchange& exchange_;
  std::vector<std::uint32_t> first_;  // neuron of each rank, and their number
  std::unique_ptr<CpuSimulation> own_;
  LifKind kind_;
  std::uint32_t replicas_, delay_slots_, signal_channels_, input_channels_;
  std::vector<int> exponents_;
  RecordWriter writer_;           // of all neurons, on rank 0
  mutable bool at_work_ = false;  // a call was announced, and has not come to its end
};

// Every rank makes it, of the same arguments. procedural: around `network`, or null. Errors: ConfigError for a network
// that learns, for a GPU, for more ranks than neurons; those of make_simulation(); RankError.
std::unique_ptr<Simulation> make_ranked(const WholeNetwork& whole, const Drive& drive,
                                        const SimulationOptions& options);

}  // namespace sprig::cpu
