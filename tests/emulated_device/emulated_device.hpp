// A GPU that is not there: kernels/**/*.cu, unchanged, compiled by the host's compiler against the headers in include/
// and run on the CPU. It is meant to be the strictest device that CUDA's documentation allows: memory that nobody wrote
// holds poison, memory is out of the host's reach, queued work runs as late as it may, and what a kernel or a call does
// wrong is named. docs/testing.md says what it shows and what it cannot show.
//
// The environment sets up the device before its first use:
//
//   SPRIG_EMULATED_DEVICE=h200|a100|rtx4090|v100   whose limits it has (h200); several with commas: of one device after
//                                             the other, the last of all others. There is no code for a v100
//   SPRIG_EMULATED_DEVICES=N                  how many of them there are (1; 0: none)
//   SPRIG_EMULATED_MULTIPROCESSORS=N          fewer multiprocessors, so that a grid of all of them runs quickly
//   SPRIG_EMULATED_MEMORY=BYTES               memory of a device
//   SPRIG_EMULATED_ORDER=late|early|random:SEED
//       late (the default): queued work runs when something waits for it; early: at once; random: a part of it whenever
//       something is queued, blocks, warps and lanes in drawn order, with other threads' turns at atomic operations
//   SPRIG_EMULATED_UNWRITTEN=0                let the host fetch words that nobody wrote
//   SPRIG_EMULATED_FAIL_MALLOC=K              the K-th cudaMalloc from now, counted from 1, finds no memory
//   SPRIG_EMULATED_LOSE_DEVICE=K              the K-th call of the API from now and all after it fail
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace sprig::emulated {

enum class Order { late, early, random };

struct Settings {
  std::string device = "h200";
  int devices = 1;
  int multiprocessors = 0;         // 0: as many as that device has
  std::uint64_t memory_bytes = 0;  // 0: as much as that device has
  Order order = Order::late;
  std::uint64_t seed = 0;
  bool find_unwritten = true;
  std::uint64_t fail_malloc = 0, lose_device = 0;  // 0: never
  std::optional<std::uint32_t> silent_block;       // whose stores of atomic words of 8 bytes are lost
};

// As the environment says. Errors: std::invalid_argument naming the variable.
Settings settings_from_environment();

// New devices: what earlier calls made is void, and must be gone. Without this, the environment's settings hold.
void set_up(const Settings& settings);

// What a device found wrong, as it was written to stderr; empty: nothing since set_up().
std::string last_report();

// Calls of the API and bytes of device memory in use, since set_up().
std::uint64_t calls();
std::size_t bytes_in_use();

}  // namespace sprig::emulated
