#include "kernels/engine/device_network.cuh"

#include <algorithm>
#include <string>

#include "kernels/engine/row_segments.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/call_check.hpp"

namespace sprig::cuda {

namespace {

std::vector<std::uint32_t> population_of(const Network& network) {
  std::vector<std::uint32_t> of(network.size(), 0);
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const auto first = of.begin() + network.populations[p].first;
    std::fill(first, first + network.populations[p].count, static_cast<std::uint32_t>(p));
  }
  return of;
}

}  // namespace

DeviceRows::DeviceRows(const PackedRows& rows)
    : offsets(rows.offsets, "synapse rows"),
      synapses(rows.synapses, "synapses"),
      delays(rows.delays, "delays"),
      view(kernel::cut_rows(rows, offsets.data(), synapses.data(), delays.data())) {}

const real* DeviceNetwork::keep(const std::vector<real>& values) {
  return reals_.emplace_back(values, "neuron constants").data();
}
const std::uint32_t* DeviceNetwork::keep(const std::vector<std::uint32_t>& values) {
  return words_.emplace_back(values, "neuron constants").data();
}

kernel::ConstantsView DeviceNetwork::upload(const SliceConstants& c) {
  refractory_steps_ = DeviceBuffer<std::int32_t>(c.refractory_steps);
  return {.p22 = keep(c.p22),
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
}

DeviceNetwork::DeviceNetwork(const SlicedNetwork& sliced, const Network& network, const SimulationOptions& options,
                             std::uint32_t chunk_steps)
    : kind_(sliced.kind) {
  const std::uint64_t cells = std::uint64_t{sliced.neurons} * options.replicas;
  const std::uint64_t words = (std::uint64_t{options.replicas} + kWarp - 1) / kWarp;
  if (cells >> 31 != 0)
    throw MemoryError("run.replicas", std::to_string(sliced.neurons) + " neurons x " +
                                          std::to_string(options.replicas) +
                                          " replicas on one device, must be below 2147483648");
  const Slice& slice = sliced.slices.at(0);
  const bool exponential = sliced.kind.synapse == Synapse::exponential, two = sliced.kind.receptors == 2;
  const std::uint32_t receptors = two ? 2 : 1;

  recurrent_ = DeviceRows(slice.recurrent);
  input_ = DeviceRows(slice.input);
  u_ = DeviceBuffer<real>(cells, "membrane potentials");
  i0_ = DeviceBuffer<real>(exponential ? cells : 0, "synaptic currents");
  i1_ = DeviceBuffer<real>(exponential && two ? cells : 0, "synaptic currents");
  theta_ = DeviceBuffer<real>(sliced.kind.adaptive ? cells : 0, "adaptive thresholds");
  refractory_ = DeviceBuffer<std::int32_t>(cells, "refractory counters");
  ring_ = DeviceBuffer<std::int32_t>(std::uint64_t{sliced.delay_slots} * receptors * cells, "delay ring");
  spans = DeviceBuffer<kernel::Span>(chunk_steps + 1);
  population_spikes = DeviceBuffer<std::uint32_t>(chunk_steps * network.populations.size());
  failure = DeviceBuffer<std::uint64_t>(std::vector<std::uint64_t>{~0ull});

  data_.neurons = sliced.neurons;
  data_.replicas = options.replicas;
  data_.words = static_cast<std::uint32_t>(words);
  data_.first_replica = options.first_replica;
  data_.seed = options.seed;
  data_.delay_slots = sliced.delay_slots;
  data_.receptors = receptors;
  data_.signal_channels = sliced.signal_channels;
  data_.poisson_columns = sliced.poisson_columns;
  data_.populations = static_cast<std::uint32_t>(network.populations.size());
  data_.poisson_table = keep(sliced.poisson_table);
  data_.noise_table = keep(sliced.noise_table);
  data_.population_of = keep(population_of(network));
  data_.constants = upload(slice.constants);
  data_.state = {u_.data(), i0_.data(), i1_.data(), theta_.data(), refractory_.data(), ring_.data()};
  data_.recurrent = recurrent_.view;
  data_.input = input_.view;
  data_.spans = spans.data();
  data_.population_spikes = population_spikes.data();
  data_.failure = failure.data();
}

void DeviceNetwork::reset(const Network& network, const Stream& stream) const {
  std::vector<real> u;
  u.reserve(u_.size());
  for (std::uint32_t i = 0; i < network.size(); ++i)
    u.insert(u.end(), data_.replicas, static_cast<real>(network.neurons.v_initial[i] - network.neurons.e_l[i]));
  u_.upload(u.data(), u.size(), stream);
  i0_.fill_zero(stream);
  i1_.fill_zero(stream);
  theta_.fill_zero(stream);
  refractory_.fill_zero(stream);
  ring_.fill_zero(stream);
  stream.synchronize();
}

SimulationState DeviceNetwork::state(std::uint64_t step, const Stream& stream) const {
  SimulationState result;
  result.step = step;
  result.delay_slots = data_.delay_slots;
  result.u = u_.to_host(stream);
  result.i0 = i0_.to_host(stream);
  result.i1 = i1_.to_host(stream);
  result.theta = theta_.to_host(stream);
  result.refractory = refractory_.to_host(stream);
  const std::size_t slot_size = ring_.size() / data_.delay_slots;
  result.pending.resize(ring_.size());
  for (std::size_t slot = 0; slot < data_.delay_slots; ++slot)
    ring_.download(result.pending.data() + slot * slot_size, slot_size, stream,
                   ((step + slot) & (data_.delay_slots - 1)) * slot_size);
  stream.synchronize();
  return result;
}

void DeviceNetwork::set_state(const SimulationState& state, const Stream& stream) const {
  check_state({data_.neurons, data_.replicas, data_.delay_slots, kind_}, state);
  u_.upload(state.u.data(), u_.size(), stream);
  i0_.upload(state.i0.data(), i0_.size(), stream);
  i1_.upload(state.i1.data(), i1_.size(), stream);
  theta_.upload(state.theta.data(), theta_.size(), stream);
  refractory_.upload(state.refractory.data(), refractory_.size(), stream);
  const std::size_t slot_size = ring_.size() / data_.delay_slots;
  for (std::size_t slot = 0; slot < data_.delay_slots; ++slot)
    ring_.upload(state.pending.data() + slot * slot_size, slot_size, stream,
                 ((state.step + slot) & (data_.delay_slots - 1)) * slot_size);
  stream.synchronize();
}

}  // namespace sprig::cuda
