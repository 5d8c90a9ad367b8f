#include "kernels/dynamics/tangent_space.cuh"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/placed_tangent.cuh"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

__global__ void __launch_bounds__(kThreads) saltation_kernel(const __grid_constant__ kernel::FrameView frame,
                                                             const __grid_constant__ kernel::SaltationView chunk) {
  CudaContext ctx;
  kernel::saltation(ctx, frame, chunk);
}

__global__ void __launch_bounds__(kThreads) surrogate_kernel(const __grid_constant__ kernel::FrameView frame,
                                                             const __grid_constant__ kernel::SurrogateView chunk) {
  CudaContext ctx;
  kernel::surrogate(ctx, frame, chunk);
}

__global__ void mark_events_kernel(std::uint32_t neurons, std::uint32_t steps, const std::uint64_t* event_offsets,
                                   const TangentEvent* events, std::uint8_t* flags) {
  CudaContext ctx;
  kernel::mark_events(ctx, neurons, steps, event_offsets, events, flags);
}

__global__ void move_payloads_kernel(const double* from, std::uint32_t from_mask, double* to, std::uint32_t to_mask,
                                     std::uint64_t first, std::uint64_t last, std::uint32_t columns) {
  CudaContext ctx;
  kernel::move_payloads(ctx, from, from_mask, to, to_mask, first, last, columns);
}

__global__ void __launch_bounds__(kThreads)
    row_growth_kernel(const double* q, std::uint64_t rows, std::uint32_t columns, const double* log_diagonal,
                      double* growth, double* mass) {
  CudaContext ctx;
  kernel::row_growth(ctx, q, rows, columns, log_diagonal, growth, mass);
}

// Blocks that run together, no more than there is work for.
template <class Kernel>
Grid together(Kernel kernel, std::uint64_t entries, const char* name) {
  return grid_for(entries, kThreads, most_blocks(kernel, kThreads, name));
}

}  // namespace

CudaTangentSpace::CudaTangentSpace(std::unique_ptr<DeviceTangent> device, std::uint32_t columns)
    : CudaTangentSpace(*device, columns) {
  owned_ = std::move(device);
}

CudaTangentSpace::CudaTangentSpace(DeviceTangent& device, std::uint32_t columns)
    : device_(device),
      network_(device.network()),
      columns_(columns),
      qr_(network_.rows(), columns, stream_),
      frame_(std::size_t{network_.rows()} * columns, "tangent frame"),
      log_diagonal_(columns),
      growth_(network_.rows()),
      mass_(network_.rows()) {
  view_.network = device.view();
  view_.columns = columns;
  view_.frame = frame_.data();
  saltation_grid_ = together(saltation_kernel, view_.entries(), "preparing the tangent frame");
  surrogate_grid_ = together(surrogate_kernel, view_.entries(), "preparing the surrogate");
}

CudaTangentSpace::~CudaTangentSpace() { cudaStreamSynchronize(stream_.get()); }

void CudaTangentSpace::set_frame(const std::vector<double>& frame) {
  const std::size_t rows = network_.rows();
  if (frame.size() != rows * columns_)
    refuse("tangent.frame", shown(frame.size()) + " entries", shown(rows) + " x " + shown(columns_));
  frame_.upload(frame.data(), frame.size(), stream_);
  payload_.fill_zero(stream_);
  history_.fill_zero(stream_);
  stream_.synchronize();
  surrogate_step_ = 0;
}

TangentState CudaTangentSpace::state() const {
  TangentState state;
  state.frame = frame();
  const std::size_t n = std::size_t{network_.neurons} * columns_;
  state.payload.resize(std::size_t{used_slots_} * columns_);
  payload_.download(state.payload.data(), state.payload.size(), stream_);
  state.surrogate_step = surrogate_step_;
  const std::uint64_t known = std::min<std::uint64_t>(network_.max_delay, surrogate_step_);
  state.history.resize(known * n);
  for (std::uint64_t age = 1; age <= known; ++age)
    history_.download(state.history.data() + (age - 1) * n, n, stream_, history_begin(age));
  stream_.synchronize();
  return state;
}

void CudaTangentSpace::set_state(const TangentState& state) {
  const std::uint32_t known = check_tangent_state(network_, columns_, state);
  set_frame(state.frame);
  used_slots_ = 0;
  reserve_slots(static_cast<std::uint32_t>(state.payload.size() / columns_));
  payload_.upload(state.payload.data(), state.payload.size(), stream_);
  surrogate_step_ = state.surrogate_step;
  if (surrogate_step_ > 0) prepare_surrogate();
  const std::size_t n = std::size_t{network_.neurons} * columns_;
  for (std::uint64_t age = 1; age <= known; ++age)
    history_.upload(state.history.data() + (age - 1) * n, n, stream_, history_begin(age));
  stream_.synchronize();  // before the state goes
}

std::vector<double> CudaTangentSpace::frame() const { return frame_.to_host(stream_); }

// Slots that chunks name themselves keep their place when there must be room for more.
void CudaTangentSpace::reserve_slots(std::uint32_t slots) {
  used_slots_ = std::max(used_slots_, slots);
  reserve_ring(slots, 0, slots_);
}

