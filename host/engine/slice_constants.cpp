// The step constants of a slice's neurons, from their parameters: every exp() of a simulation is here, in double.
#include <array>
#include <cmath>
#include <map>

#include "host/engine/packing.hpp"
#include "sprig/core/fixed_point.hpp"

namespace sprig {

SliceConstants slice_constants(const Network& network, const Drive& drive, const Slice& slice,
                               const std::vector<std::uint32_t>& population_of, const std::vector<int>& exponents,
                               const PoissonTable& poisson) {
  const double h = network.step_ms;
  const NeuronParameters& p = network.neurons;
  const bool exponential = network.kind.synapse == Synapse::exponential;
  const bool two = network.kind.receptors == 2;
  SliceConstants c;
  const auto add = [](std::vector<real>& to, double value) {
    to.push_back(static_cast<real>(value) + real{0});
  };  // no -0
  for (std::uint32_t local = 0; local < slice.count; ++local) {
    const std::size_t i = slice.first + local;
    add(c.p22, std::exp(-h / p.tau_m_ms[i]));
    add(c.p20, lif_p20(h, p.tau_m_ms[i], p.resistance[i]));
    if (exponential) {
      add(c.p11_0, std::exp(-h / p.tau_syn_exc_ms[i]));
      add(c.p21_0, lif_p21(h, p.tau_m_ms[i], p.tau_syn_exc_ms[i], p.resistance[i]));
      if (two) {
        add(c.p11_1, std::exp(-h / p.tau_syn_inh_ms[i]));
        add(c.p21_1, lif_p21(h, p.tau_m_ms[i], p.tau_syn_inh_ms[i], p.resistance[i]));
      }
    }
    add(c.v_th, p.v_th[i] - p.e_l[i]);
    add(c.v_reset, p.v_reset[i] - p.e_l[i]);
    if (network.kind.adaptive) {
      add(c.theta_decay, std::exp(-h / p.tau_theta_ms[i]));
      add(c.theta_plus, p.theta_plus[i]);
    }
    c.refractory_steps.push_back(lif_refractory_steps(p.t_ref_ms[i], h));
    add(c.unit_0, fixed_unit(exponents[2 * std::size_t{population_of[local]}]));
    if (two) add(c.unit_1, fixed_unit(exponents[2 * std::size_t{population_of[local]} + 1]));
    add(c.external, p.i_dc[i]);
    if (!drive.noise_sigma.empty()) add(c.noise_sigma, drive.noise_sigma[i]);
    for (std::uint32_t k = 0; k < drive.channels; ++k) add(c.current_gain, drive.current_gain[i * drive.channels + k]);
    if (!drive.poisson_rate_hz.empty()) {
      const double weight = drive.poisson_weight[i];
      const bool second = receptor_of(network.kind, weight) == 1;
      add(c.poisson_weight_0, second ? 0.0 : weight);
      if (two) add(c.poisson_weight_1, second ? weight : 0.0);
      c.poisson_row.push_back(poisson.row[i]);
    }
    c.draw_id.push_back(network.original_id.empty() ? static_cast<std::uint32_t>(i) : network.original_id[i]);
  }
  return c;
}

void add_skip_tables(const Network& network, Slice& slice) {
  const NeuronParameters& p = network.neurons;
  std::map<std::array<double, 5>, std::uint32_t> row_of;
  for (std::uint32_t local = 0; local < slice.count; ++local) {
    const std::size_t i = slice.first + local;
    const std::array<double, 5> key{p.tau_m_ms[i], p.resistance[i], p.tau_syn_exc_ms[i], p.tau_syn_inh_ms[i],
                                    p.tau_theta_ms[i]};
    const auto [entry, added] = row_of.try_emplace(key, static_cast<std::uint32_t>(slice.skip.size()));
    if (added)
      slice.skip.push_back(
          lif_skip_tables<real>(network.kind, {network.step_ms, key[0], key[1], {key[2], key[3]}, key[4]}));
    slice.skip_row.push_back(entry->second);
  }
}

}  // namespace sprig
