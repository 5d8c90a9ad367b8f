#include "kernels/dynamics/device_lineariser.cuh"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/exclusive_sum.cuh"
#include "kernels/core/launch.cuh"

namespace sprig::cuda {

namespace {

constexpr std::uint64_t kPieceCells = 1u << 24;  // 1 byte of flags each, and for the surrogate 16 of gains
constexpr const char* kWhere = "tangent linearisation";

__global__ void linearise_kernel(const __grid_constant__ SaltationRule rule,
                                 const __grid_constant__ kernel::LinearStateView state,
                                 const __grid_constant__ kernel::LinearPiece piece) {
  CudaContext ctx;
  kernel::linearise(ctx, rule, state, piece);
}

__global__ void count_events_kernel(const __grid_constant__ kernel::LinearPiece piece, std::uint64_t* counts) {
  CudaContext ctx;
  kernel::count_events(ctx, piece, counts);
}

__global__ void write_events_kernel(const __grid_constant__ SaltationRule rule,
                                    const __grid_constant__ kernel::LinearStateView state,
                                    const __grid_constant__ kernel::LinearPiece piece,
                                    const __grid_constant__ kernel::EventsOut out) {
  CudaContext ctx;
  kernel::write_events(ctx, rule, state, piece, out);
}

__global__ void find_gains_kernel(const LinearNeuron* neurons, Reset reset, double gain,
                                  const __grid_constant__ kernel::LinearPiece piece, double* spike_gain,
                                  double* reset_gain) {
  CudaContext ctx;
  kernel::find_gains(ctx, neurons, reset, gain, piece, spike_gain, reset_gain);
}

std::uint32_t shortest_delay(const TangentNetwork& tangent) {
  const auto shortest = std::min_element(tangent.run_delay.begin(), tangent.run_delay.end());
  return shortest == tangent.run_delay.end() ? 1 : *shortest;
}

}  // namespace

DeviceLineariser::DeviceLineariser(const Network& network, const TangentNetwork& tangent, const TangentRunOptions& what,
                                   const Stream& stream)
    : tangent_(tangent),
      stream_(stream),
      what_(what),
      rule_{network.kind.reset, tangent.current_rows == 0, what.velocity_at, what.velocity_guard},
      window_(shortest_delay(tangent)),
      reach_(tangent.max_delay + window_),
      neurons_(linear_neurons(network), kWhere),
      held_(tangent.neurons, kWhere),
      u_(tangent.neurons, kWhere),
      held_steps_(tangent.neurons, kWhere),
      sums_(2),
      before_(std::size_t{reach_} + 1, 0) {
  held_.fill_zero(stream_);
  u_.fill_zero(stream_);
  reset_counts();
}

std::uint32_t DeviceLineariser::most_steps() const {
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, kPieceCells / std::max(tangent_.neurons, 1u)));
}

void DeviceLineariser::set_state(const SaltationState& state, const std::vector<SpikeInFlight>& flights,
                                 std::uint32_t slots) {
  held_.upload(state.held.data(), state.held.size(), stream_);
  u_.upload(state.u.data(), state.u.size(), stream_);
  counts_ = state.counts;
  held_steps_.upload(counts_.held_steps.data(), counts_.held_steps.size(), stream_);
  const std::uint64_t sums[2] = {counts_.guarded, counts_.jumps};
  sums_.upload(sums, 2, stream_);
  step_ = state.step;
  for (std::size_t r = 0; r < before_.size(); ++r)
    before_[r] = static_cast<std::uint64_t>(std::count_if(
        flights.begin(), flights.end(), [&](const SpikeInFlight& f) { return f.step + reach_ < step_ + r; }));
  std::vector<kernel::Flight> ring(slots, kernel::Flight{});
  for (std::size_t q = 0; q < flights.size(); ++q) ring[q] = {flights[q].step, flights[q].neuron};
  ring_ = DeviceBuffer<kernel::Flight>(ring, kWhere);
  stream_.synchronize();  // before the state goes
}

