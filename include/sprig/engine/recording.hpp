// What both backends do to a Recording alike.
#pragma once

#include <cstdint>

#include "sprig/engine/simulation.hpp"

namespace sprig {

struct RecordSizes {
  std::size_t neurons, replicas, populations;
};

// Makes room for `steps` more steps from absolute step `first_step`; new entries are zero. Writers fill in rows from
// recording.steps on, and raise it when they are done.
void make_room(Recording& recording, std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
               const RecordSizes& sizes);

}  // namespace sprig
