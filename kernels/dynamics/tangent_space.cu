#include "kernels/dynamics/tangent_space.cuh"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/event_batches.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kThreads = 256;
constexpr std::uint32_t kSaltationThreads = 512;

__global__ void __launch_bounds__(kSaltationThreads)
    saltation_kernel(const __grid_constant__ kernel::FrameView frame,
                     const __grid_constant__ kernel::SaltationView chunk) {
  CudaContext ctx;
  kernel::saltation(ctx, frame, chunk);
}

__global__ void __launch_bounds__(kThreads) surrogate_kernel(const __grid_constant__ kernel::FrameView frame,
                                                             const __grid_constant__ kernel::SurrogateView step) {
  CudaContext ctx;
  kernel::surrogate_step(ctx, frame, step);
}

__global__ void __launch_bounds__(kThreads)
    row_growth_kernel(const double* q, std::uint64_t rows, std::uint32_t columns, const double* log_diagonal,
                      double* growth, double* mass) {
  CudaContext ctx;
  kernel::row_growth(ctx, q, rows, columns, log_diagonal, growth, mass);
}

}  // namespace

CudaTangentSpace::CudaTangentSpace(const TangentNetwork& network, std::uint32_t columns)
    : network_(network),
      columns_(columns),
      qr_(network.rows(), columns, stream_),
      frame_(std::size_t{network.rows()} * columns, "tangent frame"),
      log_diagonal_(columns),
      growth_(network.rows()),
      mass_(network.rows()) {
  view_.network = view_of_tangent(network, [&](const auto& array) { return keep(array); });
  view_.columns = columns;
  view_.frame = frame_.data();
}

CudaTangentSpace::~CudaTangentSpace() { cudaStreamSynchronize(stream_.get()); }

void CudaTangentSpace::set_frame(const std::vector<double>& frame) {
  const std::size_t rows = network_.rows();
  if (frame.size() != rows * columns_)
    refuse("tangent.frame", shown(frame.size()) + " entries", shown(rows) + " x " + shown(columns_));
  std::vector<double> by_column(frame.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns_; ++c) by_column[c * rows + r] = frame[r * columns_ + c];
  frame_.upload(by_column.data(), by_column.size(), stream_);
  payload_.fill_zero(stream_);
  history_.fill_zero(stream_);
  stream_.synchronize();
  surrogate_step_ = 0;
}

TangentState CudaTangentSpace::state() const {
  TangentState state;
  state.frame = frame();
  const std::vector<double> payload = payload_.to_host(stream_), history = history_.to_host(stream_);
  for (std::size_t slot = 0; slot < used_slots_; ++slot)
    for (std::size_t c = 0; c < columns_; ++c) state.payload.push_back(payload[c * slots_ + slot]);
  state.surrogate_step = surrogate_step_;
  for (std::uint64_t age = 1; age <= std::min<std::uint64_t>(network_.max_delay, surrogate_step_); ++age)
    for (std::size_t i = 0; i < network_.neurons; ++i)
      for (std::size_t c = 0; c < columns_; ++c)
        state.history.push_back(history[c * history_stride() + history_row(age) + i]);
  return state;
}

void CudaTangentSpace::set_state(const TangentState& state) {
  const std::uint32_t known = check_tangent_state(network_, columns_, state);
  set_frame(state.frame);
  used_slots_ = 0;
  reserve_slots(static_cast<std::uint32_t>(state.payload.size() / columns_));
  std::vector<double> payload(payload_.size(), 0);
  for (std::size_t slot = 0; slot < used_slots_; ++slot)
    for (std::size_t c = 0; c < columns_; ++c) payload[c * slots_ + slot] = state.payload[slot * columns_ + c];
  payload_.upload(payload.data(), payload.size(), stream_);
  surrogate_step_ = state.surrogate_step;
  std::vector<double> history;
  if (surrogate_step_ > 0) {
    prepare_surrogate();
    history.assign(history_.size(), 0);
    for (std::uint64_t age = 1; age <= known; ++age)
      for (std::size_t i = 0; i < network_.neurons; ++i)
        for (std::size_t c = 0; c < columns_; ++c)
          history[c * history_stride() + history_row(age) + i] =
              state.history[((age - 1) * network_.neurons + i) * columns_ + c];
    history_.upload(history.data(), history.size(), stream_);
  }
  stream_.synchronize();  // before the arrays go
}

std::vector<double> CudaTangentSpace::frame() const {
  const std::size_t rows = network_.rows();
  const std::vector<double> by_column = frame_.to_host(stream_);
  std::vector<double> frame(by_column.size());
  for (std::size_t c = 0; c < columns_; ++c)
    for (std::size_t r = 0; r < rows; ++r) frame[r * columns_ + c] = by_column[c * rows + r];
  return frame;
}

