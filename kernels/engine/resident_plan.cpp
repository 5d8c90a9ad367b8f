#include "kernels/engine/resident_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/engine/resident_kernel.hpp"
#include "sprig/engine/row_groups.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::kernel {

namespace {

constexpr std::uint32_t kFewestNeurons = 128;  // a block: with fewer, rows get too short for a warp
constexpr std::uint32_t kFewestThreads = 512;  // the warps that deliver, however few neurons a block has
constexpr double kExpectedRateHz = 5;          // boxes are meant for so active a network; busier ones overflow
constexpr std::uint32_t kMostResidentBlocks = 65535;   // stall_key() has 16 bits for a block
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

// The most neurons of a slice, and of a block.
struct Largest {
  std::uint32_t slice = 0, block = 0;
};
Largest largest_of(const ResidentShape& shape, std::uint32_t slices, std::uint32_t blocks) {
  if (shape.slice_first.empty()) {
    const std::uint32_t count = ceil_divide(shape.neurons, slices);
    return {count, count * ceil_divide(slices, blocks)};
  }
  Largest largest;
  std::vector<std::uint32_t> of_block(blocks, 0);
  for (std::uint32_t s = 0; s < slices; ++s) {
    const std::uint32_t count = shape.slice_first[s + 1] - shape.slice_first[s];
    largest.slice = std::max(largest.slice, count);
    largest.block = std::max(largest.block, of_block[s % blocks] += count);
  }
  return largest;
}

// Words of a box that hold a window's spikes of a block more often than not. Every word is read by every block in every
// window, and a spike beyond them costs one more trip.
std::uint32_t enough_words(double neurons_a_block, std::uint32_t window, double step_ms) {
  const double spikes = neurons_a_block * window * step_ms * 1e-3 * kExpectedRateHz;
  const double wanted = std::ceil(spikes + 2 * std::sqrt(spikes));
  return std::bit_ceil(static_cast<std::uint32_t>(std::clamp(wanted, 1.0, double{kWarp})));
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
  plan.blocks = std::clamp(wishes.blocks > 0 ? wishes.blocks : wanted, 1u, std::min(n, kMostResidentBlocks));
  const std::uint32_t largest = narrow_neurons(shape.delay_slots, shape.receptors);
  if (wishes.slices > 0) {
    plan.slices = std::min(wishes.slices, n);
    plan.blocks = std::min(plan.blocks, plan.slices);
  } else {
    plan.slices = std::min(n, plan.blocks * ceil_divide(ceil_divide(n, plan.blocks), largest));
  }
  const auto [count, neurons_a_block] = largest_of(shape, plan.slices, plan.blocks);
  if (count > largest) {
    plan.refusal = "slices of " + std::to_string(count) + " neurons, a synapse of 4 bytes reaches " +
                   std::to_string(largest) + ": ask for more slices";
    return plan;
  }
  plan.slices_per_block = ceil_divide(plan.slices, plan.blocks);
  plan.block_neurons = neurons_a_block;

  plan.threads = ceil_divide(wishes.threads > 0 ? wishes.threads : std::max(count, kFewestThreads), kWarp) * kWarp;
  plan.threads = std::min(plan.threads, most_threads(Keeps::all));
  const bool one_each = plan.slices_per_block == 1 && count <= plan.threads && !shape.places;  // a thread a neuron

  // No spike of a window may be due within it, so no window is longer than the shortest delay.
  plan.window = std::clamp(std::min(shape.min_delay, shape.delay_slots - 1), 1u, kLongestWindow);
  if (wishes.split != Split::off && shape.delay_slots > 2 * plan.window) plan.near_steps = 2 * plan.window;

  const std::uint64_t ring_of_neuron = std::uint64_t{shape.receptors} * shape.delay_slots;  // entries
  const std::uint64_t ring = neurons_a_block * ring_of_neuron;
  const std::size_t besides = resident_shared_bytes(plan.threads);
  const std::size_t ring_bytes = (ring * sizeof(std::int32_t) + 15) / 16 * 16;  // as the context hands it out
  const bool fits = ring_bytes + besides <= machine.shared_bytes;
  if (wishes.ring == RingPlace::shared && !fits)
    plan.refusal = "a block's delay ring takes " + std::to_string(ring_bytes) + " bytes of shared memory, of " +
                   std::to_string(machine.shared_bytes);
  plan.most_neurons =
      one_each ? std::min(largest, wishes.threads > 0 ? plan.threads : most_threads(Keeps::all)) : largest;
  if (fits && wishes.ring != RingPlace::global) {
    plan.keeps = one_each ? Keeps::all : Keeps::rings;
    plan.shared_ring_size = static_cast<std::uint32_t>(ring);
    const std::size_t most_besides = resident_shared_bytes(most_threads(plan.keeps));
    std::uint64_t room = (machine.shared_bytes - std::min(most_besides, machine.shared_bytes)) / sizeof(std::int32_t);
    const std::uint64_t directory = NearShape{shape.sources}.directory_words();
    if (plan.near_steps > 0 && one_each && ring + directory <= room) room -= directory;
    const std::uint64_t reach = room / (ring_of_neuron * plan.slices_per_block);
    plan.most_neurons = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(reach, count, plan.most_neurons));
  }
  plan.threads = std::min(plan.threads, most_threads(plan.keeps));
  plan.places = wishes.places && plan.near_steps == 0 && plan.keeps != Keeps::all && count * ring_of_neuron <= kNoPlace;
  plan.shared_bytes = resident_shared_bytes(plan.threads) + (plan.shared_ring_size > 0 ? ring_bytes : 0);

  plan.box_words = wishes.box_words > 0
                       ? std::bit_ceil(std::clamp(wishes.box_words, 1u, kWarp))
                       : enough_words(static_cast<double>(n) / plan.blocks, plan.window, shape.step_ms);
  const std::uint64_t most = std::uint64_t{neurons_a_block} * plan.window;
  if (most > plan.box_words) plan.overflow_words = static_cast<std::uint32_t>(most - plan.box_words) + 1;
  plan.exchange = wishes.exchange;
  plan.poll_limit = wishes.poll_limit;
  plan.split = wishes.split;
  plan.keep_near = wishes.keep_near;
  plan.record_bytes = wishes.record_bytes;
  plan.l2_bytes = machine.l2_bytes;
  plan.most_shared_bytes = machine.shared_bytes;
  return plan;
}

std::uint32_t ResidentPlan::shared_directory(const NearShape& near) const {
  const std::uint64_t bytes = near.directory_words() * sizeof(std::uint32_t) + 15;  // the pieces' alignment
  const bool fits = keeps == Keeps::all && shared_bytes + bytes <= most_shared_bytes;
  return fits ? static_cast<std::uint32_t>(near.directory_words()) : 0;
}

std::size_t ResidentPlan::shared_bytes_with(const NearShape& near) const {
  return shared_bytes + (shared_directory(near) * sizeof(std::uint32_t) + 15) / 16 * 16;
}

bool ResidentPlan::pays_to_split(const NearShape& near, std::uint64_t synapses) const {
  if (near.most > kMostNear || near.synapses >> 32 != 0) return false;  // a slice's begin within 32 bits
  if (split == Split::off) return false;
  if (split == Split::on) return true;
  const std::uint64_t directories = shared_directory(near) > 0 ? 0 : slices * near.directory_words();
  return near.synapses * kNearShare < synapses &&
         near.synapses * sizeof(NarrowSynapse) + directories * sizeof(std::uint32_t) <= l2_bytes / 2;
}

}  // namespace sprig::kernel
