// What the resident engine's kernel reads and writes (docs/engine.md): one kernel runs a whole segment of
// steps. Block b owns slices b, b + blocks, ...: their neurons' state, their delay rings and every synapse onto them.
//
// Layouts: constants and state [neuron] over the whole network; ring [slot][stride] a slice, slices one after the other
// (slices.hpp); synapses by (source, slice), in groups of 16 bytes (row_groups.hpp), so that the owners of one spike's
// rows read one contiguous piece of memory at about the same time (microcircuit: 16 KB, whole DRAM pages, instead of
// 132 pieces of 116 bytes).
//
// Blocks exchange their spikes once a window of at most kLongestWindow steps, through mailboxes of 8-byte words, a word
// a spike:
//
//   tag (17 bits) | spikes of the block (9) | step in the window (6) | neuron (32)
//
// The tag is the window's number in the segment, from 1; all words are zeroed before a segment. A word is written by
// one store and says itself whether it has arrived: so words need no order among each other, one store-to-load trip is
// both message and barrier, and neither a fence nor a flag is needed. `boxes` holds the first words of all blocks side
// by side, box_words each. The first of them is the head, sent when the window has ended: it says how many spikes there
// are, and is the first of them itself, so that a block that fired once or not at all sends one word (the
// microcircuit's blocks: 98 % of steps). The number is 0 in the others. Spikes that find no room in the box follow in
// `overflow`, tagged alike, with room for every neuron of the block in every step of the window; kManySpikes or more
// are counted there, in its first word.
//
// Rows may be split by delay. With windows of W steps, a synapse whose delay is below 2 W is near: it is due in the
// next window or the one after, and delivered as soon as its spike is received. The others are far: a spike of window
// e, which begins at step a, reaches them at a + 2 W or later. So a block delivers them during the next window, when it
// has sent its own words and waits for the others': the long reads of whole rows are out of the exchange's way. They
// find their ring slots free: a slot serves steps that lie a whole ring (the longest delay and one) apart. A far
// synapse is due at a + 2 W or later, which no block has reached by then, and before a + W + longest delay: so the step
// before it in the same slot lies before a + W, is integrated, and the slot cleared. Near synapses also stand in a
// compact copy that stays in the L2 cache (NearRows; microcircuit: 17 MB); whole rows are read past it
// (load_streaming), and the block that sent the spike asks for them beforehand.
//
// Far delivery takes the words of window e once more during e + 1: a thread's first from shared memory, where it kept
// it, the others from the boxes. So there are three sets of boxes, windows taking turns: a block writes its words of
// window e + 3 (where those of e stood) after it has received every block's words of window e + 2; a block sends those
// only after all its warps have done with the words of e, near and far (the block barrier that ends window e + 1 lies
// between). So no word is overwritten before its last reader has it. What carries this order from block to block is
// relaxed, and enough: a reader cannot pass its block's barrier before the value of its load has decided a branch, and
// a store is not made before a branch that it depends on is taken.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/engine/cell.hpp"
#include "kernels/engine/step_data.hpp"
#include "sprig/engine/row_groups.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kLongestWindow = 64;  // steps: 6 bits
inline constexpr std::uint32_t kTagBits = 17, kTagShift = 64 - kTagBits;
inline constexpr std::uint32_t kStepShift = 32, kCountShift = 38;
inline constexpr std::uint32_t kManySpikes = (1u << (kTagShift - kCountShift)) - 1;  // a head says: as many, or more
inline constexpr std::uint32_t kMostWindows = (1u << kTagBits) - 1;                  // in a segment
inline constexpr std::uint32_t kMailSets = 3;                                        // of boxes
inline constexpr std::uint32_t kNone = 0xFFFFFFFFu;

