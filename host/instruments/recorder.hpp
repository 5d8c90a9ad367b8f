// What becomes of the engine's records: the arrays that were asked for, and the fingerprint of what the network did.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sprig/core/hash.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/instruments/record.hpp"
#include "sprig/instruments/run.hpp"

namespace sprig {

// A call of the engine, or a moment between two.
struct RecordedPiece {
  Recording recording;
  std::uint64_t first_step = 0, steps = 0;
  bool spikes = false;              // listed; else counted, in one window
  bool probed = false;              // the neurons of `probe`, in every step
  bool counts = false;              // of recorded time
  std::vector<float> weights = {};  // no steps: of the synapses that learn, before first_step

  void clear();  // keeps the memory
};

// One of the records. Pieces come in order.
class RecordWork {
 public:
  virtual ~RecordWork() = default;
  virtual void take(const RecordedPiece& piece) = 0;
  virtual void finish() {}  // a last window
};

class RecordSink;

class Recorder {
 public:
  // probe: the neurons that pieces probe, ascending. In `folder`, or in memory where that is empty.
  Recorder(const Network& network, const std::vector<RecordLayout>& layouts, const std::vector<std::uint32_t>& probe,
           std::uint64_t begin, std::uint64_t end, std::uint32_t replicas, const std::string& folder, SpikeWatch watch);
  ~Recorder();

  // Streams are flushed about once a second.
  void take(const RecordedPiece& piece);
  // Windows that are open are written, and all of it is on the disk.
  void finish(RunOutcome& out);
  // For an error: what can be on the disk is.
  void rescue() noexcept;
  std::vector<RecordedArray> arrays();  // after finish(), of records in memory
  void fingerprint(RunOutcome& out, std::uint64_t state) const;

 private:
  const std::vector<RecordLayout>& layouts_;
  std::vector<std::unique_ptr<RecordSink>> sinks_;
  std::vector<std::unique_ptr<RecordWork>> works_;
  SpikeWatch watch_;
  std::size_t replicas_;
  bool whole_train_ = false;  // some record is of every spike
  Hash train_, windows_;      // of every spike; of counts of all neurons in windows
  const RecordWork* hashed_windows_ = nullptr;
  std::vector<std::uint64_t> spikes_of_;
  std::uint64_t total_spikes_ = 0, steps_ = 0;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace sprig