void CudaTangentSpace::reserve_ring(std::uint64_t room, std::uint64_t first, std::uint64_t last) {
  if (room <= slots_) return;
  if (room > 1ull << 31)
    throw MemoryError("tangent payloads", std::to_string(room) + " spikes in flight, at most 2147483648 are supported");
  const auto larger_slots = static_cast<std::uint32_t>(std::bit_ceil(room));
  DeviceBuffer<double> larger(std::size_t{larger_slots} * columns_, "tangent payloads");
  larger.fill_zero(stream_);
  if (slots_ > 0)
    launch("moving tangent payloads", grid_for((last - first) * columns_, kThreads, resident_blocks(8)), stream_,
           move_payloads_kernel, payload_.data(), slots_ - 1, larger.data(), larger_slots - 1, first, last, columns_);
  stream_.synchronize();
  payload_ = std::move(larger);
  slots_ = larger_slots;
  view_.payload = payload_.data();
}

void CudaTangentSpace::advance(const kernel::SaltationView& chunk) const {
  launch("moving the tangent frame", saltation_grid_, Blocks::together, stream_, saltation_kernel, view_, chunk);
}

void CudaTangentSpace::advance(const SaltationChunk& chunk) {
  reserve_slots(chunk.slots);
  std::vector<std::uint32_t> steps;  // of the deliveries
  for (std::uint32_t step = 0; step < chunk.steps; ++step) steps.resize(chunk.delivery_offsets[step + 1], step);
  kernel::ListedDeliveries listed;
  listed.deliveries = send(deliveries_, chunk.deliveries);
  listed.step = send(delivery_steps_, steps);
  listed.count = static_cast<std::uint32_t>(steps.size());
  static_cast<void>(send(flags_, chunk.flags));
  kernel::SaltationView view;
  view.flags = flags_.data();
  view.event_offsets = send(event_offsets_, chunk.event_offsets);
  view.events = send(events_, chunk.events);
  launch("marking events", grid_for(std::uint64_t{chunk.steps} * kThreads, kThreads, resident_blocks(8)), stream_,
         mark_events_kernel, network_.neurons, chunk.steps, view.event_offsets, view.events, flags_.data());
  view.steps = chunk.steps;
  arrivals_.find(view_.network, listed, chunk.steps, ~std::uint64_t{0}, stream_);
  view.arrival_ends = arrivals_.ends();
  view.arrivals = arrivals_.arrivals();
  advance(view);
  stream_.synchronize();  // before the chunk goes
}

void CudaTangentSpace::prepare_surrogate() {
  if (history_.size() > 0) return;
  device_.incoming();
  history_ = DeviceBuffer<double>(history_slots() * view_.entries(), "tangent history");
  history_.fill_zero(stream_);
}

void CudaTangentSpace::advance_surrogate(std::uint32_t steps, const std::uint8_t* flags, const double* spike_gain,
                                         const double* reset_gain) {
  prepare_surrogate();
  kernel::SurrogateView view;
  view.offsets = device_.incoming().offsets.data();
  view.incoming = device_.incoming().synapses.data();
  view.history = history_.data();
  view.slots = history_slots();
  view.first = surrogate_step_;
  view.steps = steps;
  view.flags = flags;
  view.spike_gain = spike_gain;
  view.reset_gain = reset_gain;
  launch("steps of the surrogate", surrogate_grid_, Blocks::together, stream_, surrogate_kernel, view_, view);
  surrogate_step_ += steps;
}

void CudaTangentSpace::advance(const SurrogateChunk& chunk) {
  advance_surrogate(chunk.steps, send(flags_, chunk.flags), send(spike_gain_, chunk.spike_gain),
                    send(reset_gain_, chunk.reset_gain));
  stream_.synchronize();  // before the chunk goes
}

void CudaTangentSpace::renormalise(std::vector<double>& diagonal, std::vector<double>& growth,
                                   std::vector<double>& mass) {
  std::vector<Carried> carried;
  if (slots_ > 0) carried.push_back({payload_.data(), slots_});
  if (history_.size() > 0) carried.push_back({history_.data(), std::uint64_t{history_slots()} * network_.neurons});
  diagonal = qr_.orthonormalise(frame_.data(), carried);
  std::vector<double> logs;
  for (const double r : diagonal) logs.push_back(std::log(r));
  log_diagonal_.upload(logs.data(), logs.size(), stream_);
  launch("growth of rows", grid_for(network_.rows(), kThreads, resident_blocks(8)), stream_, row_growth_kernel,
         frame_.data(), std::uint64_t{network_.rows()}, columns_, log_diagonal_.data(), growth_.data(), mass_.data());
  growth = growth_.to_host(stream_);
  mass = mass_.to_host(stream_);
}

std::unique_ptr<PlacedTangent> place_tangent(TangentNetwork network) {
  check_current();
  return std::make_unique<CudaPlacedTangent>(std::move(network));
}

std::unique_ptr<TangentSpace> make_tangent_space(PlacedTangent& placed, std::uint32_t columns) {
  check_current();
  return std::make_unique<CudaTangentSpace>(dynamic_cast<CudaPlacedTangent&>(placed).device(), columns);
}

std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns) {
  check_current();
  return std::make_unique<CudaTangentSpace>(std::make_unique<DeviceTangent>(network), columns);
}

}  // namespace sprig::cuda
