// From the records that are asked for to the arrays that they come to.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/instruments/record.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// Steps of a run, absolute.
struct RecordTime {
  std::uint64_t first_step = 0;  // of the simulation
  std::uint64_t begin = 0;       // of recorded time
  std::uint64_t end = 0;         // of both
};

// A layout each. Errors: ConfigError, where = "record.N.key".
std::vector<RecordLayout> plan_records(const Network& network, const std::vector<RecordSpec>& specs,
                                       const RecordTime& time, std::uint32_t replicas, std::uint64_t learning_synapses);

// Sources and targets of the synapses that learn, in the order of PlasticState::weights.
struct LearningSynapses {
  std::vector<std::uint32_t> source, target;
};
LearningSynapses learning_synapses(const BuiltNetwork& built);

}  // namespace sprig
