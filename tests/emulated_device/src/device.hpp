// The emulated devices: their limits, memory, queues of work and errors. One lock holds for all of it.
#pragma once

#include <cuda_runtime.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/emulated_device/emulated_device.hpp"
#include "tests/emulated_device/src/executor.hpp"
#include "tests/emulated_device/src/memory.hpp"

namespace sprig::emulated {

// What a kind of GPU can do, as its maker says.
struct Limits {
  const char* word;
  const char* name;
  int major, minor;
  int multiprocessors, blocks_each, threads_each;  // of a multiprocessor
  int shared_each, shared_optin;                   // bytes: of a multiprocessor, at most of a block
  int l2_bytes, memory_clock_khz, bus_bits;
  std::uint64_t memory_bytes;
};
inline constexpr int kSharedUnasked = 48 * 1024;  // bytes that a block may have without asking for more
inline constexpr int kMostThreads = 1024;         // of a block
inline constexpr int kRegistersEach = 65536;      // of a multiprocessor
// Registers of a thread, as if every kernel took as many: what the compiler would say is not known here.
inline constexpr int kRegisters = 64;

struct Device;

// Where an event stands in a queue.
struct Mark {
  std::weak_ptr<struct Queue> queue;
  bool reached = false;
  double ms = 0;  // when
};

using Work = std::function<void()>;

// Work that is done in order: what a stream is.
struct Queue {
  explicit Queue(Device& device_) : device(&device_) {}
  Device* device;
  std::deque<Work> work;
  // While a graph is being captured:
  bool capturing = false, spoilt = false;
  std::thread::id captured_by;
  std::vector<Work> captured;
};

struct Device {
  Device(int index_, const Limits& limits_, std::uint64_t memory_bytes)
      : index(index_), limits(limits_), memory(true, memory_bytes), legacy(std::make_shared<Queue>(*this)) {
    queues.push_back(legacy);
  }
  int index;
  Limits limits;
  Memory memory;
  std::shared_ptr<Queue> legacy;
  std::vector<std::shared_ptr<Queue>> queues;
  std::map<const void*, int> most_shared;  // of kernels that asked
  cudaError_t broken = cudaSuccess;        // sticks
};

struct System {
  explicit System(const Settings& settings);
  Settings settings;
  std::vector<std::unique_ptr<Device>> devices;
  Memory pinned;
  Draws draws;
  std::string report;
  std::uint64_t calls = 0, mallocs = 0;
};

System& system();
Device& current_device();

// A call of the API: counts it, fails when a device is lost or broken, remembers an error for cudaGetLastError().
// `otherwise` is done in place of `what` when it fails so.
cudaError_t call(
    const std::function<cudaError_t()>& what, const std::function<void()>& otherwise = [] {});

// Writes what went wrong to stderr and keeps it; the device is of no use from now on.
cudaError_t break_device(Device& device, cudaError_t error, const std::string& report);

// ---- queues (stream.cpp) ----

// The queue of a stream; null: no such stream of the current device.
std::shared_ptr<Queue> queue_of(cudaStream_t stream);
// Puts work at the queue's end, or into the graph that is being captured. Some of what waits may run now.
cudaError_t enqueue(Queue& queue, Work work);
// Runs the first piece of work that waits in the queue.
void run_first(Queue& queue);
cudaError_t drain(Queue& queue);
cudaError_t drain(Device& device);
// What may not be called by a thread that captures; spoils its graph.
bool refuses_in_capture();
bool waits_in_capture(Queue& queue);

// ---- faults (fault.cpp) ----

// From now on, signals by accesses to memory that is out of reach are explained.
void watch_signals();
// Which kernel runs, for reports.
void name_running_kernel(const void* kernel);
std::string kernel_name(const void* kernel);
// A pointer to the host's memory among the words of a kernel's arguments, as text; "" if there is none.
std::string host_pointer_in(const Launch& launch);

}  // namespace sprig::emulated
