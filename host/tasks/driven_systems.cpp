#include "host/tasks/driven_systems.hpp"

#include "host/tasks/memory_series.hpp"

namespace sprig {

namespace {

using Source = const SeriesSource&;

std::uint64_t no_period(Source) { return 1; }

}  // namespace

const DrivenSystem kDrivenSystems[5] = {
    {"narma10", 1, [](Source, std::uint64_t samples, std::uint32_t seed) { return narma10(samples, seed); },
     [](Source) -> std::uint64_t { return 9; }, no_period},
    {"narma30", 1, [](Source, std::uint64_t samples, std::uint32_t seed) { return narma30(samples, seed); },
     [](Source) -> std::uint64_t { return 29; }, no_period},
    {kMemoryCapacity, 1,
     [](Source s, std::uint64_t samples, std::uint32_t seed) {
       return memory_capacity_series(samples, s.memory_lags, seed);
     },
     [](Source s) { return std::uint64_t{s.memory_lags}; }, no_period},
    {"delayed_xor", 1,
     [](Source s, std::uint64_t samples, std::uint32_t seed) { return delayed_xor(samples, s.memory_delay, seed); },
     [](Source s) { return std::uint64_t{s.memory_delay} + 1; }, no_period},
    {kCopy, 2,
     [](Source s, std::uint64_t samples, std::uint32_t seed) {
       return copy_series(samples, s.copy_length, s.memory_delay, seed);
     },
     [](Source s) { return std::uint64_t{s.copy_length} + s.memory_delay; },
     [](Source s) { return 2 * std::uint64_t{s.copy_length} + s.memory_delay; }}};

const DrivenSystem* find_driven(const std::string& system) {
  for (const DrivenSystem& driven : kDrivenSystems)
    if (system == driven.name) return &driven;
  return nullptr;
}

bool is_driven_series(const std::string& system) { return find_driven(system) != nullptr; }

}  // namespace sprig
