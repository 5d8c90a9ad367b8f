// What kernel bodies read, over vectors for device memory.
#pragma once

#include <vector>

#include "kernels/engine/cell.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::test {

// Null when there is nothing, as DeviceBuffer has it.
template <class T>
T* pointer(std::vector<T>& v) {
  return v.empty() ? nullptr : v.data();
}
template <class T>
const T* pointer(const std::vector<T>& v) {
  return v.empty() ? nullptr : v.data();
}

inline kernel::ConstantsView constants_view(const SliceConstants& c) {
  return {pointer(c.p22),
          pointer(c.p20),
          pointer(c.p11_0),
          pointer(c.p11_1),
          pointer(c.p21_0),
          pointer(c.p21_1),
          pointer(c.v_th),
          pointer(c.v_reset),
          pointer(c.theta_decay),
          pointer(c.theta_plus),
          pointer(c.refractory_steps),
          pointer(c.unit_0),
          pointer(c.unit_1),
          pointer(c.external),
          pointer(c.noise_sigma),
          pointer(c.current_gain),
          pointer(c.poisson_weight_0),
          pointer(c.poisson_weight_1),
          pointer(c.poisson_row),
          pointer(c.draw_id)};
}

}  // namespace sprig::test