SPRIG_KERNEL inline std::uint64_t mail_word(std::uint32_t window, std::uint32_t step, std::uint32_t value) {
  return std::uint64_t{window} << kTagShift | std::uint64_t{step} << kStepShift | value;
}
SPRIG_KERNEL inline std::uint64_t head_word(std::uint64_t first_spike, std::uint32_t spikes) {
  return first_spike | std::uint64_t{spikes < kManySpikes ? spikes : kManySpikes} << kCountShift;
}
SPRIG_KERNEL inline bool mail_has_come(std::uint64_t word, std::uint32_t window) { return word >> kTagShift == window; }
SPRIG_KERNEL inline std::uint32_t mail_count(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> kCountShift) & kManySpikes;
}
SPRIG_KERNEL inline std::uint32_t mail_step(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> kStepShift) & (kLongestWindow - 1);
}
SPRIG_KERNEL inline std::uint32_t mail_value(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

// What a block keeps to itself during a segment; the rest of what it owns stays in global memory.
enum class Keeps {
  all,    // of its one slice: the neurons' state, in registers, a thread each; their delay ring, in shared memory
  rings,  // the delay rings of its slices, in shared memory
  nothing
};
// Threads of a block at most. A neuron fits into 96 registers; where threads hold none, fewer have more registers, for
// more reads under way.
constexpr std::uint32_t most_threads(Keeps kept) { return kept == Keeps::all ? 640 : 512; }

// Synapses of one projection onto all slices: those of (source, slice) are
// groups[first[source] + parts[source * (slices + 1) + slice] ...) up to the next part. Where `weights` is there,
// groups hold places, and the weight is the source's.
struct ResidentRows {
  const std::uint64_t* first = nullptr;
  const std::uint32_t* parts = nullptr;
  const SynapseGroup* groups = nullptr;
  const std::int16_t* weights = nullptr;  // [source]; null: every synapse has its own
};

// The near synapses once more, singly: [slice][source], so that a block reads what is its own and nothing else. Of a
// source a slice has less than one in the mean; so a slice's directory tells where they are by counting. Per 32 sources
// it has kDirectoryWords: where theirs begin (behind first[slice]), then bit p of all 32 counts, for kPlanes bits.
inline constexpr std::uint32_t kPlanes = 6, kDirectoryWords = 1 + kPlanes, kMostNear = (1u << kPlanes) - 1;
SPRIG_HD inline std::uint32_t near_groups(std::uint32_t sources) { return (sources + kWarp - 1) / kWarp; }
struct NearRows {
  const std::uint64_t* first = nullptr;      // [slice + 1]
  const std::uint32_t* directory = nullptr;  // [slice][source / 32][kDirectoryWords]
  std::uint32_t groups = 0;                  // of 32 sources
  const NarrowSynapse* synapses = nullptr;
};
struct NearSlice {  // what one slice has of it
  const std::uint32_t* directory = nullptr;
  const NarrowSynapse* synapses = nullptr;
};
SPRIG_KERNEL inline NearSlice near_slice(const NearRows& near, std::uint32_t slice) {
  return {near.directory + std::uint64_t{slice} * near.groups * kDirectoryWords, near.synapses + near.first[slice]};
}

// The same for every segment. The first group is the network, the second the plan (resident_plan.hpp).
struct ResidentData {
  std::uint32_t neurons = 0, slices = 0, delay_slots = 2, receptors = 1, signal_channels = 0, replica = 0;
  const std::uint32_t* slice_first = nullptr;   // [slices + 1]
  const std::uint8_t* slice_reached = nullptr;  // [slice]: whether recurrent synapses lie onto it
  DriveTables tables;
  ConstantsView constants;
  StateView state;
  ResidentRows recurrent, input;
  NearRows near;                 // of `recurrent`, when rows are split
  std::uint32_t near_steps = 0;  // delays below it are near: two windows; 0: rows are not split

  std::uint32_t window = 1;          // steps between exchanges
  std::uint32_t box_shift = 2;       // a box has 1 << box_shift words, 32 at most
  std::uint32_t overflow_words = 0;  // a block
  Keeps keeps = Keeps::nothing;
  std::uint32_t shared_ring_size = 0;  // entries a block; 0: the ring stays in global memory
  std::uint32_t shared_directory = 0;  // words: near.directory of a block's only slice; 0: it stays in global memory
  bool grid_barrier = false;           // a barrier of the grid before boxes are read, instead of waiting for tags
  std::uint32_t poll_limit = 0;        // reads of a box in vain before a block gives up

  std::uint64_t* boxes = nullptr;     // [kMailSets][block][1 << box_shift]
  std::uint64_t* overflow = nullptr;  // [kMailSets][block][overflow_words]
  std::uint64_t* stalled = nullptr;   // smallest stall_key(); all ones: none
  std::uint64_t* failure = nullptr;   // smallest failure_key(); all ones: none
};

// One launch.
struct ResidentSegment {
  std::uint64_t step = 0, offset = 0;  // of its first step: absolute, and relative to the call
  std::uint32_t steps = 0;
  const real* signal = nullptr;  // [sample][channel]; null: none
  std::uint32_t samples = 0, steps_per_sample = 1;
  const std::uint64_t* input_spans = nullptr;  // [step of the call + 1] into input_spikes; null: none
  const SpikeRow* input_spikes = nullptr;      // row = channel
  // Recording; null: not wanted.
  std::uint64_t* spikes = nullptr;        // [block][spike_capacity]: step of the segment << 32 | neuron, any order
  std::uint64_t spike_capacity = 0;       // a block: all its neurons in all steps
  std::uint64_t* spike_counts = nullptr;  // [block]
  std::uint32_t probes = 0;
  const std::uint32_t* probe_of = nullptr;       // [neuron]: first of its probes, kNone: none
  const std::uint32_t* probe_next = nullptr;     // [probe]: the next one of the same neuron
  real* probe_state = nullptr;                   // [step of the segment][u, i0 + i1, theta][probe]
  real *u_before = nullptr, *current = nullptr;  // [step of the segment][neuron]
  std::uint8_t* flags = nullptr;
};

// A block's words of a window.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint64_t* box_of(Ctx& ctx, const ResidentData& data, std::uint32_t window,
                                          std::uint32_t block) {
  return data.boxes + ((std::uint64_t{window % kMailSets} * ctx.blocks() + block) << data.box_shift);
}
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint64_t* overflow_of(Ctx& ctx, const ResidentData& data, std::uint32_t window,
                                               std::uint32_t block) {
  return data.overflow + (std::uint64_t{window % kMailSets} * ctx.blocks() + block) * data.overflow_words;
}
// Where spike `place` of the block's window stands, from 1: the head is spike 0.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint64_t* place_of_spike(Ctx& ctx, const ResidentData& data, std::uint32_t window,
                                                  std::uint32_t place) {
  const std::uint32_t room = 1u << data.box_shift;
  return place < room ? box_of(ctx, data, window, ctx.block()) + place
                      : overflow_of(ctx, data, window, ctx.block()) + 1 + (place - room);
}

