#include "kernels/engine/resident_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/engine/resident_kernel.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

namespace {

constexpr std::uint32_t kFewestNeurons = 128;  // a block: with fewer, rows get too short for a warp
constexpr std::uint32_t kFewestThreads = 512;  // the warps that deliver, however few neurons a block has
constexpr double kExpectedRateHz = 10;         // boxes are meant for so active a network; busier ones overflow
constexpr std::uint32_t kMostBlocks = 65535;   // stall_key() has 16 bits for a block
constexpr std::uint32_t kMostNear = 65535;     // NearRows has 16 bits for where a part begins
constexpr std::uint32_t kNearShare = 4;        // one in so many

std::uint32_t ceil_divide(std::uint64_t a, std::uint64_t b) { return static_cast<std::uint32_t>((a + b - 1) / b); }

std::string why_not(const ResidentShape& shape, const ResidentMachine& machine) {
  if (shape.weight_bits != 16)
    return "needs run.weight_bits = 16 (synapses of 4 bytes), found " + std::to_string(shape.weight_bits);
  if (shape.replicas != 1)
    return "runs one replica, found " + std::to_string(shape.replicas) +
           " (a batch shares each fetch of a synapse row in the plain engine)";
  if (shape.neurons == 0) return "the network has no neurons";
  if (narrow_neurons(shape.delay_slots, shape.receptors) == 0)
    return "a delay of " + std::to_string(shape.delay_slots - 1) + " steps on " + std::to_string(shape.receptors) +
           " receptors does not fit a synapse of 4 bytes";
  if (machine.multiprocessors == 0) return "no device";
  return "";
}

// Words of a box that hold a window's spikes of a block more often than not, the head included.
std::uint32_t enough_words(double neurons_a_block, std::uint32_t window, double step_ms) {
  const double spikes = neurons_a_block * window * step_ms * 1e-3 * kExpectedRateHz;
  const double wanted = 1 + spikes + 2 * std::sqrt(spikes);
  return wanted > kWarp ? kWarp : std::bit_ceil(std::max(4u, static_cast<std::uint32_t>(std::ceil(wanted))));
}

}  // namespace

ResidentPlan plan_resident(const ResidentShape& shape, const ResidentMachine& machine, const ResidentWishes& wishes) {
  ResidentPlan plan;
  plan.refusal = why_not(shape, machine);
  if (!plan.possible()) return plan;

  // Blocks: one a multiprocessor, if each then has enough neurons. Slices: one a block unless narrow synapses need
  // more; then the same number for every block.
  const std::uint32_t n = shape.neurons;
  const std::uint32_t wanted = std::min(machine.multiprocessors, ceil_divide(n, kFewestNeurons));
  plan.blocks = std::clamp(wishes.blocks > 0 ? wishes.blocks : wanted, 1u, std::min(n, kMostBlocks));
  const std::uint32_t largest = narrow_neurons(shape.delay_slots, shape.receptors);
  if (wishes.slices > 0) {
    plan.slices = std::min(wishes.slices, n);
    plan.blocks = std::min(plan.blocks, plan.slices);
  } else {
    plan.slices = std::min(n, plan.blocks * ceil_divide(ceil_divide(n, plan.blocks), largest));
  }
  const std::uint32_t count = ceil_divide(n, plan.slices);
  if (count > largest) {
    plan.refusal = "slices of " + std::to_string(count) + " neurons, a synapse of 4 bytes reaches " +
                   std::to_string(largest) + ": ask for more slices";
    return plan;
  }
  plan.slices_per_block = ceil_divide(plan.slices, plan.blocks);

  plan.threads = wishes.threads > 0 ? wishes.threads : std::max(count, kFewestThreads);
  plan.threads = std::min(ceil_divide(plan.threads, kWarp) * kWarp, kResidentThreads);
  plan.in_registers = plan.slices_per_block == 1 && count <= plan.threads;

  const std::uint64_t ring = std::uint64_t{count} * plan.slices_per_block * shape.receptors * shape.delay_slots;
  const bool fits = ring * sizeof(std::int32_t) + kResidentSharedBytes <= machine.shared_bytes;
  if (wishes.ring == RingPlace::shared && !fits)
    plan.refusal = "a block's delay ring takes " + std::to_string(ring * sizeof(std::int32_t)) +
                   " bytes of shared memory, of " + std::to_string(machine.shared_bytes);
  if (fits && wishes.ring != RingPlace::global) plan.shared_ring_size = static_cast<std::uint32_t>(ring);
  plan.shared_bytes = kResidentSharedBytes + plan.shared_ring_size * sizeof(std::int32_t);

  // No spike of a window may be due within it, so no window is longer than the shortest delay.
  plan.window = std::clamp(std::min(shape.min_delay, shape.delay_slots - 1), 1u, kLongestWindow);
  const std::uint32_t neurons_a_block = count * plan.slices_per_block;
  plan.box_words = wishes.box_words > 0 ? std::bit_ceil(std::clamp(wishes.box_words, 2u, kWarp))
                                        : enough_words(neurons_a_block, plan.window, shape.step_ms);
  const std::uint64_t most = std::uint64_t{neurons_a_block} * plan.window, room = plan.box_words - 1;
  plan.overflow_words = most > room ? static_cast<std::uint32_t>(most - room) : 0;
  plan.exchange = wishes.exchange;
  plan.poll_limit = wishes.poll_limit;
  plan.split = wishes.split;
  plan.record_bytes = wishes.record_bytes;
  plan.l2_bytes = machine.l2_bytes;
  if (wishes.split != Split::off && shape.delay_slots > 2 * plan.window) plan.near_steps = 2 * plan.window;
  return plan;
}

bool ResidentPlan::pays_to_split(const std::vector<std::uint32_t>& near, std::uint64_t synapses) const {
  std::uint64_t sum = 0;
  for (const std::uint32_t count : near) {
    if (count > kMostNear) return false;
    sum += count;
  }
  if (split != Split::automatic) return split == Split::on;
  const std::uint64_t parts = (std::size_t{slices} + 1) * sizeof(std::uint16_t) + sizeof(std::uint64_t);
  return sum * kNearShare < synapses && sum * sizeof(NarrowSynapse) + near.size() * parts <= l2_bytes;
}

}  // namespace sprig::kernel
