// What a model of competitive learning occupies, and what its operations cost: the models behind SpikeDyn's search
// (Putra & Shafique, DAC 2021).
#pragma once

#include <cstdint>

#include "sprig/learning/competitive/competitive.hpp"

namespace sprig {

// Bytes, at 4 a number and weight_bits / 8 a weight. mem(N) = (P_w + P_n) x bytes with P_w = inputs x N and, where
// inhibition is stored as synapses, N^2 more (direct) or 2 N^2 (through a population: onto it and from it); scalar
// inhibition is one constant.
struct ModelMemory {
  std::uint64_t weights = 0, inhibition = 0;
  std::uint64_t state = 0;  // of neurons and traces

  std::uint64_t synapses() const { return weights + inhibition; }
  std::uint64_t total() const { return synapses() + state; }
};
ModelMemory model_memory(const CompetitiveOptions& options, std::uint32_t inputs, bool stored_inhibition);

// Joules by arithmetic alone: 0.9 pJ an addition, 3.7 pJ a multiplication of 32-bit floating-point numbers (45 nm CMOS;
// Horowitz, ISSCC 2014). It leaves out memory, which costs more.
double operations_energy_j(const CompetitiveOperations& operations);

}  // namespace sprig
