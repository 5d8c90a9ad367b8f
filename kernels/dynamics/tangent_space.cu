#include "kernels/dynamics/tangent_space.cuh"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

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

__global__ void __launch_bounds__(kThreads)
    surrogate_flow_kernel(const __grid_constant__ kernel::FrameView frame, const std::uint8_t* flags) {
  CudaContext ctx;
  kernel::surrogate_flow(ctx, frame, flags);
}

__global__ void __launch_bounds__(kThreads)
    surrogate_threshold_kernel(const __grid_constant__ kernel::FrameView frame, const std::uint8_t* flags,
                               const double* spike_gain, const double* reset_gain, const double* arrivals,
                               double* spikes, std::uint64_t stride) {
  CudaContext ctx;
  kernel::surrogate_threshold(ctx, frame, flags, spike_gain, reset_gain, arrivals, spikes, stride);
}

__global__ void __launch_bounds__(kThreads)
    row_growth_kernel(const double* q, std::uint64_t rows, std::uint32_t columns, const double* log_diagonal,
                      double* growth, double* mass) {
  CudaContext ctx;
  kernel::row_growth(ctx, q, rows, columns, log_diagonal, growth, mass);
}

// W_d^T of each delay, in coordinates (cell, source, weight) sorted by cell.
using Entry = std::tuple<std::uint32_t, std::uint32_t, double>;
std::map<std::uint32_t, std::vector<Entry>> entries_by_delay(const TangentNetwork& network) {
  std::map<std::uint32_t, std::vector<Entry>> entries;
  for (std::uint32_t source = 0; source < network.neurons; ++source)
    for (std::uint64_t run = network.run_offsets[source]; run < network.run_offsets[source + 1]; ++run)
      for (std::uint64_t k = network.run_begin[run]; k < network.run_begin[run + 1]; ++k)
        entries[network.run_delay[run]].emplace_back(network.cells[k], source, network.weights[k]);
  for (auto& [delay, list] : entries)
    std::stable_sort(list.begin(), list.end(),
                     [](const Entry& a, const Entry& b) { return std::get<0>(a) < std::get<0>(b); });
  return entries;
}

DelayMatrix make_delay_matrix(std::uint32_t delay, const std::vector<Entry>& entries, std::uint32_t cells,
                              std::uint32_t neurons) {
  std::vector<std::int64_t> offsets(std::size_t{cells} + 1, 0), sources;
  std::vector<double> weights;
  for (const auto& [cell, source, weight] : entries) {
    ++offsets[cell + 1];
    sources.push_back(source);
    weights.push_back(weight);
  }
  for (std::size_t cell = 0; cell < cells; ++cell) offsets[cell + 1] += offsets[cell];
  DelayMatrix result;
  result.delay = delay;
  result.offsets = DeviceBuffer<std::int64_t>(offsets, "tangent synapses");
  result.sources = DeviceBuffer<std::int64_t>(sources, "tangent synapses");
  result.weights = DeviceBuffer<double>(weights, "tangent synapses");
  cusparseSpMatDescr_t matrix{};
  check(cusparseCreateCsr(&matrix, cells, neurons, static_cast<std::int64_t>(entries.size()), result.offsets.data(),
                          result.sources.data(), result.weights.data(), CUSPARSE_INDEX_64I, CUSPARSE_INDEX_64I,
                          CUSPARSE_INDEX_BASE_ZERO, CUDA_R_64F),
        "describing the synapses of a delay");
  result.matrix = SparseMatrix(matrix);
  return result;
}

DenseMatrix dense(double* data, std::uint64_t rows, std::uint64_t columns, std::uint64_t stride) {
  cusparseDnMatDescr_t matrix{};
  check(cusparseCreateDnMat(&matrix, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns),
                            static_cast<std::int64_t>(stride), data, CUDA_R_64F, CUSPARSE_ORDER_COL),
        "describing a frame");
  return DenseMatrix(matrix);
}

}  // namespace

CudaTangentSpace::CudaTangentSpace(const TangentNetwork& network, std::uint32_t columns)
    : network_(network),
      columns_(columns),
      sparse_(stream_),
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

std::vector<double> CudaTangentSpace::frame() const {
  const std::size_t rows = network_.rows();
  const std::vector<double> by_column = frame_.to_host(stream_);
  std::vector<double> frame(by_column.size());
  for (std::size_t c = 0; c < columns_; ++c)
    for (std::size_t r = 0; r < rows; ++r) frame[r * columns_ + c] = by_column[c * rows + r];
  return frame;
}

