// Allocation, copies and clearing.
#include <algorithm>
#include <cstring>

#include "tests/emulated_device/src/device.hpp"

using namespace sprig::emulated;

namespace {

// A piece of a copy: `rows` rows of `width` bytes, `pitch` bytes apart.
struct Place {
  std::byte* at;
  std::size_t pitch, width, rows;
  std::size_t span() const { return rows == 0 || width == 0 ? 0 : (rows - 1) * pitch + width; }
  std::byte* row(std::size_t k) const { return at + k * pitch; }
  bool is_pinned() const { return system().pinned.has_address(at); }
};

void copy_rows(const Place& to, const Place& from) {
  for (std::size_t k = 0; k < to.rows; ++k) std::memcpy(to.row(k), from.row(k), to.width);
}

std::string bytes_at(const Place& place) { return std::to_string(place.span()) + " bytes at "; }

// Whether pinned memory that a copy was queued for is still there when it is done.
bool still_there(Device& device, const Place& pinned) {
  if (!pinned.is_pinned() || system().pinned.holds(pinned.at, pinned.span())) return true;
  break_device(device, cudaErrorIllegalAddress,
               "a copy that was queued reaches pinned memory that has been freed: " + bytes_at(pinned) +
                   system().pinned.describe(pinned.at));
  return false;
}
bool still_there(Device& device, const Place& to, const Place& from) {
  for (const Place* place : {&to, &from})
    if (device.memory.has_address(place->at) && !device.memory.holds(place->at, place->span())) {
      break_device(device, cudaErrorIllegalAddress,
                   "a copy reaches " + bytes_at(*place) + device.memory.describe(place->at));
      return false;
    }
  return still_there(device, to) && still_there(device, from);
}

// The first of 4 bytes that nobody wrote and a copy takes to the host.
const std::byte* unwritten_in(const Place& from) {
  for (std::size_t k = 0; k < from.rows; ++k) {
    const auto begin = reinterpret_cast<std::uintptr_t>(from.row(k));
    for (auto p = (begin + 3) / 4 * 4; p + 4 <= begin + from.width; p += 4)
      if (*reinterpret_cast<const std::uint32_t*>(p) == kPoison) return reinterpret_cast<const std::byte*>(p);
  }
  return nullptr;
}

void copy(Device& device, const Place& to, const Place& from, cudaMemcpyKind kind) {
  if (!still_there(device, to, from)) return;
  const auto window = [&](const Place& place) {
    return Memory::Window(device.memory, place.at, device.memory.has_address(place.at) ? place.span() : 0);
  };
  const Memory::Window to_window = window(to), from_window = window(from);
  if (kind == cudaMemcpyDeviceToHost && system().settings.find_unwritten)
    if (const std::byte* p = unwritten_in(from)) {
      break_device(device, cudaErrorIllegalAddress,
                   "a copy to the host takes a word that nobody wrote: " + device.memory.describe(p));
      return;
    }
  if (kind == cudaMemcpyDeviceToDevice && to.at < from.at + from.span() && from.at < to.at + to.span()) {
    break_device(device, cudaErrorIllegalAddress,
                 "a copy within the device's memory onto itself: " + device.memory.describe(to.at) + " from " +
                     device.memory.describe(from.at));
    return;
  }
  copy_rows(to, from);
}

cudaError_t queue_copy(Queue& queue, const Place& to, const Place& from, cudaMemcpyKind kind) {
  Device& device = *queue.device;
  if (to.span() == 0) return cudaSuccess;
  const bool to_device = kind != cudaMemcpyDeviceToHost, from_device = kind != cudaMemcpyHostToDevice;
  if (to_device != device.memory.has_address(to.at) || from_device != device.memory.has_address(from.at) ||
      (to_device && !device.memory.holds(to.at, to.span())) ||
      (from_device && !device.memory.holds(from.at, from.span())))
    return cudaErrorInvalidValue;
  const auto now = [&device, to, from, kind] { copy(device, to, from, kind); };
  if (kind == cudaMemcpyHostToDevice && !from.is_pinned()) {
    // Pageable memory may be reused when the call returns: the copy is made from a staging buffer.
    if (queue.capturing) return enqueue(queue, now);
    auto staged = std::make_shared<std::vector<std::byte>>(from.span());
    const Place stage{staged->data(), from.pitch, from.width, from.rows};
    copy_rows(stage, from);
    return enqueue(queue, [&device, to, stage, staged, kind] { copy(device, to, stage, kind); });
  }
  const cudaError_t error = enqueue(queue, now);
  if (error != cudaSuccess || kind != cudaMemcpyDeviceToHost || to.is_pinned()) return error;
  // To pageable memory a copy is complete when the call returns.
  return waits_in_capture(queue) ? cudaErrorStreamCaptureUnsupported : drain(queue);
}

Place line(const void* at, std::size_t bytes) {
  return {static_cast<std::byte*>(const_cast<void*>(at)), bytes, bytes, 1};
}

}  // namespace

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes) {
  return call([&] {
    const Memory& memory = current_device().memory;
    *total_bytes = memory.limit();
    *free_bytes = memory.limit() - memory.used();
    return cudaSuccess;
  });
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  *memory = nullptr;
  return call([&] {
    if (refuses_in_capture()) return cudaErrorStreamCaptureUnsupported;
    if (bytes == 0) return cudaSuccess;
    System& s = system();
    if (++s.mallocs == s.settings.fail_malloc) return cudaErrorMemoryAllocation;
    *memory = current_device().memory.allocate(bytes);
    return *memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation;
  });
}

