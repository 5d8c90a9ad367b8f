#pragma once
#include "sprig/dynamics/lyapunov.hpp"
namespace sprig {
struct NeuronExponents { std::vector<double> values; bool complete = true; std::uint64_t guarded_spikes = 0; };
inline NeuronExponents contraction_exponents(const Network&, const Drive&, const SimulationOptions&, const LyapunovOptions&, const InputSource& = {}) { return {}; }
}
