#include "kernels/engine/device_cells.cuh"

#include <algorithm>

namespace sprig::cuda {

DeviceConstants::DeviceConstants(const SliceConstants& constants, const SlicedNetwork& network, std::uint32_t seed)
    : poisson_table_(network.poisson_table, "neuron constants"), noise_table_(network.noise_table, "neuron constants") {
  each_constant(
      []<class T>(DeviceBuffer<T>& to, const std::vector<T>& from) { to = DeviceBuffer<T>(from, "neuron constants"); },
      arrays_, constants);
  view_ = view_of_constants(arrays_);
  tables_ = {seed, network.poisson_columns, poisson_table_.data(), noise_table_.data()};
}

bool DeviceConstants::set_drive(const SliceConstants& drive, const PoissonTable& table, const Stream& stream) {
  each_constant([&](const auto& to, const auto& from) { to.upload(from.data(), from.size(), stream); }, arrays_, drive);
  // Rows do not become shorter, so that kernels that were captured with these tables mostly stay as they are.
  const std::uint32_t columns = std::max(tables_.poisson_columns, table.columns);
  std::vector<std::uint32_t> rows;
  if (table.columns > 0) rows.reserve(table.thresholds.size() / table.columns * columns);
  for (std::size_t k = 0; k < table.thresholds.size(); ++k) {
    rows.push_back(table.thresholds[k]);
    if ((k + 1) % table.columns == 0) rows.resize(rows.size() + columns - table.columns, 0xFFFFFFFFu);
  }
  if (rows.empty() && columns > 0 && !table.row.empty()) {  // a row for each rate, be all of them too low for a spike
    const std::size_t last = *std::max_element(table.row.begin(), table.row.end());
    rows.assign((last + 1) * columns, 0xFFFFFFFFu);
  }
  poisson_table_.reserve(rows.size(), "neuron constants");
  poisson_table_.upload(rows.data(), rows.size(), stream);
  stream.synchronize();  // before `rows` and `drive` go
  const bool changed = columns != tables_.poisson_columns || poisson_table_.data() != tables_.poisson_table;
  tables_.poisson_columns = columns;
  tables_.poisson_table = poisson_table_.data();
  return changed;
}

DeviceState::DeviceState(const SlicedNetwork& network, std::uint32_t replicas) {
  const std::size_t cells = std::size_t{network.neurons} * replicas;
  each_state_of(
      network.kind,
      [&]<class T>(const char* name, bool has, DeviceBuffer<T>& array) {
        array = DeviceBuffer<T>(has ? cells : 0, name);
      },
      *this);
  ring = DeviceBuffer<std::int32_t>(network.delay_slots * network.kind.currents() * cells, "delay ring");
}

kernel::StateView DeviceState::view() { return {view_of_state(*this), ring.data()}; }

void DeviceState::reset(const Network& network, std::uint32_t replicas, const Stream& stream) const {
  NeuronState<Vector> initial;
  set_initial_state(initial, network, 0, network.size(), replicas);
  ring.fill_zero(stream);
  upload(initial, stream);
}

void DeviceState::download(NeuronState<Vector>& state, const Stream& stream) const {
  each_state([&](auto& to, const auto& from) { to = from.to_host(stream); }, state, *this);
}

void DeviceState::upload(const NeuronState<Vector>& state, const Stream& stream) const {
  each_state([&](const auto& to, const auto& from) { to.upload(from.data(), to.size(), stream); }, *this, state);
  stream.synchronize();
}

}  // namespace sprig::cuda
