#include "sprig/learning/system.hpp"

namespace sprig {

LearningOperations& LearningOperations::operator+=(const LearningOperations& other) {
  neuron_updates += other.neuron_updates;
  synaptic_events += other.synaptic_events;
  weight_updates += other.weight_updates;
  powers += other.powers;
  trace_updates += other.trace_updates;
  weight_reads += other.weight_reads;
  weight_writes += other.weight_writes;
  state_bytes += other.state_bytes;
  return *this;
}

}  // namespace sprig
