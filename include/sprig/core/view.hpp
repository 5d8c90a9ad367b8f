// A trivially copyable, non-owning array view (pointer + size) that host code and kernels share. Owners: std::vector on
// the host, DeviceBuffer (kernels/core) on the device.
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "sprig/core/hd.hpp"

namespace sprig {

template <class T>
struct View {
  T* data = nullptr;
  std::size_t size = 0;

  constexpr View() = default;
  SPRIG_HD constexpr View(T* data_, std::size_t size_) : data(data_), size(size_) {}
  View(std::vector<std::remove_const_t<T>>& v) : data(v.data()), size(v.size()) {}  // NOLINT: implicit by design
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  View(const std::vector<std::remove_const_t<T>>& v) : data(v.data()), size(v.size()) {}  // NOLINT
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  SPRIG_HD constexpr View(View<std::remove_const_t<U>> v) : data(v.data), size(v.size) {}  // NOLINT

  SPRIG_HD constexpr T& operator[](std::size_t i) const { return data[i]; }
  SPRIG_HD constexpr T* begin() const { return data; }
  SPRIG_HD constexpr T* end() const { return data + size; }
  SPRIG_HD constexpr bool empty() const { return size == 0; }
};

static_assert(std::is_trivially_copyable_v<View<int>>);

// What a structure of arrays is made of: templates that take `template <class> class Array` get one of these.
template <class T>
using Vector = std::vector<T>;
template <class T>
using Pointer = T*;
template <class T>
using ConstPointer = const T*;

}  // namespace sprig
