// The device's run: a piece of the engine, its linearisation and the frame's steps, all where the trajectory is.
#include "sprig/dynamics/tangent_run.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/dynamics/device_lineariser.cuh"
#include "kernels/dynamics/placed_tangent.cuh"
#include "kernels/dynamics/tangent_space.cuh"
#include "kernels/engine/traced_simulation.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint64_t kMostArrivals = 1ull << 27;  // held at a time, unless a single step has more: 2 GiB

class CudaTangentRun final : public TangentRun {
 public:
  CudaTangentRun(PlacedNetwork& placed, CudaPlacedTangent& tangent, const Drive& drive, const TangentRunOptions& what)
      : tangent_(tangent.network()),
        what_(what),
        simulation_(placed.simulate(drive)),
        traced_(dynamic_cast<TracedSimulation&>(*simulation_)),
        space_(what.columns > 0 ? std::make_unique<CudaTangentSpace>(tangent.device(), what.columns) : nullptr),
        lineariser_(placed.network(), tangent_, what, space_ ? space_->stream() : stream_) {}

  // Work may still be queued when an error unwinds; buffers must outlive it.
  ~CudaTangentRun() override { cudaStreamSynchronize(stream().get()); }

  Simulation& simulation() override { return *simulation_; }
  TangentSpace& space() override { return *space_; }
  std::uint64_t most_steps() const override { return ~std::uint64_t{0}; }
  void start() override {
    const SaltationState state = saltation_start(tangent_, simulation_->state());
    lineariser_.set_state(state, {}, space_ ? space_->slots() : 0);
  }

  std::uint64_t advance(std::uint64_t steps, const Input& input) override {
    std::uint64_t spikes = 0;
    traced_.follow(steps, input, [&](const TracedSteps& traced) {
      for (std::uint32_t first = 0; first < traced.steps;) {
        const std::uint32_t count = std::min(lineariser_.most_steps(), traced.steps - first);
        spikes += what_.method == LyapunovMethod::saltation ? saltation(traced, first, count)
                                                            : surrogate(traced, first, count);
        first += count;
      }
    });
    return spikes;
  }

  const SaltationCounts& counts() override { return lineariser_.counts(); }
  void reset_counts() override { lineariser_.reset_counts(); }
  TangentRunState state() override;
  void set_state(const TangentRunState& state) override;

 private:
  std::uint64_t saltation(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps);
  std::uint64_t surrogate(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps);
  void move_frame(std::uint32_t steps);
  const Stream& stream() const { return space_ ? space_->stream() : stream_; }

  const TangentNetwork& tangent_;
  TangentRunOptions what_;
  std::unique_ptr<Simulation> simulation_;
  TracedSimulation& traced_;
  Stream stream_;  // where there is no frame
  std::unique_ptr<CudaTangentSpace> space_;
  DeviceLineariser lineariser_;
};

std::uint64_t CudaTangentRun::saltation(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps) {
  const std::uint64_t spikes = lineariser_.begin(traced, first, steps);
  if (space_) {
    const std::uint64_t oldest = lineariser_.oldest(), newest = lineariser_.newest();
    space_->reserve_ring(std::max<std::uint64_t>(newest - oldest, 1), oldest, newest - spikes);
    lineariser_.reserve_ring(space_->slots());
  }
  lineariser_.write_events(space_ != nullptr);
  if (space_) move_frame(steps);
  lineariser_.end();
  stream().synchronize();
  return spikes;
}

// As many steps at a time as their arrivals have room.
void CudaTangentRun::move_frame(std::uint32_t steps) {
  DeviceArrivals& arrivals = space_->arrivals();
  std::uint32_t most = steps;
  for (std::uint32_t first = 0; first < steps;) {
    const std::uint32_t count = std::min(most, steps - first);
    const kernel::FlightDeliveries deliveries = lineariser_.deliveries(space_->runs(), first, count);
    if (!arrivals.find(space_->network(), deliveries, count, kMostArrivals, stream())) {
      most = (count + 1) / 2;
      continue;
    }
    kernel::SaltationView chunk = lineariser_.chunk(first, count);
    chunk.arrival_ends = arrivals.ends();
    chunk.arrivals = arrivals.arrivals();
    space_->advance(chunk);
    first += count;
  }
}

std::uint64_t CudaTangentRun::surrogate(const TracedSteps& traced, std::uint32_t first, std::uint32_t steps) {
  const std::uint64_t spikes = lineariser_.find_gains(traced, first, steps);
  space_->advance_surrogate(steps, lineariser_.flags(), lineariser_.spike_gain(), lineariser_.reset_gain());
  stream().synchronize();
  return spikes;
}

// Slots in a state are the numbers of the spikes in flight; what has been delivered is no part of it.
TangentRunState CudaTangentRun::state() {
  TangentRunState state;
  state.saltation = lineariser_.state();
  std::vector<SpikeInFlight> flights = lineariser_.in_flight();
  if (space_) {
    state.tangent = space_->state();
    std::vector<double> payload;
    payload.reserve(flights.size() * what_.columns);
    const std::vector<double> ring = space_->payloads();
    for (const SpikeInFlight& flight : flights)
      payload.insert(payload.end(),
                     ring.begin() + static_cast<std::ptrdiff_t>(std::size_t{flight.slot} * what_.columns),
                     ring.begin() + static_cast<std::ptrdiff_t>((std::size_t{flight.slot} + 1) * what_.columns));
    state.tangent.payload = std::move(payload);
  }
  for (std::size_t q = 0; q < flights.size(); ++q) flights[q].slot = static_cast<std::uint32_t>(q);
  set_in_flight(tangent_, flights, state.saltation);
  return state;
}

void CudaTangentRun::set_state(const TangentRunState& state) {
  if (!is_possible(tangent_, state.saltation)) refuse("tangent.state", "spikes in flight", "those of this network");
  const std::vector<SpikeInFlight> flights = spikes_in_flight(tangent_, state.saltation);
  if (space_) {
    TangentState tangent = state.tangent;
    tangent.payload.clear();
    for (const SpikeInFlight& flight : flights) {
      const std::size_t begin = std::size_t{flight.slot} * what_.columns, end = begin + what_.columns;
      if (end > state.tangent.payload.size())
        refuse("tangent.payload", shown(state.tangent.payload.size()) + " entries", "a row for each spike in flight");
      tangent.payload.insert(tangent.payload.end(), state.tangent.payload.begin() + static_cast<std::ptrdiff_t>(begin),
                             state.tangent.payload.begin() + static_cast<std::ptrdiff_t>(end));
    }
    space_->set_state(tangent);
  }
  lineariser_.set_state(state.saltation, space_ ? flights : std::vector<SpikeInFlight>{}, space_ ? space_->slots() : 0);
}

}  // namespace

std::unique_ptr<TangentRun> make_tangent_run(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive,
                                             const TangentRunOptions& what) {
  check_current();
  return std::make_unique<CudaTangentRun>(placed, dynamic_cast<CudaPlacedTangent&>(tangent), drive, what);
}

}  // namespace sprig::cuda
