// What a model of competitive learning occupies, and what its operations cost: the models behind SpikeDyn's search
// (Putra & Shafique, DAC 2021).
#pragma once

#include <cstdint>

#include "sprig/learning/competitive/competitive.hpp"

namespace sprig {

inline constexpr double kKilobyte = 1000;  // bytes, wherever the memory of a model is told or limited

// Bytes, at 4 a number, and weights as they are kept (learning/competitive/weights.hpp): codes of 5 and 6 bits in
// bytes; up to seven codes more a row, which fill its last group of eight, are not counted. mem(N) = (P_w + P_n) x
// bytes with P_w = inputs x N and, where inhibition is stored as synapses, N^2 more (direct) or 2 N^2 (through a
// population: onto it and from it); scalar inhibition is one constant. Codes that are numbers while a presentation is
// learnt need `working` bytes more then.
struct ModelMemory {
  std::uint64_t weights = 0, inhibition = 0;
  std::uint64_t state = 0;    // of neurons and traces
  std::uint64_t working = 0;  // not of the model, but of learning: not in total()

  std::uint64_t synapses() const { return weights + inhibition; }
  std::uint64_t total() const { return synapses() + state; }
};
ModelMemory model_memory(const CompetitiveOptions& options, std::uint32_t inputs, bool stored_inhibition);

// What a model's operations take, in joules. Arithmetic (45 nm CMOS; Horowitz, ISSCC 2014): neurons, traces and powers
// in 32-bit floating-point numbers, 0.9 pJ an addition and 3.7 pJ a multiplication; weights that are summed or changed
// at their own width, codes by integers: 0.03 and 0.2 pJ at 8 bits or fewer, 0.05 and 0.8 pJ at 16 [ours: half and a
// quarter of 32]. Memory: every bit of a weight and of a neuron's state that is read or written, at pj_per_bit (SRAM of
// 8 KB 0.16, of 1 MB 1.6, DRAM 20 to 41). weight_bits: as the weights are while they are counted.
struct OperationsEnergy {
  double arithmetic_j = 0, memory_j = 0;

  double total() const { return arithmetic_j + memory_j; }
};
OperationsEnergy operations_energy(const LearningOperations& operations, std::uint32_t weight_bits, double pj_per_bit);
// Bits that a weight has in memory while the model learns, or answers.
std::uint32_t bits_in_memory(const CompetitiveOptions& options, bool learning);

}  // namespace sprig