// Waits for the whole device, as CUDA does. Of a device that is broken the memory goes all the same.
cudaError_t cudaFree(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  const auto release = [&](Device& device) {
    if (!device.memory.release(memory)) return cudaErrorInvalidValue;
    if (device.memory.damage().empty() || device.broken != cudaSuccess) return device.broken;
    return break_device(device, cudaErrorIllegalAddress, device.memory.damage());
  };
  const auto device_of = [&]() -> Device& {
    for (const auto& device : system().devices)
      if (device->memory.has_address(memory)) return *device;
    return current_device();
  };
  return call(
      [&] {
        if (refuses_in_capture()) return cudaErrorStreamCaptureUnsupported;
        Device& device = device_of();
        const cudaError_t error = drain(device), released = release(device);
        return error != cudaSuccess ? error : released;
      },
      [&] { release(device_of()); });
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = nullptr;
  return call([&] {
    if (refuses_in_capture()) return cudaErrorStreamCaptureUnsupported;
    if (bytes > 0) *memory = system().pinned.allocate(bytes);
    return bytes == 0 || *memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation;
  });
}

// Waits for nothing: a copy that is still queued then reaches memory that has gone.
cudaError_t cudaFreeHost(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  return call(
      [&] {
        if (refuses_in_capture()) return cudaErrorStreamCaptureUnsupported;
        return system().pinned.release(memory) ? cudaSuccess : cudaErrorInvalidValue;
      },
      [&] { system().pinned.release(memory); });
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return call([&] {
    if (refuses_in_capture()) return cudaErrorStreamCaptureUnsupported;
    Queue& queue = *current_device().legacy;
    const cudaError_t error = queue_copy(queue, line(to, bytes), line(from, bytes), kind);
    return error == cudaSuccess && kind == cudaMemcpyDeviceToHost ? drain(queue) : error;
  });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return call([&] {
    const auto queue = queue_of(stream);
    return queue ? queue_copy(*queue, line(to, bytes), line(from, bytes), kind) : cudaErrorInvalidResourceHandle;
  });
}

cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    if (width > to_pitch || width > from_pitch) return cudaErrorInvalidValue;
    const auto place = [&](const void* at, std::size_t pitch) {
      return Place{static_cast<std::byte*>(const_cast<void*>(at)), pitch, width, height};
    };
    return queue_copy(*queue, place(to, to_pitch), place(from, from_pitch), kind);
  });
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    if (bytes == 0) return cudaSuccess;
    Device& device = *queue->device;
    if (!device.memory.holds(memory, bytes)) return cudaErrorInvalidValue;
    return enqueue(*queue, [&device, to = line(memory, bytes), value] {
      if (!still_there(device, to, to)) return;
      const Memory::Window window(device.memory, to.at, to.width);
      std::memset(to.at, value, to.width);
    });
  });
}