SaltationState DeviceLineariser::state() {
  SaltationState state;
  state.held = held_.to_host(stream_);
  state.u = u_.to_host(stream_);
  state.step = step_;
  state.counts = counts();
  return state;
}

std::vector<SpikeInFlight> DeviceLineariser::in_flight() const {
  std::vector<SpikeInFlight> flights;
  if (ring_.size() == 0) return flights;
  const std::vector<kernel::Flight> ring = ring_.to_host(stream_);
  for (std::uint64_t q = oldest(); q < before_.back(); ++q) {
    const auto slot = static_cast<std::uint32_t>(q & (ring.size() - 1));
    const auto& [step, neuron] = ring[slot];
    const std::uint64_t first = tangent_.run_offsets[neuron], last = tangent_.run_offsets[neuron + 1];
    if (first < last && step + tangent_.run_delay[last - 1] >= step_) flights.push_back({step, neuron, slot});
  }
  return flights;
}

const SaltationCounts& DeviceLineariser::counts() {
  held_steps_.download(counts_.held_steps.data(), counts_.held_steps.size(), stream_);
  std::uint64_t sums[2] = {};
  sums_.download(sums, 2, stream_);
  stream_.synchronize();
  counts_.guarded = sums[0];
  counts_.jumps = sums[1];
  return counts_;
}

void DeviceLineariser::reset_counts() {
  counts_ = {};
  counts_.log_velocity_ratio.assign(tangent_.neurons, 0);
  counts_.held_steps.assign(tangent_.neurons, 0);
  held_steps_.fill_zero(stream_);
  sums_.fill_zero(stream_);
}

void DeviceLineariser::set_piece(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps) {
  const std::uint64_t skipped = std::uint64_t{first} * tangent_.neurons;
  flags_.reserve(std::uint64_t{steps} * tangent_.neurons, kWhere);
  piece_ = {tangent_.neurons,       steps,        traced.u_before + skipped, traced.current + skipped,
            traced.flags + skipped, flags_.data()};
  tile_counts_.reserve(std::size_t{piece_.tiles()} + 1, kWhere);
}

// Leaves the sums before each tile in tile_counts_.
void DeviceLineariser::count() {
  launch("counting events", grid_for(std::uint64_t{piece_.tiles()} * kWarp, kThreads, resident_blocks(8)), stream_,
         count_events_kernel, piece_, tile_counts_.data());
  exclusive_sum(scratch_, "summing up events", tile_counts_, std::size_t{piece_.tiles()} + 1, stream_);
  std::uint64_t total = 0;
  tile_counts_.download(&total, 1, stream_, piece_.tiles());
  stream_.synchronize();
  spikes_ = total >> 32;
  events_ = total & 0xFFFFFFFFu;
}

std::uint64_t DeviceLineariser::begin(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps) {
  set_piece(traced, first, steps);
  const kernel::LinearStateView state = {neurons_.data(),    held_.data(), u_.data(),
                                         held_steps_.data(), sums_.data(), sums_.data() + 1};
  launch("linearising", grid_for(tangent_.neurons, kThreads, resident_blocks(8)), stream_, linearise_kernel, rule_,
         state, piece_);
  count();
  return spikes_;
}

// Through the host: it grows seldom.
void DeviceLineariser::reserve_ring(std::uint32_t slots) {
  if (slots <= ring_.size()) return;
  const std::vector<kernel::Flight> from = ring_.to_host(stream_);
  std::vector<kernel::Flight> to(slots, kernel::Flight{});
  if (!from.empty())
    for (std::uint64_t q = oldest(); q < before_.back(); ++q) to[q & (slots - 1)] = from[q & (from.size() - 1)];
  ring_ = DeviceBuffer<kernel::Flight>(to, kWhere);
}

