// What a delivery adds to the ring, warps side by side, it adds atomically: on one thread after another nothing of that
// shows, so here atomic additions go to a copy of the ring, and the ring itself must stay as it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "kernels/engine/deliver_kernel.hpp"

namespace sprig::test {
namespace {

// Thread `thread` of one block, alone. Bodies with barriers or votes have no place on it.
class AtomicsAside {
 public:
  AtomicsAside(std::uint32_t thread, std::uint32_t threads, std::int32_t* ring, std::int32_t* aside)
      : thread_(thread), threads_(threads), ring_(ring), aside_(aside) {}

  std::uint32_t thread() const { return thread_; }
  std::uint32_t block() const { return 0; }
  std::uint32_t threads() const { return threads_; }
  std::uint32_t blocks() const { return 1; }
  void block_barrier() {}
  void warp_barrier() {}
  std::uint32_t ballot(bool mine) { return mine ? 1u << thread_ % kWarp : 0; }
  template <class T>
  T shuffle(T x, std::uint32_t) {
    return x;
  }
  template <class T>
  T* shared(std::uint32_t) {
    return nullptr;
  }
  std::int32_t atomic_add(std::int32_t* cell, std::int32_t weight) {
    std::int32_t& copy = aside_[cell - ring_];
    return std::exchange(copy, copy + weight);
  }
  std::uint32_t atomic_add(std::uint32_t* word, std::uint32_t x) { return std::exchange(*word, *word + x); }
  std::uint64_t atomic_min(std::uint64_t* word, std::uint64_t x) { return std::exchange(*word, std::min(*word, x)); }
  template <Order, class T>
  T load(const T* from) {
    return *from;
  }
  template <Order, class T>
  void store(T* to, T value) {
    *to = value;
  }
  template <class T>
  T load_streaming(const T* from) {
    return *from;
  }
  void prefetch(const void*) {}
  void fence() {}
  void grid_barrier() {}
  void pause() {}

 private:
  std::uint32_t thread_, threads_;
  std::int32_t *ring_, *aside_;
};

void expect_atomic(std::uint32_t replicas) {
  constexpr std::uint32_t kNeurons = 40, kSlots = 3, kSlot = 2, kThreads = 64;
  std::mt19937 random(replicas);
  std::vector<std::uint64_t> offsets{0};
  std::vector<WideSynapse> synapses;
  for (std::uint32_t source = 0; source < kNeurons; ++source) {  // rows of 0 to 195 synapses: one segment and two
    for (std::uint32_t k = 0; k < 5 * source; ++k)
      synapses.push_back({static_cast<std::uint32_t>(random() % (kNeurons * kSlots)),
                          static_cast<std::int32_t>(random() % 1000) - 500});
    offsets.push_back(synapses.size());
  }
  kernel::StepData data;
  data.neurons = kNeurons;
  data.replicas = replicas;
  data.delay_slots = kSlots;
  kernel::RowsView rows;
  rows.offsets = offsets.data();
  rows.synapses = synapses.data();
  rows.segment_bits = 1;
  std::vector<std::int32_t> ring(kNeurons * kSlots * replicas, 7), aside(ring.size(), 0), expected(ring.size(), 0);
  data.state.ring = ring.data();
  std::vector<kernel::SpikeRow> spikes;
  for (std::uint32_t source = 0; source < kNeurons; source += 3) spikes.push_back({source, 1u | 1u << (replicas - 1)});
  for (const kernel::SpikeRow& spike : spikes)
    for (std::uint64_t k = offsets[spike.row]; k < offsets[spike.row + 1]; ++k) {
      const std::uint32_t cell = (kSlot * kNeurons + synapses[k].place) % (kSlots * kNeurons);
      for (std::uint32_t r = 0; r < replicas; ++r)
        if (spike.replicas >> r & 1) expected[cell * replicas + r] += synapses[k].weight;
    }

  for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
    AtomicsAside context(thread, kThreads, ring.data(), aside.data());
    kernel::deliver_rows(context, data, rows, spikes.data(), 0, spikes.size(), kSlot);
  }

  EXPECT_EQ(ring, std::vector<std::int32_t>(ring.size(), 7)) << "added without an atomic";
  EXPECT_EQ(aside, expected);
}

TEST(Delivery, AddsEveryArrivalAtomically) { expect_atomic(1); }

TEST(Delivery, AddsEveryArrivalOfABatchAtomically) { expect_atomic(3); }

}  // namespace
}  // namespace sprig::test
