#include "tests/emulated_device/src/device.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace sprig::emulated {

namespace {

constexpr Limits kKinds[] = {
    {"h200", "NVIDIA H200", 9, 0, 132, 32, 2048, 228 * 1024, 227 * 1024, 60 << 20, 3201000, 6144, 150'000'000'000},
    {"a100", "NVIDIA A100-SXM4-80GB", 8, 0, 108, 32, 2048, 164 * 1024, 163 * 1024, 40 << 20, 1593000, 5120,
     85'000'000'000},
    {"rtx4090", "NVIDIA GeForce RTX 4090", 8, 9, 128, 24, 1536, 100 * 1024, 99 * 1024, 72 << 20, 10501000, 384,
     25'000'000'000},
    {"v100", "Tesla V100-SXM2-16GB", 7, 0, 80, 32, 2048, 96 * 1024, 96 * 1024, 6 << 20, 877000, 4096, 16'900'000'000},
};
constexpr int kLowestMajor = 8;  // for which there is code

std::recursive_mutex mutex;
std::unique_ptr<System> the_system;
thread_local int chosen_device = 0;
thread_local cudaError_t last_error = cudaSuccess;

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return otherwise;
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(text, &end, 10);
  if (*end != '\0') throw std::invalid_argument(std::string(variable) + ": found \"" + text + "\", must be a number");
  return value;
}

const Limits& kind_of(const std::string& word) {
  for (const Limits& kind : kKinds)
    if (word == kind.word) return kind;
  throw std::invalid_argument("SPRIG_EMULATED_DEVICE: found \"" + word + "\", must be h200, a100, rtx4090 or v100");
}

// The words of a list with commas.
std::vector<std::string> words_in(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    words.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

Settings settings_from_environment() {
  Settings s;
  if (const char* device = std::getenv("SPRIG_EMULATED_DEVICE")) s.device = device;
  for (const std::string& word : words_in(s.device)) kind_of(word);
  s.devices = static_cast<int>(number_in("SPRIG_EMULATED_DEVICES", 1));
  s.multiprocessors = static_cast<int>(number_in("SPRIG_EMULATED_MULTIPROCESSORS", 0));
  s.memory_bytes = number_in("SPRIG_EMULATED_MEMORY", 0);
  s.find_unwritten = number_in("SPRIG_EMULATED_UNWRITTEN", 1) != 0;
  s.fail_malloc = number_in("SPRIG_EMULATED_FAIL_MALLOC", 0);
  s.lose_device = number_in("SPRIG_EMULATED_LOSE_DEVICE", 0);
  if (const char* variable = std::getenv("SPRIG_EMULATED_ORDER")) {
    const std::string order = variable;
    if (order == "early") {
      s.order = Order::early;
    } else if (order.starts_with("random:") && order.find_first_not_of("0123456789", 7) == std::string::npos) {
      s.order = Order::random;
      s.seed = std::strtoull(order.c_str() + 7, nullptr, 10);
    } else if (order != "late") {
      throw std::invalid_argument("SPRIG_EMULATED_ORDER: found \"" + order +
                                  "\", must be late, early or random:SEED with a number as SEED");
    }
  }
  return s;
}

System::System(const Settings& settings_)
    : settings(settings_), pinned(false, std::uint64_t{64} << 30), draws(settings_.seed) {
  const std::vector<std::string> kinds = words_in(settings.device);
  for (int k = 0; k < settings.devices; ++k) {
    Limits limits = kind_of(kinds[std::min(static_cast<std::size_t>(k), kinds.size() - 1)]);
    if (settings.multiprocessors > 0) limits.multiprocessors = settings.multiprocessors;
    const std::uint64_t bytes = settings.memory_bytes > 0 ? settings.memory_bytes : limits.memory_bytes;
    devices.push_back(std::make_unique<Device>(k, limits, bytes));
  }
}

void set_up(const Settings& settings) {
  const std::lock_guard lock(mutex);
  the_system = std::make_unique<System>(settings);
  chosen_device = 0;
  last_error = cudaSuccess;
  silent_block = settings.silent_block.value_or(~0u);
  watch_signals();
}

System& system() {
  if (!the_system) {
    try {
      set_up(settings_from_environment());
    } catch (const std::invalid_argument& error) {
      std::fprintf(stderr, "emulated device: %s\n", error.what());
      std::exit(2);
    }
  }
  return *the_system;
}

Device& current_device() { return *system().devices.at(static_cast<std::size_t>(chosen_device)); }

std::string last_report() {
  const std::lock_guard lock(mutex);
  return system().report;
}
std::uint64_t calls() {
  const std::lock_guard lock(mutex);
  return system().calls;
}
std::size_t bytes_in_use() {
  const std::lock_guard lock(mutex);
  std::size_t bytes = 0;
  for (const auto& device : system().devices) bytes += device->memory.used();
  return bytes;
}

cudaError_t call(const std::function<cudaError_t()>& what, const std::function<void()>& otherwise) {
  const std::lock_guard lock(mutex);
  System& s = system();
  ++s.calls;
  cudaError_t error = cudaErrorNoDevice;
  if (!s.devices.empty()) {
    Device& device = current_device();
    if (s.settings.lose_device != 0 && s.calls >= s.settings.lose_device) device.broken = cudaErrorLaunchFailure;
    error = device.broken;
    if (error == cudaSuccess)
      error = what();
    else
      otherwise();
  }
  for (const auto& device : s.devices) device->memory.close();  // before the host goes on
  if (error != cudaSuccess) last_error = error;
  return error;
}

cudaError_t break_device(Device& device, cudaError_t error, const std::string& report) {
  std::fprintf(stderr, "emulated device: %s\n", report.c_str());
  system().report = report;
  if (device.broken == cudaSuccess) device.broken = error;
  for (const auto& queue : device.queues) queue->work.clear();
  return device.broken;
}

}  // namespace sprig::emulated

// ---- the API: errors and devices ----

using namespace sprig::emulated;

namespace {

struct ErrorText {
  cudaError_t error;
  const char *name, *text;
};
#define SPRIG_ERROR(error, text) \
  { error, #error, text }
constexpr ErrorText kErrors[] = {
    SPRIG_ERROR(cudaSuccess, "no error"),
    SPRIG_ERROR(cudaErrorInvalidValue, "invalid argument"),
    SPRIG_ERROR(cudaErrorMemoryAllocation, "out of memory"),
    SPRIG_ERROR(cudaErrorInvalidConfiguration, "invalid configuration argument"),
    SPRIG_ERROR(cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version"),
    SPRIG_ERROR(cudaErrorNoDevice, "no CUDA-capable device is detected"),
    SPRIG_ERROR(cudaErrorInvalidDevice, "invalid device ordinal"),
    SPRIG_ERROR(cudaErrorNoKernelImageForDevice, "no kernel image is available for execution on the device"),
    SPRIG_ERROR(cudaErrorInvalidResourceHandle, "invalid resource handle"),
    SPRIG_ERROR(cudaErrorIllegalAddress, "an illegal memory access was encountered"),
    SPRIG_ERROR(cudaErrorLaunchFailure, "unspecified launch failure"),
    SPRIG_ERROR(cudaErrorCooperativeLaunchTooLarge, "too many blocks in cooperative launch"),
    SPRIG_ERROR(cudaErrorStreamCaptureUnsupported, "operation not permitted when stream is capturing"),
    SPRIG_ERROR(cudaErrorStreamCaptureInvalidated, "operation failed due to a previous error during capture"),
};
#undef SPRIG_ERROR

const ErrorText& text_of(cudaError_t error) {
  for (const ErrorText& text : kErrors)
    if (text.error == error) return text;
  return kErrors[1];
}

bool no_such(int device) { return device < 0 || device >= system().settings.devices; }
const Device& device_of(int device) { return *system().devices.at(static_cast<std::size_t>(device)); }

}  // namespace

cudaError_t sprig::emulated::code_for_current_device(int& compute_capability) {
  return call([&] {
    const Limits& limits = current_device().limits;
    if (limits.major < kLowestMajor) return cudaErrorNoKernelImageForDevice;
    compute_capability = 10 * limits.major + limits.minor;
    return cudaSuccess;
  });
}

const char* cudaGetErrorName(cudaError_t error) { return text_of(error).name; }
const char* cudaGetErrorString(cudaError_t error) { return text_of(error).text; }

cudaError_t cudaGetLastError() {
  const std::lock_guard lock(mutex);
  const cudaError_t error = std::exchange(last_error, cudaSuccess);
  if (system().devices.empty()) return error;
  return current_device().broken != cudaSuccess ? current_device().broken : error;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = system().devices.empty() ? 0 : 13000;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  return call([&] {
    *count = system().settings.devices;
    return cudaSuccess;
  });
}
cudaError_t cudaGetDevice(int* device) {
  return call([&] {
    *device = chosen_device;
    return cudaSuccess;
  });
}
// From a device that is broken to another, too.
cudaError_t cudaSetDevice(int device) {
  bool chosen = false;
  const auto choose = [&] {
    chosen = !no_such(device);
    if (chosen) chosen_device = device;
    return chosen ? current_device().broken : cudaErrorInvalidDevice;
  };
  const cudaError_t error = call(choose, choose);
  return chosen && error != cudaSuccess ? current_device().broken : error;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return call([&] {
    if (no_such(device)) return cudaErrorInvalidDevice;
    std::snprintf(properties->name, sizeof properties->name, "emulated %s", device_of(device).limits.name);
    properties->totalGlobalMem = device_of(device).memory.limit();
    return cudaSuccess;
  });
}
// Three quarters of the cache may be set aside, for data of at most 128 MiB.
static int most_persisting(const Limits& limits) { return limits.l2_bytes / 4 * 3; }
static constexpr int kLongestPolicyWindow = 128 << 20;

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return call([&] {
    if (no_such(device)) return cudaErrorInvalidDevice;
    const Limits& limits = device_of(device).limits;
    switch (attribute) {
      case cudaDevAttrMultiProcessorCount:
        *value = limits.multiprocessors;
        break;
      case cudaDevAttrMemoryClockRate:
        *value = limits.memory_clock_khz;
        break;
      case cudaDevAttrGlobalMemoryBusWidth:
        *value = limits.bus_bits;
        break;
      case cudaDevAttrL2CacheSize:
        *value = limits.l2_bytes;
        break;
      case cudaDevAttrComputeCapabilityMajor:
        *value = limits.major;
        break;
      case cudaDevAttrComputeCapabilityMinor:
        *value = limits.minor;
        break;
      case cudaDevAttrMaxSharedMemoryPerBlockOptin:
        *value = limits.shared_optin;
        break;
      case cudaDevAttrMaxPersistingL2CacheSize:
        *value = most_persisting(limits);
        break;
      case cudaDevAttrMaxAccessPolicyWindowSize:
        *value = kLongestPolicyWindow;
        break;
      default:
        return cudaErrorInvalidValue;
    }
    return cudaSuccess;
  });
}
cudaError_t cudaDeviceSetLimit(cudaLimit limit, std::size_t value) {
  return call([&] {
    Device& device = current_device();
    if (limit != cudaLimitPersistingL2CacheSize) return cudaErrorInvalidValue;
    device.persisting_bytes = std::min(value, static_cast<std::size_t>(most_persisting(device.limits)));
    return cudaSuccess;
  });
}
cudaError_t cudaDeviceGetLimit(std::size_t* value, cudaLimit limit) {
  return call([&] {
    if (limit != cudaLimitPersistingL2CacheSize) return cudaErrorInvalidValue;
    *value = current_device().persisting_bytes;
    return cudaSuccess;
  });
}
cudaError_t cudaDeviceGetPCIBusId(char* id, int length, int device) {
  return call([&] {
    if (no_such(device)) return cudaErrorInvalidDevice;
    std::snprintf(id, static_cast<std::size_t>(length), "0000:%02X:00.0", device + 1);
    return cudaSuccess;
  });
}
