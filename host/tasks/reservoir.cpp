// Running a reservoir sample by sample.
#include "host/tasks/reservoir.hpp"

namespace sprig {

namespace {

SimulationOptions with_replicas(SimulationOptions options, std::uint32_t replicas, std::uint32_t first_replica) {
  options.replicas = replicas;
  options.first_replica = first_replica;
  return options;
}

}  // namespace

ReservoirSetup::ReservoirSetup(const Network& network_, const Drive& drive_, const SimulationOptions& simulation_,
                               const ForecastOptions& options, std::uint32_t seed)
    : network(network_),
      drive(drive_),
      simulation(simulation_),
      encoder(options, network_.step_ms, seed),
      steps_per_sample(options.steps_per_sample),
      trace_tau_ms(options.trace_tau_ms),
      square(options.square) {
  encoder.wire(network, drive);
}

Reservoir::Reservoir(const ReservoirSetup& setup, std::uint32_t replicas, std::uint32_t offset)
    : setup_(setup),
      replicas_(replicas),
      first_replica_(setup.simulation.first_replica + offset),
      simulation_(
          make_simulation(setup.network, setup.drive, with_replicas(setup.simulation, replicas_, first_replica_))),
      trace_(setup.network.size(), replicas, setup.steps_per_sample, setup.network.step_ms, setup.trace_tau_ms) {}

void Reservoir::advance(View<const double> values, std::uint32_t samples, const EachSample& each_sample) {
  const std::uint64_t first = simulation_->step();
  setup_.encoder.encode(values, samples, replicas_, first_replica_, first, encoded_);
  RecordOptions what;
  what.spikes = true;
  recording_.clear();
  simulation_->advance(std::uint64_t{samples} * setup_.steps_per_sample, encoded_.input, what, &recording_);
  std::size_t cursor = 0;
  for (std::uint32_t s = 0; s < samples; ++s) {
    const std::uint64_t begin = first + std::uint64_t{s} * setup_.steps_per_sample;
    const std::size_t from = cursor;
    while (cursor < recording_.spikes.size() && recording_.spikes[cursor].step < begin + setup_.steps_per_sample)
      ++cursor;
    const View<const SpikeEvent> spikes{recording_.spikes.data() + from, cursor - from};
    trace_.advance(spikes, begin);
    each_sample(s, spikes);
  }
}

}  // namespace sprig
