// Which devices there are (sprig/engine/device.hpp).
#include <cuda_runtime.h>

#include <string>

#include "kernels/core/cuda_error.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

// Number of devices, 0 when there is none or no driver; `status` says which.
int device_count(cudaError_t& status) {
  int count = 0;
  status = cudaGetDeviceCount(&count);
  if (means_no_device(status)) {
    cudaGetLastError();  // not sticky: the CPU goes on
    return 0;
  }
  check(status, "counting devices");
  return count;
}

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "reading a device's attributes");
  return value;
}

DeviceInfo describe(int device) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "reading a device's name");
  DeviceInfo info;
  info.index = device;
  info.name = properties.name;
  char bus_id[32] = "";
  check(cudaDeviceGetPCIBusId(bus_id, sizeof bus_id, device), "reading a device's PCI bus id");
  info.pci_bus_id = bus_id;
  info.compute_major = attribute(cudaDevAttrComputeCapabilityMajor, device);
  info.compute_minor = attribute(cudaDevAttrComputeCapabilityMinor, device);
  info.multiprocessors = attribute(cudaDevAttrMultiProcessorCount, device);
  info.l2_bytes = static_cast<std::size_t>(attribute(cudaDevAttrL2CacheSize, device));
  info.shared_per_block_bytes = static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  // Data move at both edges of the clock, which is in kHz; the width is in bits.
  info.bytes_per_s =
      2e3 * attribute(cudaDevAttrMemoryClockRate, device) * attribute(cudaDevAttrGlobalMemoryBusWidth, device) / 8;
  int current = 0;
  check(cudaGetDevice(&current), "asking for the current device");
  check(cudaSetDevice(device), "choosing a device");
  const cudaError_t memory = cudaMemGetInfo(&info.free_bytes, &info.memory_bytes);
  check(cudaSetDevice(current), "choosing a device");
  check(memory, "reading a device's memory");
  return info;
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

bool built_in() { return true; }

DeviceInfo current_device() {
  const std::vector<DeviceInfo> found = devices();
  if (found.empty()) throw DeviceError("device", why_no_device());
  int current = 0;
  check(cudaGetDevice(&current), "asking for the current device");
  return found.at(static_cast<std::size_t>(current));
}

std::vector<DeviceInfo> devices() {
  cudaError_t status = cudaSuccess;
  std::vector<DeviceInfo> found;
  const int count = device_count(status);
  for (int device = 0; device < count; ++device) found.push_back(describe(device));
  return found;
}

std::string why_no_device() {
  cudaError_t status = cudaSuccess;
  if (device_count(status) > 0) return "";
  return status == cudaErrorInsufficientDriver ? "no NVIDIA driver, or one older than this CUDA runtime"
                                               : "no CUDA device found";
}

std::string versions() {
  int runtime = 0, driver = 0;
  check(cudaRuntimeGetVersion(&runtime), "reading the CUDA version");
  if (cudaDriverGetVersion(&driver) != cudaSuccess) cudaGetLastError();
  return "CUDA runtime " + version_text(runtime) + ", driver " + (driver > 0 ? version_text(driver) : "none");
}

}  // namespace sprig::cuda
