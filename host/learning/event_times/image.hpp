// One image through the layers and back, on the CPU. T is float; tests of gradients take double.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "sprig/neuron/event_time.hpp"

namespace sprig {

// Numbers by their times, none below 0, and those times; where times are equal the numbers stay as they are. Digit by
// digit, from the lowest: a sort by comparisons took a third of an image's time.
template <class T>
void sort_by_time(std::vector<std::uint32_t>& numbers, std::vector<T>& times) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;  // in the order of the times
  constexpr std::uint32_t kDigitBits = 8, kDigits = sizeof(T), kValues = 1u << kDigitBits;
  const std::size_t count = numbers.size();
  std::array<std::array<std::uint32_t, kValues>, kDigits> places{};
  const auto digit = [](T time, std::uint32_t d) {
    return static_cast<std::size_t>(std::bit_cast<Bits>(time) >> kDigitBits * d) % kValues;
  };
  for (const T time : times)
    for (std::uint32_t d = 0; d < kDigits; ++d) ++places[d][digit(time, d)];
  std::vector<std::uint32_t> other_numbers(count);
  std::vector<T> other_times(count);
  for (std::uint32_t d = 0; d < kDigits; ++d) {
    if (count == 0 || places[d][digit(times[0], d)] == count) continue;  // all have the same
    std::uint32_t place = 0;
    for (std::uint32_t& first : places[d]) first = std::exchange(place, place + first);
    for (std::size_t k = 0; k < count; ++k) {
      const std::uint32_t to = places[d][digit(times[k], d)]++;
      other_numbers[to] = numbers[k], other_times[to] = times[k];
    }
    numbers.swap(other_numbers), times.swap(other_times);
  }
}

// What one layer does with one image, kept for the gradient.
template <class T>
struct EventTimePass {
  // Of the inputs that fired, by time, ties by number.
  std::vector<std::uint32_t> order;
  std::vector<T> input_times;
  // Of the units. causal: how many of those inputs came before the unit fired, all of them where it did not.
  std::vector<T> v, slope, times;
  std::vector<std::uint32_t> causal;
  std::vector<T> factors;  // dL/dt / A, 0 of the silent

  // in: times of all inputs. weights: [input][unit]. never: of inputs and units that are silent.
  void forward(const std::vector<T>& in, const T* weights, std::uint32_t units, T theta, T never) {
    sort_inputs(in, never);
    constexpr std::uint32_t kActive = ~0u;
    v.assign(units, 0), slope.assign(units, 0), times.resize(units), causal.assign(units, kActive);
    T* const potential = v.data();
    T* const rise = slope.data();
    std::uint32_t* const stop = causal.data();
    T at = input_times.empty() ? 0 : input_times[0];
    for (std::uint32_t k = 0; k < order.size(); ++k) {
      const T gap = input_times[k] - at;
      at = input_times[k];
      const T* const row = weights + std::size_t{order[k]} * units;
#pragma omp simd
      for (std::uint32_t j = 0; j < units; ++j) {
        const bool before = stop[j] == kActive;
        const bool fires = before && fires_within(potential[j], rise[j], gap, theta);
        const bool active = before && !fires;
        stop[j] = fires ? k : stop[j];
        potential[j] = active ? potential_after(potential[j], rise[j], gap) : potential[j];
        rise[j] = active ? rise[j] + row[j] : rise[j];
      }
    }
    const auto all = static_cast<std::uint32_t>(order.size());
    for (std::uint32_t j = 0; j < units; ++j) {
      stop[j] = std::min(stop[j], all);
      times[j] = all == 0 ? never : firing_time(potential[j], rise[j], input_times[stop[j] - 1], theta, never);
    }
  }

  // gradients: dL/dt of the units.
  void set_factors(const T* gradients, T slope_limit, T never) {
    factors.resize(times.size());
    for (std::size_t j = 0; j < times.size(); ++j)
      factors[j] = times[j] < never ? gradients[j] * inverse_slope(slope[j], slope_limit) : 0;
  }

  // to: dL/dt of the inputs that fired; that of the others is not written.
  void input_gradients(const T* weights, std::vector<T>& to) const {
    const std::size_t units = times.size();
    for (std::uint32_t k = 0; k < order.size(); ++k) {
      const T* const row = weights + std::size_t{order[k]} * units;
      T sum = 0;
      for (std::size_t j = 0; j < units; ++j)
        if (k < causal[j]) sum = time_gradient(sum, factors[j], row[j]);
      to[order[k]] = sum;
    }
  }

  // Adds dL/dw of units [first, first + count) to `sums`, [input][count].
  void add_gradients(std::uint32_t first, std::uint32_t count, T* sums) const {
    const T *const factor = factors.data() + first, *const time = times.data() + first;
    const std::uint32_t* const until = causal.data() + first;
    for (std::uint32_t k = 0; k < order.size(); ++k) {
      T* const row = sums + std::size_t{order[k]} * count;
      const T input_time = input_times[k];
#pragma omp simd
      for (std::uint32_t j = 0; j < count; ++j)
        row[j] = k < until[j] ? weight_gradient(row[j], factor[j], input_time, time[j]) : row[j];
    }
  }

 private:
  void sort_inputs(const std::vector<T>& in, T never) {
    order.clear(), input_times.clear();
    for (std::uint32_t i = 0; i < in.size(); ++i)
      if (in[i] < never) order.push_back(i), input_times.push_back(in[i]);
    sort_by_time(order, input_times);
  }
};

}  // namespace sprig