void DeviceLineariser::write_events(bool with_payloads) {
  const std::size_t offsets = std::size_t{piece_.steps} + 1;
  event_offsets_.reserve(offsets, kWhere);
  spike_offsets_.reserve(offsets, kWhere);
  event_list_.reserve(std::max<std::uint64_t>(events_, 1), kWhere);
  host_events_.reserve(events_);
  kernel::EventsOut out;
  out.before = tile_counts_.data();
  out.events = event_list_.data();
  out.event_offsets = event_offsets_.data();
  out.spike_offsets = spike_offsets_.data();
  if (with_payloads) {
    out.ring = ring_.data();
    out.first_number = before_.back();
    out.first_step = step_;
    out.mask = static_cast<std::uint32_t>(ring_.size() - 1);
  }
  const kernel::LinearStateView state = {neurons_.data(),    held_.data(), u_.data(),
                                         held_steps_.data(), sums_.data(), sums_.data() + 1};
  launch("writing events", grid_for(std::uint64_t{piece_.tiles()} * kWarp, kThreads, resident_blocks(8)), stream_,
         write_events_kernel, rule_, state, piece_, out);
  spikes_before_.resize(offsets);
  spike_offsets_.download(spikes_before_.data(), offsets, stream_);
  event_list_.download(host_events_.data(), events_, stream_);
  stream_.synchronize();
}

std::uint64_t DeviceLineariser::number_before(std::int64_t step) const {
  if (step <= 0) return before_[static_cast<std::size_t>(static_cast<std::int64_t>(reach_) + step)];
  return before_.back() + spikes_before_[static_cast<std::size_t>(step)];
}

kernel::FlightDeliveries DeviceLineariser::deliveries(const kernel::RunsView& runs, std::uint32_t first,
                                                      std::uint32_t steps) const {
  kernel::FlightDeliveries deliveries;
  deliveries.runs = runs;
  deliveries.ring = ring_.data();
  deliveries.first = number_before(std::int64_t{first} - tangent_.max_delay);
  deliveries.last = number_before(std::int64_t{first} + steps);
  deliveries.first_step = step_ + first;
  deliveries.mask = static_cast<std::uint32_t>(ring_.size() - 1);
  deliveries.steps = steps;
  return deliveries;
}

kernel::SaltationView DeviceLineariser::chunk(std::uint32_t first, std::uint32_t steps) const {
  kernel::SaltationView view;
  view.steps = steps;
  view.window = window_;
  view.flags = flags_.data() + std::uint64_t{first} * tangent_.neurons;
  view.event_offsets = event_offsets_.data() + first;
  view.events = event_list_.data();
  return view;
}

void DeviceLineariser::end() {
  for (std::uint64_t e = 0; e < events_; ++e) {
    const TangentEvent& event = host_events_[e];
    counts_.log_velocity_ratio[event.neuron] += std::log(std::abs(event.factor));
  }
  counts_.steps += piece_.steps;
  counts_.spikes += spikes_;
  std::vector<std::uint64_t> before;
  before.reserve(before_.size());
  for (std::int64_t r = 0; r <= static_cast<std::int64_t>(reach_); ++r)
    before.push_back(number_before(static_cast<std::int64_t>(piece_.steps) - reach_ + r));
  before_ = std::move(before);
  step_ += piece_.steps;
  spikes_ = events_ = 0;
}

std::uint64_t DeviceLineariser::find_gains(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps) {
  set_piece(traced, first, steps);
  for (auto* gains : {&spike_gain_, &reset_gain_}) gains->reserve(piece_.cells(), kWhere);
  launch("finding gains", grid_for(piece_.cells(), kThreads, resident_blocks(8)), stream_, find_gains_kernel,
         neurons_.data(), rule_.reset, what_.surrogate_gain, piece_, spike_gain_.data(), reset_gain_.data());
  count();
  const std::uint64_t spikes = spikes_;
  spikes_ = events_ = 0;
  return spikes;
}

}  // namespace sprig::cuda
