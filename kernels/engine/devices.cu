// Which devices there are (sprig/engine/device.hpp).
#include <cuda_runtime.h>

#include <string>

#include "kernels/core/cuda_error.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

// Compiled for the same architectures as every other kernel: where this one has no code, none has.
__global__ void any_kernel() {}

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

// The architectures that the compiler was told, each as "9.0".
std::string compiled_for() {
  std::string text;
#if defined(__CUDA_ARCH_LIST__)
  for (const int architecture : {__CUDA_ARCH_LIST__})
    text +=
        (text.empty() ? "" : ", ") + std::to_string(architecture / 100) + "." + std::to_string(architecture % 100 / 10);
#endif
  return text;
}

// Makes the device current, which starts it up. Returns why it is not usable; empty: it is.
std::string start(int device) {
  cudaError_t status = cudaSetDevice(device);
  cudaFuncAttributes attributes{};
  if (status == cudaSuccess) status = cudaFuncGetAttributes(&attributes, any_kernel);
  if (status == cudaSuccess) return "";
  cudaGetLastError();
  if (status != cudaErrorNoKernelImageForDevice && status != cudaErrorInvalidDeviceFunction)
    return std::string("it does not start: ") + cudaGetErrorName(status) + " (" + cudaGetErrorString(status) + ")";
  const std::string has = compiled_for();
  return "this sprig has no code for its compute capability " +
         std::to_string(attribute(cudaDevAttrComputeCapabilityMajor, device)) + "." +
         std::to_string(attribute(cudaDevAttrComputeCapabilityMinor, device)) +
         (has.empty() ? "" : ", only for " + has + " and what runs that");
}

// Leaves the device the calling thread's current one.
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
  info.memory_bytes = properties.totalGlobalMem;
  info.l2_bytes = static_cast<std::size_t>(attribute(cudaDevAttrL2CacheSize, device));
  info.shared_per_block_bytes = static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  // Data move at both edges of the clock, which is in kHz; the width is in bits.
  info.bytes_per_s =
      2e3 * attribute(cudaDevAttrMemoryClockRate, device) * attribute(cudaDevAttrGlobalMemoryBusWidth, device) / 8;
  info.why_not_usable = start(device);
  if (info.why_not_usable.empty())  // only one that was started up knows what is free
    check(cudaMemGetInfo(&info.free_bytes, &info.memory_bytes), "reading a device's memory");
  return info;
}

int current_index() {
  int current = 0;
  check(cudaGetDevice(&current), "asking for the current device");
  return current;
}

// "cuda:0 (NVIDIA H200)", and why not where it cannot be used.
std::string listed(const DeviceInfo& info) {
  return Device::cuda_at(info.index).text() + " (" + info.name +
         (info.why_not_usable.empty() ? "" : ": " + info.why_not_usable) + ")";
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

// A device that does not start cannot be gone back to; the next that is asked for is set anew.
void go_back_to(int device) {
  if (cudaSetDevice(device) != cudaSuccess) cudaGetLastError();
}

}  // namespace

bool built_in() { return true; }

std::vector<DeviceInfo> all_devices() {
  cudaError_t status = cudaSuccess;
  std::vector<DeviceInfo> found;
  const int count = device_count(status);
  if (count == 0) return found;
  const int current = current_index();
  for (int device = 0; device < count; ++device) found.push_back(describe(device));
  go_back_to(current);
  return found;
}

std::vector<DeviceInfo> devices() {
  std::vector<DeviceInfo> found = all_devices();
  std::erase_if(found, [](const DeviceInfo& info) { return !info.why_not_usable.empty(); });
  return found;
}

std::vector<int> usable_gpus() {
  cudaError_t status = cudaSuccess;
  std::vector<int> usable;
  const int count = device_count(status);
  if (count == 0) return usable;
  const int current = current_index();
  for (int device = 0; device < count; ++device)
    if (start(device).empty()) usable.push_back(device);
  go_back_to(current);
  return usable;
}

std::string why_no_device() {
  cudaError_t status = cudaSuccess;
  const int count = device_count(status);
  if (count == 0)
    return status == cudaErrorInsufficientDriver ? "no NVIDIA driver, or one older than this CUDA runtime"
                                                 : "no CUDA device found";
  const int current = current_index();
  std::string why;
  bool usable = false;
  for (int device = 0; device < count && !usable; ++device) {
    usable = start(device).empty();
    if (!usable) why += (why.empty() ? "" : ", ") + listed(describe(device));
  }
  go_back_to(current);
  return usable ? "" : "no GPU can be used: " + why;
}

int select(const Device& asked) {
  if (asked == Device::cpu || asked == Device::cuda_all)
    refuse("run.device", shown(asked), "one GPU here: \"cuda\" or \"cuda:N\"");
  cudaError_t status = cudaSuccess;
  const int count = device_count(status);
  if (count == 0) throw unavailable(asked, why_no_device());
  const int wanted = asked.index().value_or(current_index());
  if (wanted < count && start(wanted).empty()) return wanted;
  std::string why = asked.index() ? "there is no such GPU" : "no GPU can be used", there;
  for (int device = 0; device < count; ++device) {
    const DeviceInfo info = describe(device);
    const bool usable = info.why_not_usable.empty();
    if (!asked.index() && usable) return device;
    if (!usable && (!asked.index() || device == wanted)) why = listed(info);
    if (usable) there += listed(info) + ", ";
  }
  throw unavailable(asked, why, there);
}

void make_current(int index) { check(cudaSetDevice(index), "choosing a device"); }

DeviceInfo use_device(const Device& asked) { return describe(select(asked)); }

void check_current() {
  cudaError_t status = cudaSuccess;
  if (device_count(status) == 0) throw DeviceError("device", why_no_device());
  const int current = current_index();
  if (!start(current).empty()) throw DeviceError("device", listed(describe(current)) + " cannot be used");
}

DeviceInfo current_device() {
  check_current();
  return describe(current_index());
}

int multiprocessors(const Device& asked) {
  if (asked != Device::cuda_all) return attribute(cudaDevAttrMultiProcessorCount, select(asked));
  int sum = 0;
  for (const int device : usable_gpus()) sum += attribute(cudaDevAttrMultiProcessorCount, device);
  if (sum == 0) throw unavailable(asked, why_no_device());
  return sum;
}

std::string versions() {
  int runtime = 0, driver = 0;
  check(cudaRuntimeGetVersion(&runtime), "reading the CUDA version");
  if (cudaDriverGetVersion(&driver) != cudaSuccess) cudaGetLastError();
  return "CUDA runtime " + version_text(runtime) + ", driver " + (driver > 0 ? version_text(driver) : "none");
}

}  // namespace sprig::cuda
