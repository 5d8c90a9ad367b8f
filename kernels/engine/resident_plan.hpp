// How the resident engine would run a network, or why it cannot: plain C++, decided before anything is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

// What the plan needs to know of a network and of how it is asked to run.
struct ResidentShape {
  std::uint32_t neurons = 0, sources = 0, input_channels = 0, receptors = 1;
  std::uint32_t delay_slots = 2, min_delay = 1;
  std::uint32_t replicas = 1;
  int weight_bits = 16;
  double step_ms = 0.1;
  std::vector<std::uint32_t> slice_first;  // [slice + 1]; empty: not cut yet, and planned as if slices were equal
  bool places = false;                     // the rows that are there hold places (row_groups.hpp)
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
  bool keep_near = true;                  // near synapses are to stay in the L2 cache
  bool places = true;                     // rows of two-byte places, where a source's synapses have one weight
  std::size_t record_bytes = 512u << 20;  // records of a segment at most
};

// The near synapses (resident_data.hpp), once they are counted.
struct NearShape {
  std::uint32_t sources = 0;
  std::uint32_t most = 0;  // of a source onto a slice
  std::uint64_t synapses = 0;
  std::uint32_t groups() const { return near_groups(sources); }
  std::uint64_t directory_words() const { return std::uint64_t{groups()} * kDirectoryWords; }  // of a slice
};

struct ResidentPlan {
  std::string refusal;  // empty: it can run
  std::uint32_t blocks = 0, threads = 0, slices = 0, slices_per_block = 0;
  std::uint32_t window = 1, box_words = 4, overflow_words = 0;
  std::uint32_t shared_ring_size = 0;  // entries a block; 0: in global memory
  Keeps keeps = Keeps::nothing;
  Exchange exchange = Exchange::mailbox;
  std::uint32_t poll_limit = 0;
  std::uint32_t near_steps = 0;    // delays below it are near; 0: all are, or splitting is not wished
  Split split = Split::automatic;  // as wished: pays_to_split() decides
  bool keep_near = true;
  std::size_t record_bytes = 0;
  std::size_t l2_bytes = 0, most_shared_bytes = 0;  // the machine's
  std::size_t shared_bytes = 0;                     // a block, without a directory of near synapses

  // Rows may hold places alone (row_groups.hpp): they are not split, no ring has 2^16 entries, and no neuron stays in
  // registers, which the kernel would not have for both.
  bool places = false;

  std::uint32_t block_neurons = 0;  // most of a block
  std::uint32_t most_neurons = 0;   // of a slice, such that all this stays as it is when slices are not equal

  bool possible() const { return refusal.empty(); }
  // Words of the directory of near synapses that a block keeps in shared memory beside its ring: all, or none where it
  // does not fit, or where the block does not keep all.
  std::uint32_t shared_directory(const NearShape& near) const;
  std::size_t shared_bytes_with(const NearShape& near) const;
  // Whether to split rows, of `synapses` synapses in all. It pays where the near ones are less than a quarter (with
  // more, looking rows up twice costs what it saves) and their copy stays in the L2 cache: in half of it, since what a
  // multiprocessor reads from the other half of the cache may stand in both. It cannot be where a source has more than
  // kMostNear of them onto a slice.
  bool pays_to_split(const NearShape& near, std::uint64_t synapses) const;
};

// Made twice: before the network is cut, to say into what, and after. Block b has slices b, b + blocks, ...
ResidentPlan plan_resident(const ResidentShape& shape, const ResidentMachine& machine,
                           const ResidentWishes& wishes = {});

}  // namespace sprig::kernel
