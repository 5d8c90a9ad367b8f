// What the update and delivery kernels read and write: trivially copyable views, the same for the device and for the
// tests on the host. The GPU owns the whole network as one slice (sprig/engine/slices.hpp).
//
// Layouts: per-neuron constants [neuron]; state [neuron][replica]; ring [slot][receptor * count + neuron][replica].
// A spike row stands for one neuron and up to 32 replicas: `row` = neuron * words + replica / 32 and a bit per replica,
// so one fetch of the neuron's synapses serves all replicas it fired in.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/engine/cell.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/core/view.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

struct SpikeRow {
  std::uint32_t row;
  std::uint32_t replicas;
};

// PackedRows, cut into pieces of `segment` synapses: a row has at most 2^segment_bits of them.
struct RowsView {
  const std::uint64_t* offsets = nullptr;
  const WideSynapse* synapses = nullptr;
  std::uint32_t segment = 128;
  std::uint32_t segment_bits = 0;
};

// The event-driven update (neuron/lif_skip.hpp); null: the clock's.
struct EventsView {
  const LifSkip<real>* skip = nullptr;  // of the distinct kinds of neurons
  const std::uint32_t* row = nullptr;   // [neuron]: which of them
  std::uint64_t* as_of = nullptr;       // [neuron][replica]: the state is as before this step
  std::uint8_t* active = nullptr;       // [neuron][replica]: not proven silent
  std::uint64_t* touched = nullptr;     // counts the cells that were touched
};

// A step's spikes: rows [begin, end) of the chunk's list.
struct Span {
  std::uint32_t begin, end;
};

// Everything that stays the same from step to step: a kernel's parameters.
struct StepData {
  std::uint32_t neurons = 0, replicas = 1, words = 1;  // words = ceil(replicas / 32)
  std::uint32_t first_replica = 0;
  std::uint32_t delay_slots = 2, receptors = 1, signal_channels = 0, populations = 0;
  DriveTables tables;
  const std::uint32_t* population_of = nullptr;  // [neuron]
  ConstantsView constants;
  StateView state;
  EventsView events;
  RowsView recurrent, input;
  Span* spans = nullptr;                       // [step of the chunk + 1]
  std::uint32_t* population_spikes = nullptr;  // [step of the chunk][population]
  // Smallest (step of the call << 32 | neuron) with a non-finite potential, steps beyond 2^32 - 1 as that; all ones:
  // none.
  std::uint64_t* failure = nullptr;
};

// What changes between calls and chunks; one in device memory, so that a captured graph stays valid. The host writes it
// at the start of a call, start_chunk() moves it on.
struct Control {
  std::uint64_t next_step = 0, next_offset = 0;  // of the chunk to come: absolute, and relative to the call
  std::uint64_t step = 0, offset = 0;            // of the running chunk
  std::uint32_t slot = 0;                        // step mod delay_slots
  const real* signal = nullptr;                  // [replica][sample][channel]; null: none
  std::uint64_t samples = 0, steps_per_sample = 1;
  const std::uint64_t* input_spans = nullptr;  // [step of the call + 1] into input_spikes; null: none
  const SpikeRow* input_spikes = nullptr;
  SpikeRow* spikes = nullptr;  // the chunk's list
  // Recording; null: not wanted.
  bool keep_spikes = false;  // keep the list of every step of the chunk, not only the last one's
  std::uint32_t probes = 0;
  const std::uint32_t* probe = nullptr;          // neurons
  real* probe_state = nullptr;                   // [step of the chunk][u, i0 + i1, theta][probe][replica]
  real *u_before = nullptr, *current = nullptr;  // [step of the chunk][neuron]
  std::uint8_t* flags = nullptr;
  std::uint32_t* counts = nullptr;  // [window since the chunk's first][neuron][replica]
  std::uint64_t count_window = 1;   // steps
  std::uint64_t count_phase = 0;    // steps of its window that lie before the call's first step
};

// Window of `offset` (a step of the call) counted from the window that `chunk_offset` lies in.
SPRIG_HD inline std::uint64_t count_slot(const Control& control, std::uint64_t offset, std::uint64_t chunk_offset) {
  return (control.count_phase + offset) / control.count_window -
         (control.count_phase + chunk_offset) / control.count_window;
}

// Ring slot of step k of the chunk.
SPRIG_HD inline std::uint32_t ring_slot(const StepData& data, const Control& control, std::uint32_t k) {
  return (control.slot + k) % data.delay_slots;
}

// Begins a chunk of `steps` steps. One block.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void start_chunk(Ctx& ctx, const StepData& data, Control* control, std::uint32_t steps) {
  if (ctx.thread() == 0) {
    control->step = control->next_step;
    control->offset = control->next_offset;
    control->slot = static_cast<std::uint32_t>(control->next_step % data.delay_slots);
    control->next_step += steps;
    control->next_offset += steps;
    data.spans[0] = {0, 0};
  }
  for (std::uint32_t k = ctx.thread(); k < steps * data.populations; k += ctx.threads()) data.population_spikes[k] = 0;
}

}  // namespace sprig::kernel
