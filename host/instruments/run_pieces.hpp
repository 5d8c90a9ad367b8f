// Into which pieces a run is cut and what the engine records in each, so that every record is what one call over the
// whole run would have given.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "sprig/instruments/record.hpp"

namespace sprig {

struct PieceWish {
  std::uint64_t steps = 0;  // at most
  bool counts = false;      // of recorded time
  RecordOptions what;       // but the window of counts
};

class RunPieces {
 public:
  // [begin, end): recorded time.
  RunPieces(const Network& network, const std::vector<RecordLayout>& layouts, std::uint64_t begin, std::uint64_t end,
            std::uint32_t replicas);

  // The neurons that are probed in some step, ascending.
  const std::vector<std::uint32_t>& probe() const { return probe_; }
  // Of a piece that begins with `step`.
  PieceWish from(std::uint64_t step) const;
  bool reads_weights(std::uint64_t step) const;

 private:
  std::uint64_t next_sample(const RecordLayout& layout, std::uint64_t step) const;

  const std::vector<RecordLayout>& layouts_;
  std::uint64_t begin_, end_;
  std::size_t probe_values_ = 0;
  std::uint64_t spike_steps_;
  std::vector<std::uint32_t> probe_;
  std::vector<std::uint64_t> edges_;  // steps that no piece goes across, ascending
};

}  // namespace sprig
