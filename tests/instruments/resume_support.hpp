// Runs that are stopped and go on, in a folder, with everything that can be recorded.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sprig/instruments/run.hpp"
#include "tests/instruments/stimulus_support.hpp"
#include "tests/support/memory_checkpoints.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::test {

// Synapses with delays that learn, noise, Poisson spikes, stimuli of each kind; or two replicas of one that does not
// learn.
inline BuiltNetwork network_that(bool learns) {
  RandomNetworkSpec spec;
  spec.neurons = 60;
  spec.density = 0.2;
  spec.kind = {Synapse::exponential, 2, Reset::hard, true};
  spec.max_delay = 9;
  Network network = random_network(spec);
  if (!learns) return network;
  for (std::uint64_t k = 0; k < network.recurrent.offsets[48]; ++k)
    network.recurrent.weights[k] = std::abs(network.recurrent.weights[k]);
  network.plasticity = Plasticity{0, 48, 10, 30};
  network.plasticity->w_max = 0.4f;
  return network;
}

inline RecordSpec record_of(RecordedQuantity what, const std::string& name, double every_ms = 0, double from_ms = 0) {
  RecordSpec spec;
  spec.what = what, spec.name = name, spec.every_ms = every_ms, spec.from_ms = from_ms;
  return spec;
}

// 200 steps of 0.5 ms, the first 20 not recorded. Weights that are read in every step make pieces of one step each.
inline RunRequest whole_request(bool learns, std::uint64_t first_step = 0) {
  using Q = RecordedQuantity;
  RunRequest request;
  request.transient_ms = 10, request.duration_ms = 90;
  request.stimuli = stimuli_of_each_kind();
  request.drive.noise_sigma.assign(60, 0.1);
  request.drive.poisson_rate_hz.assign(60, 100);
  request.drive.poisson_weight.assign(60, 0.05);
  request.records = {record_of(Q::spikes, "spikes"),       record_of(Q::counts, "counts", 3.5),
                     record_of(Q::rate, "rate", 7),        record_of(Q::v, "v", 1.5),
                     record_of(Q::i, "i", 0, 30),          record_of(Q::theta, "theta", 10),
                     record_of(Q::spikes, "later", 0, 40), record_of(Q::counts, "some", 11, 20)};
  request.records.back().of = {"i"};
  if (learns) {
    request.records.push_back(record_of(Q::weights, "weights"));
    for (int step = 1; step <= 200; ++step) request.records.back().at_ms.push_back(0.5 * step);
  } else {
    request.simulation.replicas = 2;
    for (const int step : {21, 22, 37, 60, 61, 90, 121, 150, 199})  // an end of a piece each
      request.records.push_back(record_of(Q::rate, "rate" + std::to_string(step), 90, 0.5 * step));
  }
  request.simulation.device = Device::cpu;
  request.simulation.first_step = first_step;
  return request;
}

// What it has been told of, in its order.
class SeenSpikes : public SpikeWatch {
 public:
  void add(const std::vector<SpikeEvent>& spikes) override {
    for (const SpikeEvent& s : spikes)
      seen_.insert(seen_.end(), {s.step, std::uint64_t{s.neuron}, std::uint64_t{s.replica}});
  }
  void keep(Writer& writer) const override { writer(seen_); }
  void restore(Reader& reader) override { reader(seen_); }
  const std::vector<std::uint64_t>& seen() const { return seen_; }

 private:
  std::vector<std::uint64_t> seen_;
};

// Says what a command would say on stderr.
struct ToldCheckpoints : MemoryCheckpoints {
  void goes_on(const std::string&, const std::string& from) override { told.push_back("from " + from); }
  void cannot_use(const std::string&, const std::string& why) override { told.push_back(why); }
  std::vector<std::string> told;
};

struct RunResult {
  RunOutcome out;
  std::vector<std::uint64_t> seen;
  std::map<std::string, std::string> files;
};

// pieces: after so many it is stopped.
inline RunResult run_in(const std::string& folder, BuiltNetwork network, RunRequest request,
                        const std::shared_ptr<CheckpointStore>& store, std::size_t pieces = ~std::size_t{0},
                        int threads = 1, std::uint32_t slices = 0) {
  request.simulation.threads = threads, request.simulation.slices = slices;
  SeenSpikes watch;
  std::size_t told = 0;
  const Progress progress(
      [&](double, const std::string& detail) { return detail.starts_with("reading") || ++told < pieces; });
  RunResult result;
  result.out =
      Run(network, request).simulate(folder, progress, &watch, store ? Checkpoints(store, "run") : Checkpoints());
  result.seen = watch.seen();
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    result.files[entry.path().filename().string()] = read_file(entry.path().string());
  return result;
}

inline void expect_same(const RunResult& found, const RunResult& expected) {
  EXPECT_TRUE(found.out.complete);
  EXPECT_EQ(found.out.hash, expected.out.hash);
  EXPECT_EQ(found.out.state_hash, expected.out.state_hash);
  EXPECT_EQ(found.out.steps, expected.out.steps);
  EXPECT_EQ(found.out.total_spikes, expected.out.total_spikes);
  EXPECT_EQ(found.out.spikes_of, expected.out.spikes_of);
  EXPECT_EQ(found.out.rows, expected.out.rows);
  EXPECT_EQ(found.seen, expected.seen);
  ASSERT_EQ(found.files.size(), expected.files.size());
  for (const auto& [name, bytes] : expected.files) EXPECT_TRUE(found.files.at(name) == bytes) << name;
}

}  // namespace sprig::test
