// What the encoders share: the input of one advance() call, and the keys of their input weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// Owns what an Input refers to.
struct EncodedInput {
  std::vector<real> signal;
  std::vector<Input::Spike> spikes;
  Input input;
};

// The draw behind the synapse from an input channel onto a neuron: a pruned network's neurons keep theirs.
inline PhiloxBlock input_block(const Network& network, std::uint32_t neuron, std::uint64_t channel,
                               std::uint32_t seed) {
  const std::uint32_t original = network.original_id.empty() ? neuron : network.original_id[neuron];
  return draw_block(seed, Stream::input_weight, original, channel);
}

// Errors: ConfigError when the drive has injected signals, for which a task has no values.
inline void refuse_own_signals(const Drive& drive) {
  if (drive.channels > 0)
    throw ConfigError("drive.current_gain", "has " + std::to_string(drive.channels) +
                                                " injected signals, must have none: the task injects its own");
}

// Puts spikes into the order that an Input's must have, by (step, channel, replica). Their replicas must ascend.
void order_spikes(std::vector<Input::Spike>& spikes);

}  // namespace sprig
