#include "kernels/engine/device_cells.cuh"

namespace sprig::cuda {

const real* DeviceConstants::keep(const std::vector<real>& values) {
  return reals_.emplace_back(values, "neuron constants").data();
}
const std::uint32_t* DeviceConstants::keep(const std::vector<std::uint32_t>& values) {
  return words_.emplace_back(values, "neuron constants").data();
}

DeviceConstants::DeviceConstants(const SliceConstants& c, const SlicedNetwork& network, std::uint32_t seed) {
  refractory_steps_ = DeviceBuffer<std::int32_t>(c.refractory_steps);
  view_ = {.p22 = keep(c.p22),
           .p20 = keep(c.p20),
           .p11_0 = keep(c.p11_0),
           .p11_1 = keep(c.p11_1),
           .p21_0 = keep(c.p21_0),
           .p21_1 = keep(c.p21_1),
           .v_th = keep(c.v_th),
           .v_reset = keep(c.v_reset),
           .theta_decay = keep(c.theta_decay),
           .theta_plus = keep(c.theta_plus),
           .refractory_steps = refractory_steps_.data(),
           .unit_0 = keep(c.unit_0),
           .unit_1 = keep(c.unit_1),
           .external = keep(c.external),
           .noise_sigma = keep(c.noise_sigma),
           .current_gain = keep(c.current_gain),
           .poisson_weight_0 = keep(c.poisson_weight_0),
           .poisson_weight_1 = keep(c.poisson_weight_1),
           .poisson_row = keep(c.poisson_row),
           .draw_id = keep(c.draw_id)};
  tables_ = {seed, network.poisson_columns, keep(network.poisson_table), keep(network.noise_table)};
}

DeviceState::DeviceState(const SlicedNetwork& network, std::uint32_t replicas) {
  const std::size_t cells = std::size_t{network.neurons} * replicas;
  const bool exponential = network.kind.synapse == Synapse::exponential, two = network.kind.receptors == 2;
  u = DeviceBuffer<real>(cells, "membrane potentials");
  i0 = DeviceBuffer<real>(exponential ? cells : 0, "synaptic currents");
  i1 = DeviceBuffer<real>(exponential && two ? cells : 0, "synaptic currents");
  theta = DeviceBuffer<real>(network.kind.adaptive ? cells : 0, "adaptive thresholds");
  refractory = DeviceBuffer<std::int32_t>(cells, "refractory counters");
  ring = DeviceBuffer<std::int32_t>(network.delay_slots * (two ? 2 : 1) * cells, "delay ring");
}

kernel::StateView DeviceState::view() const {
  return {u.data(), i0.data(), i1.data(), theta.data(), refractory.data(), ring.data()};
}

void DeviceState::reset(const Network& network, std::uint32_t replicas, const Stream& stream) const {
  std::vector<real> initial;
  initial.reserve(u.size());
  for (std::uint32_t i = 0; i < network.size(); ++i)
    initial.insert(initial.end(), replicas, static_cast<real>(network.neurons.v_initial[i] - network.neurons.e_l[i]));
  u.upload(initial.data(), initial.size(), stream);
  i0.fill_zero(stream);
  i1.fill_zero(stream);
  theta.fill_zero(stream);
  refractory.fill_zero(stream);
  ring.fill_zero(stream);
  stream.synchronize();
}

void DeviceState::download(SimulationState& state, const Stream& stream) const {
  state.u = u.to_host(stream);
  state.i0 = i0.to_host(stream);
  state.i1 = i1.to_host(stream);
  state.theta = theta.to_host(stream);
  state.refractory = refractory.to_host(stream);
}

void DeviceState::upload(const SimulationState& state, const Stream& stream) const {
  u.upload(state.u.data(), u.size(), stream);
  i0.upload(state.i0.data(), i0.size(), stream);
  i1.upload(state.i1.data(), i1.size(), stream);
  theta.upload(state.theta.data(), theta.size(), stream);
  refractory.upload(state.refractory.data(), refractory.size(), stream);
  stream.synchronize();
}

}  // namespace sprig::cuda
