// The exchange of a window's spikes between the resident engine's blocks (resident_data.hpp has the mailboxes and why
// three sets are enough): a warp takes the boxes of several blocks at once, a lane each word, reads until the words
// have come, and hands on the spikes that they hold. Where rows are split it does so twice, the second time a window
// later.
//
// Bytes a window and block: 8 * box words * blocks a read of all boxes (microcircuit: 2 KB); again as much where rows
// are split and the block has fewer threads than there are words.
//
// Nothing waits for ever: after poll_limit reads in vain a block reports whom it waited for, and every block that waits
// sees the report and stops; the host turns it into a DeviceError. Reads are counted, not time: a count does not run
// while the device serves another process.
#pragma once

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

// The head of the block's box: the words after it may still be under way. One thread, after the block's last
// announce().
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void send_head(Ctx& ctx, const ResidentData& data, const Block& block) {
  const std::uint32_t count = *block.emitted;
  const std::uint64_t first = *block.first;  // of an earlier window where there is none
  ctx.template store<Order::relaxed>(box_of(ctx, data, block.window, ctx.block()),
                                     head_word(count > 0 ? first : mail_word(block.window, 0, 0), count));
  if (count >= kManySpikes)
    ctx.template store<Order::relaxed>(overflow_of(ctx, data, block.window, ctx.block()),
                                       mail_word(block.window, 0, count));
  *block.emitted = 0;
  *block.recorded += count;
}

// Counts a read in vain; says whether to go on. All lanes call with the same `reads`; `missing`: lanes whose words have
// not come, `awaited`: the block that the lane waits for.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline bool may_wait(Ctx& ctx, const ResidentData& data, const Block& block, std::uint32_t& reads,
                                  std::uint32_t missing, std::uint32_t awaited) {
  constexpr std::uint32_t kGlances = 256;  // reads between looks at the others' reports
  ctx.pause();
  const bool give_up = ++reads >= data.poll_limit;
  if (!give_up && reads % kGlances != 0) return true;
  if (give_up && lane_of(ctx) == lowest_bit(missing))
    ctx.atomic_min(data.stalled, stall_key(block.window, ctx.block(), awaited));
  const bool stop = ctx.ballot(give_up || ctx.template load<Order::relaxed>(data.stalled) != ~0ull) != 0;
  // With a barrier of the grid all blocks leave together, behind the next one (run_segment()).
  if (stop && lane_of(ctx) == 0 && !data.grid_barrier)
    ctx.template store<Order::relaxed, Scope::block>(block.stopped, 1u);
  return !stop;
}

// A window's words.
struct Mail {
  std::uint32_t window;  // their tag
  std::uint32_t slot;    // ring slot of the window's first step
};

// The words of one block's overflow, 32 at a time, behind the number of spikes, of which the box had room for `boxed`.
// False: stopped.
template <ExecutionContext Ctx, class Block, class Deliver>
SPRIG_KERNEL inline bool receive_overflow(Ctx& ctx, const ResidentData& data, const Block& block, const Mail& mail,
                                          std::uint32_t from, std::uint32_t spikes, std::uint32_t boxed,
                                          const Deliver& deliver) {
  std::uint64_t* words = overflow_of(ctx, data, mail.window, from);
  std::uint32_t reads = 0;
  const auto wait_for = [&](bool wanted, std::uint64_t* place, std::uint64_t& word) {
    for (;;) {
      if (wanted && !mail_has_come(word, mail.window)) word = ctx.template load<Order::relaxed>(place);
      const std::uint32_t missing = ctx.ballot(wanted && !mail_has_come(word, mail.window));
      if (missing == 0) return true;
      if (!may_wait(ctx, data, block, reads, missing, from)) return false;
    }
  };
  if (spikes == kManySpikes) {
    std::uint64_t counted = 0;
    if (!wait_for(true, words, counted)) return false;
    spikes = mail_value(counted);
  }
  for (std::uint32_t base = 0; base < spikes - boxed; base += kWarp) {
    const std::uint32_t place = base + lane_of(ctx);
    const bool wanted = place < spikes - boxed;
    std::uint64_t word = 0;
    if (!wait_for(wanted, words + 1 + place, word)) return false;
    deliver(wanted, mail_value(word), slot_after(data, mail.slot, mail_step(word)));
  }
  return true;
}

// All blocks' spikes of a window: deliver(the lane has one, its neuron, ring slot of its step), by whole warps. All
// warps call; a warp that must stop leaves at once. block.held keeps the thread's word of the first boxes that its warp
// takes, which is not read again when it is there from a call before.
template <ExecutionContext Ctx, class Block, class Deliver>
SPRIG_KERNEL inline void receive(Ctx& ctx, const ResidentData& data, const Block& block, const Mail& mail,
                                 const Deliver& deliver) {
  const std::uint32_t lane = lane_of(ctx), room = 1u << data.box_shift, place = lane & (room - 1);
  std::uint32_t from = ctx.thread() >> data.box_shift;
  for (bool first = true; ctx.ballot(from < ctx.blocks()) != 0;
       first = false, from += ctx.threads() >> data.box_shift) {
    const bool boxed = from < ctx.blocks();
    std::uint64_t word = first ? block.held[ctx.thread()] : 0;
    std::uint32_t count = 0;
    for (std::uint32_t reads = 0;;) {
      if (boxed && !mail_has_come(word, mail.window))
        word = ctx.template load<Order::relaxed>(box_of(ctx, data, mail.window, from) + place);
      const std::uint64_t head = ctx.shuffle(word, lane - place);
      count = mail_count(head);
      const bool complete =
          !boxed || (mail_has_come(head, mail.window) && (place >= count || mail_has_come(word, mail.window)));
      const std::uint32_t missing = ctx.ballot(!complete);
      if (missing == 0) break;
      if (!may_wait(ctx, data, block, reads, missing, from)) return;
    }
    const bool spike = boxed && place < count;
    if (first) block.held[ctx.thread()] = spike || place == 0 ? word : mail_word(mail.window, 0, 0);
    deliver(spike, mail_value(word), slot_after(data, mail.slot, mail_step(word)));
    for (std::uint32_t long_lists = ctx.ballot(boxed && place == 0 && count > room); long_lists != 0;
         long_lists &= long_lists - 1) {
      const std::uint32_t head_lane = lowest_bit(long_lists);
      if (!receive_overflow(ctx, data, block, mail, ctx.shuffle(from, head_lane), ctx.shuffle(count, head_lane), room,
                            deliver))
        return;
    }
  }
}

}  // namespace sprig::kernel
