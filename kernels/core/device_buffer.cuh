// Owners of device resources: memory, pinned host memory, streams, graphs. Move-only; released in the
// destructor, which ignores errors. Kernels take views (DeviceBuffer::view), never owners.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/core/cuda_error.hpp"
#include "sprig/core/view.hpp"

namespace sprig::cuda {

// A handle H that `kDestroy` releases; H{} is "none".
template <class H, auto kDestroy>
class Owned {
 public:
  Owned() = default;
  explicit Owned(H handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, H{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != H{}) static_cast<void>(kDestroy(handle_));
  }
  H get() const { return handle_; }
  explicit operator bool() const { return handle_ != H{}; }

 private:
  H handle_{};
};

class Stream : public Owned<cudaStream_t, cudaStreamDestroy> {
 public:
  Stream() : Owned(create()) {}
  void synchronize() const { check(cudaStreamSynchronize(get()), "waiting for the device"); }

 private:
  static cudaStream_t create() {
    cudaStream_t stream{};
    check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a stream");
    return stream;
  }
};

using GraphExec = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;

// `size` elements of device memory, uninitialised. Size 0 holds nothing and its pointer is null; so is what is left of
// a buffer that was moved from.
template <class T>
class DeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  DeviceBuffer() = default;
  DeviceBuffer(DeviceBuffer&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  explicit DeviceBuffer(std::size_t size, const char* where = "device memory") : size_(size) {
    if (size == 0) return;
    void* p = nullptr;
    check_allocation(cudaMalloc(&p, size * sizeof(T)), size * sizeof(T), where);
    memory_ = Memory(p);
  }
  // A copy of `host`; complete on return.
  template <class Allocator>
  explicit DeviceBuffer(const std::vector<T, Allocator>& host, const char* where = "device memory")
      : DeviceBuffer(host.size(), where) {
    if (size_ == 0) return;
    check(cudaMemcpy(data(), host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), "copying to the device");
    // From pageable memory the copy may return before its end, and our streams do not wait for this one.
    check(cudaStreamSynchronize(cudaStreamLegacy), "copying to the device");
  }

  T* data() const { return static_cast<T*>(memory_.get()); }
  std::size_t size() const { return size_; }
  View<T> view() const { return {data(), size_}; }

  void fill_zero(const Stream& stream) const {
    if (size_ > 0) check(cudaMemsetAsync(data(), 0, size_ * sizeof(T), stream.get()), "clearing device memory");
  }
  // Grows to at least `size`, dropping the contents; what was queued on the old memory must have finished.
  void reserve(std::size_t size, const char* where = "device memory") {
    if (size > size_) {
      *this = DeviceBuffer();
      *this = DeviceBuffer(size, where);
    }
  }
  // To and from elements [first, first + count).
  void upload(const T* host, std::size_t count, const Stream& stream, std::size_t first = 0) const {
    if (count > 0)
      check(cudaMemcpyAsync(data() + first, host, count * sizeof(T), cudaMemcpyHostToDevice, stream.get()),
            "copying to the device");
  }
  void download(T* host, std::size_t count, const Stream& stream, std::size_t first = 0) const {
    if (count > 0)
      check(cudaMemcpyAsync(host, data() + first, count * sizeof(T), cudaMemcpyDeviceToHost, stream.get()),
            "copying from the device");
  }
  std::vector<T> to_host(const Stream& stream) const {
    std::vector<T> host(size_);
    download(host.data(), size_, stream);
    stream.synchronize();
    return host;
  }

 private:
  using Memory = Owned<void*, cudaFree>;
  Memory memory_;
  std::size_t size_ = 0;
};

// Pinned host memory: what the device writes to without stopping the host.
template <class T>
class HostBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  HostBuffer() = default;
  HostBuffer(HostBuffer&& other) noexcept : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  HostBuffer& operator=(HostBuffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  explicit HostBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    void* p = nullptr;
    check_allocation(cudaMallocHost(&p, size * sizeof(T)), size * sizeof(T), "pinned host memory");
    memory_ = Memory(p);
  }
  void reserve(std::size_t size) {
    if (size > size_) *this = HostBuffer(size);
  }
  T* data() const { return static_cast<T*>(memory_.get()); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) const { return data()[i]; }

 private:
  using Memory = Owned<void*, cudaFreeHost>;
  Memory memory_;
  std::size_t size_ = 0;
};

}  // namespace sprig::cuda