// Payloads of earlier chunks move along when there must be room for more.
void CudaTangentSpace::reserve_slots(std::uint32_t slots) {
  if (slots <= slots_) return;
  const std::uint32_t room = std::max(slots, 2 * slots_);
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
  const DeviceBuffer<std::uint8_t> flags(chunk.flags, "tangent chunk");
  const DeviceBuffer<std::uint64_t> offsets(batches.offsets, "tangent chunk"), begin(batches.begin, "tangent chunk"),
      delivery_offsets(chunk.delivery_offsets, "tangent chunk");
  const DeviceBuffer<TangentEvent> events(chunk.events, "tangent chunk");
  const DeviceBuffer<TangentDelivery> deliveries(chunk.deliveries, "tangent chunk");
  const kernel::SaltationView view = {
      chunk.steps,   flags.data(),     offsets.data(), begin.data(), delivery_offsets.data(),
      events.data(), deliveries.data()};
  launch("moving the tangent frame", {columns_, kSaltationThreads, 0}, stream_, saltation_kernel, view_, view);
  stream_.synchronize();  // before the chunk's copies go
}

void CudaTangentSpace::prepare_surrogate() {
  if (history_.size() > 0) return;
  history_ = DeviceBuffer<double>(history_stride() * columns_, "tangent history");
  history_.fill_zero(stream_);
  if (delta()) arrivals_ = DeviceBuffer<double>(std::size_t{network_.neurons} * columns_, "tangent arrivals");
  const std::uint32_t cells = network_.neurons * std::max(network_.current_rows, 1u);
  for (const auto& [delay, entries] : entries_by_delay(network_)) {
    DelayMatrix& matrix = delays_.emplace_back(make_delay_matrix(delay, entries, cells, network_.neurons));
    const double one = 1;
    double* y = delta() ? arrivals_.data() : frame_.data() + network_.neurons;
    const DenseMatrix from = dense(history_.data(), network_.neurons, columns_, history_stride());
    const DenseMatrix to = dense(y, cells, columns_, delta() ? network_.neurons : network_.rows());
    std::size_t bytes = 0;
    check(cusparseSpMM_bufferSize(sparse_.get(), CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_NON_TRANSPOSE,
                                  &one, matrix.matrix.get(), from.get(), &one, to.get(), CUDA_R_64F,
                                  CUSPARSE_SPMM_CSR_ALG3, &bytes),
          "sizing SpMM");
    matrix.workspace = DeviceBuffer<std::byte>(bytes, "tangent synapses");
  }
}

void CudaTangentSpace::add_arrivals(double* y, std::uint64_t y_stride, double beta, std::uint64_t step) {
  const std::uint32_t cells = network_.neurons * std::max(network_.current_rows, 1u);
  const double one = 1;
  const DenseMatrix to = dense(y, cells, columns_, y_stride);
  for (const DelayMatrix& matrix : delays_) {
    if (matrix.delay > step) continue;  // before the frame was set
    const DenseMatrix from = dense(history_slot(step - matrix.delay), network_.neurons, columns_, history_stride());
    check(cusparseSpMM(sparse_.get(), CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_NON_TRANSPOSE, &one,
                       matrix.matrix.get(), from.get(), &beta, to.get(), CUDA_R_64F, CUSPARSE_SPMM_CSR_ALG3,
                       matrix.workspace.data()),
          "SpMM");
    beta = 1;
  }
}

void CudaTangentSpace::advance(const SurrogateChunk& chunk) {
  prepare_surrogate();
  const std::size_t n = network_.neurons;
  const DeviceBuffer<std::uint8_t> flags(chunk.flags, "tangent chunk");
  const DeviceBuffer<double> spike_gain(chunk.spike_gain, "tangent chunk"),
      reset_gain(chunk.reset_gain, "tangent chunk");
  const Grid grid = grid_for(n * columns_, kThreads, resident_blocks(8));
  for (std::uint32_t k = 0; k < chunk.steps; ++k) {
    const std::uint64_t step = surrogate_step_ + k;
    const std::uint8_t* step_flags = flags.data() + k * n;
    launch("tangent flow", grid, stream_, surrogate_flow_kernel, view_, step_flags);
    if (delta()) {
      arrivals_.fill_zero(stream_);
      add_arrivals(arrivals_.data(), n, 1, step);
    } else {
      add_arrivals(frame_.data() + n, network_.rows(), 1, step);
    }
    launch("tangent threshold", grid, stream_, surrogate_threshold_kernel, view_, step_flags, spike_gain.data() + k * n,
           reset_gain.data() + k * n, arrivals_.data(), history_slot(step), history_stride());
  }
  surrogate_step_ += chunk.steps;
  stream_.synchronize();  // before the chunk's copies go
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
