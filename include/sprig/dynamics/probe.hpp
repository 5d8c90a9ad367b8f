#pragma once
#include "sprig/dynamics/contraction.hpp"
namespace sprig {
inline NeuronExponents probe_exponents(const Network&, const Drive&, const SimulationOptions&, const LyapunovOptions&, const InputSource& = {}) { return {}; }
}
