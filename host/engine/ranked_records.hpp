// What is recorded of a network over ranks: what each rank is to record of its neurons, and how that comes together.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/network_part.hpp"
#include "sprig/engine/record_writer.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cpu {

// Of the neurons of a part, numbered from its first one.
RecordOptions records_of_part(const RecordOptions& what, const NeuronPart& part);

// In bytes, to rank 0. Its windows of counts are to be those of the whole: `phase` steps of the first one are over
// before the call, and those stand in `recording` as steps of nothing.
std::vector<char> recorded_bytes(const Recording& recording);

// The parts of all ranks, in their order, into what the writer has begun; and its end.
struct RecordedPart {
  NeuronPart part;
  Recording recording;
};
void join_records(const std::vector<RecordedPart>& parts, std::uint64_t phase, std::uint64_t first_step,
                  std::size_t populations, RecordWriter& writer, Recording& recording);
Recording read_recording(const std::vector<char>& bytes);

}  // namespace sprig::cpu
