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
  // What is open between two pieces. Errors of restore(): InputError, for one of another run.
  virtual void keep(Writer&) const {}
  virtual void restore(Reader&) {}
};

class RecordSink;

struct RecorderPlan {
  const Network& network;
  const std::vector<RecordLayout>& layouts;
  const std::vector<std::uint32_t>& probe;  // the neurons that pieces probe, ascending
  std::uint64_t begin, end;                 // steps
  std::uint32_t replicas;
  std::string folder;  // empty: to memory
  SpikeWatch* watch;   // null: nobody
};

class Recorder {
 public:
  // from: what keep() wrote, to go on from with the files of the folder; null: from the beginning. Errors: those of
  // NpyStream; InputError for what is of another run.
  explicit Recorder(const RecorderPlan& plan, Reader* from = nullptr, const Progress& progress = {});
  ~Recorder();

  // Streams are flushed about once a second.
  void take(const RecordedPiece& piece);
  // Between two pieces, of a recorder on disk. Rows are on the disk when flush() returns.
  void flush();
  void keep(Writer& writer) const;
  // Windows that are open are written, and all of it is on the disk.
  void finish(RunOutcome& out);
  // For an error: what can be on the disk is.
  void rescue() noexcept;
  std::vector<RecordedArray> arrays();  // after finish(), of records in memory
  void fingerprint(RunOutcome& out, std::uint64_t state) const;

 private:
  // But the records.
  static void persist(auto& self, auto& archive);

  std::vector<std::unique_ptr<RecordSink>> sinks_;
  std::vector<std::unique_ptr<RecordWork>> works_;
  SpikeWatch* watch_;
  std::size_t replicas_;
  bool whole_train_ = false;  // some record is of every spike
  Hash train_, windows_;      // of every spike; of counts of all neurons in windows
  const RecordWork* hashed_windows_ = nullptr;
  std::vector<std::uint64_t> spikes_of_;
  std::uint64_t total_spikes_ = 0, steps_ = 0;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace sprig
