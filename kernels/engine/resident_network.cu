#include "kernels/engine/resident_network.cuh"

#include <utility>
#include <vector>

#include "sprig/engine/call_check.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint64_t kPieceGroups = 1ull << 22;  // gathered and copied at once: 64 MiB

}  // namespace

ResidentDeviceRows::ResidentDeviceRows(const SlicedNetwork& network, kernel::Projected projection,
                                       std::uint32_t sources, bool places) {
  const kernel::RowTable table = kernel::row_table(network, projection, sources, places);
  first = DeviceBuffer<std::uint64_t>(table.first, "synapse rows");
  parts = DeviceBuffer<std::uint32_t>(table.parts, "synapse rows");
  groups = DeviceBuffer<SynapseGroup>(table.first.back(), "synapses");
  if (!table.weights.empty()) weights = DeviceBuffer<std::int16_t>(table.weights, "weights");
  const Stream stream;
  std::vector<SynapseGroup> piece;
  for (std::uint32_t begin = 0; begin < sources;) {
    std::uint32_t end = begin + 1;
    while (end < sources && table.first[end + 1] - table.first[begin] <= kPieceGroups) ++end;
    piece.clear();
    kernel::gather_rows(network, projection, begin, end, piece, !table.weights.empty());
    groups.upload(piece.data(), piece.size(), stream, table.first[begin]);
    stream.synchronize();
    begin = end;
  }
}

ResidentNetwork::ResidentNetwork(SlicedNetwork sliced, const SimulationOptions& options,
                                 const kernel::ResidentPlan& plan)
    : ResidentNetwork(std::move(sliced), ResidentDeviceRows(sliced, &Slice::recurrent, sliced.sources, plan.places),
                      options, plan) {}

ResidentNetwork::ResidentNetwork(DrawnRows drawn, const SimulationOptions& options, const kernel::ResidentPlan& plan)
    : ResidentNetwork(std::move(drawn.sliced), ResidentDeviceRows(std::move(drawn)), options, plan) {}

ResidentNetwork::ResidentNetwork(SlicedNetwork&& sliced, ResidentDeviceRows recurrent, const SimulationOptions& options,
                                 const kernel::ResidentPlan& plan)
    : stalled(std::vector<std::uint64_t>{~0ull}),
      failure(std::vector<std::uint64_t>{~0ull}),
      sliced_(std::move(sliced)),
      constants_(kernel::join_constants(sliced_), sliced_, options.seed),
      state_(sliced_, 1),
      recurrent_(std::move(recurrent)),
      input_(sliced_, &Slice::input, sliced_.input_channels, false),
      slice_first_(kernel::slice_first(sliced_)),
      slice_reached_(kernel::slice_reached(sliced_)),
      boxes_(std::size_t{kernel::kMailSets} * plan.blocks * plan.box_words, "mailboxes"),
      overflow_(std::size_t{kernel::kMailSets} * plan.blocks * plan.overflow_words, "mailboxes"),
      data_(kernel::resident_data(sliced_, options, plan)) {
  for (Slice& slice : sliced_.slices) slice = {slice.first, slice.count, slice.reached};
  data_.slice_first = slice_first_.data();
  data_.slice_reached = slice_reached_.data();
  data_.tables = constants_.tables();
  data_.constants = constants_.view();
  data_.state = state_.view();
  data_.recurrent = recurrent_.view();
  data_.input = input_.view();
  data_.boxes = boxes_.data();
  data_.overflow = overflow_.data();
  data_.stalled = stalled.data();
  data_.failure = failure.data();
  if (data_.near_steps > 0) near_ = NearDeviceRows(data_, plan, sliced_.sources, recurrent_.groups.size() * kGroup);
  if (near_.empty()) {
    data_.near_steps = 0;
  } else {
    data_.near = near_.view();
    data_.shared_directory = plan.shared_directory(near_.shape);
  }
  shared_bytes_ = near_.empty() ? plan.shared_bytes : plan.shared_bytes_with(near_.shape);
}

SimulationState ResidentNetwork::state(std::uint64_t step, const Stream& stream) const {
  SimulationState result;
  result.step = step;
  result.delay_slots = sliced_.delay_slots;
  result.exponents = sliced_.exponents;
  state_.download(result, stream);
  result.pending = kernel::pending_of_rings(sliced_, step, state_.ring.to_host(stream));
  return result;
}

void ResidentNetwork::set_state(const SimulationState& state, const Stream& stream) const {
  check_state({sliced_.neurons, 1, sliced_.delay_slots, sliced_.kind, sliced_.exponents}, state);
  state_is_by_events(state, false, UpdateMode::clock);
  const std::vector<std::int32_t> rings = kernel::rings_of_pending(sliced_, state.step, state.pending);
  state_.ring.upload(rings.data(), rings.size(), stream);
  state_.upload(state, stream);
}

void ResidentNetwork::set_drive(const SliceConstants& drive, const PoissonTable& table, const Stream& stream) {
  constants_.set_drive(drive, table, stream);
  data_.tables = constants_.tables();
}

void ResidentNetwork::clear_mail(const Stream& stream) const {
  boxes_.fill_zero(stream);
  overflow_.fill_zero(stream);
}

}  // namespace sprig::cuda
