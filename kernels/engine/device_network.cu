#include "kernels/engine/device_network.cuh"

#include <algorithm>
#include <string>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/engine/call_check.hpp"

namespace sprig::cuda {

DeviceNetwork::DeviceNetwork(const SlicedNetwork& sliced, std::shared_ptr<const DeviceSynapses> synapses,
                             const Network& network, const SimulationOptions& options, std::uint32_t chunk_steps)
    : kind_(sliced.kind), exponents_(sliced.exponents), synapses_(std::move(synapses)) {
  const std::uint64_t cells = std::uint64_t{sliced.neurons} * options.replicas;
  const std::uint64_t words = (std::uint64_t{options.replicas} + kWarp - 1) / kWarp;
  if (cells >> 31 != 0)
    throw MemoryError("run.replicas", std::to_string(sliced.neurons) + " neurons x " +
                                          std::to_string(options.replicas) +
                                          " replicas on one device, must be below 2147483648");
  const Slice& slice = sliced.slices.front();
  constants_ = DeviceConstants(slice.constants, sliced, options.seed);
  state_ = DeviceState(sliced, options.replicas);
  plastic_ = DevicePlastic(sliced, options.first_step);
  population_of_ = DeviceBuffer<std::uint32_t>(network.population_of(), "populations");
  spans = DeviceBuffer<kernel::Span>(chunk_steps + 1);
  population_spikes = DeviceBuffer<std::uint32_t>(chunk_steps * network.populations.size());
  failure = DeviceBuffer<std::uint64_t>(std::vector<std::uint64_t>{~0ull});

  skip_ = DeviceBuffer<LifSkip<real>>(slice.skip, "event maps");
  skip_row_ = DeviceBuffer<std::uint32_t>(slice.skip_row, "event maps");
  as_of_ = DeviceBuffer<std::uint64_t>(can_skip() ? cells : 0, "last events");
  active_ = DeviceBuffer<std::uint8_t>(can_skip() ? cells : 0, "last events");
  touched = DeviceBuffer<std::uint64_t>(can_skip() ? 1 : 0);

  data_.neurons = sliced.neurons;
  data_.replicas = options.replicas;
  data_.words = static_cast<std::uint32_t>(words);
  data_.first_replica = options.first_replica;
  data_.delay_slots = sliced.delay_slots;
  data_.receptors = sliced.kind.currents();
  data_.signal_channels = sliced.signal_channels;
  data_.populations = static_cast<std::uint32_t>(network.populations.size());
  data_.tables = constants_.tables();
  data_.population_of = population_of_.data();
  data_.constants = constants_.view();
  data_.state = state_.view();
  data_.recurrent = synapses_->recurrent.view;
  data_.input = synapses_->input.view;
  data_.spans = spans.data();
  data_.population_spikes = population_spikes.data();
  data_.failure = failure.data();
}

bool DeviceNetwork::set_drive(const SliceConstants& drive, const PoissonTable& table, const Stream& stream) {
  const bool changed = constants_.set_drive(drive, table, stream);
  data_.tables = constants_.tables();
  return changed;
}

void DeviceNetwork::set_events(const std::vector<std::uint64_t>& as_of, std::uint64_t touched_cells,
                               const Stream& stream) {
  as_of_.upload(as_of.data(), as_of.size(), stream);
  touched.upload(&touched_cells, 1, stream);
  stream.synchronize();
  data_.events = {skip_.data(), skip_row_.data(), as_of_.data(), active_.data(), touched.data()};
}

SimulationState DeviceNetwork::state(std::uint64_t step, const Stream& stream) const {
  SimulationState result;
  result.step = step;
  result.delay_slots = data_.delay_slots;
  result.exponents = exponents_;
  state_.download(result, stream);
  const std::size_t slot_size = state_.ring.size() / data_.delay_slots;
  result.pending.resize(state_.ring.size());
  for (std::size_t slot = 0; slot < data_.delay_slots; ++slot)
    state_.ring.download(result.pending.data() + slot * slot_size, slot_size, stream,
                         ((step + slot) % data_.delay_slots) * slot_size);
  if (data_.events.skip != nullptr) {
    result.as_of = as_of_.to_host(stream);
    touched.download(&result.touched, 1, stream);
  }
  stream.synchronize();
  result.plastic = plastic_.state(step, stream);
  return result;
}

void DeviceNetwork::set_state(const SimulationState& state, const Stream& stream) const {
  check_state({data_.neurons, data_.replicas, data_.delay_slots, kind_, exponents_, plastic_.learns()}, state);
  plastic_.check(state);
  plastic_.set_state(state, stream);
  state_.upload(state, stream);
  const std::size_t slot_size = state_.ring.size() / data_.delay_slots;
  for (std::size_t slot = 0; slot < data_.delay_slots; ++slot)
    state_.ring.upload(state.pending.data() + slot * slot_size, slot_size, stream,
                       ((state.step + slot) % data_.delay_slots) * slot_size);
  stream.synchronize();
}

}  // namespace sprig::cuda
