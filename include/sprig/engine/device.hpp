// Which GPUs there are, which of them sprig can use, and which one the calling thread works on. Plain C++: answered by
// kernels/ when CUDA is built in, by no_cuda.cpp otherwise.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/engine/device_choice.hpp"

namespace sprig::cuda {

struct DeviceInfo {
  int index = 0;  // as the driver counts: N of cuda:N
  std::string name;
  std::string pci_bus_id;  // "00000000:65:00.0", by which other tools know it
  int compute_major = 0, compute_minor = 0, multiprocessors = 0;
  std::size_t memory_bytes = 0, free_bytes = 0, l2_bytes = 0;
  std::size_t shared_per_block_bytes = 0;  // most that a block can ask for
  double bytes_per_s = 0;      // of its memory: clock times width of the bus, as the driver has them; 0: not known
  std::string why_not_usable;  // empty: it is
};

// What every operation of cuda:: says where CUDA was left out of the build.
inline constexpr const char* kNotBuilt = "this sprig was built without CUDA (configure with -DSPRIG_CUDA=ON)";

bool built_in();         // was sprig built with CUDA?
std::string versions();  // "CUDA runtime 13.0, driver 13.0", or ""

std::vector<DeviceInfo> all_devices();  // every one that the driver has; empty when there is none, or no driver
std::vector<DeviceInfo> devices();      // those that are usable
std::vector<int> usable_gpus();         // their numbers, without asking what they are
// Why none is usable; empty when one is. Stops at the first that is, so that no other is started up.
std::string why_no_device();

// Makes the GPU asked for (cuda, cuda:N; automatic as cuda) the calling thread's current one and returns its number.
// Errors: DeviceError (run.device) with what there is, when it cannot be used; ConfigError (run.device) for cpu and
// cuda:all.
int select(const Device& asked);
void make_current(int index);                // the same for one that select() has found usable
DeviceInfo use_device(const Device& asked);  // select(), and what it is
DeviceInfo current_device();                 // what the calling thread's current GPU is. Errors: DeviceError
void check_current();                        // DeviceError where that cannot be used
// Of the GPU asked for, or of all that are usable (cuda:all): so many blocks fill it. Errors: DeviceError.
int multiprocessors(const Device& asked);

// "run.device: cuda:3 was asked for: WHY; allowed here: [THERE, ]cpu or auto".
inline DeviceError unavailable(const Device& asked, const std::string& why, const std::string& there = "") {
  return {"run.device", asked.text() + " was asked for: " + why + "; allowed here: " + there + "cpu or auto"};
}

}  // namespace sprig::cuda