// Payloads of earlier chunks move along when there must be room for more. How much room there is follows from the
// slots alone, for the bits of a renormalisation may depend on it.
void CudaTangentSpace::reserve_slots(std::uint32_t slots) {
  used_slots_ = std::max(used_slots_, slots);
  if (slots <= slots_) return;
  const std::uint32_t room = std::bit_ceil(slots);
  DeviceBuffer<double> larger(std::size_t{room} * columns_, "tangent payloads");
  larger.fill_zero(stream_);
  if (slots_ > 0)
    check(cudaMemcpy2DAsync(larger.data(), room * sizeof(double), payload_.data(), slots_ * sizeof(double),
                            slots_ * sizeof(double), columns_, cudaMemcpyDeviceToDevice, stream_.get()),
          "moving tangent payloads");
  stream_.synchronize();
  payload_ = std::move(larger);
  slots_ = room;
  view_.payload = payload_.data();
  view_.payload_stride = room;
}

void CudaTangentSpace::advance(const SaltationChunk& chunk) {
  reserve_slots(chunk.slots);
  const kernel::EventBatches batches = kernel::event_batches(chunk, network_.neurons);
  const kernel::SaltationView view = {chunk.steps,
                                      send(flags_, chunk.flags),
                                      send(batch_offsets_, batches.offsets),
                                      send(batch_begin_, batches.begin),
                                      send(delivery_offsets_, chunk.delivery_offsets),
                                      send(events_, chunk.events),
                                      send(deliveries_, chunk.deliveries)};
  launch("moving the tangent frame", {columns_, kSaltationThreads, 0}, stream_, saltation_kernel, view_, view);
  stream_.synchronize();  // before the chunk goes
}

void CudaTangentSpace::prepare_surrogate() {
  if (history_.size() > 0) return;
  const TangentArrivals arrivals = tangent_arrivals(network_);
  arrival_offsets_ = DeviceBuffer<std::uint64_t>(arrivals.offsets, "tangent synapses");
  incoming_ = DeviceBuffer<IncomingTangent>(arrivals.incoming, "tangent synapses");
  history_ = DeviceBuffer<double>(history_stride() * columns_, "tangent history");
  history_.fill_zero(stream_);
}

void CudaTangentSpace::advance(const SurrogateChunk& chunk) {
  prepare_surrogate();
  const std::size_t n = network_.neurons;
  kernel::SurrogateView view;
  view.offsets = arrival_offsets_.data();
  view.incoming = incoming_.data();
  view.history = history_.data();
  view.slots = history_slots();
  const std::uint8_t* flags = send(flags_, chunk.flags);
  const double *spike_gain = send(spike_gain_, chunk.spike_gain), *reset_gain = send(reset_gain_, chunk.reset_gain);
  const std::uint64_t items = (columns_ + kernel::FrameColumns::kMost - 1) / kernel::FrameColumns::kMost * n;
  const Grid grid = grid_for(items, kThreads, resident_blocks(8));
  for (std::uint32_t k = 0; k < chunk.steps; ++k, ++surrogate_step_) {
    view.slot = static_cast<std::uint32_t>(surrogate_step_ % view.slots);
    view.known = static_cast<std::uint32_t>(std::min<std::uint64_t>(surrogate_step_, network_.max_delay));
    view.flags = flags + k * n;
    view.spike_gain = spike_gain + k * n;
    view.reset_gain = reset_gain + k * n;
    launch("a step of the surrogate", grid, stream_, surrogate_kernel, view_, view);
  }
  stream_.synchronize();  // before the chunk goes
}

void CudaTangentSpace::renormalise(std::vector<double>& diagonal, std::vector<double>& growth,
                                   std::vector<double>& mass) {
  std::vector<Carried> carried;
  if (slots_ > 0) carried.push_back({payload_.data(), slots_, slots_});
  if (history_.size() > 0) carried.push_back({history_.data(), history_stride(), history_stride()});
  diagonal = qr_.orthonormalise(frame_.data(), carried);
  std::vector<double> logs;
  for (const double r : diagonal) logs.push_back(std::log(r));
  log_diagonal_.upload(logs.data(), logs.size(), stream_);
  launch("growth of rows", grid_for(network_.rows(), kThreads, resident_blocks(8)), stream_, row_growth_kernel,
         frame_.data(), std::uint64_t{network_.rows()}, columns_, log_diagonal_.data(), growth_.data(), mass_.data());
  growth = growth_.to_host(stream_);
  mass = mass_.to_host(stream_);
}

std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns) {
  check_current();
  return std::make_unique<CudaTangentSpace>(network, columns);
}

}  // namespace sprig::cuda
