#include "kernels/engine/device_plastic.cuh"

#include "kernels/engine/row_segments.hpp"

namespace sprig::cuda {

DevicePlastic::DevicePlastic(const SlicedNetwork& sliced, std::uint64_t step) {
  if (!sliced.plastic) return;
  const Slice& slice = sliced.slices.front();
  shell_.kind = sliced.kind;
  shell_.neurons = sliced.neurons;
  shell_.plastic = sliced.plastic;
  shell_.slices.resize(1);
  shell_.slices[0].first = slice.first;
  shell_.slices[0].count = slice.count;
  shell_.slices[0].plastic.offsets = slice.plastic.offsets;

  const PackedRows& rows = slice.plastic;
  const Plasticity& what = sliced.plastic->what;
  const StdpTables& tables = sliced.plastic->tables;
  offsets_ = DeviceBuffer<std::uint64_t>(rows.offsets, "plastic synapse rows");
  synapses_ = DeviceBuffer<WideSynapse>(rows.wide, "plastic synapses");
  plus_ = DeviceBuffer<real>(tables.plus, "plasticity tables");
  minus_ = DeviceBuffer<real>(tables.minus, "plasticity tables");
  sources_ = DeviceBuffer<StdpTrace>(what.source_count, "plasticity traces");
  targets_ = DeviceBuffer<SpikeHistory>(what.target_count, "plasticity traces");
  visits_ = DeviceBuffer<StdpVisit>(sliced.neurons, "plasticity traces");
  catch_up_ = DeviceBuffer<kernel::CatchUp>(2, "plasticity traces");

  view_.rows = kernel::cut_rows(rows.offsets, offsets_.data(), synapses_.data());
  view_.synapses = synapses_.data();
  view_.rule = tables.rule(plus_.data(), minus_.data());
  view_.source_first = what.source_first;
  view_.source_count = what.source_count;
  view_.target_first = what.target_first;
  view_.target_count = what.target_count;
  const std::vector<PlasticSlice> slices = make_plastic_slices(shell_, step);
  view_.target_of = slices.front().target_of;
  view_.sources = sources_.data();
  view_.targets = targets_.data();
  view_.visits = visits_.data();
  view_.catch_up = catch_up_.data();
  const Stream stream;
  upload(slices.front(), stream);
}

void DevicePlastic::upload(const PlasticSlice& slice, const Stream& stream) const {
  const std::vector<kernel::CatchUp> catch_up(2, {slice.known, 0, 0});
  sources_.upload(slice.sources.data(), sources_.size(), stream);
  targets_.upload(slice.targets.data(), targets_.size(), stream);
  catch_up_.upload(catch_up.data(), catch_up.size(), stream);
  stream.synchronize();
}

void DevicePlastic::download(SlicedNetwork& network, const Stream& stream) const {
  PageVector<WideSynapse>& synapses = network.slices[0].plastic.wide;
  synapses.resize(synapses_.size());
  synapses_.download(synapses.data(), synapses.size(), stream);
}

PlasticState DevicePlastic::state(std::uint64_t step, const Stream& stream) const {
  if (!learns()) return {};
  SlicedNetwork network = shell_;
  std::vector<PlasticSlice> slices = make_plastic_slices(network, step);
  kernel::CatchUp catch_up;
  download(network, stream);
  sources_.download(slices[0].sources.data(), sources_.size(), stream);
  targets_.download(slices[0].targets.data(), targets_.size(), stream);
  catch_up_.download(&catch_up, 1, stream, (step + 1) & 1);  // as the next step, of stamp step + 1, will read it
  stream.synchronize();
  slices[0].known = catch_up.known;
  return plastic_state(network, slices, step);
}

void DevicePlastic::set_state(const SimulationState& state, const Stream& stream) const {
  if (!learns()) return;
  SlicedNetwork network = shell_;
  download(network, stream);  // places; the weights are the state's
  stream.synchronize();
  std::vector<PlasticSlice> slices;
  set_plastic_state(network, slices, state);
  const PageVector<WideSynapse>& synapses = network.slices[0].plastic.wide;
  synapses_.upload(synapses.data(), synapses.size(), stream);
  upload(slices.front(), stream);
}

}  // namespace sprig::cuda