// Who waited for whom, and when: window (32 bits) | waiting block (16) | block whose words did not come (16).
SPRIG_KERNEL inline std::uint64_t stall_key(std::uint32_t window, std::uint32_t waiting, std::uint32_t silent) {
  return std::uint64_t{window} << 32 | (waiting & 0xFFFFu) << 16 | (silent & 0xFFFFu);
}

// One of a block's slices.
struct SliceView {
  std::uint32_t first, count;
  std::uint32_t ring_offset;  // in the block's shared ring
};
SPRIG_KERNEL inline SliceView slice_view(const ResidentData& data, std::uint32_t slice, std::uint32_t ring_offset) {
  const std::uint32_t first = data.slice_first[slice];
  return {first, data.slice_first[slice + 1] - first, ring_offset};
}
// Computed where they are needed: cheaper than registers.
SPRIG_KERNEL inline std::uint32_t stride_of(const ResidentData& data, const SliceView& slice) {
  return slice.count * data.receptors;
}
SPRIG_KERNEL inline std::uint32_t ring_size_of(const ResidentData& data, const SliceView& slice) {
  return stride_of(data, slice) * data.delay_slots;
}

// What one block's threads share: pointers to its shared memory, and values that every thread holds alike. What it
// keeps is known to the compiler, which writes other instructions.
template <Keeps kKept>
struct ResidentBlock {
  static constexpr bool kSharedRing = kKept != Keeps::nothing, kOneSlice = kKept == Keeps::all;
  static constexpr int kDeep = kOneSlice ? 1 : 4;  // reads of 16 bytes under way a lane: 10 and 32 KB of a block
  std::int32_t* shared_ring = nullptr;
  NearSlice near;                     // its one slice's, where rows are split; the directory may be in shared memory
  std::uint32_t* emitted = nullptr;   // spikes of the window
  std::uint64_t* first = nullptr;     // the first of them, as a word
  std::uint64_t* recorded = nullptr;  // spikes of the segment before this window
  std::uint64_t* held = nullptr;      // [thread]: receive()'s
  std::uint32_t* stopped = nullptr;   // a block waited in vain: leave when the window ends
  SliceView slice;                    // the block's first
  std::uint32_t slot = 0;             // ring slot of the window's first step
  std::uint32_t window = 1;           // its number, the tag
  std::uint32_t done = 0;             // steps of the segment before it
};

SPRIG_KERNEL inline std::int32_t* global_ring(const ResidentData& data, const SliceView& slice) {
  return data.state.ring + std::uint64_t{slice.first} * data.receptors * data.delay_slots;
}
template <class Block>
SPRIG_KERNEL inline std::int32_t* ring_of(const ResidentData& data, const Block& block, const SliceView& slice) {
  if constexpr (Block::kOneSlice)
    return block.shared_ring;
  else if constexpr (Block::kSharedRing)
    return block.shared_ring + slice.ring_offset;
  else
    return global_ring(data, slice);
}

// Calls visit(slice number, its view) for the block's slices. A block has at least one.
template <ExecutionContext Ctx, class Block, class Visit>
SPRIG_KERNEL inline void for_own_slices(Ctx& ctx, const ResidentData& data, const Block& block, const Visit& visit) {
  if constexpr (Block::kOneSlice) {
    visit(ctx.block(), block.slice);
  } else {
    SliceView slice = block.slice;
    for (std::uint32_t s = ctx.block();;) {
      visit(s, slice);
      s += ctx.blocks();
      if (s >= data.slices) return;
      slice = slice_view(data, s, slice.ring_offset + ring_size_of(data, slice));
    }
  }
}

// Ring slot `w` steps after the step of `slot`; w <= slots.
SPRIG_KERNEL inline std::uint32_t slot_after(const ResidentData& data, std::uint32_t slot, std::uint32_t w) {
  const std::uint32_t after = slot + w;
  return after < data.delay_slots ? after : after - data.delay_slots;
}
// Ring slot of the first step of the window before.
template <class Block>
SPRIG_KERNEL inline std::uint32_t slot_before(const ResidentData& data, const Block& block) {
  return slot_after(data, block.slot, data.delay_slots - data.window);
}

}  // namespace sprig::kernel
