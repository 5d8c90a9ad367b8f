// network.npz: a network as arrays. scipy.sparse.load_npz opens it as the CSR matrix of weights (row = source).
//
// data, indices, indptr, shape, format    the recurrent synapses, as SciPy stores them
// delay_steps                             one a synapse; a scalar when all are equal
// synapse_id                              index before pruning; absent while nothing was pruned
// original_id, tau_m_ms, resistance, e_l, v_th, v_reset, t_ref_ms, tau_syn_exc_ms, tau_syn_inh_ms, i_dc, v_initial,
// theta_plus, tau_theta_ms                one a neuron
// population_name, _first, _count, _inhibitory; step_ms, synapse, receptors, reset, adaptive; sprig_format = 1
// input_data, input_indices, ...          the same for synapses from input channels; may be absent when reading
#pragma once

#include <cstdint>
#include <string>

#include "sprig/core/input_limits.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// Errors: InputError (cannot be written), ConfigError (more than SciPy's int32 columns; plastic synapses).
void save_network(const std::string& path, const Network& network);

// Errors: InputError naming the file, the member and what is wrong; the network is validated. What is beyond the limits
// is refused by the headers alone.
Network load_network(const std::string& path, const InputLimits& limits = {});

// What memory estimates need, from the headers alone.
struct NetworkFileSizes {
  std::uint64_t neurons = 0, synapses = 0, channels = 0, input_synapses = 0;
  bool uniform_delay = true;
  bool has_delays = false;  // else the configuration's
  double step_ms = 0;       // 0: the configuration's
};
NetworkFileSizes network_file_sizes(const std::string& path, const InputLimits& limits = {});

}  // namespace sprig
