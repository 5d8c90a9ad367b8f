// Which devices there are. Plain C++: answered by kernels/ when CUDA is built in, by no_cuda.cpp otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sprig::cuda {

struct DeviceInfo {
  int index = 0;
  std::string name;
  std::string pci_bus_id;  // "00000000:65:00.0", by which other tools know it
  int compute_major = 0, compute_minor = 0, multiprocessors = 0;
  std::size_t memory_bytes = 0, free_bytes = 0, l2_bytes = 0, shared_per_block_bytes = 0;
  double bytes_per_s = 0;  // of its memory: clock times width of the bus, as the driver has them; 0: not known
};

// What every operation of cuda:: says where CUDA was left out of the build.
inline constexpr const char* kNotBuilt = "this sprig was built without CUDA (configure with -DSPRIG_CUDA=ON)";

bool built_in();                    // was sprig built with CUDA?
std::vector<DeviceInfo> devices();  // empty when there is no device or no driver
std::string why_no_device();        // empty when devices() is not
DeviceInfo current_device();        // Errors: DeviceError when there is none
std::string versions();             // "CUDA runtime 13.0, driver 13.0", or ""

}  // namespace sprig::cuda
