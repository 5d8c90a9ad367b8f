// How the resident engine would run a network, or why it cannot: plain C++, decided before anything is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sprig::kernel {

inline constexpr std::uint32_t kResidentThreads = 640;  // most of a block: leaves 96 registers, a neuron in them

// What the plan needs to know of a network and of how it is asked to run.
struct ResidentShape {
  std::uint32_t neurons = 0, sources = 0, input_channels = 0, receptors = 1;
  std::uint32_t delay_slots = 2, min_delay = 1;
  std::uint32_t replicas = 1;
  int weight_bits = 16;
  double step_ms = 0.1;
};

struct ResidentMachine {
  std::uint32_t multiprocessors = 0;
  std::size_t shared_bytes = 0;  // most of a block
  std::size_t l2_bytes = 0;
};

enum class RingPlace { automatic, shared, global };
enum class Exchange { mailbox, grid_barrier };
enum class Split { automatic, on, off };  // rows by delay, where there is anything to split (resident_data.hpp)

// What may be asked for instead of what the plan would choose (0: as the plan likes); no choice changes a result.
struct ResidentWishes {
  std::uint32_t blocks = 0, slices = 0, threads = 0, box_words = 0;
  RingPlace ring = RingPlace::automatic;
  Exchange exchange = Exchange::mailbox;
  std::uint32_t poll_limit = 1u << 24;  // a read takes 0.3 us or more: some seconds
  Split split = Split::automatic;
  std::size_t record_bytes = 512u << 20;  // records of a segment at most
};

struct ResidentPlan {
  std::string refusal;  // empty: it can run
  std::uint32_t blocks = 0, threads = 0, slices = 0, slices_per_block = 0;
  std::uint32_t window = 1, box_words = 4, overflow_words = 0;
  std::uint32_t shared_ring_size = 0;  // entries a block; 0: in global memory
  bool in_registers = false;
  Exchange exchange = Exchange::mailbox;
  std::uint32_t poll_limit = 0;
  std::uint32_t near_steps = 0;    // delays below it are near; 0: all are, or splitting is not wished
  Split split = Split::automatic;  // as wished: pays_to_split() decides
  std::size_t record_bytes = 0;
  std::size_t l2_bytes = 0;
  std::size_t shared_bytes = 0;  // a block

  bool possible() const { return refusal.empty(); }
  // Whether to split rows, once the near synapses of each source are known, of `synapses` in all. It pays where they
  // are less than a quarter (with more, looking rows up twice costs what it saves) and their copy stays in the L2
  // cache; it cannot be where a source has more of them than 16 bits count.
  bool pays_to_split(const std::vector<std::uint32_t>& near, std::uint64_t synapses) const;
};

// A slice has at most ceil(neurons / slices) neurons, as slice_network() cuts.
ResidentPlan plan_resident(const ResidentShape& shape, const ResidentMachine& machine,
                           const ResidentWishes& wishes = {});

}  // namespace sprig::kernel
