// What a network specification may say.
#include "host/network/projection_laws.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/builders.hpp"

namespace sprig {

void check_network_spec(const NetworkSpec& spec) {
  check_fields("network", spec);
  neuron_fields(spec, FieldCheck{"neuron"});
  // In the place of these, new neurons get draws of the laws of the same name.
  FieldCheck{"neuron"}("tau_m_ms", spec.neuron.tau_m_ms, above(0));
  FieldCheck{"neuron"}("v_initial", spec.neuron.v_initial, kAnything);

  if (spec.clusters > spec.neurons)
    refuse("network.clusters", shown(spec.clusters), "at most network.neurons = " + shown(spec.neurons));
  const bool small_world = spec.topology == Topology::small_world || spec.topology == Topology::small_world_clusters;
  if (spec.autapses && small_world)
    refuse("network.autapses", "true with network.topology = " + shown(spec.topology), "false");
  const std::size_t blocks = has_clusters(spec.topology) ? spec.clusters : 1;
  if (spec.tau_m_ms.size() != 1 && spec.tau_m_ms.size() != blocks)
    refuse("neuron.tau_m_ms", "a list of " + shown(spec.tau_m_ms.size()),
           "one distribution, or one a cluster (network.clusters = " + shown(blocks) + ")");
  for (const Distribution& tau_m : spec.tau_m_ms)
    if (tau_m.kind == Distribution::Kind::constant && tau_m.a < spec.tau_m_min_ms)
      refuse("neuron.tau_m_ms", shown(tau_m), "at least neuron.tau_m_min_ms = " + shown(spec.tau_m_min_ms));
  if (!(spec.neuron.v_reset < spec.neuron.v_th))
    refuse("neuron.v_reset", shown(spec.neuron.v_reset), "a number below neuron.v_th = " + shown(spec.neuron.v_th));
  // A delay on the grid may come out of its decimal number a little below its step.
  if (!(telling_delay_ms(spec.delay_ms) >= spec.step_ms * (1 - 1e-9)))
    refuse("network.delay_ms", shown(spec.delay_ms) + ", a delay below a step",
           "at least network.step_ms = " + shown(spec.step_ms));
}

}  // namespace sprig
