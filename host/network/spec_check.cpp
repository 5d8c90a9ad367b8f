// The ranges of a network specification's keys.
#include "host/network/spec_check.hpp"

#include <cmath>

#include "host/network/text.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

template <class Value>
void require(bool good, const char* key, Value found, const char* allowed) {
  if (!good) throw ConfigError(std::string("network.") + key, text("is ", found, "; ", allowed, " is allowed"));
}

bool in_unit(double x) { return x >= 0 && x <= 1; }

}  // namespace

void check_spec(const NetworkSpec& spec) {
  require(spec.neurons >= 1 && spec.neurons <= kMaxNeurons, "neurons", spec.neurons, "1 to 2147483647");
  require(spec.density > 0 && spec.density <= 1, "density", spec.density, "a number in (0, 1]");
  require(in_unit(spec.excitatory_fraction), "excitatory_fraction", spec.excitatory_fraction, "a number in [0, 1]");
  require(in_unit(spec.rewiring), "rewiring", spec.rewiring, "a number in [0, 1]");
  require(in_unit(spec.density_between), "density_between", spec.density_between, "a number in [0, 1]");
  require(spec.clusters >= 1 && spec.clusters <= spec.neurons, "clusters", spec.clusters, "1 to the number of neurons");
  const bool small_world = spec.topology == Topology::small_world || spec.topology == Topology::small_world_clusters;
  require(!(spec.autapses && small_world), "autapses", "true", "false, for small_world,");
  require(in_unit(spec.rewiring_between), "rewiring_between", spec.rewiring_between, "a number in [0, 1]");
  require(std::isfinite(spec.gain) && spec.gain >= 0, "gain", spec.gain, "a finite number of at least 0");
  require(std::isfinite(spec.inhibition) && spec.inhibition >= 0, "inhibition", spec.inhibition,
          "a finite number of at least 0");
  require(std::isfinite(spec.step_ms) && spec.step_ms > 0, "step_ms", spec.step_ms, "a finite number above 0");
  require(std::isfinite(spec.tau_m_min_ms) && spec.tau_m_min_ms > 0, "tau_m_min_ms", spec.tau_m_min_ms,
          "a finite number above 0");
  const std::size_t most = has_clusters(spec.topology) ? spec.clusters : 1;
  if (spec.tau_m_ms.size() != 1 && spec.tau_m_ms.size() != most)
    throw ConfigError("network.tau_m_ms", text("has ", spec.tau_m_ms.size(), " distributions; one, or with clusters ",
                                               "one a cluster, is allowed"));
  require(spec.kind.receptors == 1 || spec.kind.receptors == 2, "kind.receptors", spec.kind.receptors, "1 or 2");
  for (const NeuronField& field : kNeuronFields) {
    const double value = spec.neuron.*field.initial;
    if (!field.allows(value))
      throw ConfigError(text("network.neuron.", field.name), text("is ", value, "; ", field.allowed(), " is allowed"));
  }
  require(spec.neuron.v_reset < spec.neuron.v_th, "neuron.v_reset", spec.neuron.v_reset, "a potential below v_th");
}

}  // namespace sprig
