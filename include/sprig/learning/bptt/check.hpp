// Whether what Bptt is given fits; all backends ask here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/learning/bptt/bptt.hpp"

namespace sprig {

// Throws the errors of make_bptt().
void check_bptt(const Network& network, const Drive& drive, const BpttModel& model);

struct BpttLimits {
  BpttModel model;
  std::uint32_t neurons, signal_channels, input_channels;
  std::size_t weights, readout;
  std::vector<std::int8_t> signs;  // that weights must keep; empty: any

  BpttLimits(const Network& network, const Drive& drive, const BpttModel& model);
};

// Errors: ConfigError for numbers of parameters, or a sign, that are not the network's.
void check_parameters(const BpttLimits& limits, std::size_t weights, std::size_t readout);
void check_parameters(const BpttLimits& limits, View<const double> weights, std::size_t readout);

// Errors: ConfigError for input, targets or labels that do not fit; NumericalError for a signal that is not finite.
void check_batch(const BpttLimits& limits, const SequenceBatch& batch);

}  // namespace sprig
